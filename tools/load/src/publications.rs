//! Places in publications that the stream does not make: they are taken where the target has these.

use std::collections::HashSet;

use pgx_archive::{Entry, EntryId};
use pgx_cli::{Failure, Notice, Process};
use pgx_restore::memberships::{Memberships, Obstacles};
use pgx_selection::Kept;
use pgx_server::Session;

use crate::failure;

/// The places of what is kept in publications that are not.
pub fn of<'a>(entries: &'a [Entry], kept: &Kept) -> Memberships<'a> {
    let is_kept: HashSet<EntryId> = kept.order.iter().copied().collect();
    let kept: Vec<&Entry> = entries.iter().filter(|entry| is_kept.contains(&entry.id)).collect();
    Memberships::of(kept.into_iter())
}

/// To which of these publications the target lets nothing be added, and why.
pub async fn obstacles(session: &Session, memberships: &Memberships<'_>) -> Result<Obstacles, Failure> {
    if memberships.is_empty() {
        return Ok(Obstacles::new());
    }
    let answer = session.rows(&memberships.question()).await;
    let answer = answer.map_err(|error| failure::server(&error).within("looking at publications"))?;
    Ok(Memberships::obstacles(answer.rows))
}

/// What is kept but for what cannot be, which is said.
pub fn possible(kept: &Kept, memberships: Memberships<'_>, obstacles: &Obstacles, process: &Process) -> Vec<EntryId> {
    let kept_out = memberships.kept_out(obstacles);
    for (publication, message) in kept_out.told(obstacles) {
        let notice = Notice::new(format!("publication {publication}: {message}"));
        process.messages.warning(notice);
    }
    let kept_out = kept_out.ids();
    let order = kept.order.iter().copied();
    order.filter(|id| !kept_out.contains(id)).collect()
}
