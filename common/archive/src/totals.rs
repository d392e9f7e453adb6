//! What the closing frames say: TOC_END, PART_END, ENTRY_END, END.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;

/// TOC_END: all entries have come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TocEnd {
    /// How many entries there are.
    pub entries: u64,
    /// XXH3-128 over the raw payloads of the ENTRIES frames, in their order.
    pub digest: Digest,
    /// The plan of the dump, which no filter changes; see [`crate::plan`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Digest>,
}

/// PART_END: all rows of a part have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartEnd {
    /// Rows of the part.
    pub rows: u64,
    /// Bytes of its rows, before compression.
    pub bytes: u64,
    /// Sum of the digests of its rows.
    pub digest: Digest,
}

/// ENTRY_END: all that this stream carries of an entry's rows has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryEnd {
    /// Parts that were sent.
    pub parts: u32,
    /// Their rows.
    pub rows: u64,
    /// Their bytes, before compression.
    pub bytes: u64,
    /// Sum of their digests.
    pub digest: Digest,
}

/// END: everything has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// Frames, this one included, ancillary ones not counted.
    pub frames: u64,
    /// Entries whose rows were sent: the number of ENTRY_END frames.
    pub entries: u64,
    /// Rows of all entries.
    pub rows: u64,
    /// Bytes of all rows, before compression.
    pub bytes: u64,
    /// XXH3-128 over (id, digest) of every ENTRY_END, sorted by id: 4 and 16 bytes, little-endian.
    pub digest: Digest,
    /// Where the first INDEX frame begins, counted from the magic number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<u64>,
}
