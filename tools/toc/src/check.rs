//! `--check`: everything is read, counted and digested.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, Write};

use pgx_archive::{DataFrame, End, Entry, EntryEnd, EntryId, Event, Kind, PartEnd};
use pgx_cli::{Failure, Progress};
use pgx_rows::{Format, Rows};

use crate::contents::Contents;
use crate::sizes::Sizes;
use crate::stream::Stream;

/// How far a stream was read, beyond its table of contents.
pub enum Rest {
    /// Not at all.
    Unread,
    /// To its end: checksums, order and totals are right; rows were not looked at.
    Passed,
    /// To its end: how much each entry holds was counted.
    Measured(Sizes),
    /// To its end, every row.
    Checked(Check),
}

/// What was found in a stream that is complete and unharmed.
pub struct Check {
    /// What each entry with rows came to.
    pub entries: BTreeMap<EntryId, EntryEnd>,
    /// What all came to.
    pub end: End,
}

impl Check {
    /// Reads the member to its end.
    ///
    /// The decoder checks checksums, order and totals; here, rows are counted and digested.
    pub fn read(stream: &mut Stream, contents: &Contents, progress: &Progress) -> Result<Check, Failure> {
        let estimates = &contents.head.estimates;
        progress.stage("checking");
        progress.expect(
            contents.entries.iter().filter(|entry| entry.data.is_some()).count() as u64,
            estimates.bytes,
        );
        let mut parts = HashMap::new();
        let mut entries = BTreeMap::new();
        let mut end = None;
        while end.is_none() {
            let Some(event) = stream.next(Some(contents))? else {
                break;
            };
            match event {
                Event::Data(frame) => {
                    let entry = expected(stream, contents, frame.entry())?;
                    let rows = parts
                        .entry((entry.id, frame.part()))
                        .or_insert_with(|| Rows::new(form(entry)));
                    count(rows, &frame).map_err(|wrong| named(stream, entry, frame.part(), &wrong))?;
                    progress.rows(frame.rows().into(), frame.raw_len() as u64);
                }
                Event::PartEnd { entry, part, end } => {
                    let entry = expected(stream, contents, entry)?;
                    let rows = parts
                        .remove(&(entry.id, part))
                        .unwrap_or_else(|| Rows::new(form(entry)));
                    compare(&rows, &end).map_err(|wrong| named(stream, entry, part, &wrong))?;
                }
                Event::EntryEnd { entry, end } => {
                    entries.insert(entry, end);
                    progress.entry_done();
                }
                Event::End(said) => end = Some(said),
                _ => {}
            }
        }
        let end = end.ok_or_else(|| stream.damaged("the stream has no end"))?;
        Ok(Check { entries, end })
    }

    /// Says in one line what was found, with what it is of where there is `more`.
    pub fn write(&self, contents: &Contents, more: bool, out: &mut impl Write) -> io::Result<()> {
        let head = &contents.head;
        let of = match more {
            true => format!(" {}", contents.of_what()),
            false => String::new(),
        };
        let leg = match &head.resumes {
            None => "",
            Some(resumes) if resumes.inconsistent => " (the rest of a dump that was broken off, of another moment)",
            Some(_) => " (the rest of a dump that was broken off)",
        };
        write!(
            out,
            "complete{of}{leg}: {} entries, {} of them with rows, {} rows, {} bytes",
            contents.entries.len(),
            self.end.entries,
            self.end.rows,
            self.end.bytes,
        )?;
        match contents.archive {
            None => writeln!(out, ", digest {}", self.end.digest),
            // Nothing in it says what there should be.
            Some(_) => writeln!(out),
        }
    }
}

fn expected<'a>(stream: &Stream, contents: &'a Contents, id: EntryId) -> Result<&'a Entry, Failure> {
    contents
        .entry(id)
        .ok_or_else(|| stream.damaged(format!("rows of entry {id}, which is not in the table of contents")))
}

/// The form of an entry's rows.
fn form(entry: &Entry) -> Format {
    match (&entry.kind, entry.data.as_ref().map(|data| data.format)) {
        (Kind::Blobs, _) => Format::LargeObjects,
        (_, Some(pgx_archive::Format::Binary)) => Format::Binary,
        _ => Format::Text,
    }
}

/// Counts and digests what is in a frame.
fn count(rows: &mut Rows, frame: &DataFrame) -> Result<(), String> {
    let raw = frame.raw().map_err(|error| error.to_string())?;
    let ended = rows.push(&raw).map_err(|error| error.to_string())?;
    if ended != u64::from(frame.rows()) {
        return Err(format!(
            "a frame says that {} rows end in it, there are {ended}",
            frame.rows()
        ));
    }
    if rows.in_row() != frame.row_open() {
        return Err("a frame does not end where its rows do".to_owned());
    }
    Ok(())
}

/// Compares what was found in a part with what its end says.
fn compare(rows: &Rows, said: &PartEnd) -> Result<(), String> {
    let found = rows.finish().map_err(|error| error.to_string())?;
    if found.digest != said.digest.0 {
        return Err(format!(
            "the digest of its rows is {:032x}, not {}",
            found.digest, said.digest
        ));
    }
    Ok(())
}

fn named(stream: &Stream, entry: &Entry, part: u32, wrong: &str) -> Failure {
    stream.damaged(format!("{}: part {part}: {wrong}", entry.describe()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use pgx_archive::Digest;
    use pgx_cli::{Exit, Input, Interrupt};

    fn check(bytes: Vec<u8>) -> Result<(Check, Contents), Failure> {
        let input = Input::from_reader(std::io::Cursor::new(bytes), "shop.pgx")?;
        let mut stream = Stream::new(input, &Interrupt::default());
        let contents = Contents::read(&mut stream)?;
        Check::read(&mut stream, &contents, &Progress::hidden()).map(|check| (check, contents))
    }

    #[test]
    fn a_good_stream_is_complete() {
        let digest = Digest(
            pgx_rows::digest(Format::Text, example::ROWS)
                .expect("these are rows")
                .digest,
        );
        let (check, contents) = check(example::stream(digest)).unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(check.entries[&EntryId(5)].rows, 2);
        let mut out = Vec::new();
        check.write(&contents, false, &mut out).expect("memory");
        let verdict = String::from_utf8(out).expect("text");
        assert!(
            verdict.starts_with("complete: 5 entries, 1 of them with rows, 2 rows, 13 bytes, digest "),
            "{verdict}"
        );
    }

    #[test]
    fn rows_that_are_not_those_of_the_digest_are_found() {
        let failure = check(example::stream(Digest(7)))
            .map(|_| ())
            .expect_err("the digest is wrong");
        assert_eq!(failure.exit, Exit::Failed);
        let message = failure.to_string();
        assert!(
            message.starts_with("shop.pgx: table data public.or\nders: part 1: the digest of its rows is "),
            "{message}"
        );
    }
}
