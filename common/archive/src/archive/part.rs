//! The frames of one part, picked out from among those of others.

use std::io::{Read, Seek};

use crate::archive::ArchiveError;
use crate::archive::seek::{Frames, frame_len};
use crate::data_frame::DataFrame;
use crate::error::Reason;
use crate::frame::{Flags, FrameKind, Header};
use crate::index::IndexedPart;
use crate::order::OrderError;
use crate::totals::PartEnd;

/// Reads one part of a stream in a file; see [`Archive::part`](crate::Archive::part).
///
/// Checksums, the numbers of frames, rows and bytes are checked; the digest of the rows is for the
/// reader to compare with that of [`end`](PartReader::end).
#[derive(Debug)]
pub struct PartReader<'a, R> {
    frames: &'a mut Frames<R>,
    place: IndexedPart,
    at: u64,
    seq: u32,
    counted: PartEnd,
    row_open: bool,
    end: Option<PartEnd>,
}

impl<'a, R: Read + Seek> PartReader<'a, R> {
    pub(super) fn new(frames: &'a mut Frames<R>, place: IndexedPart) -> PartReader<'a, R> {
        PartReader {
            frames,
            at: place.start,
            place,
            seq: 0,
            counted: PartEnd::default(),
            row_open: false,
            end: None,
        }
    }

    /// What the part came to, after its last frame.
    pub fn end(&self) -> Option<PartEnd> {
        self.end
    }

    /// The next frame of rows; none after the last.
    pub fn next_frame(&mut self) -> Result<Option<DataFrame>, ArchiveError> {
        if self.end.is_some() {
            return Ok(None);
        }
        let IndexedPart { entry, part, end, .. } = self.place;
        while let Some(header) = self.frames.next_counted(&mut self.at, end)? {
            if (header.entry, header.part) != (entry, part) {
                self.at += frame_len(&header);
                continue;
            }
            match header.kind {
                FrameKind::PartEnd => return self.finish(&header).map(|()| None),
                _ => return self.take(&header).map(Some),
            }
        }
        Err(self.wrong_index(None))
    }

    fn take(&mut self, header: &Header) -> Result<DataFrame, ArchiveError> {
        self.follow(header)?;
        let payload = self.frames.payload(self.at, header)?;
        self.counted.rows += u64::from(header.rows);
        self.counted.bytes += u64::from(header.raw_len);
        self.row_open = header.flags.has(Flags::ROW_OPEN);
        self.seq = self.seq.saturating_add(1);
        self.at += frame_len(header);
        Ok(DataFrame::received(*header, &payload))
    }

    fn finish(&mut self, header: &Header) -> Result<(), ArchiveError> {
        self.follow(header)?;
        let (said, behind): (PartEnd, u64) = self.frames.metadata(self.at, FrameKind::PartEnd)?;
        let IndexedPart { entry, part, end, .. } = self.place;
        let differs = |what, said, counted| OrderError::Count { what, said, counted };
        let wrong = if self.row_open {
            OrderError::RowOpen { entry, part }
        } else if said.rows != self.counted.rows {
            differs("rows of the part", said.rows, self.counted.rows)
        } else if said.bytes != self.counted.bytes {
            differs("bytes of the part", said.bytes, self.counted.bytes)
        } else if behind != end {
            return Err(self.wrong_index(Some(header)));
        } else {
            self.end = Some(said);
            return Ok(());
        };
        Err(self.frames.refuse(self.at, Some(header), wrong.into()))
    }

    /// Whether the frame has the number that must come.
    fn follow(&self, header: &Header) -> Result<(), ArchiveError> {
        let (expected, found) = (self.seq, header.seq);
        match expected == found {
            true => Ok(()),
            false => {
                let reason = OrderError::Seq { expected, found }.into();
                Err(self.frames.refuse(self.at, Some(header), reason))
            }
        }
    }

    fn wrong_index(&self, header: Option<&Header>) -> ArchiveError {
        let IndexedPart { entry, part, .. } = self.place;
        let reason: Reason = OrderError::Index { entry, part }.into();
        self.frames.refuse(self.at, header, reason)
    }
}
