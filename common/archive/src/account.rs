//! What has gone by and what may come next: the one set of books that encoder and decoder both keep.
//!
//! Every frame that is not ancillary is entered here before it is written, or after it was read. The
//! books know the order of frames, the numbers within each part, which parts are open, and every
//! total. They hold a few words for each entry with rows, each open part and each finished part;
//! never rows.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use crate::digest::{Digest, Running};
use crate::entry::{Entry, EntryId};
use crate::frame::{Flags, FrameKind, Header};
use crate::head::Head;
use crate::order::OrderError;
use crate::totals::{End, EntryEnd, PartEnd, TocEnd};

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
    resumes: bool,
    /// Number of the next frame of the stream itself.
    seq: u32,
    frames: u64,
    /// The kind of which another frame must come.
    more: Option<FrameKind>,
    toc: Running,
    ids: HashSet<EntryId>,
    entries: BTreeMap<EntryId, Progress>,
    open: HashMap<(EntryId, u32), OpenPart>,
    row_open: Option<(EntryId, u32)>,
    rows: u64,
    bytes: u64,
}

/// What has come of an entry with rows.
#[derive(Clone, Debug, Default)]
struct Progress {
    declared: u32,
    /// The parts that have ended.
    parts: BTreeSet<u32>,
    rows: u64,
    bytes: u64,
    digest: Digest,
    ended: bool,
}

#[derive(Clone, Debug, Default)]
struct OpenPart {
    seq: u32,
    rows: u64,
    bytes: u64,
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

    /// Whether another frame of this kind must come.
    pub(crate) fn continues(&self, kind: FrameKind) -> bool {
        self.more == Some(kind)
    }

    /// Enters a frame of the stream itself: its stage, its number, and whether it continues.
    pub(crate) fn metadata(&mut self, header: &Header) -> Result<(), OrderError> {
        self.expect(header.kind)?;
        self.seq = follow(self.seq, header.seq)?;
        self.frames += 1;
        self.more = header.flags.has(Flags::MORE).then_some(header.kind);
        Ok(())
    }

    pub(crate) fn head(&mut self, head: &Head) {
        self.lanes = head.lanes as usize;
        self.resumes = head.resumes.is_some();
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
                self.entries.insert(
                    entry.id,
                    Progress {
                        declared: data.parts,
                        ..Progress::default()
                    },
                );
            }
        }
        Ok(())
    }

    /// What TOC_END has to say now.
    pub(crate) fn toc_so_far(&self) -> TocEnd {
        TocEnd {
            entries: self.ids.len() as u64,
            digest: self.toc.digest(),
        }
    }

    pub(crate) fn toc_end(&mut self, said: &TocEnd) -> Result<(), OrderError> {
        let counted = self.toc_so_far();
        same("entries", said.entries, counted.entries)?;
        same_digest("digest of the entries", said.digest, counted.digest)?;
        self.stage = Stage::Rows;
        Ok(())
    }

    pub(crate) fn data(&mut self, header: &Header) -> Result<(), OrderError> {
        let key = (header.entry, header.part);
        self.expect(header.kind)?;
        if let Some(open) = self.row_open.filter(|open| *open != key) {
            return Err(OrderError::RowOpen {
                entry: open.0,
                part: open.1,
            });
        }
        let part = self.part(header)?;
        part.rows += u64::from(header.rows);
        part.bytes += u64::from(header.raw_len);
        self.row_open = header.flags.has(Flags::ROW_OPEN).then_some(key);
        self.rows += u64::from(header.rows);
        self.bytes += u64::from(header.raw_len);
        self.frames += 1;
        Ok(())
    }

    /// What PART_END has to say now, given the digest of its rows.
    pub(crate) fn part_so_far(&self, entry: EntryId, part: u32, digest: Digest) -> PartEnd {
        let (rows, bytes) = self
            .open
            .get(&(entry, part))
            .map_or((0, 0), |open| (open.rows, open.bytes));
        PartEnd { rows, bytes, digest }
    }

    pub(crate) fn part_end(&mut self, header: &Header, said: &PartEnd) -> Result<(), OrderError> {
        let key = (header.entry, header.part);
        self.expect(header.kind)?;
        if self.row_open == Some(key) {
            return Err(OrderError::RowOpen {
                entry: key.0,
                part: key.1,
            });
        }
        let part = self.part(header)?;
        same("rows of the part", said.rows, part.rows)?;
        same("bytes of the part", said.bytes, part.bytes)?;
        self.open.remove(&key);
        let entry = self
            .entries
            .get_mut(&header.entry)
            .ok_or(OrderError::UnknownEntry(header.entry))?;
        entry.parts.insert(header.part);
        entry.rows += said.rows;
        entry.bytes += said.bytes;
        entry.digest += said.digest;
        self.frames += 1;
        Ok(())
    }

    /// What ENTRY_END has to say now.
    pub(crate) fn entry_so_far(&self, entry: EntryId) -> EntryEnd {
        self.entries.get(&entry).map_or(EntryEnd::default(), Progress::so_far)
    }

    pub(crate) fn entry_end(&mut self, header: &Header, said: &EntryEnd) -> Result<(), OrderError> {
        self.expect(header.kind)?;
        follow(0, header.seq)?;
        if let Some(part) = self.open.keys().find(|key| key.0 == header.entry).map(|key| key.1) {
            return Err(OrderError::PartOpen {
                entry: header.entry,
                part,
            });
        }
        let resumes = self.resumes;
        let entry = self.entry(header.entry)?;
        let counted = entry.so_far();
        same("parts of the entry", said.parts.into(), counted.parts.into())?;
        same("rows of the entry", said.rows, counted.rows)?;
        same("bytes of the entry", said.bytes, counted.bytes)?;
        same_digest("digest of the entry", said.digest, counted.digest)?;
        if counted.parts != entry.declared && !resumes {
            return Err(OrderError::MissingParts {
                declared: entry.declared,
                sent: counted.parts,
            });
        }
        entry.ended = true;
        self.frames += 1;
        Ok(())
    }

    pub(crate) fn index(&mut self) -> Result<(), OrderError> {
        self.all_ended()?;
        self.stage = Stage::Index;
        Ok(())
    }

    /// What END has to say when it is the next frame.
    pub(crate) fn so_far(&self) -> End {
        let mut digest = Running::default();
        let mut entries = 0;
        for (id, entry) in self.entries.iter().filter(|(_, entry)| entry.ended) {
            digest.update(&id.0.to_le_bytes());
            digest.update(&entry.digest.0.to_le_bytes());
            entries += 1;
        }
        let digest = digest.digest();
        End {
            frames: self.frames + 1,
            entries,
            rows: self.rows,
            bytes: self.bytes,
            digest,
        }
    }

    pub(crate) fn end(&mut self, header: &Header, said: &End) -> Result<(), OrderError> {
        self.all_ended()?;
        let counted = self.so_far();
        self.metadata(header)?;
        same("frames", said.frames, counted.frames)?;
        same("entries with rows", said.entries, counted.entries)?;
        same("rows", said.rows, counted.rows)?;
        same("bytes", said.bytes, counted.bytes)?;
        same_digest("digest of the stream", said.digest, counted.digest)?;
        self.stage = Stage::Ended;
        Ok(())
    }

    pub(crate) fn fail(&mut self) {
        self.stage = Stage::Failed;
    }

    /// Whether a frame of this kind may come now.
    pub(crate) fn expect(&self, kind: FrameKind) -> Result<(), OrderError> {
        // A producer may die, or show that it lives, in the middle of anything.
        if let Some(more) = self.more.filter(|_| !kind.is_ancillary() && kind != FrameKind::Fail) {
            return match kind == more {
                true => Ok(()),
                false => Err(OrderError::Interrupted { more, by: kind }),
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
    fn part(&mut self, header: &Header) -> Result<&mut OpenPart, OrderError> {
        let (id, number) = (header.entry, header.part);
        let entry = self.entry(id)?;
        if number == 0 || number > entry.declared {
            return Err(OrderError::PartNumber {
                entry: id,
                part: number,
                declared: entry.declared,
            });
        }
        if entry.parts.contains(&number) {
            return Err(OrderError::PartEnded {
                entry: id,
                part: number,
            });
        }
        if !self.open.contains_key(&(id, number)) && self.open.len() >= self.lanes {
            return Err(OrderError::TooManyParts { lanes: self.lanes });
        }
        let seq = self.part_seq(id, number);
        let next = follow(seq, header.seq)?;
        let part = self.open.entry((id, number)).or_default();
        part.seq = next;
        Ok(part)
    }

    fn all_ended(&self) -> Result<(), OrderError> {
        match self.entries.iter().find(|(_, entry)| !entry.ended) {
            Some((id, _)) => Err(OrderError::NotEnded(*id)),
            None => Ok(()),
        }
    }
}

impl Progress {
    fn so_far(&self) -> EntryEnd {
        EntryEnd {
            parts: self.parts.len() as u32,
            rows: self.rows,
            bytes: self.bytes,
            digest: self.digest,
        }
    }
}

/// The number after `expected`, when that is the number found.
fn follow(expected: u32, found: u32) -> Result<u32, OrderError> {
    match expected == found {
        true => expected.checked_add(1).ok_or(OrderError::TooManyFrames),
        false => Err(OrderError::Seq { expected, found }),
    }
}

fn same(what: &'static str, said: u64, counted: u64) -> Result<(), OrderError> {
    match said == counted {
        true => Ok(()),
        false => Err(OrderError::Count { what, said, counted }),
    }
}

fn same_digest(what: &'static str, said: Digest, counted: Digest) -> Result<(), OrderError> {
    match said == counted {
        true => Ok(()),
        false => Err(OrderError::Digest { what, said, counted }),
    }
}
