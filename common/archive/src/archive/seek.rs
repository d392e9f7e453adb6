//! Frames at known places of a file.

use std::io::{self, Read, Seek, SeekFrom};

use serde::de::DeserializeOwned;

use crate::archive::ArchiveError;
use crate::codec;
use crate::error::{DecodeError, FrameLabel, Reason};
use crate::frame::{Flags, FrameKind, HEADER_LEN, Header, MAX_METADATA};
use crate::order::OrderError;

/// A file, of which one member is looked at; offsets are counted from its magic number.
#[derive(Debug)]
pub(super) struct Frames<R> {
    source: R,
    /// Bytes of the file.
    pub(super) length: u64,
    /// Number of the member, from 1.
    number: u32,
    /// Where the member begins and ends in the file.
    pub(super) start: u64,
    end: u64,
}

impl<R: Read + Seek> Frames<R> {
    pub(super) fn new(mut source: R) -> io::Result<Frames<R>> {
        let length = source.seek(SeekFrom::End(0))?;
        Ok(Frames {
            source,
            length,
            number: 1,
            start: 0,
            end: length,
        })
    }

    /// Looks at another member.
    pub(super) fn member(&mut self, number: u32, start: u64, length: u64) {
        (self.number, self.start, self.end) = (number, start, start + length);
    }

    /// So many bytes that must be there.
    pub(super) fn bytes<const N: usize>(&mut self, at: u64) -> Result<[u8; N], ArchiveError> {
        let mut bytes = [0; N];
        self.fill(at, &mut bytes)?;
        Ok(bytes)
    }

    /// At most so many bytes; fewer only at the end of the member.
    pub(super) fn up_to(&mut self, at: u64, most: usize) -> Result<Vec<u8>, ArchiveError> {
        let rest = (self.end - self.start).saturating_sub(at);
        let mut bytes = vec![0; rest.min(most as u64) as usize];
        self.fill(at, &mut bytes)?;
        Ok(bytes)
    }

    /// The header of the frame that begins here.
    pub(super) fn header(&mut self, at: u64) -> Result<Header, ArchiveError> {
        let bytes = self.bytes(at)?;
        Header::decode(&bytes).map_err(|error| self.refuse(at, None, Reason::Header(error)))
    }

    /// The stored payload of the frame that begins here.
    pub(super) fn payload(&mut self, at: u64, header: &Header) -> Result<Vec<u8>, ArchiveError> {
        let mut payload = vec![0; header.len as usize];
        self.fill(at + HEADER_LEN as u64, &mut payload)?;
        match crc32fast::hash(&payload) == header.payload_crc {
            true => Ok(payload),
            false => Err(self.refuse(at, Some(header), Reason::PayloadCrc)),
        }
    }

    /// The header of the next frame that is not ancillary, to which `at` is moved; none at `end`.
    pub(super) fn next_counted(&mut self, at: &mut u64, end: u64) -> Result<Option<Header>, ArchiveError> {
        while *at < end {
            let header = self.header(*at)?;
            if !header.kind.is_ancillary() {
                return Ok(Some(header));
            }
            *at += frame_len(&header);
        }
        Ok(None)
    }

    /// Metadata that begins here, in as many frames as it takes, and where it ends.
    pub(super) fn metadata<T: DeserializeOwned>(&mut self, at: u64, kind: FrameKind) -> Result<(T, u64), ArchiveError> {
        let mut place = at;
        let mut whole = Vec::new();
        let end = self.end - self.start;
        loop {
            let Some(header) = self.next_counted(&mut place, end)? else {
                return Err(ArchiveError::NoTrailer);
            };
            if header.kind != kind {
                let by = header.kind;
                let reason = OrderError::Interrupted { more: kind, by }.into();
                return Err(self.refuse(place, Some(&header), reason));
            }
            let stored = self.payload(place, &header)?;
            let raw = codec::unpack(&stored, header.codec, header.raw_len)
                .map_err(|error| self.refuse(place, Some(&header), Reason::Codec(error)))?;
            if whole.len() + raw.len() > MAX_METADATA {
                return Err(self.refuse(place, Some(&header), Reason::MetadataTooLong(MAX_METADATA)));
            }
            whole.extend_from_slice(&raw);
            let first = place;
            place += frame_len(&header);
            if !header.flags.has(Flags::MORE) {
                let value = serde_json::from_slice(&whole)
                    .map_err(|error| self.refuse(first, Some(&header), Reason::Json(error.to_string())))?;
                return Ok((value, place));
            }
        }
    }

    /// The error for a frame that begins at this offset of the member.
    pub(super) fn refuse(&self, at: u64, header: Option<&Header>, reason: Reason) -> ArchiveError {
        ArchiveError::Decode(DecodeError {
            member: self.number,
            offset: self.start + at,
            frame: header.map(FrameLabel::from),
            reason,
        })
    }

    /// An error of a decoder that was given this member alone.
    pub(super) fn moved(&self, error: DecodeError) -> ArchiveError {
        ArchiveError::Decode(DecodeError {
            member: self.number,
            offset: self.start + error.offset,
            ..error
        })
    }

    /// Reads bytes that must lie in the member.
    fn fill(&mut self, at: u64, bytes: &mut [u8]) -> Result<(), ArchiveError> {
        let from = self.start.checked_add(at);
        match from.filter(|from| from.checked_add(bytes.len() as u64).is_some_and(|end| end <= self.end)) {
            None => Err(ArchiveError::NoTrailer),
            Some(from) => {
                self.source.seek(SeekFrom::Start(from))?;
                Ok(self.source.read_exact(bytes)?)
            }
        }
    }
}

/// Bytes of a whole frame.
pub(super) fn frame_len(header: &Header) -> u64 {
    HEADER_LEN as u64 + u64::from(header.len)
}
