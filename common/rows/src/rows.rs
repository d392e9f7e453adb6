//! Counting and digesting rows, in pieces of any size.

use std::fmt;

use crate::binary::Tuples;
use crate::format::Format;
use crate::large_object::Objects;
use crate::malformed::Malformed;
use crate::text::Lines;

/// How many rows there are, and the sum of their digests.
///
/// The digest of a row is the XXH3-128 of its bytes (text without the newline); the sum wraps around. So
/// it does not depend on the order of rows, and the summaries of parts add up to that of the table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows.
    pub rows: u64,
    /// Sum of their digests.
    pub digest: u128,
}

impl std::ops::AddAssign for Summary {
    fn add_assign(&mut self, other: Summary) {
        self.rows += other.rows;
        self.digest = self.digest.wrapping_add(other.digest);
    }
}

/// Counts and digests whole rows: the payload of a frame, say, in which no row is open.
///
/// Fails when the last row does not end.
pub fn digest(format: Format, bytes: &[u8]) -> Result<Summary, Malformed> {
    let mut rows = Rows::new(format);
    rows.push(bytes)?;
    rows.finish()
}

/// Counts and digests rows that come in pieces of any size, as they stand in a stream.
///
/// Nothing is kept but the state of the row that has begun. After an error it is of no further use.
#[derive(Clone)]
pub struct Rows {
    walker: Walker,
    summary: Summary,
}

#[derive(Clone)]
enum Walker {
    Text(Lines),
    Binary(Tuples),
    LargeObjects(Objects),
}

impl Rows {
    /// Before the first row.
    pub fn new(format: Format) -> Rows {
        let walker = match format {
            Format::Text => Walker::Text(Lines::default()),
            Format::Binary => Walker::Binary(Tuples::default()),
            Format::LargeObjects => Walker::LargeObjects(Objects::default()),
        };
        Rows {
            walker,
            summary: Summary::default(),
        }
    }

    /// Takes all bytes; gives the number of rows that ended in them.
    pub fn push(&mut self, bytes: &[u8]) -> Result<u64, Malformed> {
        let before = self.summary.rows;
        let mut rest = bytes;
        while let Some(end) = self.next_end(rest)? {
            rest = &rest[end..];
        }
        Ok(self.summary.rows - before)
    }

    /// Takes bytes up to the end of the next row; gives their number. None when no row ends in
    /// these bytes, all of which are then taken.
    pub fn next_end(&mut self, bytes: &[u8]) -> Result<Option<usize>, Malformed> {
        let ended = match &mut self.walker {
            Walker::Text(lines) => lines.next_end(bytes),
            Walker::Binary(tuples) => tuples.next_end(bytes)?,
            Walker::LargeObjects(objects) => objects.next_end(bytes)?,
        };
        Ok(ended.map(|(end, digest)| {
            self.summary += Summary { rows: 1, digest };
            end
        }))
    }

    /// Whether a row has begun and not ended.
    pub fn in_row(&self) -> bool {
        match &self.walker {
            Walker::Text(lines) => lines.in_row(),
            Walker::Binary(tuples) => tuples.in_row(),
            Walker::LargeObjects(objects) => objects.in_row(),
        }
    }

    /// The rows that have ended so far.
    pub fn so_far(&self) -> Summary {
        self.summary
    }

    /// All rows; fails when the last one has not ended.
    pub fn finish(&self) -> Result<Summary, Malformed> {
        match self.in_row() {
            true => Err(Malformed::UnfinishedRow),
            false => Ok(self.summary),
        }
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Rows")
            .field("so_far", &self.summary)
            .field("in_row", &self.in_row())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use xxhash_rust::xxh3::xxh3_128;

    use super::*;

    #[test]
    fn order_does_not_matter_and_rows_do() {
        let one = digest(Format::Text, b"a\nb\n").unwrap();
        assert_eq!(
            one,
            Summary {
                rows: 2,
                digest: xxh3_128(b"a").wrapping_add(xxh3_128(b"b"))
            }
        );
        assert_eq!(digest(Format::Text, b"b\na\n").unwrap(), one);
        assert_ne!(digest(Format::Text, b"ab\n\n").unwrap().digest, one.digest);
        assert_eq!(digest(Format::Text, b"").unwrap(), Summary::default());
    }

    #[test]
    fn an_unfinished_row_is_refused() {
        assert_eq!(digest(Format::Text, b"a\nb"), Err(Malformed::UnfinishedRow));
        assert_eq!(digest(Format::Binary, &[0]), Err(Malformed::UnfinishedRow));
        assert_eq!(
            digest(Format::Binary, &[0, 1, 0, 0, 0, 2, 7]),
            Err(Malformed::UnfinishedRow)
        );
        assert_eq!(digest(Format::LargeObjects, &[0; 16]), Err(Malformed::UnfinishedRow));
    }
}
