//! What a statement locks, so that sessions that work side by side neither wait for one another nor end in
//! a deadlock.
//!
//! CREATE INDEX lets others build indexes on the same table; whatever else is made for a table wants it
//! alone. What belongs to no table goes one after the other: the server updates shared catalog rows for it.
//! This is a plan, not a lock: the server's own locks still decide.

use std::collections::{HashMap, HashSet};

use pgx_archive::{Entry, EntryId, Kind};

use crate::contents::Contents;
use crate::schedule::build::{inheritance, tables_of};

/// How much of a relation a statement wants for itself, the strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// Alone.
    Alone,
    /// With others that build indexes.
    Share,
}

/// What a statement wants, relation by relation.
pub type Claims = Vec<(EntryId, Claim)>;

/// Stands for whatever belongs to no table.
const REST: EntryId = EntryId(0);

/// What statements want, entry by entry.
///
/// Some statements for a table lock all of its partitions, too, in the server's order. Whoever has one of
/// them and wants another would wait for such a statement, and that for him.
#[derive(Clone, Debug)]
pub struct Wants<'c> {
    contents: &'c Contents<'c>,
    children: HashMap<EntryId, Vec<EntryId>>,
}

impl<'c> Wants<'c> {
    /// For the entries of a table of contents.
    pub fn new(contents: &'c Contents<'c>) -> Wants<'c> {
        let mut children: HashMap<EntryId, Vec<EntryId>> = HashMap::new();
        for (parent, child) in inheritance(contents) {
            children.entry(parent).or_default().push(child);
        }
        Wants { contents, children }
    }

    /// What the statements of an entry want. `index_only` is for the first half of a constraint that is made
    /// from an index built on its own.
    pub fn of(&self, entry: &Entry, index_only: bool) -> Claims {
        let claim = if index_only || entry.kind == Kind::Index {
            Claim::Share
        } else {
            Claim::Alone
        };
        // A refresh reads other tables and rewrites its own view.
        let mut tables = tables_of(self.contents, entry);
        let rest = (tables.is_empty() || entry.kind.is_facet()).then_some((REST, Claim::Alone));
        if reaches_down(&entry.kind) {
            tables = self.with_descendants(tables);
        }
        tables.into_iter().map(|table| (table, claim)).chain(rest).collect()
    }

    /// What batches want: of each relation the strongest that one of their entries does.
    pub fn together(mut claims: Claims) -> Claims {
        claims.sort_unstable();
        claims.dedup_by_key(|(id, _)| *id);
        claims
    }

    /// Tables with all that inherits from them.
    pub fn with_descendants(&self, mut tables: Vec<EntryId>) -> Vec<EntryId> {
        let mut seen: HashSet<EntryId> = tables.iter().copied().collect();
        let mut at = 0;
        while let Some(table) = tables.get(at) {
            let children = self.children.get(table).into_iter().flatten();
            tables.extend(children.filter(|child| seen.insert(**child)));
            at += 1;
        }
        tables
    }
}

/// Whether the statements for a table do the same to all that inherits from it. Keys and indexes of
/// partitioned tables are made one by one, and attached.
fn reaches_down(kind: &Kind) -> bool {
    matches!(kind, Kind::FkConstraint | Kind::CheckConstraint | Kind::Trigger)
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

    use crate::options::Options;
    use crate::samples::{numbered, plain, table};

    const TABLE: EntryId = EntryId(7);

    /// An entry about these tables.
    fn about(kind: Kind, tables: &[u32]) -> Entry {
        let mut entry = plain(kind, "it");
        entry.dependencies = tables.iter().map(|&id| EntryId(id)).collect();
        entry
    }

    #[test]
    fn what_reaches_the_partitions_of_a_table_wants_them_too() {
        let mut attach = about(Kind::TableAttach, &[1, 2]);
        attach.name = "leaf".to_owned();
        attach.schema = Some("public".to_owned());
        let entries = numbered(vec![
            table("root"),
            table("leaf"),
            table("other"),
            attach,
            about(Kind::FkConstraint, &[1, 3]),
            about(Kind::Index, &[1]),
        ]);
        let contents = Contents::new(&entries, &Options::default());
        let wants = Wants::new(&contents);
        let of = |at: usize| Wants::together(wants.of(&entries[at], false));
        let alone = |id| (EntryId(id), Claim::Alone);
        assert_eq!(of(4), [alone(1), alone(2), alone(3)]);
        assert_eq!(of(5), [(EntryId(1), Claim::Share)]);
    }

    #[test]
    fn a_batch_wants_the_strongest_of_what_its_entries_want() {
        let claims = vec![(TABLE, Claim::Share), (TABLE, Claim::Alone), (TABLE, Claim::Share)];
        assert_eq!(Wants::together(claims), [(TABLE, Claim::Alone)]);
    }

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
