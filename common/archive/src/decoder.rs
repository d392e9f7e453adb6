//! The reading side: bytes go in, checked events come out.
//!
//! A decoder is pure: it is given bytes in pieces of any size and never asks for more. It believes a
//! length only after the checksum of the header that holds it, allocates nothing for bytes that have
//! not come, and holds at most one frame beside the books. Rows stay compressed: who needs them calls
//! [`DataFrame::raw`](crate::DataFrame::raw), in any thread.
//!
//! A stream is a row of members. A decoder reads one, and refuses another after it by name; one that is
//! made by [`Decoder::members`] reads all, and [`Decoder::member`] says of which it tells.
//!
//! What it cannot see is whether the input goes on. The end of the input is told by its owner, with
//! [`Decoder::end_of_input`]; whoever does not ask takes a cut stream for a complete one.

use std::collections::HashSet;
use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::account::Account;
use crate::codec;
use crate::data_frame::{DataFrame, Place};
use crate::entry::{Entry, EntryId};
use crate::error::{DecodeError, FrameLabel, Incomplete, Reason};
use crate::event::{Ancillary, Event};
use crate::fail::Fail;
use crate::frame::{Flags, FrameKind, HEADER_LEN, Header, MAX_METADATA};
use crate::head::Head;
use crate::index::IndexedPart;
use crate::roll::Roll;
use crate::totals::End;
use crate::trailer::{MAGIC, TRAILER_LEN, Trailer, TrailerError};

/// Checks a stream and tells what comes.
#[derive(Clone, Debug, Default)]
pub struct Decoder {
    /// Whether further members may follow the first.
    many: bool,
    understood: &'static [&'static str],
    /// Bytes that came and are not yet told of, from `used` on.
    buffer: Vec<u8>,
    used: usize,
    /// Where `buffer[used]` is, counted from the beginning of the stream.
    offset: u64,
    /// Where this member begins, and the number of it, once its magic number has come.
    start: u64,
    member: u32,
    expected: Expected,
    /// The header of the frame that is coming.
    header: Option<Header>,
    account: Account,
    /// Metadata that continues in the next frame.
    more: Vec<u8>,
    last: Option<FrameLabel>,
    roll: Roll,
    failure: Option<Box<Fail>>,
    refused: Option<DecodeError>,
    /// The entries whose rows are wanted, where not all are.
    only: Option<HashSet<EntryId>>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Expected {
    #[default]
    Magic,
    Frame,
    /// END has come.
    Trailer(End),
    Nothing,
}

impl Decoder {
    /// A decoder at the beginning of a stream of one member.
    pub fn new() -> Decoder {
        Decoder::default()
    }

    /// A decoder at the beginning of a stream of any number of members: `cat globals.pgx shop.pgx`.
    pub fn members() -> Decoder {
        Decoder {
            many: true,
            ..Decoder::default()
        }
    }

    /// The same decoder for a reader that understands these features ([`FEATURES`](crate::head::FEATURES)
    /// has all). A stream that requires another is refused; a decoder that is not told of any refuses
    /// each.
    pub fn understanding(self, features: &'static [&'static str]) -> Decoder {
        Decoder {
            understood: features,
            ..self
        }
    }

    /// From here to the end of the member, gives the rows of these entries only; others are checked and
    /// counted, and come as [`Event::Skipped`], without a copy.
    pub fn only_rows_of(&mut self, entries: HashSet<EntryId>) {
        self.only = Some(entries);
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
                member: self.member(),
                offset: self.offset,
                frame,
                reason,
            };
            self.refused = Some(error.clone());
            error
        })
    }

    /// Whether a stream that ends here would be complete: that is so only behind a member. The error says
    /// what came last.
    ///
    /// Asks nothing of the decoder and changes nothing: it may be called at any moment at which
    /// [`next_event`](Decoder::next_event) has nothing more to tell.
    pub fn end_of_input(&self) -> Result<(), Incomplete> {
        match self.expected == Expected::Nothing && self.failure.is_none() && self.rest().is_empty() {
            true => Ok(()),
            false => Err(Incomplete {
                member: self.member(),
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

    /// The member that the last event belongs to, from 1.
    pub fn member(&self) -> u32 {
        self.member.max(1)
    }

    /// Databases that a member with the globals of a cluster announced, and that have not come whole.
    ///
    /// A stream that ends while there are any lacks members, even where each that came is complete.
    pub fn missing_databases(&self) -> &[String] {
        self.roll.missing()
    }

    fn rest(&self) -> &[u8] {
        &self.buffer[self.used..]
    }

    /// The next bytes when so many have come.
    fn first<const N: usize>(&self) -> Option<[u8; N]> {
        self.rest().first_chunk().copied()
    }

    /// Where the next byte is, counted from the magic number of the member.
    fn here(&self) -> u64 {
        self.offset - self.start
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
                    self.start = self.offset;
                    self.member = self.member.saturating_add(1);
                    self.account = Account::default();
                    self.only = None;
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
                Expected::Trailer(end) => {
                    let Some(bytes) = self.first::<TRAILER_LEN>() else {
                        return Ok(None);
                    };
                    let said = Trailer::decode(&bytes).map_err(Reason::Trailer)?;
                    let counted = Trailer {
                        member_length: self.here() + TRAILER_LEN as u64,
                        end_offset: self.account.end_offset().unwrap_or_default(),
                    };
                    if said != counted {
                        return Err(Reason::Trailer(TrailerError::Numbers { said, counted }));
                    }
                    self.advance(TRAILER_LEN);
                    self.expected = Expected::Nothing;
                    self.roll.end();
                    return Ok(Some(Event::End(end)));
                }
                Expected::Nothing if self.rest().is_empty() => return Ok(None),
                Expected::Nothing => match self.first::<8>() {
                    Some(MAGIC) if self.failure.is_none() && self.many => self.expected = Expected::Magic,
                    Some(MAGIC) if self.failure.is_none() => return Err(Reason::SecondMember),
                    None if MAGIC.starts_with(self.rest()) && self.failure.is_none() => return Ok(None),
                    _ => return Err(Reason::AfterEnd),
                },
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
            self.account.expect(&header)?;
            self.header = Some(header);
        }
        Ok(self.header)
    }

    /// Enters a frame in the books and tells of it. None when its payload continues in the next, and
    /// of END, which is told of with the trailer.
    fn event(&mut self, header: &Header, payload: Range<usize>) -> Result<Option<Event>, Reason> {
        let (kind, at) = (header.kind, self.here());
        if kind.is_ancillary() {
            return self.ancillary(header, payload).map(Some);
        }
        if !self.account.continues(header) {
            self.more.clear();
        }
        self.account.enter(header, at)?;
        let payload = &self.buffer[payload];
        if kind == FrameKind::Data {
            let wanted = self.only.as_ref().is_none_or(|only| only.contains(&header.entry));
            return Ok(Some(match wanted {
                true => Event::Data(DataFrame::received(*header, payload)),
                false => Event::Skipped(Place::of(header)),
            }));
        }
        let raw = codec::unpack(payload, header.codec, header.raw_len).map_err(Reason::Codec)?;
        if self.more.len() + raw.len() > MAX_METADATA {
            return Err(Reason::MetadataTooLong(MAX_METADATA));
        }
        self.more.extend_from_slice(&raw);
        if header.flags.has(Flags::MORE) {
            return Ok(None);
        }
        let payload = std::mem::take(&mut self.more);
        self.metadata(header, at, &payload)
    }

    fn ancillary(&self, header: &Header, payload: Range<usize>) -> Result<Event, Reason> {
        let stored = &self.buffer[payload];
        let raw = codec::unpack(stored, header.codec, header.raw_len).map_err(Reason::Codec)?;
        Ok(match header.kind {
            FrameKind::Tick => Event::Tick(json(&raw)?),
            kind => Event::Ancillary(Ancillary {
                kind,
                flags: header.flags,
                entry: header.entry,
                part: header.part,
                payload: raw,
            }),
        })
    }

    /// Enters a whole payload in the books and tells of it; `at` is where its last frame begins.
    fn metadata(&mut self, header: &Header, at: u64, payload: &[u8]) -> Result<Option<Event>, Reason> {
        let (entry, part) = (header.entry, header.part);
        let event = match header.kind {
            FrameKind::Head => {
                let head: Box<Head> = json(payload)?;
                head.check(self.understood).map_err(Reason::Head)?;
                self.account.head(&head);
                self.roll.head(&head);
                Event::Head(head)
            }
            FrameKind::Entries => {
                let entries: Vec<Entry> = json(payload)?;
                self.account.entries(&entries, payload)?;
                Event::Entries(entries)
            }
            FrameKind::TocEnd => {
                let end = json(payload)?;
                self.account.toc_end(&end)?;
                Event::TocEnd(end)
            }
            FrameKind::PartEnd => {
                let end = json(payload)?;
                self.account.part_end(header, at, &end)?;
                Event::PartEnd { entry, part, end }
            }
            FrameKind::EntryEnd => {
                let end = json(payload)?;
                self.account.entry_end(entry, &end)?;
                Event::EntryEnd { entry, end }
            }
            FrameKind::Index => {
                let parts: Vec<IndexedPart> = json(payload)?;
                self.account.index(&parts)?;
                Event::Index(parts)
            }
            FrameKind::End => {
                let end = json(payload)?;
                self.account.end(&end)?;
                self.expected = Expected::Trailer(end);
                return Ok(None);
            }
            FrameKind::Fail => {
                let fail: Fail = json(payload)?;
                self.account.fail();
                self.failure = Some(Box::new(fail.clone()));
                self.expected = Expected::Nothing;
                Event::Fail(fail)
            }
            // These have no payload that is gathered: their events were made before.
            FrameKind::Data | FrameKind::Tick | FrameKind::Unknown(_) => return Ok(None),
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
