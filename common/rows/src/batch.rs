//! From what COPY sends to what a frame holds.

use std::collections::VecDeque;

use crate::binary::Envelope;
use crate::format::Format;
use crate::malformed::Malformed;
use crate::rows::{Rows, Summary};

/// The most bytes in one batch: half of what a frame can hold. Only rows longer than this are cut
/// when they come in one piece.
pub const MAX_BATCH: usize = 8 << 20;
/// The size that batches grow to when nothing else is wanted.
pub const TARGET: usize = 512 << 10;

/// Rows for one frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// The rows as they stand in a stream.
    pub bytes: Vec<u8>,
    /// How many end in it.
    pub rows: u32,
    /// Whether the last row continues in the next batch. Between the frames of an open row no other
    /// rows may be sent.
    pub row_open: bool,
}

/// Gathers what COPY TO sends into batches of whole rows, and counts and digests them on the way.
///
/// Pieces may be cut anywhere; of binary rows, signature, header and trailer are taken off. Only a row
/// that is longer than a batch is spread over several.
///
/// For large objects each piece is to be whole records, as [`Record::encode`](crate::large_object::Record::encode)
/// makes them; an object that is longer than a batch is spread over several, and no record is.
#[derive(Debug)]
pub struct Batcher {
    rows: Rows,
    envelope: Option<Envelope>,
    target: usize,
    bytes: Vec<u8>,
    /// Rows that have ended in `bytes`, and where the last of them did.
    ended: u32,
    end: usize,
    ready: VecDeque<Batch>,
}

impl Batcher {
    /// A batcher whose batches are given as soon as they have `target` bytes ([`TARGET`], say; at
    /// most 1 MiB).
    pub fn new(format: Format, target: usize) -> Batcher {
        Batcher {
            rows: Rows::new(format),
            envelope: (format == Format::Binary).then(Envelope::new),
            target: target.clamp(1, 1 << 20),
            bytes: Vec::new(),
            ended: 0,
            end: 0,
            ready: VecDeque::new(),
        }
    }

    /// Takes a piece of what COPY sends.
    pub fn push(&mut self, piece: &[u8]) -> Result<(), Malformed> {
        let mut rest = piece;
        loop {
            if let Some(envelope) = &mut self.envelope {
                rest = envelope.strip(rest, !self.rows.in_row())?;
            }
            let Some(end) = self.rows.next_end(rest)? else { break };
            self.append(&rest[..end]);
            rest = &rest[end..];
            self.ended += 1;
            self.end = self.bytes.len();
            if self.bytes.len() >= self.target {
                self.flush(false);
            }
        }
        self.append(rest);
        if self.bytes.len() - self.end >= self.target {
            self.flush(true);
        }
        Ok(())
    }

    /// After COPY has ended: the summary of all rows. What is left of them becomes the last batch.
    ///
    /// Fails when the last row, or what COPY puts around binary rows, has not ended.
    pub fn finish(&mut self) -> Result<Summary, Malformed> {
        let summary = self.rows.finish()?;
        if let Some(envelope) = &self.envelope {
            envelope.finish()?;
        }
        if !self.bytes.is_empty() {
            self.flush(false);
        }
        Ok(summary)
    }

    /// A batch that is ready, oldest first. Ask after each piece, and after the end, until there is
    /// none.
    pub fn next_batch(&mut self) -> Option<Batch> {
        self.ready.pop_front()
    }

    /// The rows that have ended so far.
    pub fn so_far(&self) -> Summary {
        self.rows.so_far()
    }

    /// Appends bytes of one row.
    fn append(&mut self, mut row: &[u8]) {
        while self.bytes.len() + row.len() > MAX_BATCH {
            let (here, rest) = row.split_at(MAX_BATCH - self.bytes.len());
            self.bytes.extend_from_slice(here);
            self.flush(true);
            row = rest;
        }
        self.bytes.extend_from_slice(row);
    }

    fn flush(&mut self, row_open: bool) {
        let capacity = self.target + self.target / 8;
        let bytes = std::mem::replace(&mut self.bytes, Vec::with_capacity(capacity));
        self.ready.push_back(Batch {
            bytes,
            rows: self.ended,
            row_open,
        });
        self.ended = 0;
        self.end = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::binary::{HEADER, TRAILER};
    use crate::large_object::{Record, records};

    fn batches(format: Format, target: usize, pieces: &[&[u8]]) -> (Vec<Batch>, Summary) {
        let mut batcher = Batcher::new(format, target);
        let mut batches = Vec::new();
        for piece in pieces {
            batcher.push(piece).unwrap();
            batches.extend(std::iter::from_fn(|| batcher.next_batch()));
        }
        let summary = batcher.finish().unwrap();
        batches.extend(std::iter::from_fn(|| batcher.next_batch()));
        (batches, summary)
    }

    /// What came in pieces goes out whole, and is counted as it goes in.
    fn check(format: Format, batches: &[Batch], summary: Summary, whole: &[u8]) {
        let mut rows = Rows::new(format);
        let mut bytes = Vec::new();
        for batch in batches {
            assert_eq!(rows.push(&batch.bytes).unwrap(), batch.rows.into());
            assert_eq!(rows.in_row(), batch.row_open);
            assert!(batch.bytes.len() <= MAX_BATCH);
            bytes.extend_from_slice(&batch.bytes);
        }
        assert_eq!(rows.finish().unwrap(), summary);
        assert!(bytes == whole);
    }

    #[test]
    fn batches_hold_whole_rows() {
        let text = b"1\ttea\n2\tmilk\n\n3\tbread\n";
        for size in 1..text.len() {
            let pieces: Vec<&[u8]> = text.chunks(size).collect();
            let (batches, summary) = batches(Format::Text, 10, &pieces);
            check(Format::Text, &batches, summary, text);
            assert_eq!(summary.rows, 4);
            assert!(batches.len() > 1 && batches.iter().all(|batch| !batch.row_open));
        }
    }

    #[test]
    fn binary_rows_lose_their_envelope() {
        let tuples = b"\0\x01\0\0\0\x03tea\0\x01\xff\xff\xff\xff".repeat(3);
        let copy = [&HEADER[..], &tuples, &TRAILER].concat();
        for size in 1..copy.len() {
            let pieces: Vec<&[u8]> = copy.chunks(size).collect();
            let (batches, summary) = batches(Format::Binary, 9, &pieces);
            check(Format::Binary, &batches, summary, &tuples);
            assert_eq!(summary.rows, 6);
        }
        let (none, summary) = batches(Format::Binary, 9, &[&HEADER, &TRAILER]);
        assert_eq!((none.len(), summary), (0, Summary::default()));
    }

    #[test]
    fn a_row_longer_than_a_batch_is_spread() {
        let long = [vec![b'x'; 2 * MAX_BATCH + 100], b"\n".to_vec()].concat();
        let text = [b"1\n", long.as_slice(), b"2\n"].concat();
        // In one piece, and in many.
        for size in [text.len(), 1 << 20, 100_000] {
            let pieces: Vec<&[u8]> = text.chunks(size).collect();
            let (batches, summary) = batches(Format::Text, TARGET, &pieces);
            check(Format::Text, &batches, summary, &text);
            assert_eq!(summary.rows, 3);
            assert!(batches.iter().filter(|batch| batch.row_open).count() >= 2);
        }
    }

    #[test]
    fn large_objects_are_cut_between_records() {
        let mut bytes = Vec::new();
        let mut pieces = Vec::new();
        for (oid, count) in [(1, 1), (2, 9), (3, 1)] {
            for at in 0..count {
                let start = bytes.len();
                let record = Record {
                    oid,
                    offset: at * 1000,
                    last: at + 1 == count,
                    bytes: &[oid as u8; 1000],
                };
                record.encode(&mut bytes).unwrap();
                pieces.push(start..bytes.len());
            }
        }
        let pieces: Vec<&[u8]> = pieces.into_iter().map(|piece| &bytes[piece]).collect();
        let (batches, summary) = batches(Format::LargeObjects, 2500, &pieces);
        check(Format::LargeObjects, &batches, summary, &bytes);
        assert_eq!(summary.rows, 3);
        for batch in &batches {
            assert!(records(&batch.bytes).all(|record| record.is_ok()));
        }
    }
}
