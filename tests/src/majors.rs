//! The same test on servers of several majors.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use crate::campaign;

/// The majors that a dump may come from.
pub const SUPPORTED: [u32; 7] = [12, 13, 14, 15, 16, 17, 18];

/// Runs a test on some majors; in a campaign, on every one that is supported. As many run at once as there are
/// cores.
///
/// # Panics
/// When it does on one of them, after the others have run.
pub fn on_majors(every_day: &[u32], test: impl Fn(u32) + Sync) {
    let majors = campaign(every_day, &SUPPORTED);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let failed = Mutex::new(Vec::new());
    thread::scope(|scope| {
        for _ in 0..cores.min(majors.len()) {
            scope.spawn(|| {
                while let Some(&major) = majors.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let run = std::panic::AssertUnwindSafe(|| test(major));
                    // The message is on standard error already.
                    if std::panic::catch_unwind(run).is_err() {
                        failed.lock().unwrap_or_else(PoisonError::into_inner).push(major);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap_or_else(PoisonError::into_inner);
    assert!(failed.is_empty(), "failed on majors {failed:?}");
}
