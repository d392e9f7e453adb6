//! A stream, read and checked from its beginning to its end.
//!
//! Everything that can be said of the stream alone is said here: checksums, order and totals (by the
//! decoder), row counts and digests (recomputed from the rows). An end of a part that does not match its rows never
//! comes out.

use std::io::Read;

use pgx_archive::head::FEATURES;
use pgx_archive::{Decoder, Entry, Event, Reader};
use pgx_cli::Failure;

use crate::checked::Checked;
use crate::desk::Desk;
use crate::failure;
use crate::intake::Arrival;
use crate::silence::Heeded;

/// A stream that is read from its beginning to its end.
pub struct Reading {
    name: String,
    reader: Reader<Heeded<Box<dyn Read + Send>>>,
    entries: Vec<Entry>,
    checked: Checked,
    /// Whether a member has ended of which it is not known yet whether it is the last.
    ended: bool,
    desk: Desk,
}

impl Reading {
    /// At the beginning of a stream.
    pub fn new(name: String, input: Box<dyn Read + Send>, desk: Desk) -> Reading {
        Reading {
            name,
            reader: Reader::with(Decoder::members().understanding(FEATURES), desk.silence.of(input)),
            entries: Vec::new(),
            checked: Checked::default(),
            ended: false,
            desk,
        }
    }

    /// Reads to the end.
    pub fn run(mut self) {
        loop {
            let arrival = match self.reader.next_event() {
                Ok(Some(event)) => {
                    self.next_member(&event);
                    self.arrival(event)
                }
                Ok(None) => self.over().map(Some),
                Err(error) => Err(failure::unreadable(&error, |id| self.checked.called(id))),
            };
            let over = matches!(arrival, Err(_) | Ok(Some(Arrival::End { .. })));
            let Some(arrival) = arrival.map_err(|failure| failure.within(&self.name)).transpose() else {
                continue;
            };
            if self.desk.hand_over(arrival).is_err() || over {
                return;
            }
        }
    }

    /// When another member begins, the one before is complete, and not the last.
    fn next_member(&mut self, event: &Event) {
        if self.ended && matches!(event, Event::Head(_)) {
            self.another();
        }
    }

    /// The member is complete, and something has to follow it.
    fn another(&mut self) {
        self.ended = false;
        self.desk.member += 1;
        // Where nobody listens any more, what follows says so, too.
        let _ = self.desk.hand_over(Ok(Arrival::End { more: true }));
    }

    /// The end of the input: the last member is complete, which others may have had to follow.
    fn over(&mut self) -> Result<Arrival, Failure> {
        let missing = match self.reader.decoder().missing_databases() {
            [] => return Ok(Arrival::End { more: false }),
            missing => missing.join(", "),
        };
        self.another();
        Err(
            Failure::incomplete("the stream ends before all databases that it announces")
                .detail(format!("missing: {missing}"))
                .hint(
                    "the dump of each that is missing failed, or was not sent; it can come alone: \
                     pgx-dump -C ... | pgx-load -C",
                ),
        )
    }

    fn arrival(&mut self, event: Event) -> Result<Option<Arrival>, Failure> {
        if let Event::Data(frame) = &event {
            let entry = frame.entry();
            self.desk.silence.rows_of(entry, || self.checked.called(entry));
        }
        Ok(Some(match event {
            Event::Head(head) => Arrival::Head(head),
            Event::Entries(mut entries) => {
                self.entries.append(&mut entries);
                return Ok(None);
            }
            Event::TocEnd(toc_end) => {
                self.checked = Checked::new(&self.entries);
                Arrival::Contents(std::mem::take(&mut self.entries), Some(toc_end))
            }
            Event::Data(frame) if self.desk.passes_over(frame.entry()) => return Ok(None),
            Event::PartEnd { entry, .. } | Event::EntryEnd { entry, .. } if self.desk.passes_over(entry) => {
                return Ok(None);
            }
            Event::Data(frame) => {
                let (entry, part, row_open) = (frame.entry(), frame.part(), frame.row_open());
                let (rows, bytes) = self.checked.rows(frame)?;
                Arrival::Rows(self.desk.chunk((entry, part), rows, row_open, bytes)?)
            }
            Event::PartEnd { entry, part, end } => {
                self.checked.part_end(entry, part, &end)?;
                Arrival::PartEnd(entry, part, end)
            }
            Event::EntryEnd { entry, end } => Arrival::EntryEnd(entry, end),
            // What follows says whether it is the last.
            Event::End(_) => {
                self.ended = true;
                return Ok(None);
            }
            // The producer's last words come back as an error.
            Event::Skipped(_) | Event::Fail(_) | Event::Index(_) | Event::Tick(_) | Event::Ancillary(_) => {
                return Ok(None);
            }
        }))
    }
}
