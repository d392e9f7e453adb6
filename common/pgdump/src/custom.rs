//! The custom format (`pg_dump -Fc`): header, table of contents, blocks, and no end.
//!
//! A block is a byte for what it is, the number of its entry, and chunks: each its length and its bytes, up
//! to a length of 0. In a block of large objects there are such chunks for each object, behind its OID, up to
//! an OID of 0. What is compressed is the bytes of all chunks together.

mod read;
mod write;

pub use read::{read, read_file};
pub use write::Writer;

/// A block of rows.
const ROWS: u8 = 1;
/// A block of large objects.
const OBJECTS: u8 = 3;
