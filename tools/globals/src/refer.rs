//! What a stream refers to of the globals.

use std::path::Path;

use pgx_archive::head::FEATURES;
use pgx_archive::{Decoder, Event, Reader};
use pgx_cli::{Exit, Failure, Process};
use pgx_objects::globals::Referred;

/// Reads the contents of a stream, and which roles and tablespaces they name.
pub fn referred(file: &Path, process: &Process) -> Result<Referred, Failure> {
    let input = process.input(Some(file))?;
    input.expect_stream()?;
    let name = input.name().to_owned();
    let mut reader = Reader::with(Decoder::new().understanding(FEATURES), input);
    let mut contents = Vec::new();
    loop {
        let event = reader.next_event();
        match event.map_err(|error| Failure::caused_by(Exit::Incomplete, &error).within(&name))? {
            Some(Event::Entries(entries)) => contents.extend(entries),
            Some(Event::Fail(fail)) => return Err(Failure::incomplete(fail.to_string()).within(&name)),
            Some(Event::TocEnd(_)) | None => return Ok(Referred::by(&contents)),
            Some(_) => {}
        }
    }
}
