//! The writing side: an encoder that cannot be asked for frames in a wrong order.
//!
//! [`Encoder<Start>`] becomes [`Encoder<Toc>`] by HEAD, [`Encoder<Rows>`] by TOC_END, and nothing by END or
//! FAIL. It is pure: bytes are appended to the vector that each call is given, and where they go from
//! there is the caller's affair. Rows do not pass through it uncompressed: lanes make whole frames with
//! [`DataFrame::seal`], in as many threads as they like, and the encoder keeps the books.
//!
//! A stream of several members is made by one encoder after another.

use std::fmt;
use std::marker::PhantomData;

use serde::Serialize;

use crate::account::Account;
use crate::codec::{CodecError, Compression};
use crate::data_frame::{self, DataFrame, Place};
use crate::digest::Digest;
use crate::entry::{Entry, EntryId};
use crate::event::Ancillary;
use crate::fail::Fail;
use crate::frame::{Flags, FrameKind, Header, HeaderError, MAX_METADATA};
use crate::head::{FEATURES, Head, HeadError};
use crate::index::{self, IndexedPart};
use crate::order::OrderError;
use crate::tick::Tick;
use crate::totals::{End, EntryEnd, PartEnd, TocEnd};
use crate::trailer::{MAGIC, TRAILER_LEN, Trailer};

/// The most bytes of metadata in one frame; a longer payload is continued in further frames.
const METADATA_FRAME: usize = 1 << 20;
/// Entries are gathered up to this many bytes into one frame.
const ENTRIES_FRAME: usize = 512 << 10;
/// Metadata below this is not worth compressing.
const WORTH_COMPRESSING: usize = 512;

/// Nothing has been written.
#[derive(Debug)]
pub struct Start(());
/// HEAD has been written; entries may follow.
#[derive(Debug)]
pub struct Toc(());
/// TOC_END has been written; rows may follow.
#[derive(Debug)]
pub struct Rows(());

/// Makes the frames of one stream, in order.
#[derive(Debug)]
pub struct Encoder<State> {
    account: Account,
    /// Bytes written so far, counted from the magic number.
    offset: u64,
    compression: Compression,
    state: PhantomData<State>,
}

impl Encoder<Start> {
    /// An encoder that compresses metadata so; rows are compressed by those who seal them.
    pub fn new(compression: Compression) -> Encoder<Start> {
        Encoder {
            account: Account::default(),
            offset: 0,
            compression,
            state: PhantomData,
        }
    }

    /// Writes the magic number and HEAD.
    pub fn head(mut self, head: &Head, out: &mut Vec<u8>) -> Result<Encoder<Toc>, EncodeError> {
        head.check(FEATURES).map_err(EncodeError::Head)?;
        self.magic(out);
        // Never compressed, so that a look at its first bytes says what a file is.
        let compression = std::mem::replace(&mut self.compression, Compression::Stored);
        self.metadata(FrameKind::Head, &json(head)?, out)?;
        self.compression = compression;
        self.account.head(head);
        Ok(self.into_state())
    }

    /// Gives up before HEAD: the stream says why and ends.
    pub fn fail(mut self, fail: &Fail, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.magic(out);
        self.last_words(fail, out)
    }

    fn magic(&mut self, out: &mut Vec<u8>) {
        out.extend_from_slice(&MAGIC);
        self.offset += MAGIC.len() as u64;
    }
}

impl Encoder<Toc> {
    /// Writes entries; may be called any number of times.
    pub fn entries(&mut self, entries: &[Entry], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let mut rest = entries;
        while !rest.is_empty() {
            let mut payload = Vec::new();
            let mut taken = 0;
            for entry in rest {
                let full = payload.len();
                payload.push(if taken == 0 { b'[' } else { b',' });
                serde_json::to_writer(&mut payload, entry).map_err(not_json)?;
                if taken > 0 && payload.len() > ENTRIES_FRAME {
                    payload.truncate(full);
                    break;
                }
                self.account.defined(entry, &payload[full + 1..]).map_err(not_json)?;
                taken += 1;
            }
            payload.push(b']');
            let (batch, later) = rest.split_at(taken);
            self.account.entries(batch, &payload)?;
            self.metadata(FrameKind::Entries, &payload, out)?;
            rest = later;
        }
        Ok(())
    }

    /// Writes TOC_END with the plan of these entries: rows may follow.
    ///
    /// This is for a dump. Who hands a stream on uses [`toc_end_of`](Encoder::toc_end_of).
    pub fn toc_end(self, out: &mut Vec<u8>) -> Result<(Encoder<Rows>, TocEnd), EncodeError> {
        let plan = self.account.own_plan();
        self.toc_end_of(Some(plan), out)
    }

    /// Writes TOC_END with the plan that the TOC_END of the input has: rows may follow.
    pub fn toc_end_of(
        mut self,
        plan: Option<Digest>,
        out: &mut Vec<u8>,
    ) -> Result<(Encoder<Rows>, TocEnd), EncodeError> {
        let end = self.account.toc_so_far(plan);
        self.metadata(FrameKind::TocEnd, &json(&end)?, out)?;
        self.account.toc_end(&end)?;
        Ok((self.into_state(), end))
    }

    /// Writes a sign of life.
    pub fn tick(&mut self, tick: &Tick, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.write_tick(tick, out)
    }

    /// Writes an ancillary frame that a decoder gave and this version does not know.
    pub fn ancillary(&mut self, frame: &Ancillary, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.write_ancillary(frame, out)
    }

    /// Gives up: the stream says why and ends.
    pub fn fail(mut self, fail: &Fail, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.last_words(fail, out)
    }
}

impl Encoder<Rows> {
    /// Writes a frame of rows, made by a lane or received by a filter.
    pub fn data(&mut self, frame: &DataFrame, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.admit(frame)?;
        out.extend_from_slice(frame.as_bytes());
        Ok(())
    }

    /// Counts a frame of rows that the caller writes himself, right away, from
    /// [`DataFrame::as_bytes`]: as [`data`](Encoder::data), without the copy.
    pub fn admit(&mut self, frame: &DataFrame) -> Result<(), EncodeError> {
        self.account.enter(frame.header(), self.offset)?;
        self.offset += frame.as_bytes().len() as u64;
        Ok(())
    }

    /// Writes PART_END, given the sum of the digests of the part's rows.
    pub fn part_end(
        &mut self,
        entry: EntryId,
        part: u32,
        digest: Digest,
        out: &mut Vec<u8>,
    ) -> Result<PartEnd, EncodeError> {
        let end = self.account.part_so_far(entry, part, digest);
        let place = Place {
            entry,
            part,
            seq: self.account.part_seq(entry, part),
        };
        let (header, bytes) = self.seal(FrameKind::PartEnd, Flags::NONE, place, &json(&end)?)?;
        self.account.enter(&header, self.offset)?;
        self.account.part_end(&header, self.offset, &end)?;
        self.append(&bytes, out);
        Ok(end)
    }

    /// Writes ENTRY_END, after the last part of the entry.
    pub fn entry_end(&mut self, entry: EntryId, out: &mut Vec<u8>) -> Result<EntryEnd, EncodeError> {
        let end = self.account.entry_so_far(entry);
        let place = Place { entry, part: 0, seq: 0 };
        let (header, bytes) = self.seal(FrameKind::EntryEnd, Flags::NONE, place, &json(&end)?)?;
        self.account.enter(&header, self.offset)?;
        self.account.entry_end(entry, &end)?;
        self.append(&bytes, out);
        Ok(end)
    }

    /// Whether the rows of every entry have ended: if not, [`finish`](Encoder::finish) would refuse, and
    /// there is still something to say with [`fail`](Encoder::fail).
    pub fn all_ended(&self) -> Result<(), EncodeError> {
        Ok(self.account.all_ended()?)
    }

    /// Writes INDEX, END and the trailer: the stream is complete.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<End, EncodeError> {
        self.index(out)?;
        let end = self.account.so_far();
        let end_offset = self.offset;
        self.metadata(FrameKind::End, &json(&end)?, out)?;
        self.account.end(&end)?;
        let member_length = self.offset + TRAILER_LEN as u64;
        out.extend_from_slice(
            &Trailer {
                member_length,
                end_offset,
            }
            .encode(),
        );
        Ok(end)
    }

    fn index(&mut self, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let parts: Vec<IndexedPart> = self.account.parts().collect();
        let mut rest = parts.as_slice();
        loop {
            let (some, later) = rest.split_at(rest.len().min(index::BATCH));
            self.metadata(FrameKind::Index, &json(&some)?, out)?;
            self.account.index(some)?;
            rest = later;
            if rest.is_empty() {
                return Ok(());
            }
        }
    }

    /// Writes a sign of life.
    pub fn tick(&mut self, tick: &Tick, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.write_tick(tick, out)
    }

    /// Writes an ancillary frame that a decoder gave and this version does not know.
    pub fn ancillary(&mut self, frame: &Ancillary, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.write_ancillary(frame, out)
    }

    /// Gives up: the stream says why and ends.
    pub fn fail(mut self, fail: &Fail, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.last_words(fail, out)
    }
}

impl<State> Encoder<State> {
    /// Bytes written so far, counted from the magic number.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    fn into_state<Next>(self) -> Encoder<Next> {
        Encoder {
            account: self.account,
            offset: self.offset,
            compression: self.compression,
            state: PhantomData,
        }
    }

    /// Writes a payload of the stream itself, in as many frames as it takes.
    fn metadata(&mut self, kind: FrameKind, raw: &[u8], out: &mut Vec<u8>) -> Result<(), EncodeError> {
        if raw.len() > MAX_METADATA {
            return Err(EncodeError::TooLong { kind, bytes: raw.len() });
        }
        let mut chunks = raw.chunks(METADATA_FRAME).peekable();
        while let Some(chunk) = chunks.next() {
            let flags = if chunks.peek().is_some() {
                Flags::MORE
            } else {
                Flags::NONE
            };
            let place = Place {
                entry: EntryId(0),
                part: 0,
                seq: self.account.seq(),
            };
            let (header, bytes) = self.seal(kind, flags, place, chunk)?;
            self.account.enter(&header, self.offset)?;
            self.append(&bytes, out);
        }
        Ok(())
    }

    fn write_tick(&mut self, tick: &Tick, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.write_ancillary(
            &Ancillary {
                kind: FrameKind::Tick,
                flags: Flags::ANCILLARY.with(Flags::SAFE),
                entry: EntryId(0),
                part: 0,
                payload: json(tick)?,
            },
            out,
        )
    }

    fn write_ancillary(&mut self, frame: &Ancillary, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        let place = Place {
            entry: frame.entry,
            part: frame.part,
            seq: 0,
        };
        let (header, bytes) = self.seal(frame.kind, frame.flags, place, &frame.payload)?;
        header.check().map_err(EncodeError::Header)?;
        self.account.expect(&header)?;
        self.append(&bytes, out);
        Ok(())
    }

    fn last_words(&mut self, fail: &Fail, out: &mut Vec<u8>) -> Result<(), EncodeError> {
        self.metadata(FrameKind::Fail, &json(fail)?, out)
    }

    fn seal(&self, kind: FrameKind, flags: Flags, place: Place, raw: &[u8]) -> Result<(Header, Vec<u8>), EncodeError> {
        let compression = if raw.len() < WORTH_COMPRESSING {
            Compression::Stored
        } else {
            self.compression
        };
        Ok(data_frame::seal(kind, flags, place, 0, raw, compression)?)
    }

    fn append(&mut self, bytes: &[u8], out: &mut Vec<u8>) {
        out.extend_from_slice(bytes);
        self.offset += bytes.len() as u64;
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, EncodeError> {
    serde_json::to_vec(value).map_err(not_json)
}

fn not_json(error: serde_json::Error) -> EncodeError {
    EncodeError::Json(error.to_string())
}

/// Why a stream could not be written as asked. Nothing of the frame in question has been written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EncodeError {
    /// HEAD says something that this version could not read back.
    Head(HeadError),
    /// The frame cannot come now.
    Order(OrderError),
    /// The frame is not one that can be written: an ancillary frame that is none.
    Header(HeaderError),
    /// The payload could not be compressed.
    Codec(CodecError),
    /// The payload could not be written as JSON.
    Json(String),
    /// The metadata of one frame is over [`MAX_METADATA`].
    TooLong {
        /// Kind of the frame.
        kind: FrameKind,
        /// Length of the metadata.
        bytes: usize,
    },
}

impl From<OrderError> for EncodeError {
    fn from(error: OrderError) -> EncodeError {
        EncodeError::Order(error)
    }
}

impl From<CodecError> for EncodeError {
    fn from(error: CodecError) -> EncodeError {
        EncodeError::Codec(error)
    }
}

impl fmt::Display for EncodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            EncodeError::Head(error) => error.fmt(f),
            EncodeError::Order(error) => error.fmt(f),
            EncodeError::Header(error) => error.fmt(f),
            EncodeError::Codec(error) => error.fmt(f),
            EncodeError::TooLong { kind, bytes } => {
                write!(f, "{kind} of {bytes} bytes is over the limit of {MAX_METADATA}")
            }
            EncodeError::Json(error) => write!(f, "metadata cannot be written as JSON: {error}"),
        }
    }
}

impl std::error::Error for EncodeError {}
