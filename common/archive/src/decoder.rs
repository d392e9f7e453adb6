//! The reading side: bytes go in, checked events come out.
//!
//! A decoder is pure: it is given bytes in pieces of any size and never asks for more. It believes a
//! length only after the checksum of the header that holds it, allocates nothing for bytes that have
//! not come, and holds at most one frame beside the books. Rows stay compressed: who needs them calls
//! [`DataFrame::raw`](crate::DataFrame::raw), in any thread.
//!
//! What it cannot see is whether the input goes on. The end of the input is told by its owner, with
//! [`Decoder::end_of_input`]; whoever does not ask takes a cut stream for a complete one.

use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::account::Account;
use crate::codec;
use crate::data_frame::DataFrame;
use crate::entry::Entry;
use crate::error::{DecodeError, FrameLabel, Incomplete, Reason};
use crate::event::{Ancillary, Event};
use crate::fail::Fail;
use crate::frame::{Flags, FrameKind, HEADER_LEN, Header, MAX_METADATA};
use crate::head::Head;
use crate::totals::End;
use crate::trailer::{MAGIC, TRAILER_LEN, Trailer, TrailerError};

/// Checks a stream and tells what comes.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// Bytes that came and are not yet told of, from `used` on.
    buffer: Vec<u8>,
    used: usize,
    /// Where `buffer[used]` is, counted from the magic number.
    offset: u64,
    expected: Expected,
    /// The header of the frame that is coming.
    header: Option<Header>,
    account: Account,
    /// Metadata that continues in the next frame.
    more: Vec<u8>,
    last: Option<FrameLabel>,
    failure: Option<Box<Fail>>,
    refused: Option<DecodeError>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Expected {
    #[default]
    Magic,
    Frame,
    /// END has come, and began at this offset.
    Trailer {
        end: End,
        end_offset: u64,
    },
    Nothing,
}

impl Decoder {
    /// A decoder at the beginning of a stream.
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// Takes some bytes of the stream. Ask for all events before pushing again, so that no more than
    /// one frame is held.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.used);
        self.used = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// The next thing that has come whole; none when more bytes are needed, or when all is over.
    ///
    /// After an error nothing more is told: the same error comes again.
    pub fn next_event(&mut self) -> Result<Option<Event>, DecodeError> {
        if let Some(error) = &self.refused {
            return Err(error.clone());
        }
        self.step().map_err(|reason| {
            let frame = self.header.as_ref().map(FrameLabel::from);
            let error = DecodeError {
                offset: self.offset,
                frame,
                reason,
            };
            self.refused = Some(error.clone());
            error
        })
    }

    /// Whether a stream that ends here would be complete; the error says what came last.
    ///
    /// Asks nothing of the decoder and changes nothing: it may be called at any moment at which
    /// [`next_event`](Decoder::next_event) has nothing more to tell.
    pub fn end_of_input(&self) -> Result<(), Incomplete> {
        match self.expected == Expected::Nothing && self.failure.is_none() && self.rest().is_empty() {
            true => Ok(()),
            false => Err(Incomplete {
                received: self.offset + self.rest().len() as u64,
                last: self.last,
                failure: self.failure.clone(),
            }),
        }
    }

    /// Bytes of the stream that have been told of.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.used..]
    }

    /// The next bytes when so many have come.
    fn first<const N: usize>(&self) -> Option<[u8; N]> {
        self.rest().first_chunk().copied()
    }

    fn advance(&mut self, bytes: usize) {
        self.used += bytes;
        self.offset += bytes as u64;
    }

    fn step(&mut self) -> Result<Option<Event>, Reason> {
        loop {
            match self.expected {
                Expected::Magic => {
                    let Some(found) = self.first::<8>() else {
                        return self.check_beginning();
                    };
                    if found != MAGIC {
                        return Err(not_magic(found));
                    }
                    self.advance(MAGIC.len());
                    self.expected = Expected::Frame;
                }
                Expected::Frame => {
                    let Some(header) = self.arriving()? else {
                        return Ok(None);
                    };
                    let start = self.used + HEADER_LEN;
                    let end = start + header.len as usize;
                    let Some(payload) = self.buffer.get(start..end) else {
                        return Ok(None);
                    };
                    if crc32fast::hash(payload) != header.payload_crc {
                        return Err(Reason::PayloadCrc);
                    }
                    let event = self.event(&header, start..end)?;
                    if !header.kind.is_ancillary() {
                        self.last = Some(FrameLabel::from(&header));
                    }
                    self.advance(HEADER_LEN + header.len as usize);
                    self.header = None;
                    if event.is_some() {
                        return Ok(event);
                    }
                }
                Expected::Trailer { end, end_offset } => {
                    let Some(bytes) = self.first::<TRAILER_LEN>() else {
                        return Ok(None);
                    };
                    let said = Trailer::decode(&bytes).map_err(Reason::Trailer)?;
                    let counted = Trailer {
                        member_length: self.offset + TRAILER_LEN as u64,
                        end_offset,
                    };
                    if said != counted {
                        return Err(Reason::Trailer(TrailerError::Numbers { said, counted }));
                    }
                    self.advance(TRAILER_LEN);
                    self.expected = Expected::Nothing;
                    return Ok(Some(Event::End(end)));
                }
                Expected::Nothing if self.rest().is_empty() => return Ok(None),
                Expected::Nothing => {
                    return match self.first::<8>() {
                        Some(MAGIC) if self.failure.is_none() => Err(Reason::SecondStream),
                        None if MAGIC.starts_with(self.rest()) && self.failure.is_none() => Ok(None),
                        _ => Err(Reason::AfterEnd),
                    };
                }
            }
        }
    }

    /// Refuses a beginning that cannot become the magic number any more.
    fn check_beginning(&self) -> Result<Option<Event>, Reason> {
        match MAGIC.starts_with(self.rest()) {
            true => Ok(None),
            false => {
                let mut found = [0; 8];
                found[..self.rest().len()].copy_from_slice(self.rest());
                Err(not_magic(found))
            }
        }
    }

    /// The header of the frame that is coming, once it has come.
    fn arriving(&mut self) -> Result<Option<Header>, Reason> {
        if self.header.is_none() {
            let Some(bytes) = self.first::<HEADER_LEN>() else {
                return Ok(None);
            };
            let header = Header::decode(&bytes).map_err(Reason::Header)?;
            self.account.expect(header.kind)?;
            self.header = Some(header);
        }
        Ok(self.header)
    }

    /// Enters a frame in the books and tells of it. None when its payload continues in the next.
    fn event(&mut self, header: &Header, payload: Range<usize>) -> Result<Option<Event>, Reason> {
        let (kind, flags, entry, part) = (header.kind, header.flags, header.entry, header.part);
        let payload = &self.buffer[payload];
        if kind == FrameKind::Data {
            self.account.data(header)?;
            return Ok(Some(Event::Data(DataFrame::received(*header, payload))));
        }
        let raw = codec::unpack(payload, header.codec, header.raw_len).map_err(Reason::Codec)?;
        let event = match kind {
            FrameKind::PartEnd => {
                let end = json(&raw)?;
                self.account.part_end(header, &end)?;
                Event::PartEnd { entry, part, end }
            }
            FrameKind::EntryEnd => {
                let end = json(&raw)?;
                self.account.entry_end(header, &end)?;
                Event::EntryEnd { entry, end }
            }
            FrameKind::Tick => Event::Tick(json(&raw)?),
            FrameKind::End => {
                let end = json(&raw)?;
                self.account.end(header, &end)?;
                self.expected = Expected::Trailer {
                    end,
                    end_offset: self.offset,
                };
                return Ok(None);
            }
            FrameKind::Unknown(_) => Event::Ancillary(Ancillary {
                kind,
                flags,
                entry,
                part,
                payload: raw,
            }),
            _ => return self.stream_event(header, raw),
        };
        Ok(Some(event))
    }

    /// Frames of the stream itself, whose payload may take several.
    fn stream_event(&mut self, header: &Header, raw: Vec<u8>) -> Result<Option<Event>, Reason> {
        if !self.account.continues(header.kind) {
            self.more.clear();
        }
        self.account.metadata(header)?;
        if self.more.len() + raw.len() > MAX_METADATA {
            return Err(Reason::MetadataTooLong(MAX_METADATA));
        }
        self.more.extend_from_slice(&raw);
        if header.flags.has(Flags::MORE) {
            return Ok(None);
        }
        let payload = std::mem::take(&mut self.more);
        let event = match header.kind {
            FrameKind::Head => {
                let head: Box<Head> = json(&payload)?;
                head.check().map_err(Reason::Head)?;
                self.account.head(&head);
                Event::Head(head)
            }
            FrameKind::Entries => {
                let entries: Vec<Entry> = json(&payload)?;
                self.account.entries(&entries, &payload)?;
                Event::Entries(entries)
            }
            FrameKind::TocEnd => {
                let end = json(&payload)?;
                self.account.toc_end(&end)?;
                Event::TocEnd(end)
            }
            FrameKind::Index => {
                self.account.index()?;
                Event::Index(payload)
            }
            _ => {
                let fail: Fail = json(&payload)?;
                self.account.fail();
                self.failure = Some(Box::new(fail.clone()));
                self.expected = Expected::Nothing;
                Event::Fail(fail)
            }
        };
        Ok(Some(event))
    }
}

fn json<T: DeserializeOwned>(payload: &[u8]) -> Result<T, Reason> {
    serde_json::from_slice(payload).map_err(|error| Reason::Json(error.to_string()))
}

/// What to say of a beginning that is not the magic number.
fn not_magic(found: [u8; 8]) -> Reason {
    match found[0] & 0x7f == MAGIC[0] & 0x7f && found[1..4] == MAGIC[1..4] {
        true => Reason::Mangled,
        false => Reason::NotAStream(found),
    }
}

#[cfg(test)]
mod tests;
