//! The plan: which dump a stream belongs to, part by part.
//!
//! It says in one half that archive, snapshot and table of contents are the same, in the other that archive,
//! selection and definitions are. Two streams of one plan have the same entries, cut into the same parts, read
//! under the same snapshot, so that a part of one may stand for that part of the other. That is what resuming
//! rests on. Of two plans whose first half is the same, the streams have the same entries, and no more:
//! how many rows there are, in which parts, and where sequences stand is another matter. That is what is left
//! when the snapshot is gone, and what `--inconsistent` rests on.
//!
//! HEAD comes before the entries are known, so the plan is made by TOC_END and travels in it. HEAD has
//! it too where it is known beforehand: in the second leg of a dump. Filters hand it on, whatever
//! they take away; nobody but the dump can make it again, and nobody else tries.

use std::borrow::Cow;

use crate::digest::{Digest, Running};
use crate::entry::Entry;
use crate::head::Head;
use crate::kind::Kind;

/// Bits of the half that definitions do not decide.
const HALF: u32 = 64;

/// A plan whose table of contents is still to come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Origin(Running);

impl Origin {
    pub(crate) fn new(head: &Head) -> Origin {
        let mut running = Running::default();
        for word in [
            head.archive.as_str(),
            head.source.snapshot.as_deref().unwrap_or_default(),
        ] {
            running.update(word.as_bytes());
            running.update(&[0]);
        }
        Origin(running)
    }

    /// The plan, given the digest of the table of contents and that of the definitions.
    pub(crate) fn plan(&self, entries: Digest, definitions: Digest) -> Digest {
        let mut running = self.0.clone();
        running.update(&entries.0.to_le_bytes());
        let rows = running.digest().0 << HALF >> HALF;
        Digest(definitions.0 >> HALF << HALF | rows)
    }
}

/// Whether two plans are of the same archive, selection and definitions; either may be the digest of
/// [`Definitions`] alone.
pub fn define_the_same(one: Digest, other: Digest) -> bool {
    one.0 >> HALF == other.0 >> HALF
}

/// What a dump has of entries, but for what changes with the rows.
#[derive(Clone, Debug, Default)]
pub struct Definitions(Running);

impl Definitions {
    /// Of an archive, and what was selected for it; its entries are still to come.
    pub fn new(head: &Head) -> Definitions {
        let mut running = Running::default();
        for word in std::iter::once(&head.archive).chain(&head.selection) {
            running.update(word.as_bytes());
            running.update(&[0]);
        }
        Definitions(running)
    }

    /// The same with all of these entries.
    pub fn of(head: &Head, entries: &[Entry]) -> serde_json::Result<Definitions> {
        let mut definitions = Definitions::new(head);
        for entry in entries {
            definitions.add(entry, &serde_json::to_vec(entry)?)?;
        }
        Ok(definitions)
    }

    /// Adds an entry, which has this JSON.
    pub(crate) fn add(&mut self, entry: &Entry, json: &[u8]) -> serde_json::Result<()> {
        let json = match lasting(entry) {
            Some(lasting) => Cow::Owned(serde_json::to_vec(&lasting)?),
            None => Cow::Borrowed(json),
        };
        self.0.update(&json);
        Ok(())
    }

    /// The digest of all of it.
    pub fn digest(&self) -> Digest {
        self.0.digest()
    }
}

/// An entry without what changes with the rows, if it has any of that.
fn lasting(entry: &Entry) -> Option<Entry> {
    match (&entry.kind, &entry.data) {
        (Kind::SequenceSet | Kind::StatisticsData, _) => Some(Entry {
            create: String::new(),
            fields: Default::default(),
            ..entry.clone()
        }),
        (_, Some(_)) => {
            let mut entry = entry.clone();
            if let Some(data) = &mut entry.data {
                (data.parts, data.part_blocks) = (1, 0);
                (data.estimated_rows, data.estimated_bytes) = (0, 0);
            }
            Some(entry)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::{Data, Format};
    use crate::head::Content;

    fn head(archive: &str, snapshot: &str) -> Head {
        let mut head = Head::new(Content::Database, archive, "", "");
        head.source.snapshot = Some(snapshot.into());
        head
    }

    fn rows(parts: u32, format: Format) -> Entry {
        let mut entry = Entry::new(Kind::TableData, Some("public"), "t", "");
        entry.data = Some(Box::new(Data {
            columns: vec!["a".into()],
            types: Vec::new(),
            format,
            encoding: "UTF8".into(),
            settings: Default::default(),
            parts,
            part_blocks: u64::from(parts),
            logged: true,
            via_root: false,
            estimated_rows: 7 * u64::from(parts),
            estimated_bytes: 8192,
        }));
        entry
    }

    #[test]
    fn archive_snapshot_and_entries_make_a_plan() {
        let defined = Digest(u128::MAX);
        let plan = |archive, snapshot, entries| Origin::new(&head(archive, snapshot)).plan(Digest(entries), defined);
        let one = plan("a", "b", 1);
        let rows = Digest::of(&[b"a\0b\0".as_slice(), &1u128.to_le_bytes()].concat());
        assert_eq!(one.0 as u64, rows.0 as u64);
        assert!(define_the_same(one, defined));
        assert_ne!(plan("ab", "", 1), one);
        assert_ne!(plan("a", "b", 2), one);
    }

    #[test]
    fn definitions_are_the_same_whatever_becomes_of_rows() {
        let digest = |head: &Head, entries: &[Entry]| Definitions::of(head, entries).map(|all| all.digest()).unwrap();
        let set = |value: u32| {
            let mut entry = Entry::new(Kind::SequenceSet, Some("public"), "s", "");
            entry.create = format!("SELECT pg_catalog.setval('public.s', {value}, true);\n");
            entry
        };
        let one = digest(&head("a", "b"), &[rows(1, Format::Text), set(1)]);
        assert_eq!(digest(&head("a", "c"), &[rows(5, Format::Text), set(2)]), one);
        let mut selected = head("a", "b");
        selected.selection.push("--schema=s".into());
        let mut renamed = set(1);
        renamed.name = "r".into();
        for (head, entries) in [
            (&head("b", "b"), vec![rows(1, Format::Text), set(1)]),
            (&selected, vec![rows(1, Format::Text), set(1)]),
            (&head("a", "b"), vec![rows(1, Format::Binary), set(1)]),
            (&head("a", "b"), vec![set(1), rows(1, Format::Text)]),
            (&head("a", "b"), vec![rows(1, Format::Text)]),
            (&head("a", "b"), vec![rows(1, Format::Text), renamed]),
        ] {
            assert!(!define_the_same(digest(head, &entries), one), "{entries:?}");
        }
    }
}
