//! A whole DATA frame: made by a lane, ordered by an encoder, given by a decoder.

use std::borrow::Cow;
use std::fmt;

use crate::codec::{self, Codec, CodecError, Compression};
use crate::entry::EntryId;
use crate::frame::{Flags, FrameKind, HEADER_LEN, Header};

/// Where a frame of rows stands in its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Place {
    /// The entry.
    pub entry: EntryId,
    /// The part of it, from 1.
    pub part: u32,
    /// The frame within the part, from 0.
    pub seq: u32,
}

impl Place {
    pub(crate) fn of(header: &Header) -> Place {
        Place {
            entry: header.entry,
            part: header.part,
            seq: header.seq,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {}, part {}, frame {}", self.entry, self.part, self.seq)
    }
}

/// A whole DATA frame, header and payload as they are written.
///
/// A lane makes one with [`seal`](DataFrame::seal), which compresses, and an encoder only counts it.
/// A decoder gives the same type with its payload still compressed, so that a filter hands frames on as
/// they are and a loader decompresses them wherever it likes.
#[derive(Clone, PartialEq, Eq)]
pub struct DataFrame {
    header: Header,
    bytes: Vec<u8>,
}

impl DataFrame {
    /// Compresses rows into a frame. `rows` is how many end in it; `row_open` says that the last one
    /// continues in the next frame of the part.
    ///
    /// Fails when `raw` is over 16 MiB; longer rows are cut into frames with open rows.
    pub fn seal(
        place: Place,
        rows: u32,
        row_open: bool,
        raw: &[u8],
        compression: Compression,
    ) -> Result<DataFrame, CodecError> {
        let flags = if row_open { Flags::ROW_OPEN } else { Flags::NONE };
        let (header, bytes) = seal(FrameKind::Data, flags, place, rows, raw, compression)?;
        Ok(DataFrame { header, bytes })
    }

    /// A frame that a decoder has checked; `bytes` is the payload as stored.
    pub(crate) fn received(header: Header, payload: &[u8]) -> DataFrame {
        let mut bytes = Vec::with_capacity(HEADER_LEN + payload.len());
        bytes.extend_from_slice(&header.encode());
        bytes.extend_from_slice(payload);
        DataFrame { header, bytes }
    }

    /// The entry that the rows belong to.
    pub fn entry(&self) -> EntryId {
        self.header.entry
    }

    /// The part of the entry, from 1.
    pub fn part(&self) -> u32 {
        self.header.part
    }

    /// Entry, part and number of the frame.
    pub fn place(&self) -> Place {
        Place::of(&self.header)
    }

    /// How many rows end in it.
    pub fn rows(&self) -> u32 {
        self.header.rows
    }

    /// Whether its last row continues in the next frame of the part.
    pub fn row_open(&self) -> bool {
        self.header.flags.has(Flags::ROW_OPEN)
    }

    /// How many bytes the rows are before compression.
    pub fn raw_len(&self) -> usize {
        self.header.raw_len as usize
    }

    /// How the rows are stored.
    pub fn codec(&self) -> Codec {
        self.header.codec
    }

    /// The rows, decompressed; borrowed when they are stored as they are.
    pub fn raw(&self) -> Result<Cow<'_, [u8]>, UnpackError> {
        let stored = &self.bytes[HEADER_LEN..];
        match self.header.codec {
            Codec::Stored => Ok(Cow::Borrowed(stored)),
            codec => codec::unpack(stored, codec, self.header.raw_len)
                .map(Cow::Owned)
                .map_err(|cause| UnpackError {
                    place: self.place(),
                    cause,
                }),
        }
    }

    /// The rows, decompressed, without a copy where they are stored as they are.
    pub fn into_raw(mut self) -> Result<Vec<u8>, UnpackError> {
        if self.header.codec == Codec::Stored {
            self.bytes.drain(..HEADER_LEN);
            return Ok(self.bytes);
        }
        self.raw().map(Cow::into_owned)
    }

    /// The frame as it is written, header included.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Header and payload as they are written, without a copy.
    pub fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Its header.
    pub fn header(&self) -> &Header {
        &self.header
    }
}

impl fmt::Debug for DataFrame {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DataFrame")
            .field("header", &self.header)
            .finish_non_exhaustive()
    }
}

/// Header and bytes of a whole frame of any kind.
pub(crate) fn seal(
    kind: FrameKind,
    flags: Flags,
    place: Place,
    rows: u32,
    raw: &[u8],
    compression: Compression,
) -> Result<(Header, Vec<u8>), CodecError> {
    let mut bytes = vec![0; HEADER_LEN];
    let codec = codec::pack(raw, compression, &mut bytes)?;
    let stored = &bytes[HEADER_LEN..];
    let header = Header {
        kind,
        flags,
        codec,
        entry: place.entry,
        part: place.part,
        seq: place.seq,
        rows,
        raw_len: raw.len() as u32,
        len: stored.len() as u32,
        payload_crc: crc32fast::hash(stored),
    };
    bytes[..HEADER_LEN].copy_from_slice(&header.encode());
    Ok((header, bytes))
}

/// A frame whose rows do not decompress to what its header says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnpackError {
    /// The frame.
    pub place: Place,
    /// What is wrong with it.
    pub cause: CodecError,
}

impl fmt::Display for UnpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.place, self.cause)
    }
}

impl std::error::Error for UnpackError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_gives_its_rows_back() {
        let place = Place {
            entry: EntryId(3),
            part: 1,
            seq: 9,
        };
        let raw = b"1\tone\n2\ttwo\n".repeat(50);
        for compression in [Compression::Stored, Compression::Zstd(1), Compression::Zlib(1)] {
            let frame = DataFrame::seal(place, 100, false, &raw, compression).unwrap();
            assert_eq!((frame.place(), frame.rows(), frame.row_open()), (place, 100, false));
            assert_eq!(frame.raw().unwrap(), raw);
            let received = DataFrame::received(*frame.header(), &frame.as_bytes()[HEADER_LEN..]);
            assert_eq!(received, frame);
            assert_eq!(received.into_raw().unwrap(), raw);
        }
    }
}
