//! What has gone by and what may come next: the one set of books that encoder and decoder both keep.
//!
//! Every frame that is not ancillary is entered here before it is written, or after it was read: its
//! header with [`Account::enter`], what it says with the method named after its kind (those of closing
//! frames are in `sums`). The books know the order of frames, the numbers within each part, which parts
//! are open, and every total. They hold a few words for each entry with rows, each open part and each
//! finished part; never rows.

mod progress;
mod sums;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use self::progress::{OpenPart, Progress};
use crate::digest::{Digest, Running};
use crate::entry::{Entry, EntryId};
use crate::frame::{Flags, FrameKind, Header};
use crate::head::Head;
use crate::order::OrderError;
use crate::plan::{Definitions, Origin};

/// How far a stream has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nothing has come but the magic number.
    #[default]
    Start,
    /// HEAD has come; entries follow.
    Toc,
    /// TOC_END has come; rows follow.
    Rows,
    /// The index has begun; no rows can follow.
    Index,
    /// END has come.
    Ended,
    /// FAIL has come.
    Failed,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    stage: Stage,
    lanes: usize,
    origin: Origin,
    /// What has been written of definitions; who reads does not ask.
    definitions: Definitions,
    /// The plan, where HEAD knows it.
    plan: Option<Digest>,
    /// Number of the next frame of the stream itself.
    seq: u32,
    frames: u64,
    more: Option<More>,
    toc: Running,
    ids: HashSet<EntryId>,
    entries: BTreeMap<EntryId, Progress>,
    /// Parts that the stream says it leaves out, of entries that have not come yet.
    skipped: HashMap<EntryId, BTreeSet<u32>>,
    open: HashMap<(EntryId, u32), OpenPart>,
    row_open: Option<(EntryId, u32)>,
    rows: u64,
    bytes: u64,
    index: Option<u64>,
    /// The last part that the index has named.
    indexed: Option<(EntryId, u32)>,
    end: Option<u64>,
}

/// A payload that another frame must continue.
#[derive(Clone, Copy, Debug)]
struct More {
    kind: FrameKind,
    entry: EntryId,
    part: u32,
    /// Frames of it that have come.
    frames: u32,
}

impl More {
    fn is(&self, header: &Header) -> bool {
        (self.kind, self.entry, self.part) == (header.kind, header.entry, header.part)
    }
}

impl Account {
    /// Number that the next frame of the stream itself must have.
    pub(crate) fn seq(&self) -> u32 {
        self.seq
    }

    /// Number that the next frame of a part must have.
    pub(crate) fn part_seq(&self, entry: EntryId, part: u32) -> u32 {
        self.open.get(&(entry, part)).map_or(0, |open| open.seq)
    }

    /// Where END begins, once it has come.
    pub(crate) fn end_offset(&self) -> Option<u64> {
        self.end
    }

    /// Whether a frame continues the payload of the one before.
    pub(crate) fn continues(&self, header: &Header) -> bool {
        self.more.is_some_and(|more| more.is(header))
    }

    /// Enters a frame that begins `at` so many bytes from the magic number: its place, its number, and
    /// whether it continues. Where it is refused, nothing has changed.
    pub(crate) fn enter(&mut self, header: &Header, at: u64) -> Result<(), OrderError> {
        self.expect(header)?;
        let come = self.more.filter(|more| more.is(header)).map_or(0, |more| more.frames);
        match header.kind {
            FrameKind::Data => self.data(header, at)?,
            FrameKind::PartEnd => self.part_ends(header, at)?,
            FrameKind::EntryEnd => {
                self.entry_ends(header.entry)?;
                follow(come, header.seq)?;
            }
            FrameKind::Index | FrameKind::End => {
                self.all_ended()?;
                self.seq = follow(self.seq, header.seq)?;
                let first = match header.kind {
                    FrameKind::Index => &mut self.index,
                    _ => &mut self.end,
                };
                first.get_or_insert(at);
                self.stage = Stage::Index;
            }
            _ => self.seq = follow(self.seq, header.seq)?,
        }
        self.frames += 1;
        self.more = header.flags.has(Flags::MORE).then_some(More {
            kind: header.kind,
            entry: header.entry,
            part: header.part,
            frames: come.saturating_add(1),
        });
        Ok(())
    }

    pub(crate) fn head(&mut self, head: &Head) {
        self.lanes = head.lanes as usize;
        self.origin = Origin::new(head);
        self.definitions = Definitions::new(head);
        self.plan = head.known_plan();
        for skipped in head.resumes.iter().flat_map(|resumes| &resumes.skipped) {
            self.skipped.entry(skipped.entry).or_default().extend(&skipped.parts);
        }
        self.stage = Stage::Toc;
    }

    /// Entries, and the payload that they are written as.
    pub(crate) fn entries(&mut self, entries: &[Entry], payload: &[u8]) -> Result<(), OrderError> {
        self.toc.update(payload);
        for entry in entries {
            if entry.id.0 == 0 || !self.ids.insert(entry.id) {
                return Err(OrderError::EntryId(entry.id));
            }
            if let Some(data) = &entry.data {
                if data.parts == 0 {
                    return Err(OrderError::NoParts(entry.id));
                }
                let skipped = self.skipped.remove(&entry.id).unwrap_or_default();
                self.entries.insert(entry.id, Progress::new(data.parts, skipped));
            }
        }
        Ok(())
    }

    /// An entry that is written as this JSON, for the plan.
    pub(crate) fn defined(&mut self, entry: &Entry, json: &[u8]) -> serde_json::Result<()> {
        self.definitions.add(entry, json)
    }

    pub(crate) fn fail(&mut self) {
        self.stage = Stage::Failed;
    }

    /// Whether a frame of this kind may come now.
    pub(crate) fn expect(&self, header: &Header) -> Result<(), OrderError> {
        let kind = header.kind;
        // A producer may die, or show that it lives, in the middle of anything.
        if let Some(more) = self.more.filter(|_| !kind.is_ancillary() && kind != FrameKind::Fail) {
            return match more.is(header) {
                true => Ok(()),
                false => Err(OrderError::Interrupted {
                    more: more.kind,
                    by: kind,
                }),
            };
        }
        let fits = match kind {
            FrameKind::Head => self.stage == Stage::Start,
            FrameKind::Entries | FrameKind::TocEnd => self.stage == Stage::Toc,
            FrameKind::Data | FrameKind::PartEnd | FrameKind::EntryEnd => self.stage == Stage::Rows,
            FrameKind::Index | FrameKind::End => matches!(self.stage, Stage::Rows | Stage::Index),
            FrameKind::Fail => self.stage < Stage::Ended,
            FrameKind::Tick | FrameKind::Unknown(_) => self.stage > Stage::Start && self.stage < Stage::Ended,
        };
        match fits {
            true => Ok(()),
            false => Err(OrderError::Unexpected {
                kind,
                stage: self.stage,
            }),
        }
    }

    /// Whether the rows of every entry have ended, so that the stream may end.
    pub(crate) fn all_ended(&self) -> Result<(), OrderError> {
        match self.entries.iter().find(|(_, entry)| !entry.ended) {
            Some((id, _)) => Err(OrderError::NotEnded(*id)),
            None => Ok(()),
        }
    }

    fn data(&mut self, header: &Header, at: u64) -> Result<(), OrderError> {
        let key = (header.entry, header.part);
        self.no_row_open_but(Some(key))?;
        let part = self.part(header, at)?;
        part.rows += u64::from(header.rows);
        part.bytes += u64::from(header.raw_len);
        self.row_open = header.flags.has(Flags::ROW_OPEN).then_some(key);
        self.rows += u64::from(header.rows);
        self.bytes += u64::from(header.raw_len);
        Ok(())
    }

    fn part_ends(&mut self, header: &Header, at: u64) -> Result<(), OrderError> {
        match self.row_open == Some((header.entry, header.part)) {
            true => self.no_row_open_but(None),
            false => self.part(header, at).map(|_| ()),
        }
    }

    fn entry_ends(&mut self, id: EntryId) -> Result<(), OrderError> {
        if let Some(part) = self.open.keys().find(|key| key.0 == id).map(|key| key.1) {
            return Err(OrderError::PartOpen { entry: id, part });
        }
        let entry = self.entry(id)?;
        match entry.is_whole() {
            true => Ok(()),
            false => Err(OrderError::MissingParts {
                declared: entry.declared,
                sent: entry.so_far().parts,
            }),
        }
    }

    fn no_row_open_but(&self, key: Option<(EntryId, u32)>) -> Result<(), OrderError> {
        match self.row_open {
            Some(open) if Some(open) != key => Err(OrderError::RowOpen {
                entry: open.0,
                part: open.1,
            }),
            _ => Ok(()),
        }
    }

    /// An entry whose rows may still come.
    fn entry(&mut self, id: EntryId) -> Result<&mut Progress, OrderError> {
        let known = self.ids.contains(&id);
        match self.entries.get_mut(&id) {
            None if known => Err(OrderError::NoData(id)),
            None => Err(OrderError::UnknownEntry(id)),
            Some(entry) if entry.ended => Err(OrderError::EntryEnded(id)),
            Some(entry) => Ok(entry),
        }
    }

    /// The part that a frame belongs to, opened by its first frame.
    fn part(&mut self, header: &Header, at: u64) -> Result<&mut OpenPart, OrderError> {
        let (id, number) = (header.entry, header.part);
        let entry = self.entry(id)?;
        if number == 0 || number > entry.declared {
            return Err(OrderError::PartNumber {
                entry: id,
                part: number,
                declared: entry.declared,
            });
        }
        if entry.has(number) {
            return Err(OrderError::PartEnded {
                entry: id,
                part: number,
            });
        }
        if entry.skips(number) {
            return Err(OrderError::SkippedPart {
                entry: id,
                part: number,
            });
        }
        if !self.open.contains_key(&(id, number)) && self.open.len() >= self.lanes {
            return Err(OrderError::TooManyParts { lanes: self.lanes });
        }
        let seq = self.part_seq(id, number);
        let next = follow(seq, header.seq)?;
        let part = self.open.entry((id, number)).or_insert(OpenPart::at(at));
        part.seq = next;
        Ok(part)
    }
}

/// The number after `expected`, when that is the number found.
fn follow(expected: u32, found: u32) -> Result<u32, OrderError> {
    match expected == found {
        true => expected.checked_add(1).ok_or(OrderError::TooManyFrames),
        false => Err(OrderError::Seq { expected, found }),
    }
}
