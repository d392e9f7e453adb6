//! What the closing frames must say, and whether they do.

use super::progress::Progress;
use super::{Account, Stage};
use crate::digest::{Digest, Running};
use crate::entry::EntryId;
use crate::frame::{HEADER_LEN, Header};
use crate::index::IndexedPart;
use crate::order::OrderError;
use crate::totals::{End, EntryEnd, PartEnd, TocEnd};

impl Account {
    /// The plan of a dump that is being made: HEAD's, or that of the entries so far.
    pub(crate) fn own_plan(&self) -> Digest {
        let made = || self.origin.plan(self.toc.digest(), self.definitions.digest());
        self.plan.unwrap_or_else(made)
    }

    /// What TOC_END has to say now.
    pub(crate) fn toc_so_far(&self, plan: Option<Digest>) -> TocEnd {
        TocEnd {
            entries: self.ids.len() as u64,
            digest: self.toc.digest(),
            plan,
        }
    }

    pub(crate) fn toc_end(&mut self, said: &TocEnd) -> Result<(), OrderError> {
        let counted = self.toc_so_far(said.plan);
        same("entries", said.entries, counted.entries)?;
        same_digest("digest of the entries", said.digest, counted.digest)?;
        if let (Some(said), Some(head)) = (said.plan, self.plan)
            && said != head
        {
            return Err(OrderError::Plan { said, head });
        }
        self.stage = Stage::Rows;
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

    /// The last frame of PART_END has come, and ends at `end`.
    pub(crate) fn part_end(&mut self, header: &Header, at: u64, said: &PartEnd) -> Result<(), OrderError> {
        let (id, number) = (header.entry, header.part);
        let end = at + HEADER_LEN as u64 + u64::from(header.len);
        let counted = self.part_so_far(id, number, said.digest);
        same("rows of the part", said.rows, counted.rows)?;
        same("bytes of the part", said.bytes, counted.bytes)?;
        let start = self.open.remove(&(id, number)).map_or(at, |part| part.start);
        self.entry(id)?.add(number, start..end, said);
        Ok(())
    }

    /// What ENTRY_END has to say now.
    pub(crate) fn entry_so_far(&self, entry: EntryId) -> EntryEnd {
        self.entries.get(&entry).map_or(EntryEnd::default(), Progress::so_far)
    }

    pub(crate) fn entry_end(&mut self, id: EntryId, said: &EntryEnd) -> Result<(), OrderError> {
        let entry = self.entry(id)?;
        let counted = entry.so_far();
        same("parts of the entry", said.parts.into(), counted.parts.into())?;
        same("rows of the entry", said.rows, counted.rows)?;
        same("bytes of the entry", said.bytes, counted.bytes)?;
        same_digest("digest of the entry", said.digest, counted.digest)?;
        entry.ended = true;
        Ok(())
    }

    /// The parts that have ended, as INDEX names them.
    pub(crate) fn parts(&self) -> impl Iterator<Item = IndexedPart> {
        self.entries.iter().flat_map(|(id, entry)| entry.parts(*id))
    }

    /// Some of the index: the parts that follow those it has named before.
    pub(crate) fn index(&mut self, said: &[IndexedPart]) -> Result<(), OrderError> {
        for part in said {
            if self.not_indexed() != Some(*part) {
                return Err(OrderError::Index {
                    entry: part.entry,
                    part: part.part,
                });
            }
            self.indexed = Some((part.entry, part.part));
        }
        Ok(())
    }

    /// What END has to say when it is the next frame.
    pub(crate) fn so_far(&self) -> End {
        let mut digest = Running::default();
        let mut entries = 0;
        for (id, entry) in self.entries.iter().filter(|(_, entry)| entry.ended) {
            digest.update(&id.0.to_le_bytes());
            digest.update(&entry.so_far().digest.0.to_le_bytes());
            entries += 1;
        }
        End {
            // One more than before END was entered, and no more since.
            frames: self.frames + u64::from(self.end.is_none()),
            entries,
            rows: self.rows,
            bytes: self.bytes,
            digest: digest.digest(),
            index: self.index,
        }
    }

    pub(crate) fn end(&mut self, said: &End) -> Result<(), OrderError> {
        let counted = self.so_far();
        same("frames", said.frames, counted.frames)?;
        same("entries with rows", said.entries, counted.entries)?;
        same("rows", said.rows, counted.rows)?;
        same("bytes", said.bytes, counted.bytes)?;
        same_digest("digest of the stream", said.digest, counted.digest)?;
        if said.index != counted.index {
            return Err(OrderError::IndexOffset {
                said: said.index,
                counted: counted.index,
            });
        }
        if self.index.is_some()
            && let Some(part) = self.not_indexed()
        {
            return Err(OrderError::Index {
                entry: part.entry,
                part: part.part,
            });
        }
        self.stage = Stage::Ended;
        Ok(())
    }

    /// The first part that the index has not named yet.
    fn not_indexed(&self) -> Option<IndexedPart> {
        let (entry, part) = self.indexed.unwrap_or_default();
        let rest = self.entries.range(entry..);
        rest.flat_map(|(id, progress)| progress.parts_after(*id, if *id == entry { part } else { 0 }))
            .next()
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
