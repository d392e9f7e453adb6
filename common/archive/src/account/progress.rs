//! What has come of an entry's rows.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::digest::Digest;
use crate::entry::EntryId;
use crate::index::IndexedPart;
use crate::totals::{EntryEnd, PartEnd};

/// What has come of an entry with rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    /// Parts that the table of contents declares.
    pub(super) declared: u32,
    /// Whether ENTRY_END has come.
    pub(super) ended: bool,
    /// Parts that do not come, because an earlier leg has brought them.
    skipped: BTreeSet<u32>,
    /// The parts that have ended, and where they are.
    parts: BTreeMap<u32, Range<u64>>,
    rows: u64,
    bytes: u64,
    digest: Digest,
}

impl Progress {
    pub(super) fn new(declared: u32, skipped: BTreeSet<u32>) -> Progress {
        Progress {
            declared,
            skipped,
            ..Progress::default()
        }
    }

    /// Whether a part has ended.
    pub(super) fn has(&self, part: u32) -> bool {
        self.parts.contains_key(&part)
    }

    /// Whether a part must not come.
    pub(super) fn skips(&self, part: u32) -> bool {
        self.skipped.contains(&part)
    }

    /// Whether every declared part has ended or is left out.
    pub(super) fn is_whole(&self) -> bool {
        (1..=self.declared).all(|part| self.has(part) || self.skips(part))
    }

    /// A part has ended.
    pub(super) fn add(&mut self, part: u32, place: Range<u64>, end: &PartEnd) {
        self.parts.insert(part, place);
        self.rows += end.rows;
        self.bytes += end.bytes;
        self.digest += end.digest;
    }

    /// What ENTRY_END has to say now.
    pub(super) fn so_far(&self) -> EntryEnd {
        EntryEnd {
            parts: self.parts.len() as u32,
            rows: self.rows,
            bytes: self.bytes,
            digest: self.digest,
        }
    }

    /// The parts that have ended, of the entry with this number.
    pub(super) fn parts(&self, entry: EntryId) -> impl Iterator<Item = IndexedPart> {
        self.parts_after(entry, 0)
    }

    /// Those of them whose number is higher.
    pub(super) fn parts_after(&self, entry: EntryId, part: u32) -> impl Iterator<Item = IndexedPart> {
        let rest = self
            .parts
            .range((std::ops::Bound::Excluded(part), std::ops::Bound::Unbounded));
        rest.map(move |(part, place)| IndexedPart {
            entry,
            part: *part,
            start: place.start,
            end: place.end,
        })
    }
}

/// A part that has begun and not ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct OpenPart {
    /// Where its first frame begins.
    pub(super) start: u64,
    /// Number of its next frame.
    pub(super) seq: u32,
    pub(super) rows: u64,
    pub(super) bytes: u64,
}

impl OpenPart {
    pub(super) fn at(start: u64) -> OpenPart {
        OpenPart {
            start,
            ..OpenPart::default()
        }
    }
}
