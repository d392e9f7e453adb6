//! A part that is being read: what has come of it becomes frames, once, however often it is begun again.

use std::collections::VecDeque;

use pgx_archive::{Compression, DataFrame, Digest, Format, Place};
use pgx_rows::object_rows::Records;
use pgx_rows::{Batcher, Retrace, TARGET, Trail};
use pgx_server::CopyOut;
use tokio::sync::mpsc;

use crate::error::Error;
use crate::lane::Sealed;
use crate::parts::Part;

/// How often in a row a part may lose its session without getting any further.
const FRUITLESS: u32 = 5;

/// Nobody takes what a lane gives: they know why.
pub struct Abandoned;

/// A part that is being read.
pub struct Reading {
    /// The part.
    pub part: Part,
    batcher: Batcher,
    records: Records,
    place: Place,
    trail: Trail,
    /// Whether the last row that was sent goes on.
    row_open: bool,
    /// Where the trail ended when the session was last lost, and how often that has been there.
    lost: (u64, u32),
}

impl Reading {
    /// Nothing has come yet.
    pub fn new(part: Part) -> Reading {
        Reading {
            batcher: Batcher::new(rows_format(part.format), TARGET),
            records: Records::default(),
            place: Place {
                entry: part.entry,
                part: part.number,
                seq: 0,
            },
            trail: Trail::default(),
            row_open: false,
            lost: (0, 0),
            part,
        }
    }

    /// Whether any of its rows have come.
    pub fn has_begun(&self) -> bool {
        self.trail.length() > 0
    }

    /// Whether another lane may go on with it: between the frames of a row nothing else may come.
    pub fn may_change_hands(&self) -> bool {
        !self.row_open
    }

    /// Whether it is worth beginning again after its session was lost.
    pub fn may_begin_again(&mut self) -> bool {
        let (place, times) = self.lost;
        let times = if place == self.trail.length() { times + 1 } else { 1 };
        self.lost = (self.trail.length(), times);
        times <= FRUITLESS
    }

    /// Sends the rows that have not been sent before, and what all of them add up to.
    pub async fn send(
        &mut self,
        mut copy: CopyOut,
        compression: Compression,
        out: &mpsc::Sender<Sealed>,
    ) -> Result<Result<(), Abandoned>, Error> {
        let mut retrace = self.trail.retrace();
        let mut digest = None;
        while digest.is_none() {
            let rows = self.batcher.so_far().rows;
            let piece = copy.next().await.map_err(|error| self.part.broken_off(rows, error))?;
            digest = self.take(piece.as_deref(), &mut retrace)?;
            while let Some(batch) = self.batcher.next_batch() {
                let frame = DataFrame::seal(self.place, batch.rows, batch.row_open, &batch.bytes, compression);
                let frame = frame.map_err(|reason| self.part.malformed(reason))?;
                let next = self.place.seq.checked_add(1);
                self.place.seq = next.ok_or_else(|| self.part.malformed("it has more frames than a part can have"))?;
                self.row_open = batch.row_open;
                if out.send(Sealed::Frame(frame)).await.is_err() {
                    return Ok(Err(Abandoned));
                }
            }
        }
        let end = Sealed::Part(self.part.entry, self.part.number, digest.unwrap_or_default());
        Ok(out.send(end).await.map_err(|_| Abandoned))
    }

    /// Takes a piece in; at the end gives the digest of all rows.
    fn take(&mut self, piece: Option<&[u8]>, retrace: &mut Retrace) -> Result<Option<Digest>, Error> {
        let Some(piece) = piece else {
            retrace.finish().map_err(|reason| self.part.malformed(reason))?;
            let summary = self.batcher.finish().map_err(|reason| self.part.malformed(reason))?;
            return Ok(Some(Digest(summary.digest)));
        };
        let new = retrace.pass(piece).map_err(|reason| self.part.malformed(reason))?;
        self.trail.push(new);
        if self.part.format == Format::LargeObjects {
            let batcher = &mut self.batcher;
            let taken = self.records.push(new, |record| batcher.push(record));
            taken.map_err(|reason| self.part.malformed(reason))?;
        } else {
            self.batcher.push(new).map_err(|reason| self.part.malformed(reason))?;
        }
        Ok(None)
    }
}

/// Parts that are read one after the other.
pub fn readings(parts: Vec<Part>) -> VecDeque<Reading> {
    parts.into_iter().map(Reading::new).collect()
}

fn rows_format(format: Format) -> pgx_rows::Format {
    match format {
        Format::Text => pgx_rows::Format::Text,
        Format::Binary => pgx_rows::Format::Binary,
        Format::LargeObjects => pgx_rows::Format::LargeObjects,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::EntryId;

    fn reading() -> Reading {
        Reading::new(Part {
            entry: EntryId(1),
            number: 1,
            of: 1,
            name: "table data public.t".to_owned(),
            table: None,
            for_holder: false,
            copy: String::new(),
            format: Format::Text,
            bytes: 0,
            after: Vec::new(),
        })
    }

    fn take(reading: &mut Reading, retrace: &mut Retrace, piece: &[u8]) -> Result<Option<Digest>, Error> {
        reading.take(Some(piece), retrace)
    }

    #[test]
    fn a_part_that_is_begun_again_gives_each_row_once() {
        let mut reading = reading();
        let mut retrace = reading.trail.retrace();
        take(&mut reading, &mut retrace, b"1\n2\n3").unwrap();
        let mut retrace = reading.trail.retrace();
        take(&mut reading, &mut retrace, b"1\n2").unwrap();
        take(&mut reading, &mut retrace, b"\n34\n5\n").unwrap();
        let digest = reading.take(None, &mut retrace).unwrap();
        let batch = reading.batcher.next_batch().unwrap();
        assert_eq!((batch.bytes.as_slice(), batch.rows), (&b"1\n2\n34\n5\n"[..], 4));
        let rows = pgx_rows::digest(pgx_rows::Format::Text, &batch.bytes).unwrap();
        assert_eq!(digest, Some(Digest(rows.digest)));
    }

    #[test]
    fn rows_that_have_changed_are_an_error() {
        let mut reading = reading();
        let mut retrace = reading.trail.retrace();
        take(&mut reading, &mut retrace, b"1\n2\n").unwrap();
        let mut retrace = reading.trail.retrace();
        let error = take(&mut reading, &mut retrace, b"1\n3\n").unwrap_err();
        assert_eq!(
            error.to_string(),
            "table data public.t: read again, its rows are not what they were"
        );
        let mut retrace = reading.trail.retrace();
        assert!(reading.take(None, &mut retrace).is_err());
    }

    #[test]
    fn a_part_that_gets_no_further_is_given_up() {
        let mut reading = reading();
        for _ in 0..FRUITLESS {
            assert!(reading.may_begin_again());
        }
        assert!(!reading.may_begin_again());
        let mut retrace = reading.trail.retrace();
        take(&mut reading, &mut retrace, b"1\n").unwrap();
        assert!(reading.may_begin_again());
    }
}
