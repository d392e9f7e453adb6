//! What there is to make: an entry, whole or in the two halves of a constraint that is made from an index.

use std::collections::HashMap;

use pgx_archive::{Entry, EntryId, Kind};
use pgx_restore::{Claims, Contents, Wants};

/// A table whose rows have so many bytes is worth a session for each of its indexes.
pub const HEAVY: u64 = 16 << 20;

/// What is to be made of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Half {
    /// All of it.
    Whole,
    /// The index of a constraint; others may build on the same table.
    Index,
    /// The constraint, from its index.
    Attach,
}

/// Something to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Job {
    /// The entry.
    pub id: EntryId,
    /// What of it.
    pub half: Half,
}

impl Job {
    /// All of an entry.
    pub fn whole(id: EntryId) -> Job {
        Job { id, half: Half::Whole }
    }

    /// What it locks.
    pub fn claims(self, contents: &Contents<'_>, wants: &Wants<'_>) -> Claims {
        contents
            .get(self.id)
            .map(|entry| wants.of(entry, self.half == Half::Index))
            .unwrap_or_default()
    }
}

/// How long things take, by the bytes of the tables they are about.
pub struct Weights(HashMap<EntryId, u64>);

impl Weights {
    /// From what the stream says of the sizes of tables.
    pub fn new(contents: &Contents<'_>) -> Weights {
        let mut weights = HashMap::new();
        for entry in contents.entries() {
            if let (Some(data), Some(table)) = (&entry.data, entry.parent) {
                *weights.entry(table).or_default() += data.estimated_bytes;
            }
        }
        Weights(weights)
    }

    /// Bytes that the statements of an entry have to go through; 0 for those that touch no rows.
    pub fn of(&self, entry: &Entry) -> u64 {
        let about_rows = matches!(
            entry.kind,
            Kind::Index | Kind::Constraint | Kind::FkConstraint | Kind::CheckConstraint
        );
        let tables = entry.dependencies.iter().chain(&entry.parent).filter(|_| about_rows);
        match entry.kind {
            // What a view is made from is not known: better alone than in front of a queue.
            Kind::MaterializedViewData => HEAVY,
            _ => tables.filter_map(|table| self.0.get(table)).max().copied().unwrap_or(0),
        }
    }
}
