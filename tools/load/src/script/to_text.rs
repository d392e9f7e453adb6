//! Binary rows on their way into a script, which holds text.

use std::collections::HashMap;

use pgx_archive::{Data, Entry, EntryId, Format};
use pgx_cli::Failure;
use pgx_restore::Contents;
use pgx_rows::to_text::{Converter, WrongRow};

/// What turns the rows of each entry into text.
pub struct ToText {
    converters: HashMap<EntryId, Converter>,
    text: Vec<u8>,
}

impl ToText {
    /// One for all wanted entries; fails if there are rows that could not be turned into text.
    pub fn new(contents: &Contents<'_>) -> Result<ToText, Failure> {
        let mut converters = HashMap::new();
        for entry in contents.wanted() {
            match &entry.data {
                Some(data) if data.format == Format::Binary => converters.insert(entry.id, converter(entry, data)?),
                _ => None,
            };
        }
        Ok(ToText {
            converters,
            text: Vec::new(),
        })
    }

    /// The rows as they stand in a script: of binary ones those that end here.
    pub fn rows<'a>(&'a mut self, entry: EntryId, rows: &'a [u8]) -> Result<&'a [u8], WrongRow> {
        match self.converters.get_mut(&entry) {
            None => Ok(rows),
            Some(converter) => {
                self.text.clear();
                converter.push(rows, &mut self.text)?;
                Ok(&self.text)
            }
        }
    }
}

fn converter(entry: &Entry, data: &Data) -> Result<Converter, Failure> {
    Converter::spelled(&data.columns, &data.types).map_err(|error| {
        Failure::failed(error.to_string())
            .within(entry.describe())
            .hint("make the stream with pgx-dump --copy-format text")
    })
}
