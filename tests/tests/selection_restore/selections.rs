//! The selections that are compared.

/// The flags of pg_restore, and those of ours that mean the same.
pub struct Selection(pub &'static [&'static str], pub &'static [&'static str]);

macro_rules! selections {
    ($($flags:expr $(=> $ours:expr)?;)*) => {
        /// Each flag alone, and together with others. Statistics are not asked for where what they are of is not: up to
        /// 18.4 pg_restore left them out then. Names that are no patterns are spelled as such: an unqualified
        /// name means every schema to pg_restore, and only what is visible to us.
        pub const SELECTIONS: &[Selection] = &[$(selections!(@ $flags $(=> $ours)?)),*];
    };
    (@ $flags:expr) => { Selection(&$flags, &$flags) };
    (@ $flags:expr => $ours:expr) => { Selection(&$flags, &$ours) };
}

selections! {
    [];
    ["-a"];
    ["-s"];
    ["-C"];
    ["-x"];
    ["--statistics-only"];
    ["--section=pre-data"];
    ["--section=data"];
    ["--section=post-data"];
    ["--section=pre-data", "--section=post-data"];
    ["--no-data"];
    ["--no-schema"];
    ["--no-statistics"];
    ["--no-data", "--no-statistics"];
    ["--no-comments"];
    ["--no-policies"];
    ["--no-publications"];
    ["--no-subscriptions"];
    ["--no-security-labels"];
    ["-x", "--no-comments", "--no-policies", "--no-publications", "--no-subscriptions", "--no-security-labels"];
    ["-n", "sales"];
    ["-n", "public"];
    ["-n", "shelf"];
    ["-n", "sales", "-n", "stock"];
    ["-n", "Old Things"];
    ["-N", "sales"];
    ["-N", "sales", "-N", "public"];
    ["-N", "public", "-n", "sales"];
    ["-N", "Old Things", "-x"];
    ["-t", "customers"];
    ["-t", "customers", "-t", "tickets"];
    ["-t", "orders"] => ["-t", "*.orders"];
    ["-t", "open_orders"] => ["-t", "sales.open_orders"];
    ["-t", "totals"] => ["-t", "stock.totals"];
    ["-t", "Big Table"] => ["-t", "\"Old Things\".\"Big Table\""];
    ["-t", "customers_id_seq"];
    ["-t", "log"];
    ["-t", "log_2024"];
    ["-t", "shelf_settings"] => ["-t", "shelf.shelf_settings"];
    ["-t", "nosuch"];
    ["-n", "sales", "-t", "orders"] => ["-n", "sales", "-t", "*.orders"];
    ["-N", "stock", "-t", "orders"] => ["-N", "stock", "-t", "*.orders"];
    ["-n", "stock", "-t", "customers"];
    ["-I", "customers_name"];
    ["-I", "orders_placed"];
    ["-I", "log_at"];
    ["-P", "twice(integer)"];
    ["-P", "twice(text)", "-P", "tidy()"];
    ["-P", "total(integer)"];
    ["-P", "next(integer, text)"];
    ["-T", "customers audit"];
    ["-T", "orders audit", "-I", "orders_placed"];
    ["-t", "customers", "-I", "customers_name", "-T", "customers audit", "-P", "touch()"];
    ["-n", "sales", "-s"];
    ["-n", "sales", "-a"];
    ["-n", "sales", "-P", "next(integer, text)"];
    ["-n", "stock", "--section=post-data"];
    ["-n", "public", "--no-data", "--no-comments"];
    ["-t", "customers", "-a"];
    ["-t", "customers", "-s", "-x"];
    ["-t", "customers", "--no-comments"];
    ["-t", "customers", "--section=data", "--no-statistics"];
    ["-N", "stock", "-N", "Old Things", "--section=pre-data"];
    ["-P", "watch()", "-s"];
    ["-a", "-N", "public"];
    ["-s", "--no-publications", "-N", "sales"];
    ["-C", "-n", "sales"];
    ["-C", "-t", "customers", "-x"];
    ["-C", "-s"];
    ["-C", "--no-comments"];
    ["-C", "--section=data"];
}
