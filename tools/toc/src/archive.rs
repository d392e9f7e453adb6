//! pg_dump's own archives: they are listed as streams are, and read to their end where that is asked for.
//!
//! They have no checksums and no count of rows. What can be said of one that was read is that every entry with
//! rows has had them, and that they end as rows end.

use std::collections::BTreeMap;
use std::path::Path;

use pgx_archive::{Digest, End, EntryEnd, EntryId, Format};
use pgx_cli::{Exit, Failure, Input, Interrupt, Sniffed};
use pgx_pgdump::{Error, Next, Visitor, custom, directory, tar};
use pgx_rows::Rows;

use crate::check::{Check, Rest};
use crate::contents::Contents;

/// How the list names the format of an archive; none for what is no archive of pg_dump.
pub fn format(input: &Input) -> Option<&'static str> {
    match input.sniffed() {
        Sniffed::PgDumpCustom => Some("CUSTOM"),
        Sniffed::Tar => Some("TAR"),
        Sniffed::Directory { pg_dump: true } => Some("DIRECTORY"),
        _ => None,
    }
}

/// How far an archive is read beyond its table of contents.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// No further.
    Contents,
    /// To its end, so that the program that writes it can finish.
    End,
    /// To its end, and every row is looked at.
    Rows,
}

/// Reads an archive: its table of contents, and what there is to say about the rest.
pub fn read(input: Input, extent: Extent, interrupt: &Interrupt) -> Result<(Contents, Result<Rest, Failure>), Failure> {
    let name = input.name().to_owned();
    let format = format(&input);
    let mut reading = Reading {
        extent,
        interrupt,
        contents: None,
        open: None,
        check: Check {
            entries: BTreeMap::new(),
            end: End {
                frames: 0,
                entries: 0,
                rows: 0,
                bytes: 0,
                digest: Digest(0),
                index: None,
            },
        },
    };
    let read = match input.sniffed() {
        Sniffed::Directory { .. } => directory::read(Path::new(&name), &mut reading),
        Sniffed::Tar => tar::read(input, &mut reading),
        _ => custom::read(input, &mut reading),
    };
    let read = read.map_err(|Refused(failure)| failure.within(&name));
    match reading.contents {
        None => Err(read
            .err()
            .unwrap_or_else(|| Failure::incomplete("has no table of contents"))),
        Some(mut contents) => {
            contents.archive = format;
            let check = reading.check;
            let rest = read.map(|()| match extent {
                Extent::Contents => Rest::Unread,
                Extent::End => Rest::Passed,
                Extent::Rows => Rest::Checked(check),
            });
            Ok((contents, rest))
        }
    }
}

/// An error of the archive, as a failure.
struct Refused(Failure);

impl From<Error> for Refused {
    fn from(error: Error) -> Refused {
        let exit = if error.is_incomplete() {
            Exit::Incomplete
        } else {
            Exit::Failed
        };
        let failure = Failure::caused_by(exit, &error);
        Refused(match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        })
    }
}

struct Reading<'a> {
    extent: Extent,
    interrupt: &'a Interrupt,
    contents: Option<Contents>,
    /// The rows that are being counted, and bytes of them.
    open: Option<(Rows, u64)>,
    check: Check,
}

impl Visitor for Reading<'_> {
    type Error = Refused;

    fn contents(&mut self, contents: pgx_pgdump::Contents) -> Result<Next, Refused> {
        self.contents = Some(Contents::of(contents.head, contents.entries));
        Ok(match self.extent {
            Extent::Contents => Next::Stop,
            Extent::End | Extent::Rows => Next::Rows,
        })
    }

    fn wants(&self, _: EntryId) -> bool {
        self.extent == Extent::Rows
    }

    fn rows(&mut self, entry: EntryId, bytes: &[u8]) -> Result<(), Refused> {
        self.interrupt.check().map_err(Refused)?;
        let format = self.format(entry);
        let (rows, counted) = self.open.get_or_insert_with(|| (Rows::new(format), 0));
        *counted += bytes.len() as u64;
        let pushed = rows.push(bytes).map(drop);
        pushed.map_err(|error| self.malformed(entry, error))
    }

    fn end(&mut self, entry: EntryId) -> Result<(), Refused> {
        let (rows, bytes) = self.open.take().unwrap_or_else(|| (Rows::new(self.format(entry)), 0));
        let sum = rows.finish().map_err(|error| self.malformed(entry, error))?;
        let end = EntryEnd {
            parts: 1,
            rows: sum.rows,
            bytes,
            digest: Digest(sum.digest),
        };
        self.check.end.entries += 1;
        self.check.end.rows += end.rows;
        self.check.end.bytes += end.bytes;
        self.check.entries.insert(entry, end);
        Ok(())
    }
}

impl Reading<'_> {
    fn format(&self, id: EntryId) -> pgx_rows::Format {
        let entry = self.contents.as_ref().and_then(|contents| contents.entry(id));
        match entry.and_then(|entry| entry.data.as_ref()).map(|data| data.format) {
            Some(Format::LargeObjects) => pgx_rows::Format::LargeObjects,
            _ => pgx_rows::Format::Text,
        }
    }

    fn malformed(&self, id: EntryId, error: pgx_rows::Malformed) -> Refused {
        let entry = self.contents.as_ref().and_then(|contents| contents.entry(id));
        let called = entry.map_or_else(|| format!("entry {id}"), |entry| entry.describe());
        Refused(Failure::caused_by(Exit::Failed, &error).within(called))
    }
}
