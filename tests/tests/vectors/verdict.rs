//! What a reader says of a stream: line by line what it found, or why it is not complete.
//!
//! The words `refused` and `incomplete`, and the byte, are what a reader in another language should agree
//! with; the sentence may be its own.

use std::collections::BTreeMap;

use pgx_archive::head::FEATURES;
use pgx_archive::{Content, DataFrame, Decoder, EntryId, Event, Format, ReadError, Reader};
use pgx_rows::Rows;

/// Reads a stream of any number of members to its end.
pub fn verdict(stream: &[u8]) -> Result<String, String> {
    let mut reader = Reader::with(Decoder::members().understanding(FEATURES), stream);
    let mut lines = String::new();
    let mut say = |line: String| {
        lines.push_str(&line);
        lines.push('\n');
    };
    let mut forms = BTreeMap::new();
    let mut parts = BTreeMap::new();
    loop {
        let before = reader.offset();
        let Some(event) = reader.next_event().map_err(said)? else {
            break;
        };
        match event {
            Event::Head(head) => {
                forms.clear();
                let content = match head.content {
                    Content::Database => format!("database {}", head.source.database),
                    Content::Globals => "globals".to_owned(),
                    Content::BaseBackup => "basebackup".to_owned(),
                };
                say(format!("member {}: {content}", reader.decoder().member()));
            }
            Event::Entries(entries) => {
                for entry in entries {
                    let schema = entry.schema.map_or(String::new(), |schema| format!("{schema}."));
                    say(format!("entry {}: {} {schema}{}", entry.id, entry.kind, entry.name));
                    forms.extend(entry.data.map(|data| (entry.id, form(data.format))));
                }
            }
            Event::Data(frame) => {
                let rows = parts
                    .entry((frame.entry(), frame.part()))
                    .or_insert_with(|| Rows::new(forms[&frame.entry()]));
                count(rows, &frame).map_err(|why| refused(frame.entry(), frame.part(), &why, before))?;
            }
            Event::PartEnd { entry, part, end } => {
                let rows = parts.remove(&(entry, part)).unwrap_or_else(|| Rows::new(forms[&entry]));
                let digest = rows.finish().map(|found| found.digest);
                let wrong = match digest {
                    Ok(found) if found == end.digest.0 => None,
                    Ok(found) => Some(format!("the digest of the rows is {found:032x}, not {}", end.digest)),
                    Err(error) => Some(error.to_string()),
                };
                if let Some(wrong) = wrong {
                    return Err(refused(entry, part, &wrong, before));
                }
                say(format!(
                    "part {part} of entry {entry}: {} rows, {} bytes, digest {}",
                    end.rows, end.bytes, end.digest
                ));
            }
            Event::EntryEnd { entry, end } => say(format!(
                "all of entry {entry}: {} parts, {} rows, {} bytes, digest {}",
                end.parts, end.rows, end.bytes, end.digest
            )),
            Event::End(end) => say(format!(
                "end: {} frames, {} entries with rows, {} rows, {} bytes, digest {}",
                end.frames, end.entries, end.rows, end.bytes, end.digest
            )),
            Event::TocEnd(_)
            | Event::Skipped(_)
            | Event::Index(_)
            | Event::Fail(_)
            | Event::Tick(_)
            | Event::Ancillary(_) => {}
        }
    }
    match reader.decoder().missing_databases() {
        [] => Ok(lines),
        missing => Err(format!(
            "incomplete: no member with the database {}",
            missing.join(", ")
        )),
    }
}

fn said(error: ReadError) -> String {
    match error {
        ReadError::Incomplete(error) => format!("incomplete: {error}"),
        ReadError::Io(error) => format!("refused: {error}"),
        ReadError::Decode(error) => format!("refused: {error}"),
    }
}

fn refused(entry: EntryId, part: u32, why: &str, at: u64) -> String {
    format!("refused: rows of entry {entry}, part {part}: {why} (at byte {at})")
}

fn form(format: Format) -> pgx_rows::Format {
    match format {
        Format::Text => pgx_rows::Format::Text,
        Format::Binary => pgx_rows::Format::Binary,
        Format::LargeObjects => pgx_rows::Format::LargeObjects,
    }
}

fn count(rows: &mut Rows, frame: &DataFrame) -> Result<(), String> {
    let raw = frame.raw().map_err(|error| error.cause.to_string())?;
    let ended = rows.push(&raw).map_err(|error| error.to_string())?;
    if ended != u64::from(frame.rows()) {
        let said = frame.rows();
        return Err(format!("the frame says that {said} rows end in it, there are {ended}"));
    }
    match (rows.in_row(), frame.row_open()) {
        (true, false) => Err("the last row of the frame does not end".to_owned()),
        (false, true) => Err("the frame says that a row is open, and none is".to_owned()),
        _ => Ok(()),
    }
}
