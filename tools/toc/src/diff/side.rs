//! One of the two archives: its contents, and what its rows come to.

use std::collections::HashMap;
use std::path::Path;

use pgx_archive::{Digest, Entry, EntryId, Event, Format};
use pgx_cli::{Exit, Failure, Output, Process, Progress};
use pgx_rows::Rows;
use pgx_rows::to_text::Converter;
use pgx_selection::{Kept, Selection};

use crate::archive::{self, Extent};
use crate::check::Rest;
use crate::contents::Contents;
use crate::keep::keep;
use crate::stream::{Stream, has_members};

/// An archive that is compared.
pub struct Side {
    /// What it says of itself.
    pub contents: Contents,
    /// What is compared of it.
    pub kept: Kept,
    /// What the rows of entries come to, as far as they were read.
    pub rows: HashMap<EntryId, Measure>,
}

/// What the rows of an entry come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measure {
    /// How many there are.
    pub rows: u64,
    /// Their digest.
    pub digest: Digest,
    /// Whether it is that of rows in text.
    pub as_text: bool,
}

impl Side {
    /// Reads an archive: all of it, when any of the entries that are compared have rows.
    pub fn read(file: Option<&Path>, wanted: &Selection, output: &Output, process: &Process) -> Result<Side, Failure> {
        let input = process.input(file)?;
        input.expect_apart(output)?;
        if archive::format(&input).is_some() {
            let (contents, rest) = archive::read(input, Extent::Rows, &process.interrupt)?;
            let rows = match rest? {
                Rest::Checked(check) => check.entries,
                _ => Default::default(),
            };
            let measures = rows.into_iter().map(|(entry, end)| {
                let measure = Measure {
                    rows: end.rows,
                    digest: end.digest,
                    as_text: true,
                };
                (entry, measure)
            });
            return Ok(Side {
                kept: keep(&contents, wanted, process)?,
                contents,
                rows: measures.collect(),
            });
        }
        input.expect_stream()?;
        let seekable = input.is_seekable();
        if has_members(&input) {
            return Err(
                Failure::failed("the stream has several members, and --diff compares one with one")
                    .within(input.name())
                    .hint("compare the dumps of single databases"),
            );
        }
        let mut stream = Stream::new(input, &process.interrupt);
        let contents = Contents::read(&mut stream)?;
        let kept = keep(&contents, wanted, process)?;
        let has_rows = contents.kept(&kept).any(|entry| entry.data.is_some());
        let rows = match has_rows || !seekable {
            true => measure(&mut stream, &contents, &kept, &process.progress())?,
            false => HashMap::new(),
        };
        Ok(Side { contents, kept, rows })
    }

    /// The entries that are compared.
    pub fn kept(&self) -> impl Iterator<Item = &Entry> {
        self.contents.kept(&self.kept)
    }
}

/// Rows of a part that is coming.
struct Part {
    /// What turns them into text, when they are binary.
    converter: Option<Converter>,
    rows: Rows,
    /// Whether they are digested as text.
    as_text: bool,
}

impl Part {
    fn of(entry: &Entry) -> Part {
        let data = entry.data.as_deref();
        let converter = data
            .filter(|data| data.format == Format::Binary)
            .and_then(|data| Converter::spelled(&data.columns, &data.types).ok());
        let form = match data.map(|data| data.format) {
            Some(Format::LargeObjects) => pgx_rows::Format::LargeObjects,
            Some(Format::Binary) if converter.is_none() => pgx_rows::Format::Binary,
            _ => pgx_rows::Format::Text,
        };
        Part {
            converter,
            rows: Rows::new(form),
            as_text: form != pgx_rows::Format::Binary,
        }
    }

    fn push(&mut self, rows: &[u8], text: &mut Vec<u8>) -> Result<(), String> {
        let counted = match &mut self.converter {
            None => self.rows.push(rows),
            Some(converter) => {
                text.clear();
                converter.push(rows, text).map_err(|error| error.to_string())?;
                self.rows.push(text)
            }
        };
        counted.map(drop).map_err(|error| error.to_string())
    }
}

/// Reads to the end, and digests the rows of what is kept: as text, wherever their types are known.
fn measure(
    stream: &mut Stream,
    contents: &Contents,
    kept: &Kept,
    progress: &Progress,
) -> Result<HashMap<EntryId, Measure>, Failure> {
    progress.stage("comparing");
    let mut measures: HashMap<EntryId, Measure> = HashMap::new();
    for entry in contents.kept(kept).filter(|entry| entry.data.is_some()) {
        let none = Measure {
            rows: 0,
            digest: Digest(0),
            as_text: true,
        };
        measures.insert(entry.id, none);
    }
    let mut parts: HashMap<(EntryId, u32), Part> = HashMap::new();
    let mut text = Vec::new();
    while let Some(event) = stream.next(Some(contents))? {
        let wrong =
            |stream: &Stream, entry: &Entry, error: String| stream.damaged(format!("{}: {error}", entry.describe()));
        match event {
            Event::Data(frame) if measures.contains_key(&frame.entry()) => {
                let Some(entry) = contents.entry(frame.entry()) else {
                    continue;
                };
                progress.rows(frame.rows().into(), frame.raw_len() as u64);
                let part = parts.entry((entry.id, frame.part())).or_insert_with(|| Part::of(entry));
                let raw = frame.raw().map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
                part.push(&raw, &mut text)
                    .map_err(|error| wrong(stream, entry, error))?;
            }
            Event::PartEnd { entry, part, .. } => {
                let (Some(part), Some(measure)) = (parts.remove(&(entry, part)), measures.get_mut(&entry)) else {
                    continue;
                };
                let Some(entry) = contents.entry(entry) else { continue };
                let sum = part
                    .rows
                    .finish()
                    .map_err(|error| wrong(stream, entry, error.to_string()))?;
                measure.rows += sum.rows;
                measure.digest = Digest(measure.digest.0.wrapping_add(sum.digest));
                measure.as_text &= part.as_text;
            }
            _ => {}
        }
    }
    Ok(measures)
}
