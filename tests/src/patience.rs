//! Waiting for something that others do.

use std::thread;
use std::time::{Duration, Instant};

/// What has not come after this time does not come.
const LIMIT: Duration = Duration::from_secs(60);

/// Waits until `condition` holds.
///
/// # Panics
/// When it does not within a minute, with `what` was waited for.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < LIMIT, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
