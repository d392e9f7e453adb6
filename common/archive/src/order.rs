//! What can be wrong with the order of frames and with their totals.

use std::fmt;

use crate::account::Stage;
use crate::digest::Digest;
use crate::entry::EntryId;
use crate::frame::FrameKind;

/// A frame that cannot come now, or that says something else than was counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OrderError {
    /// A frame of a kind that has no place at this stage.
    Unexpected {
        /// The kind.
        kind: FrameKind,
        /// How far the stream has come.
        stage: Stage,
    },
    /// A frame between two that belong together.
    Interrupted {
        /// The kind that is to be continued.
        more: FrameKind,
        /// The kind that came.
        by: FrameKind,
    },
    /// A frame is missing, repeated or out of order.
    Seq {
        /// Number that had to come.
        expected: u32,
        /// Number that came.
        found: u32,
    },
    /// More frames than can be numbered.
    TooManyFrames,
    /// An entry whose number is 0, or that of an entry before it.
    EntryId(EntryId),
    /// An entry with rows that declares no part.
    NoParts(EntryId),
    /// Rows of an entry that is not in the table of contents.
    UnknownEntry(EntryId),
    /// Rows of an entry that has none.
    NoData(EntryId),
    /// Rows of an entry after its ENTRY_END.
    EntryEnded(EntryId),
    /// A part that the entry does not declare.
    PartNumber {
        /// The entry.
        entry: EntryId,
        /// The part that came.
        part: u32,
        /// How many parts the entry declares.
        declared: u32,
    },
    /// Rows of a part after its PART_END.
    PartEnded {
        /// The entry.
        entry: EntryId,
        /// The part.
        part: u32,
    },
    /// Rows of a part that HEAD says the stream leaves out.
    SkippedPart {
        /// The entry.
        entry: EntryId,
        /// The part.
        part: u32,
    },
    /// More open parts than HEAD declares.
    TooManyParts {
        /// The lanes that HEAD declares.
        lanes: usize,
    },
    /// Another frame comes between the frames of a row.
    RowOpen {
        /// Entry of the open row.
        entry: EntryId,
        /// Part of the open row.
        part: u32,
    },
    /// ENTRY_END while a part is open.
    PartOpen {
        /// The entry.
        entry: EntryId,
        /// The part.
        part: u32,
    },
    /// ENTRY_END before all declared parts have come, but those that HEAD says the stream leaves out.
    MissingParts {
        /// How many parts the entry declares.
        declared: u32,
        /// How many have come.
        sent: u32,
    },
    /// END or INDEX while the rows of an entry have not ended.
    NotEnded(EntryId),
    /// TOC_END with another plan than HEAD.
    Plan {
        /// The plan of TOC_END.
        said: Digest,
        /// The plan of HEAD.
        head: Digest,
    },
    /// An index that names this part wrongly, or not at all.
    Index {
        /// The entry.
        entry: EntryId,
        /// The part.
        part: u32,
    },
    /// An index that is not where END says.
    IndexOffset {
        /// Where END says that it begins, counted from the magic number.
        said: Option<u64>,
        /// Where it began.
        counted: Option<u64>,
    },
    /// A number that is not what was counted.
    Count {
        /// What is counted.
        what: &'static str,
        /// What the frame says.
        said: u64,
        /// What has come.
        counted: u64,
    },
    /// A digest that is not that of what came.
    Digest {
        /// What it is of.
        what: &'static str,
        /// What the frame says.
        said: Digest,
        /// What has come.
        counted: Digest,
    },
}

impl fmt::Display for OrderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OrderError::Unexpected { kind, stage } => write!(f, "{kind} cannot come {stage}"),
            OrderError::Interrupted { more, by } => write!(f, "{by} between two frames of one {more}"),
            OrderError::Seq { expected, found } => write!(f, "frame number {found} where {expected} had to come"),
            OrderError::TooManyFrames => f.write_str("more frames than can be numbered"),
            OrderError::EntryId(id) => write!(f, "entry number {id} is 0 or comes twice"),
            OrderError::NoParts(id) => write!(f, "entry {id} has rows but declares no part"),
            OrderError::UnknownEntry(id) => write!(f, "entry {id} is not in the table of contents"),
            OrderError::NoData(id) => write!(f, "entry {id} has no rows by the table of contents"),
            OrderError::EntryEnded(id) => write!(f, "rows of entry {id} after its end"),
            OrderError::PartNumber { entry, part, declared } => {
                write!(f, "part {part} of entry {entry}, which declares {declared}")
            }
            OrderError::PartEnded { entry, part } => write!(f, "rows of part {part} of entry {entry} after its end"),
            OrderError::SkippedPart { entry, part } => {
                write!(f, "part {part} of entry {entry}, which HEAD says is left out")
            }
            OrderError::TooManyParts { lanes } => write!(f, "more parts are open than the {lanes} lanes declared"),
            OrderError::RowOpen { entry, part } => {
                write!(f, "an unfinished row of entry {entry}, part {part}, does not continue")
            }
            OrderError::PartOpen { entry, part } => write!(f, "entry {entry} ends while its part {part} is open"),
            OrderError::MissingParts { declared, sent } => write!(f, "{sent} of {declared} parts have come"),
            OrderError::NotEnded(id) => write!(f, "the rows of entry {id} have not ended"),
            OrderError::Plan { said, head } => write!(f, "the plan is {said}, HEAD says {head}"),
            OrderError::Index { entry, part } => write!(f, "the index is wrong about part {part} of entry {entry}"),
            OrderError::IndexOffset { said, counted } => {
                write!(
                    f,
                    "END looks for the index at {}, it is at {}",
                    Offset(*said),
                    Offset(*counted)
                )
            }
            OrderError::Count { what, said, counted } => write!(f, "{what}: the frame says {said}, {counted} came"),
            OrderError::Digest { what, said, counted } => {
                write!(f, "{what}: the frame says {said}, what came gives {counted}")
            }
        }
    }
}

impl std::error::Error for OrderError {}

/// An offset that there may not be.
struct Offset(Option<u64>);

impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some(offset) => offset.fmt(f),
            None => f.write_str("no place"),
        }
    }
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Stage::Start => "before HEAD",
            Stage::Toc => "before TOC_END",
            Stage::Rows => "after TOC_END",
            Stage::Index => "after INDEX",
            Stage::Ended => "after END",
            Stage::Failed => "after FAIL",
        })
    }
}
