//! The header of a frame: 36 bytes, the same for every kind.
//!
//! | offset | size | field |
//! |---|---|---|
//! | 0 | 1 | kind |
//! | 1 | 1 | flags |
//! | 2 | 1 | codec |
//! | 3 | 1 | 0 |
//! | 4 | 4 | entry |
//! | 8 | 4 | part |
//! | 12 | 4 | seq |
//! | 16 | 4 | rows |
//! | 20 | 4 | length before compression |
//! | 24 | 4 | length as stored |
//! | 28 | 4 | CRC-32 of the payload as stored |
//! | 32 | 4 | CRC-32 of the 32 bytes before |
//!
//! Numbers are little-endian.

use std::fmt;

use crate::codec::Codec;
use crate::entry::EntryId;

/// Bytes of a frame's header.
pub const HEADER_LEN: usize = 36;
/// The longest payload, before compression and as stored: 16 MiB.
pub const MAX_PAYLOAD: u32 = 16 << 20;
/// The longest metadata that may come in several frames: 256 MiB. Only a single definition that is
/// itself so long could need more.
pub const MAX_METADATA: usize = 256 << 20;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FrameKind {
    /// What the stream says of itself.
    Head,
    /// Entries of the table of contents.
    Entries,
    /// The table of contents is complete.
    TocEnd,
    /// Rows.
    Data,
    /// A part is complete.
    PartEnd,
    /// What the stream carries of an entry is complete.
    EntryEnd,
    /// The producer gave up.
    Fail,
    /// Where parts begin and end.
    Index,
    /// Everything is complete.
    End,
    /// A sign of life; ancillary.
    Tick,
    /// An ancillary kind that this version does not know.
    Unknown(u8),
}

/// Every known kind with its number and name.
const KINDS: &[(FrameKind, u8, &str)] = &[
    (FrameKind::Head, 1, "HEAD"),
    (FrameKind::Entries, 2, "ENTRIES"),
    (FrameKind::TocEnd, 3, "TOC_END"),
    (FrameKind::Data, 4, "DATA"),
    (FrameKind::PartEnd, 5, "PART_END"),
    (FrameKind::EntryEnd, 6, "ENTRY_END"),
    (FrameKind::Fail, 7, "FAIL"),
    (FrameKind::Index, 8, "INDEX"),
    (FrameKind::End, 9, "END"),
    (FrameKind::Tick, 10, "TICK"),
];

impl FrameKind {
    /// The kind of a number.
    pub fn from_number(number: u8) -> FrameKind {
        KINDS
            .iter()
            .find(|row| row.1 == number)
            .map_or(FrameKind::Unknown(number), |row| row.0)
    }

    /// The number in the header.
    pub fn number(self) -> u8 {
        match self {
            FrameKind::Unknown(number) => number,
            known => KINDS.iter().find(|row| row.0 == known).map_or(0, |row| row.1),
        }
    }

    /// Whether readers may pass over it.
    pub fn is_ancillary(self) -> bool {
        matches!(self, FrameKind::Tick | FrameKind::Unknown(_))
    }

    /// The flags that may be set in frames of this kind.
    fn flags(self) -> u8 {
        match self {
            FrameKind::Data => Flags::ROW_OPEN.0,
            FrameKind::Tick | FrameKind::Unknown(_) => Flags::SAFE.0 | Flags::ANCILLARY.0,
            _ => Flags::MORE.0,
        }
    }

    /// Whether frames of this kind belong to an entry, and to a part of it.
    fn place(self) -> (bool, bool) {
        match self {
            FrameKind::Data | FrameKind::PartEnd => (true, true),
            FrameKind::EntryEnd => (true, false),
            _ => (false, false),
        }
    }
}

impl fmt::Display for FrameKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match KINDS.iter().find(|row| row.0 == *self) {
            Some(row) => f.write_str(row.2),
            None => write!(f, "kind {}", self.number()),
        }
    }
}

/// The flags of a frame.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flags(pub u8);

impl Flags {
    /// No flag.
    pub const NONE: Flags = Flags(0);
    /// The last row continues in the next frame of the part.
    pub const ROW_OPEN: Flags = Flags(1);
    /// This metadata payload continues in the next frame.
    pub const MORE: Flags = Flags(1 << 1);
    /// An ancillary frame that stays true when rows are changed or dropped.
    pub const SAFE: Flags = Flags(1 << 6);
    /// A frame that readers may pass over.
    pub const ANCILLARY: Flags = Flags(1 << 7);
    const KNOWN: u8 = Flags::ROW_OPEN.0 | Flags::MORE.0 | Flags::SAFE.0 | Flags::ANCILLARY.0;

    /// Whether every flag of `other` is set.
    pub fn has(self, other: Flags) -> bool {
        self.0 & other.0 == other.0
    }

    /// Both together.
    pub const fn with(self, other: Flags) -> Flags {
        Flags(self.0 | other.0)
    }
}

/// The header of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// What the frame is.
    pub kind: FrameKind,
    /// Its flags.
    pub flags: Flags,
    /// How the payload is stored.
    pub codec: Codec,
    /// The entry; 0 is the stream itself.
    pub entry: EntryId,
    /// The part of the entry's rows, from 1; 0 for none.
    pub part: u32,
    /// Number of the frame within (entry, part), from 0, ancillary frames not counted.
    pub seq: u32,
    /// Rows that end in this frame.
    pub rows: u32,
    /// Length of the payload before compression.
    pub raw_len: u32,
    /// Length of the payload as stored.
    pub len: u32,
    /// CRC-32 of the payload as stored.
    pub payload_crc: u32,
}

impl Header {
    /// The 36 bytes, with their checksum.
    pub fn encode(&self) -> [u8; HEADER_LEN] {
        let mut bytes = [0; HEADER_LEN];
        bytes[0] = self.kind.number();
        bytes[1] = self.flags.0;
        bytes[2] = self.codec.number();
        let numbers = [
            self.entry.0,
            self.part,
            self.seq,
            self.rows,
            self.raw_len,
            self.len,
            self.payload_crc,
        ];
        for (at, number) in numbers.into_iter().enumerate() {
            bytes[4 + at * 4..8 + at * 4].copy_from_slice(&number.to_le_bytes());
        }
        let crc = crc32fast::hash(&bytes[..32]);
        bytes[32..].copy_from_slice(&crc.to_le_bytes());
        bytes
    }

    /// Reads a header; nothing in it is believed before its checksum is right.
    pub fn decode(bytes: &[u8; HEADER_LEN]) -> Result<Header, HeaderError> {
        let number = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        if crc32fast::hash(&bytes[..32]) != number(32) {
            return Err(HeaderError::Crc);
        }
        let flags = Flags(bytes[1]);
        let kind = FrameKind::from_number(bytes[0]);
        let header = Header {
            kind,
            flags,
            codec: Codec::from_number(bytes[2]).ok_or(HeaderError::Codec(bytes[2]))?,
            entry: EntryId(number(4)),
            part: number(8),
            seq: number(12),
            rows: number(16),
            raw_len: number(20),
            len: number(24),
            payload_crc: number(28),
        };
        if bytes[3] != 0 {
            return Err(HeaderError::Reserved(bytes[3]));
        }
        if flags.0 & !Flags::KNOWN != 0 {
            return Err(HeaderError::Flags(flags.0 & !Flags::KNOWN));
        }
        header.check()?;
        Ok(header)
    }

    /// What must be true of every header of its kind.
    pub(crate) fn check(&self) -> Result<(), HeaderError> {
        let ancillary = self.flags.has(Flags::ANCILLARY);
        match self.kind {
            FrameKind::Unknown(number) if !ancillary => return Err(HeaderError::Kind(number)),
            kind if kind.is_ancillary() != ancillary => return Err(HeaderError::Ancillary(kind)),
            _ => {}
        }
        if self.flags.0 & !self.kind.flags() != 0 {
            return Err(HeaderError::FlagsOfKind(self.flags.0, self.kind));
        }
        for len in [self.len, self.raw_len] {
            if len > MAX_PAYLOAD {
                return Err(HeaderError::TooLong(len));
            }
        }
        if self.codec == Codec::Stored && self.len != self.raw_len {
            return Err(HeaderError::StoredLength {
                raw_len: self.raw_len,
                len: self.len,
            });
        }
        if ancillary {
            return Ok(());
        }
        if (self.entry.0 != 0, self.part != 0) != self.kind.place() {
            return Err(HeaderError::Place(self.kind));
        }
        // The last byte of every row is in the frame that the row ends in.
        let rows = if self.kind == FrameKind::Data { self.raw_len } else { 0 };
        if self.rows > rows {
            return Err(HeaderError::Rows(self.rows));
        }
        Ok(())
    }
}

/// What is wrong with a header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderError {
    /// The checksum does not match.
    Crc,
    /// A kind that this version does not know, and may not pass over.
    Kind(u8),
    /// A kind whose ancillary flag is wrong.
    Ancillary(FrameKind),
    /// Flags that this version does not know.
    Flags(u8),
    /// Flags that have no meaning for the kind.
    FlagsOfKind(u8, FrameKind),
    /// A codec that this version does not know.
    Codec(u8),
    /// The reserved byte is not 0.
    Reserved(u8),
    /// A length over [`MAX_PAYLOAD`].
    TooLong(u32),
    /// A payload that is stored as it is, with two different lengths.
    StoredLength {
        /// Length before compression.
        raw_len: u32,
        /// Length as stored.
        len: u32,
    },
    /// Entry and part are not of the form that the kind has.
    Place(FrameKind),
    /// More rows than the frame can hold.
    Rows(u32),
}

impl fmt::Display for HeaderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeaderError::Crc => f.write_str("the checksum of the frame header does not match"),
            HeaderError::Kind(kind) => write!(f, "unknown frame kind {kind}"),
            HeaderError::Ancillary(kind) => write!(f, "the ancillary flag is wrong for {kind}"),
            HeaderError::Flags(flags) => write!(f, "unknown frame flags {flags:#04x}"),
            HeaderError::FlagsOfKind(flags, kind) => write!(f, "flags {flags:#04x} have no meaning in {kind}"),
            HeaderError::Codec(codec) => write!(f, "unknown codec {codec}"),
            HeaderError::Reserved(byte) => write!(f, "the reserved byte of the frame header is {byte:#04x}"),
            HeaderError::TooLong(len) => write!(f, "a payload of {len} bytes is over the limit of {MAX_PAYLOAD}"),
            HeaderError::StoredLength { raw_len, len } => {
                write!(
                    f,
                    "a payload that is not compressed has two lengths, {raw_len} and {len}"
                )
            }
            HeaderError::Place(kind) => write!(f, "{kind} with an entry and part that it cannot have"),
            HeaderError::Rows(rows) => write!(f, "{rows} rows cannot end in this frame"),
        }
    }
}

impl std::error::Error for HeaderError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn header() -> Header {
        Header {
            kind: FrameKind::Data,
            flags: Flags::ROW_OPEN,
            codec: Codec::Zstd,
            entry: EntryId(7),
            part: 2,
            seq: 3,
            rows: 4,
            raw_len: 500,
            len: 60,
            payload_crc: 0xdead_beef,
        }
    }

    #[test]
    fn fields_stand_where_the_page_says() {
        let bytes = header().encode();
        assert_eq!(bytes[..4], [4, 1, 1, 0]);
        assert_eq!(bytes[4..16], [7, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0]);
        assert_eq!(bytes[16..28], [4, 0, 0, 0, 0xf4, 1, 0, 0, 60, 0, 0, 0]);
        assert_eq!(bytes[28..32], [0xef, 0xbe, 0xad, 0xde]);
        assert_eq!(Header::decode(&bytes), Ok(header()));
    }

    #[test]
    fn every_flipped_bit_is_seen() {
        let bytes = header().encode();
        for bit in 0..HEADER_LEN * 8 {
            let mut bad = bytes;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Header::decode(&bad), Err(HeaderError::Crc), "bit {bit}");
        }
    }

    #[test]
    fn what_is_unknown_is_named() {
        let with = |at: usize, byte: u8| {
            let mut bytes = header().encode();
            bytes[at] = byte;
            let crc = crc32fast::hash(&bytes[..32]);
            bytes[32..].copy_from_slice(&crc.to_le_bytes());
            Header::decode(&bytes).unwrap_err()
        };
        assert_eq!(with(0, 77), HeaderError::Kind(77));
        assert_eq!(with(1, 4), HeaderError::Flags(4));
        assert_eq!(with(2, 9), HeaderError::Codec(9));
        assert_eq!(with(3, 1), HeaderError::Reserved(1));
        assert_eq!(with(0, 10), HeaderError::Ancillary(FrameKind::Tick));
        assert_eq!(with(1, 0x80), HeaderError::Ancillary(FrameKind::Data));
        assert_eq!(with(1, 2), HeaderError::FlagsOfKind(2, FrameKind::Data));
    }

    #[test]
    fn numbers_that_cannot_be_are_refused() {
        let check = |header: Header| Header::decode(&header.encode());
        assert_eq!(
            check(Header {
                len: MAX_PAYLOAD + 1,
                ..header()
            }),
            Err(HeaderError::TooLong(MAX_PAYLOAD + 1))
        );
        assert_eq!(
            check(Header {
                raw_len: u32::MAX,
                ..header()
            }),
            Err(HeaderError::TooLong(u32::MAX))
        );
        assert_eq!(
            check(Header { part: 0, ..header() }),
            Err(HeaderError::Place(FrameKind::Data))
        );
        assert_eq!(check(Header { rows: 501, ..header() }), Err(HeaderError::Rows(501)));
        let stored = Header {
            codec: Codec::Stored,
            ..header()
        };
        assert_eq!(check(stored), Err(HeaderError::StoredLength { raw_len: 500, len: 60 }));
    }
}
