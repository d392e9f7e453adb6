//! What a ledger says.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use pgx_archive::{Digest, DoneParts, EntryId};

use super::Load;

/// Which load it is of, since when, and how many times it went on: one row.
pub const LOAD: &str = "SELECT archive, plan, contents, transforms, options, \
       pg_catalog.to_char(begun AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS+00'), legs::pg_catalog.text \
     FROM pgx_ledger.load";

/// What is made: entry, and whether that is only the index of a constraint.
pub const MADE: &str = "SELECT entry::pg_catalog.text, index_only::pg_catalog.text FROM pgx_ledger.made";

/// Which rows are in, piece by piece.
pub const FILLED: &str = "SELECT entry::pg_catalog.text, part::pg_catalog.text, parts::pg_catalog.text, \
       after::pg_catalog.text, rows::pg_catalog.text, digest, finished::pg_catalog.text \
     FROM (TABLE pgx_ledger.filled UNION ALL TABLE pgx_ledger.filled_unlogged) f ORDER BY f.entry, f.part, f.after";

/// A row of an answer.
type Row = Vec<Option<String>>;

/// What has been done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Entries that are made.
    pub made: BTreeSet<EntryId>,
    /// Constraints whose index is made, and not more.
    pub indexed: BTreeSet<EntryId>,
    /// Parts with rows.
    pub parts: BTreeMap<(EntryId, u32), Part>,
    /// How many parts entries have.
    pub of: BTreeMap<EntryId, u32>,
}

/// What is in of a part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Part {
    /// Rows.
    pub rows: u64,
    /// Sum of their digests.
    pub digest: Digest,
    /// Whether that is all of it.
    pub finished: bool,
}

/// A ledger that was not written by this program, or by one that does it in another way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable;

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ledger of the target is not as this version writes it")
    }
}

impl std::error::Error for Unreadable {}

impl Load {
    /// From the answer to [`LOAD`], with when it was begun.
    pub fn read(rows: &[Row]) -> Result<(Load, String), Unreadable> {
        let [row] = rows else { return Err(Unreadable) };
        Ok((
            Load {
                archive: text(row, 0)?.to_owned(),
                plan: text(row, 1)?.to_owned(),
                contents: digest(row, 2)?,
                transforms: digest(row, 3)?,
                options: digest(row, 4)?,
            },
            text(row, 5)?.to_owned(),
        ))
    }
}

impl Done {
    /// From the answers to [`MADE`] and [`FILLED`].
    pub fn read(made: &[Row], filled: &[Row]) -> Result<Done, Unreadable> {
        let mut done = Done::default();
        for row in made {
            let entry = EntryId(number(row, 0)? as u32);
            match is_true(row, 1)? {
                true => done.indexed.insert(entry),
                false => done.made.insert(entry),
            };
        }
        done.indexed.retain(|entry| !done.made.contains(entry));
        for row in filled {
            let (entry, number_of) = (EntryId(number(row, 0)? as u32), number(row, 1)? as u32);
            done.of.insert(entry, number(row, 2)? as u32);
            let part = done.parts.entry((entry, number_of)).or_default();
            // Each piece begins where the one before ended, and nothing comes after the last.
            if number(row, 3)? != part.rows || part.finished {
                return Err(Unreadable);
            }
            part.rows += number(row, 4)?;
            part.digest += digest(row, 5)?;
            part.finished = is_true(row, 6)?;
        }
        Ok(done)
    }

    /// Rows of all parts.
    pub fn rows(&self) -> u64 {
        self.parts.values().map(|part| part.rows).sum()
    }

    /// Entries of which all parts are in.
    pub fn filled(&self) -> impl Iterator<Item = EntryId> + '_ {
        self.of.iter().filter_map(|(entry, parts)| {
            let of_entry = self.parts.range((*entry, 0)..=(*entry, u32::MAX));
            let finished = of_entry.filter(|(_, part)| part.finished).count();
            (finished == *parts as usize).then_some(*entry)
        })
    }

    /// What a token says of it.
    pub fn parts_done(&self) -> DoneParts {
        let finished = self.parts.iter().filter(|(_, part)| part.finished);
        DoneParts::new(self.filled(), finished.map(|(part, _)| *part))
    }

    /// Whether something that another ledger has is not in this one, which was read later: a crash took it away.
    pub fn has_lost(&self, before: &Done) -> bool {
        let less = |(part, was): (&(EntryId, u32), &Part)| self.parts.get(part).is_none_or(|is| is.rows < was.rows);
        !before.made.is_subset(&self.made)
            || before
                .indexed
                .iter()
                .any(|entry| !self.indexed.contains(entry) && !self.made.contains(entry))
            || before.parts.iter().any(less)
    }
}

fn text(row: &Row, at: usize) -> Result<&str, Unreadable> {
    row.get(at).and_then(Option::as_deref).ok_or(Unreadable)
}

fn number(row: &Row, at: usize) -> Result<u64, Unreadable> {
    text(row, at)?.parse().map_err(|_| Unreadable)
}

fn is_true(row: &Row, at: usize) -> Result<bool, Unreadable> {
    text(row, at)?.parse().map_err(|_| Unreadable)
}

fn digest(row: &Row, at: usize) -> Result<Digest, Unreadable> {
    u128::from_str_radix(text(row, at)?, 16)
        .map(Digest)
        .map_err(|_| Unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Row> {
        let row = |row: &&[&str]| row.iter().map(|value| Some((*value).to_owned())).collect();
        rows.iter().map(row).collect()
    }

    fn done() -> Done {
        let made = rows(&[&["1", "false"], &["2", "true"], &["3", "true"], &["3", "false"]]);
        let filled = rows(&[
            &["7", "1", "2", "0", "5", "0a", "false"],
            &["7", "1", "2", "5", "3", "01", "true"],
            &["7", "2", "2", "0", "4", "02", "false"],
            &["8", "1", "1", "0", "9", "03", "true"],
        ]);
        Done::read(&made, &filled).expect("it is right")
    }

    #[test]
    fn pieces_add_up() {
        let done = done();
        assert_eq!(done.made.into_iter().collect::<Vec<_>>(), [EntryId(1), EntryId(3)]);
        assert_eq!(done.indexed.into_iter().collect::<Vec<_>>(), [EntryId(2)]);
        let part = Part {
            rows: 8,
            digest: Digest(11),
            finished: true,
        };
        assert_eq!(done.parts[&(EntryId(7), 1)], part);
    }

    #[test]
    fn a_token_names_what_is_finished() {
        assert_eq!(done().parts_done().to_string(), "7:1,8");
        assert_eq!(done().rows(), 21);
    }

    #[test]
    fn pieces_that_do_not_fit_are_refused() {
        for second in [
            &["7", "1", "2", "4", "3", "01", "true"],
            &["7", "1", "2", "5", "x", "01", "true"],
        ] {
            let filled = rows(&[&["7", "1", "2", "0", "5", "0a", "false"], second]);
            assert_eq!(Done::read(&[], &filled), Err(Unreadable));
        }
        let filled = rows(&[
            &["7", "1", "2", "0", "5", "0a", "true"],
            &["7", "1", "2", "5", "1", "0a", "true"],
        ]);
        assert_eq!(Done::read(&[], &filled), Err(Unreadable), "after the last");
    }

    #[test]
    fn what_a_crash_took_away_is_noticed() {
        let (before, mut after) = (done(), done());
        assert!(!after.has_lost(&before));
        after.parts.insert((EntryId(7), 2), Part::default());
        assert!(after.has_lost(&before));
        let mut after = done();
        after.indexed.clear();
        assert!(after.has_lost(&before));
        after.made.insert(EntryId(2));
        assert!(!after.has_lost(&before));
    }
}
