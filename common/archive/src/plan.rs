//! The plan: which dump a stream belongs to, part by part.
//!
//! It is the digest of (archive, snapshot, table of contents): two streams of one plan have the same
//! entries, cut into the same parts, read under the same snapshot, so that a part of one may stand for
//! that part of the other. That is what resuming rests on.
//!
//! HEAD comes before the entries are known, so the plan is made by TOC_END and travels in it. HEAD has
//! it too where it is known beforehand: in the second leg of a dump. Filters hand it on, whatever
//! they take away; nobody but the dump can make it again, and nobody tries.

use crate::digest::{Digest, Running};
use crate::head::Head;

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

    /// The plan, given the digest of the table of contents.
    pub(crate) fn plan(&self, entries: Digest) -> Digest {
        let mut running = self.0.clone();
        running.update(&entries.0.to_le_bytes());
        running.digest()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::head::Content;

    #[test]
    fn archive_snapshot_and_entries_make_a_plan() {
        let head = |archive: &str, snapshot: &str| {
            let mut head = Head::new(Content::Database, archive, "", "");
            head.source.snapshot = Some(snapshot.into());
            head
        };
        let plan = |archive, snapshot, entries| Origin::new(&head(archive, snapshot)).plan(Digest(entries));
        let one = plan("a", "b", 1);
        assert_eq!(one, Digest::of(&[b"a\0b\0".as_slice(), &1u128.to_le_bytes()].concat()));
        assert_ne!(plan("ab", "", 1), one);
        assert_ne!(plan("a", "b", 2), one);
    }
}
