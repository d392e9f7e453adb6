//! What a statement locks, so that sessions that work side by side neither wait for one another nor end in
//! a deadlock.
//!
//! CREATE INDEX lets others build indexes on the same table; whatever else is made for a table wants it
//! alone. What belongs to no table goes one after the other: the server updates shared catalog rows for it.
//! This is a plan, not a lock: the server's own locks still decide.

use std::collections::HashMap;

use pgx_archive::{Entry, EntryId, Kind};

use crate::contents::Contents;
use crate::schedule::build::tables_of;

/// How much of a relation a statement wants for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// With others that build indexes.
    Share,
    /// Alone.
    Alone,
}

/// What a statement wants, relation by relation.
pub type Claims = Vec<(EntryId, Claim)>;

/// Stands for whatever belongs to no table.
const REST: EntryId = EntryId(0);

/// What the statements of an entry want. `index_only` is for the first half of a constraint that is made
/// from an index built on its own.
pub fn claims(contents: &Contents<'_>, entry: &Entry, index_only: bool) -> Claims {
    let claim = if index_only || entry.kind == Kind::Index {
        Claim::Share
    } else {
        Claim::Alone
    };
    // A refresh reads other tables and rewrites its own view.
    let tables = tables_of(contents, entry);
    if tables.is_empty() || entry.kind.is_facet() {
        let rest = std::iter::once((REST, Claim::Alone));
        return tables.into_iter().map(|table| (table, claim)).chain(rest).collect();
    }
    tables.into_iter().map(|table| (table, claim)).collect()
}

/// What is locked by statements that run.
#[derive(Clone, Debug, Default)]
pub struct Locks {
    held: HashMap<EntryId, Held>,
}

#[derive(Clone, Copy, Debug)]
enum Held {
    Shared(u32),
    Alone,
}

impl Locks {
    /// Whether all of it is free.
    pub fn are_free(&self, claims: &[(EntryId, Claim)]) -> bool {
        claims.iter().all(|(id, claim)| match self.held.get(id) {
            None => true,
            Some(Held::Shared(_)) => *claim == Claim::Share,
            Some(Held::Alone) => false,
        })
    }

    /// Takes what is free.
    pub fn take(&mut self, claims: &[(EntryId, Claim)]) {
        for (id, claim) in claims {
            match (claim, self.held.get_mut(id)) {
                (Claim::Share, Some(Held::Shared(count))) => *count += 1,
                (Claim::Share, _) => {
                    self.held.entry(*id).or_insert(Held::Shared(1));
                }
                (Claim::Alone, _) => {
                    self.held.insert(*id, Held::Alone);
                }
            }
        }
    }

    /// Gives back what was taken.
    pub fn give_back(&mut self, claims: &[(EntryId, Claim)]) {
        for (id, _) in claims {
            match self.held.get_mut(id) {
                Some(Held::Shared(count)) if *count > 1 => *count -= 1,
                _ => {
                    self.held.remove(id);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: EntryId = EntryId(7);

    #[test]
    fn indexes_are_built_side_by_side_and_constraints_alone() {
        let (share, alone) = (vec![(TABLE, Claim::Share)], vec![(TABLE, Claim::Alone)]);
        let mut locks = Locks::default();
        locks.take(&share);
        assert!(locks.are_free(&share) && !locks.are_free(&alone));
        locks.take(&share);
        locks.give_back(&share);
        assert!(!locks.are_free(&alone));
        locks.give_back(&share);
        locks.take(&alone);
        assert!(!locks.are_free(&share) && !locks.are_free(&alone));
        locks.give_back(&alone);
        assert!(locks.are_free(&share));
    }
}
