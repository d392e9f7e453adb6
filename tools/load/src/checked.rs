//! Rows as they come, counted and digested, to be compared with what the stream says of them.

use std::collections::HashMap;

use bytes::Bytes;
use pgx_archive::{DataFrame, Digest, Entry, EntryId, Format, PartEnd};
use pgx_cli::Failure;
use pgx_rows::{Rows, Summary};

/// The entries of a member that have rows, and what has come of their open parts.
#[derive(Default)]
pub struct Checked {
    /// What each is called, the form of its rows, and its parts.
    entries: HashMap<EntryId, (String, pgx_rows::Format, HashMap<u32, Rows>)>,
}

impl Checked {
    /// No rows yet of these entries.
    pub fn new(entries: &[Entry]) -> Checked {
        let known = |entry: &Entry| {
            let data = entry.data.as_ref()?;
            Some((entry.id, (entry.describe(), rows_format(data.format), HashMap::new())))
        };
        Checked {
            entries: entries.iter().filter_map(known).collect(),
        }
    }

    /// What an entry with rows is called.
    pub fn called(&self, id: EntryId) -> Option<String> {
        self.entries.get(&id).map(|(called, ..)| called.clone())
    }

    /// Counts and digests the rows of a frame.
    pub fn rows(&mut self, frame: DataFrame) -> Result<(Summary, Bytes), Failure> {
        let (entry, part, rows) = (frame.entry(), frame.part(), frame.rows());
        let bytes = frame
            .into_raw()
            .map_err(|error| Failure::caused_by(pgx_cli::Exit::Failed, &error))?;
        let Some((called, format, parts)) = self.entries.get_mut(&entry) else {
            return Err(Failure::failed(format!("rows of entry {entry}, which has none")));
        };
        let of_part = parts.entry(part).or_insert_with(|| Rows::new(*format));
        let before = of_part.so_far();
        let counted = of_part
            .push(&bytes)
            .map_err(|error| Failure::caused_by(pgx_cli::Exit::Failed, &error).within(called.as_str()))?;
        if counted != u64::from(rows) {
            let wrong = format!("a frame says that {rows} rows end in it, and {counted} do");
            return Err(Failure::failed(wrong).within(called.as_str()));
        }
        let digest = of_part.so_far().digest.wrapping_sub(before.digest);
        Ok((Summary { rows: counted, digest }, bytes.into()))
    }

    /// Compares what a part came to with what the stream says.
    pub fn part_end(&mut self, entry: EntryId, part: u32, end: &PartEnd) -> Result<(), Failure> {
        let Some((called, format, parts)) = self.entries.get_mut(&entry) else {
            return Err(Failure::failed(format!("rows of entry {entry}, which has none")));
        };
        let rows = parts.remove(&part).unwrap_or_else(|| Rows::new(*format));
        let wrong = match rows.finish() {
            Err(error) => error.to_string(),
            Ok(sum) if sum.rows != end.rows => {
                format!("{} rows came, and the stream says {}", sum.rows, end.rows)
            }
            Ok(sum) if Digest(sum.digest) != end.digest => {
                "the digest of the rows that came is not the one that the stream gives".to_owned()
            }
            Ok(_) => return Ok(()),
        };
        Err(Failure::failed(wrong).within(called.as_str()))
    }
}

/// The same form of rows, as the room of rows knows it.
pub fn rows_format(format: Format) -> pgx_rows::Format {
    match format {
        Format::Text => pgx_rows::Format::Text,
        Format::Binary => pgx_rows::Format::Binary,
        Format::LargeObjects => pgx_rows::Format::LargeObjects,
    }
}
