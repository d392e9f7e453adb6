//! INDEX: where parts are, so that one can be read without the others.

use serde::{Deserialize, Serialize};

use crate::entry::EntryId;

/// Parts in one INDEX payload: about 4 MiB of JSON, so that no database has too many parts.
pub(crate) const BATCH: usize = 64 << 10;

/// Where a part is; offsets are counted from the magic number of the member.
///
/// Between the two offsets stand all frames of the part, and any of other parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndexedPart {
    /// The entry.
    pub entry: EntryId,
    /// The part, from 1.
    pub part: u32,
    /// Where its first frame begins.
    pub start: u64,
    /// Where its PART_END ends.
    pub end: u64,
}
