//! Who is told what an archive holds, in the order in which it comes.

use pgx_archive::EntryId;

use crate::contents::Contents;
use crate::error::Error;

/// Takes what a reader finds.
///
/// The reader calls, because the one archive comes block by block through a pipe, and the other lies in
/// files beside each other: in this way both are one loop. [`contents`](Visitor::contents) comes first and
/// once. Then, for one entry after the other, rows any number of times and [`end`](Visitor::end) once. When
/// the reader returns without an error, every entry that was asked for has ended.
pub trait Visitor {
    /// What may go wrong with who is told, errors of the reader among it.
    type Error: From<Error>;

    /// The table of contents; the answer is whether rows are wanted at all.
    fn contents(&mut self, contents: Contents) -> Result<Next, Self::Error>;

    /// Whether the rows of an entry are wanted; others are passed by.
    fn wants(&self, _entry: EntryId) -> bool {
        true
    }

    /// Rows of an entry: text lines of COPY in pieces that end anywhere, or whole records of large objects.
    fn rows(&mut self, entry: EntryId, bytes: &[u8]) -> Result<(), Self::Error>;

    /// All rows of an entry have come.
    fn end(&mut self, entry: EntryId) -> Result<(), Self::Error>;
}

/// What a reader does after the table of contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// It reads rows.
    Rows,
    /// It returns.
    Stop,
}
