//! What can be wrong with rows.

use std::fmt;

/// Bytes that are not rows of the form they should have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Malformed {
    /// The last row does not end.
    UnfinishedRow,
    /// A row of text with another number of fields than there are columns.
    TextFields {
        /// Columns that are sent.
        columns: usize,
    },
    /// COPY's binary format begins with another signature.
    Signature,
    /// COPY's binary format sets flags that must be understood (bits 16 to 31), and are not.
    CopyFlags(u32),
    /// The header extension of COPY's binary format has a negative length.
    HeaderExtension(i32),
    /// COPY's binary format ends before its header is complete.
    NoHeader,
    /// COPY's binary format ends without its trailer.
    NoTrailer,
    /// Bytes follow the trailer of COPY's binary format.
    AfterTrailer,
    /// A tuple with a negative number of fields.
    FieldCount(i16),
    /// A tuple with another number of fields than those before.
    FieldCountChanged {
        /// Fields of the tuples before.
        expected: i16,
        /// Fields of this one.
        found: i16,
    },
    /// A field with a negative length that is not -1, the null.
    FieldLength(i32),
    /// A record of a large object whose `last` is neither 0 nor 1.
    Last(u8),
    /// A record of a large object with more bytes than [`crate::large_object::MAX_RECORD`].
    RecordLength(u64),
    /// A record of another large object while one is unfinished.
    OtherObject {
        /// OID of the unfinished object.
        expected: u32,
        /// OID of the record.
        found: u32,
    },
    /// A record that does not begin where the one before it ended.
    Offset {
        /// OID of the object.
        oid: u32,
        /// Where the record before ended.
        expected: u64,
        /// Where this one begins.
        found: u64,
    },
    /// A large object over PostgreSQL's limit, [`crate::large_object::MAX_SIZE`].
    TooLarge(u32),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Malformed::UnfinishedRow => f.write_str("the last row does not end"),
            Malformed::TextFields { columns } => write!(f, "a row of text does not have {columns} fields"),
            Malformed::Signature => f.write_str("the binary rows do not begin with COPY's signature"),
            Malformed::CopyFlags(flags) => write!(f, "the binary rows set the unknown flags {flags:#010x}"),
            Malformed::HeaderExtension(len) => write!(f, "the binary rows have a header extension of length {len}"),
            Malformed::NoHeader => f.write_str("the binary rows end before their header does"),
            Malformed::NoTrailer => f.write_str("the binary rows end without their trailer"),
            Malformed::AfterTrailer => f.write_str("bytes follow the trailer of the binary rows"),
            Malformed::FieldCount(count) => write!(f, "a row with {count} fields"),
            Malformed::FieldCountChanged { expected, found } => {
                write!(f, "a row with {found} fields after rows with {expected}")
            }
            Malformed::FieldLength(len) => write!(f, "a field of length {len}"),
            Malformed::Last(byte) => write!(f, "a large object record that is neither last nor not: {byte:#04x}"),
            Malformed::RecordLength(len) => write!(f, "a large object record of {len} bytes"),
            Malformed::OtherObject { expected, found } => {
                write!(f, "a record of large object {found} while {expected} is unfinished")
            }
            Malformed::Offset { oid, expected, found } => {
                write!(
                    f,
                    "a record of large object {oid} begins at {found}, the one before ended at {expected}"
                )
            }
            Malformed::TooLarge(oid) => write!(f, "large object {oid} is larger than PostgreSQL allows"),
        }
    }
}

impl std::error::Error for Malformed {}
