//! The same for programs: one JSON object a line, told apart by the field `type`.

use std::io::{self, Write};

use pgx_archive::{Digest, Entry, EntryId, Head};
use pgx_cli::{Exit, Failure};
use pgx_selection::Kept;
use serde::Serialize;

use crate::check::Rest;
use crate::contents::Contents;

/// A line.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    /// What the stream says of itself.
    Header(&'a Head),
    /// An entry of the table of contents.
    Entry(&'a Entry),
    /// What was counted of an entry's rows.
    Rows {
        id: EntryId,
        parts: u32,
        rows: u64,
        bytes: u64,
        digest: Digest,
    },
    /// The last line.
    End {
        entries: usize,
        /// Whether everything was read and checked.
        checked: bool,
        /// Whether it is complete; null when it was not read to its end.
        complete: Option<bool>,
        rows: Option<u64>,
        bytes: Option<u64>,
        error: Option<String>,
    },
}

/// Writes the header and the entries that are kept.
pub fn contents(contents: &Contents, kept: &Kept, out: &mut impl Write) -> io::Result<()> {
    write(&Line::Header(&contents.head), out)?;
    contents
        .kept(kept)
        .try_for_each(|entry| write(&Line::Entry(entry), out))
}

/// Writes what is known at the end.
pub fn end(contents: &Contents, rest: &Result<Rest, Failure>, out: &mut impl Write) -> io::Result<()> {
    let (checked, complete, error) = match rest {
        Ok(Rest::Unread) => (None, None, None),
        Ok(Rest::Passed | Rest::Measured(_)) => (None, Some(true), None),
        Ok(Rest::Checked(check)) => (Some(check), Some(true), None),
        Err(failure) => (
            None,
            (failure.exit == Exit::Incomplete).then_some(false),
            Some(failure.to_string()),
        ),
    };
    for (&id, end) in checked.iter().flat_map(|check| check.entries.iter()) {
        write(
            &Line::Rows {
                id,
                parts: end.parts,
                rows: end.rows,
                bytes: end.bytes,
                digest: end.digest,
            },
            out,
        )?;
    }
    let line = Line::End {
        entries: contents.entries.len(),
        checked: checked.is_some(),
        complete,
        rows: checked.map(|check| check.end.rows),
        bytes: checked.map(|check| check.end.bytes),
        error,
    };
    write(&line, out)
}

fn write(line: &Line<'_>, out: &mut impl Write) -> io::Result<()> {
    out.write_all(pgx_cli::json_line(line).as_bytes())
}
