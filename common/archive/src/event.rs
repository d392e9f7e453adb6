//! What a decoder tells of a stream, in its order.

use crate::data_frame::{DataFrame, Place};
use crate::entry::{Entry, EntryId};
use crate::fail::Fail;
use crate::frame::{Flags, FrameKind};
use crate::head::Head;
use crate::index::IndexedPart;
use crate::tick::Tick;
use crate::totals::{End, EntryEnd, PartEnd, TocEnd};

/// Something that has come, whole and checked.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// What the stream says of itself.
    Head(Box<Head>),
    /// Some entries of the table of contents.
    Entries(Vec<Entry>),
    /// The table of contents is complete.
    TocEnd(TocEnd),
    /// Rows.
    Data(DataFrame),
    /// Rows that the reader [does not want](crate::Decoder::only_rows_of): checked and counted, and gone.
    Skipped(Place),
    /// A part is complete. Its rows and bytes were counted; its digest is for the reader to compare
    /// with that of the rows.
    PartEnd {
        /// The entry.
        entry: EntryId,
        /// The part.
        part: u32,
        /// What it came to.
        end: PartEnd,
    },
    /// What the stream carries of an entry's rows is complete, and agrees with its parts.
    EntryEnd {
        /// The entry.
        entry: EntryId,
        /// What it came to.
        end: EntryEnd,
    },
    /// Where some of the parts are, as they were seen to be.
    Index(Vec<IndexedPart>),
    /// The producer gave up; nothing follows.
    Fail(Fail),
    /// The stream is complete: END and the trailer have come and agree with what was counted.
    End(End),
    /// A sign of life.
    Tick(Tick),
    /// An ancillary frame of a kind that this version does not know.
    Ancillary(Ancillary),
}

/// An ancillary frame of a kind that this version does not know.
///
/// Who changes or drops rows passes on only what [is safe](Ancillary::is_safe); who hands all rows on as
/// they are passes on everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ancillary {
    /// Its kind.
    pub kind: FrameKind,
    /// Its flags; with [`Flags::SAFE`] it stays true when rows are changed.
    pub flags: Flags,
    /// The entry that it is about; 0 for the stream.
    pub entry: EntryId,
    /// The part that it is about; 0 for none.
    pub part: u32,
    /// Its payload, decompressed.
    pub payload: Vec<u8>,
}

impl Ancillary {
    /// Whether it stays true when rows are changed or dropped.
    pub fn is_safe(&self) -> bool {
        self.flags.has(Flags::SAFE)
    }
}
