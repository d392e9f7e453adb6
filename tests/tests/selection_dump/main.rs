//! What pgx-dump keeps of a database is what stock pg_dump of the newest major keeps: by name, by section, by kind;
//! and its scripts are stock's, whatever switches shape them.
//!
//! Every selection that differs is listed, not only the first. `PGX_ONLY=filter` keeps those whose words contain it.

mod conditions;
mod refused;
mod scripts;
mod selections;

use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use pgx_tests::{Cluster, Database};

/// Comparisons that run side by side.
const AT_ONCE: usize = 3;

/// The database that is chosen from.
fn filled() -> Database<'static> {
    let database = Cluster::shared(18).database("choice");
    database.script(include_bytes!("database.sql"), &[]);
    database
}

/// Runs every case and lists what differs.
fn compare<Case: Sync>(
    cases: &[Case],
    words: impl Fn(&Case) -> String + Sync,
    differs: impl Fn(&Case) -> Option<String> + Sync,
) {
    let only = std::env::var("PGX_ONLY").unwrap_or_default();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE {
            scope.spawn(|| {
                while let Some(case) = cases.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let words = words(case);
                    if let Some(difference) = differs(case).filter(|_| words.contains(&only)) {
                        let mut failures = failures.lock().expect("no comparison panics");
                        failures.push(format!("==== {words}\n{difference}\n"));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().expect("no comparison panics");
    assert!(
        failures.is_empty(),
        "{}{} of {} differ",
        failures.concat(),
        failures.len(),
        cases.len()
    );
}
