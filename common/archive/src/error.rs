//! Why a stream is refused, and why one is incomplete.

use std::fmt;

use crate::codec::CodecError;
use crate::entry::EntryId;
use crate::fail::Fail;
use crate::frame::{FrameKind, Header, HeaderError};
use crate::head::HeadError;
use crate::order::OrderError;
use crate::trailer::TrailerError;

/// A stream that is not what a producer wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DecodeError {
    /// The member of the stream, from 1.
    pub member: u32,
    /// Where the frame in question begins: bytes from the beginning of the stream.
    pub offset: u64,
    /// The frame in question, when its header could be believed.
    pub frame: Option<FrameLabel>,
    /// What is wrong.
    pub reason: Reason,
}

/// Which frame a message is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FrameLabel {
    /// Its kind.
    pub kind: FrameKind,
    /// Its entry; 0 for the stream itself.
    pub entry: EntryId,
    /// Its part; 0 for none.
    pub part: u32,
    /// Its number.
    pub seq: u32,
}

impl From<&Header> for FrameLabel {
    fn from(header: &Header) -> FrameLabel {
        FrameLabel {
            kind: header.kind,
            entry: header.entry,
            part: header.part,
            seq: header.seq,
        }
    }
}

impl fmt::Display for FrameLabel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)?;
        if self.entry.0 != 0 {
            write!(f, " of entry {}", self.entry)?;
        }
        if self.part != 0 {
            write!(f, ", part {}", self.part)?;
        }
        Ok(())
    }
}

/// What is wrong with a stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It does not begin as a stream does.
    NotAStream([u8; 8]),
    /// It begins as a stream that was treated as text on its way.
    Mangled,
    /// The header of a frame.
    Header(HeaderError),
    /// The checksum of a payload does not match.
    PayloadCrc,
    /// A payload does not decompress to what its header says.
    Codec(CodecError),
    /// A payload is not the JSON it should be.
    Json(String),
    /// A payload in several frames is longer than this many bytes.
    MetadataTooLong(usize),
    /// What HEAD says.
    Head(HeadError),
    /// Order or totals.
    Order(OrderError),
    /// The trailer.
    Trailer(TrailerError),
    /// More bytes after the end of the stream.
    AfterEnd,
    /// Another member after the end of this one, where only one was to be read.
    SecondMember,
}

impl From<OrderError> for Reason {
    fn from(error: OrderError) -> Reason {
        Reason::Order(error)
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Reason::NotAStream(_) => f.write_str("this is not a pgx stream"),
            Reason::Mangled => f.write_str("line ends or the eighth bit were changed on the way, as text transfers do"),
            Reason::Header(error) => error.fmt(f),
            Reason::PayloadCrc => f.write_str("the checksum of the payload does not match"),
            Reason::Codec(error) => error.fmt(f),
            Reason::Json(error) => write!(f, "the payload is not as it should be: {error}"),
            Reason::MetadataTooLong(limit) => write!(f, "the payload is longer than {limit} bytes"),
            Reason::Head(error) => error.fmt(f),
            Reason::Order(error) => error.fmt(f),
            Reason::Trailer(error) => error.fmt(f),
            Reason::AfterEnd => f.write_str("more bytes follow the end of the stream"),
            Reason::SecondMember => f.write_str("another member follows the end of this one"),
        }
    }
}

impl DecodeError {
    /// Whether the stream is of another version of the format, and may be sound.
    pub(crate) fn is_of_the_future(&self) -> bool {
        matches!(self.reason, Reason::Head(HeadError::Format(_) | HeadError::Requires(_)))
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.member > 1 {
            write!(f, "member {}: ", self.member)?;
        }
        if let Some(frame) = &self.frame {
            write!(f, "{frame}: ")?;
        }
        write!(f, "{} (at byte {})", self.reason, self.offset)
    }
}

impl std::error::Error for DecodeError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.reason {
            Reason::Header(error) => Some(error),
            Reason::Codec(error) => Some(error),
            Reason::Head(error) => Some(error),
            Reason::Order(error) => Some(error),
            Reason::Trailer(error) => Some(error),
            _ => None,
        }
    }
}

/// A stream that ends before it is complete.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incomplete {
    /// The member of the stream that came last, from 1.
    pub member: u32,
    /// Bytes that came.
    pub received: u64,
    /// The last whole frame that came, ancillary ones not counted.
    pub last: Option<FrameLabel>,
    /// What the producer said when it gave up.
    pub failure: Option<Box<Fail>>,
}

impl fmt::Display for Incomplete {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.member > 1 {
            write!(f, "member {}: ", self.member)?;
        }
        match (&self.failure, &self.last) {
            (Some(fail), _) => write!(f, "the producer gave up: {fail}"),
            (None, _) if self.received == 0 => f.write_str("the input is empty"),
            (None, None) => write!(f, "the input ends after {} bytes, before HEAD", self.received),
            (None, Some(last)) => write!(f, "the input ends after {} bytes; last received: {last}", self.received),
        }
    }
}

impl std::error::Error for Incomplete {}
