//! A load that goes on with rows of another moment: what is taken back, so that it comes once, and as it is now.
//!
//! Whole tables stay, of the first moment. A table of which only some rows are in is emptied: ranges of blocks of
//! two moments do not add up to its rows. Sequences are set again, where those whose rows came later stand.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use pgx_archive::{Entry, EntryId, Format, Kind, SkippedParts};

use super::Done;
use crate::contents::Contents;
use crate::existing::Destination;
use crate::large_objects;

/// Why a load cannot go on with rows of another moment; the entry is named beside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotAnew {
    /// The stream leaves it out, and the target does not have all of it.
    Missing,
    /// The target has all of it, and it comes again.
    Twice,
    /// The target has a part of it, which cannot be told from other rows.
    Mixed,
}

impl fmt::Display for NotAnew {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NotAnew::Missing => "its rows are neither in the stream nor, all of them, in the target",
            NotAnew::Twice => "its rows are in the target, and come again from another moment",
            NotAnew::Mixed => "some of its rows are in the target among others, and cannot be taken back",
        })
    }
}

/// Forgets what comes again, and gives the statements that take it back; one transaction, or none when there is
/// nothing.
///
/// Tables are emptied that this load makes, or has emptied before; `emptied` says whether it has all others.
pub fn anew<'c>(
    done: &mut Done,
    contents: &'c Contents<'_>,
    skipped: &[SkippedParts],
    emptied: bool,
) -> Result<Option<String>, (&'c Entry, NotAnew)> {
    let whole: BTreeSet<EntryId> = done.filled().collect();
    let made: BTreeSet<EntryId> = contents.wanted().map(|entry| entry.id).collect();
    let skipped: HashMap<EntryId, usize> = skipped.iter().map(|all| (all.entry, all.parts.len())).collect();
    let mut back = Vec::new();
    let mut statements = Vec::new();
    for entry in contents.wanted() {
        let Some(data) = &entry.data else {
            if entry.kind == Kind::SequenceSet && done.made.remove(&entry.id) {
                back.push(entry.id);
            }
            continue;
        };
        match (skipped.get(&entry.id), whole.contains(&entry.id)) {
            (Some(parts), true) if *parts == data.parts as usize => continue,
            (Some(_), _) => return Err((entry, NotAnew::Missing)),
            (None, true) => return Err((entry, NotAnew::Twice)),
            (None, false) => {}
        }
        if done.of.remove(&entry.id).is_none() {
            continue;
        }
        done.parts.retain(|(of, _), _| *of != entry.id);
        let is_ours = emptied || entry.parent.is_some_and(|table| made.contains(&table));
        match data.format {
            _ if data.via_root || !is_ours => return Err((entry, NotAnew::Mixed)),
            Format::LargeObjects => statements.extend(contents.parent(entry).map(large_objects::empty)),
            Format::Text | Format::Binary => {
                let table = Destination::of(entry).ok_or((entry, NotAnew::Mixed))?;
                statements.push(format!("TRUNCATE TABLE ONLY {}", table.table));
            }
        }
        back.push(entry.id);
    }
    if back.is_empty() {
        return Ok(None);
    }
    let list: Vec<String> = back.iter().map(EntryId::to_string).collect();
    let list = list.join(", ");
    for table in ["filled", "filled_unlogged", "made"] {
        statements.push(format!("DELETE FROM pgx_ledger.{table} WHERE entry IN ({list})"));
    }
    Ok(Some(statements.join("; ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::Part;
    use crate::options::Options;
    use crate::samples::{numbered, plain, rows, table};

    /// Tables `a`, `b` and `c`, the first whole, the second in part, and a sequence.
    fn entries() -> Vec<Entry> {
        let mut entries = numbered(vec![
            table("a"),
            table("b"),
            table("c"),
            rows("a"),
            rows("b"),
            rows("c"),
            plain(Kind::SequenceSet, "s"),
        ]);
        for (at, name) in [(3, "a"), (4, "b"), (5, "c")] {
            entries[at].parent = Some(EntryId(at as u32 - 2));
            entries[at].copy = format!("COPY public.{name} (id) FROM stdin;\n");
        }
        entries
    }

    fn done() -> Done {
        let part = |rows, finished| Part {
            rows,
            finished,
            ..Part::default()
        };
        Done {
            made: [1, 2, 3, 7].map(EntryId).into(),
            parts: [((EntryId(4), 1), part(5, true)), ((EntryId(5), 2), part(9, true))].into(),
            of: [(EntryId(4), 1), (EntryId(5), 3)].into(),
            ..Done::default()
        }
    }

    fn skipped(entry: u32) -> Vec<SkippedParts> {
        vec![SkippedParts {
            entry: EntryId(entry),
            parts: vec![1],
        }]
    }

    #[test]
    fn what_is_partly_in_is_taken_back_and_sequences_are_set_again() {
        let (entries, mut done) = (entries(), done());
        let contents = Contents::new(&entries, &Options::default());
        let sql = anew(&mut done, &contents, &skipped(4), false).map_err(|(_, wrong)| wrong);
        assert_eq!(
            sql,
            Ok(Some(
                "TRUNCATE TABLE ONLY public.b; DELETE FROM pgx_ledger.filled WHERE entry IN (5, 7); \
                 DELETE FROM pgx_ledger.filled_unlogged WHERE entry IN (5, 7); \
                 DELETE FROM pgx_ledger.made WHERE entry IN (5, 7)"
                    .to_owned()
            ))
        );
        assert_eq!(done.made, [1, 2, 3].map(EntryId).into());
        assert_eq!(done.parts.keys().copied().collect::<Vec<_>>(), [(EntryId(4), 1)]);
        // Asked again, there is nothing left to take back.
        let sql = anew(&mut done, &contents, &skipped(4), false).map_err(|(_, wrong)| wrong);
        assert_eq!(sql, Ok(None));
    }

    #[test]
    fn what_does_not_fit_is_refused_by_name() {
        let wrong = |change: fn(&mut Vec<Entry>), skipped: &[SkippedParts]| {
            let mut entries = entries();
            change(&mut entries);
            let contents = Contents::new(&entries, &Options::default());
            let refused = anew(&mut done(), &contents, skipped, false).err();
            refused.map(|(entry, wrong)| (entry.id.0, wrong))
        };
        assert_eq!(wrong(|_| {}, &[]), Some((4, NotAnew::Twice)));
        assert_eq!(wrong(|_| {}, &skipped(5)), Some((4, NotAnew::Twice)));
        let both = [skipped(4), skipped(6)].concat();
        assert_eq!(wrong(|_| {}, &both), Some((6, NotAnew::Missing)));
        // A table that stands already may have had rows before.
        assert_eq!(
            wrong(|entries| entries[4].parent = None, &skipped(4)),
            Some((5, NotAnew::Mixed))
        );
        let via_root = |entries: &mut Vec<Entry>| entries[4].data.as_mut().expect("it has rows").via_root = true;
        assert_eq!(wrong(via_root, &skipped(4)), Some((5, NotAnew::Mixed)));
    }
}
