//! Waiting for something that others do.

use std::thread;
use std::time::{Duration, Instant};

/// What has not come after this time, on a slow machine with much else to do, does not come.
pub const PATIENCE: Duration = Duration::from_secs(300);

/// Waits until `condition` holds.
///
/// # Panics
/// When it does not in time, with `what` was waited for.
pub fn wait_until(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(start.elapsed() < PATIENCE, "waited in vain until {what}");
        thread::sleep(Duration::from_millis(20));
    }
}
