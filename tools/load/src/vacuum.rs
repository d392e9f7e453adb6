//! VACUUM of what was loaded, when all is in and safe: no row of it is then unknown to anybody.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::try_join_all;
use pgx_cli::{Failure, Process};
use pgx_restore::Contents;

use crate::failure;
use crate::target::Target;

/// Vacuums with all of these sessions, each taking the next table as it becomes free.
pub async fn vacuum(sessions: Vec<Target<'_>>, contents: &Contents<'_>, process: &Process) -> Result<(), Failure> {
    let statements = pgx_restore::vacuum(contents);
    let next = AtomicUsize::new(0);
    let work = sessions.iter().map(|target| async {
        while let Some((entry, sql)) = statements.get(next.fetch_add(1, Ordering::Relaxed)) {
            process.interrupt.check()?;
            let done = target.session.execute(sql).await;
            done.map_err(|error| failure::at(&error, entry.describe(), "vacuuming"))?;
        }
        Ok::<(), Failure>(())
    });
    try_join_all(work).await.map(drop)
}
