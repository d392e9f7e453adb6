//! Short runs for every day, long ones for a campaign.

/// What a test takes: `every_day`, or `in_a_campaign` where the variable `PGX_CAMPAIGN` is set, as
/// `make test-parallel` and `make test-matrix` do.
pub fn campaign<T>(every_day: T, in_a_campaign: T) -> T {
    match std::env::var_os("PGX_CAMPAIGN") {
        None => every_day,
        Some(_) => in_a_campaign,
    }
}
