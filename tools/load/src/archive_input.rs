//! The other way in: pg_dump's own archives, custom and tar from anywhere, directories by their path.
//!
//! They say less than a stream: how many rows there are, nobody knows, and nothing has a digest. What can be
//! checked is checked (that every entry with rows has had them, that they end as rows end, whatever checks
//! the compression brings along), and the target counts. The rows of one entry come in one go; they are handed
//! on in parts, so that several sessions can take them.

use std::collections::HashMap;
use std::path::Path;

use bytes::Bytes;
use pgx_archive::{Digest, EntryEnd, EntryId, Format, PartEnd};
use pgx_cli::{Exit, Failure, Input, Sniffed};
use pgx_pgdump::{Contents, Error, Next, Visitor, custom, directory, tar};
use pgx_rows::{Rows, Summary};

use crate::checked::rows_format;
use crate::desk::Desk;
use crate::intake::Arrival;

/// Bytes of a part, from which on the next row begins another: worth a COPY of its own.
const PART: u64 = 16 << 20;
/// A row is handed on unfinished from this size on.
const UNFINISHED: usize = 1 << 20;
/// Number of the parts of an entry, of which nobody can know how many there will be.
pub const UNTOLD: u32 = u32::MAX;

/// Whether an input is one that is read here.
pub fn is_archive(input: &Input) -> bool {
    matches!(
        input.sniffed(),
        Sniffed::PgDumpCustom | Sniffed::Tar | Sniffed::Directory { pg_dump: true }
    )
}

/// Reads an archive to its end and hands over what has come. Where only a `part` is wanted, only that is unpacked,
/// and of what can be sought in only that is read.
pub fn read(input: Input, part: bool, desk: Desk) {
    let (name, silence) = (input.name().to_owned(), desk.silence.clone());
    let mut archive = Archive {
        desk,
        part,
        name: name.clone(),
        formats: HashMap::new(),
        open: None,
    };
    let read = match input.sniffed() {
        Sniffed::Directory { .. } => directory::read(Path::new(&name), &mut archive),
        Sniffed::Tar => tar::read(silence.of(input), &mut archive),
        _ if part => match input.into_file() {
            Ok(file) => custom::read_file(file, &mut archive),
            Err(input) => custom::read(silence.of(input), &mut archive),
        },
        _ => custom::read(silence.of(input), &mut archive),
    };
    let last = match read {
        Ok(()) => Ok(Arrival::End { more: false }),
        Err(Stop::Failed(failure)) => Err(failure.within(&name)),
        Err(Stop::NobodyListens) => return,
    };
    let _ = archive.desk.hand_over(last);
}

/// Why reading stops before the end.
enum Stop {
    Failed(Failure),
    /// They know why.
    NobodyListens,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Stop {
        let exit = if error.is_incomplete() {
            Exit::Incomplete
        } else {
            Exit::Failed
        };
        let failure = Failure::caused_by(exit, &error);
        Stop::Failed(match error.hint() {
            Some(hint) => failure.hint(hint),
            None => failure,
        })
    }
}

/// An archive that is being read.
struct Archive {
    desk: Desk,
    /// Whether some of it is not wanted: then it is waited for what that is.
    part: bool,
    name: String,
    formats: HashMap<EntryId, Format>,
    open: Option<Open>,
}

/// The entry whose rows are coming.
struct Open {
    entry: EntryId,
    format: Format,
    counter: Rows,
    /// The beginning of a line whose end has not come.
    pending: Vec<u8>,
    /// The part that is coming, and what has come of it.
    part: u32,
    part_rows: u64,
    part_bytes: u64,
    /// What the parts before it came to.
    rows: u64,
    bytes: u64,
}

impl Archive {
    fn send(&self, arrival: Arrival) -> Result<(), Stop> {
        self.desk.hand_over(Ok(arrival)).map_err(|()| Stop::NobodyListens)
    }

    fn opened(&mut self, entry: EntryId) -> &mut Open {
        let format = self.formats.get(&entry).copied().unwrap_or(Format::Text);
        let stale = self.open.as_ref().is_some_and(|open| open.entry != entry);
        if stale {
            self.open = None;
        }
        self.open.get_or_insert_with(|| Open {
            entry,
            format,
            counter: Rows::new(rows_format(format)),
            pending: Vec::new(),
            part: 1,
            part_rows: 0,
            part_bytes: 0,
            rows: 0,
            bytes: 0,
        })
    }

    /// Hands on rows, the last of which may not be at its end.
    fn chunk(&mut self, entry: EntryId, bytes: Vec<u8>) -> Result<(), Stop> {
        let name = self.name.clone();
        let open = self.opened(entry);
        let counted = open.counter.push(&bytes);
        let rows = counted.map_err(|error| Stop::Failed(Failure::caused_by(Exit::Failed, &error).within(name)))?;
        open.part_rows += rows;
        open.part_bytes += bytes.len() as u64;
        let (part, row_open) = (open.part, open.counter.in_row());
        let full = !row_open && open.part_bytes >= PART && open.format == Format::Text;
        let rows = Summary { rows, digest: 0 };
        let chunk = self.desk.chunk((entry, part), rows, row_open, Bytes::from(bytes));
        self.send(Arrival::Rows(chunk.map_err(Stop::Failed)?))?;
        if full {
            self.end_part(entry)?;
        }
        Ok(())
    }

    fn end_part(&mut self, entry: EntryId) -> Result<(), Stop> {
        let open = self.opened(entry);
        let end = PartEnd {
            rows: open.part_rows,
            bytes: open.part_bytes,
            digest: Digest(0),
        };
        let part = open.part;
        open.part += 1;
        open.rows += std::mem::take(&mut open.part_rows);
        open.bytes += std::mem::take(&mut open.part_bytes);
        self.send(Arrival::PartEnd(entry, part, end))
    }
}

impl Visitor for Archive {
    type Error = Stop;

    fn contents(&mut self, contents: Contents) -> Result<Next, Stop> {
        let Contents { head, mut entries } = contents;
        for entry in &mut entries {
            if let Some(data) = &mut entry.data {
                self.formats.insert(entry.id, data.format);
                if data.format == Format::Text {
                    data.parts = UNTOLD;
                }
            }
        }
        self.send(Arrival::Head(Box::new(head)))?;
        self.send(Arrival::Contents(entries, None))?;
        match self.part && !self.desk.wait_for_choice() {
            true => Err(Stop::NobodyListens),
            false => Ok(Next::Rows),
        }
    }

    fn wants(&self, entry: EntryId) -> bool {
        !self.part || !self.desk.passes_over(entry)
    }

    fn rows(&mut self, entry: EntryId, bytes: &[u8]) -> Result<(), Stop> {
        let open = self.opened(entry);
        if open.format != Format::Text {
            return self.chunk(entry, bytes.to_vec());
        }
        let mut ready = std::mem::take(&mut open.pending);
        match bytes.iter().rposition(|byte| *byte == b'\n') {
            Some(end) => {
                ready.extend_from_slice(&bytes[..=end]);
                open.pending.extend_from_slice(&bytes[end + 1..]);
            }
            None => ready.extend_from_slice(bytes),
        }
        if ready.ends_with(b"\n") || ready.len() >= UNFINISHED {
            return self.chunk(entry, ready);
        }
        open.pending = ready;
        Ok(())
    }

    fn end(&mut self, entry: EntryId) -> Result<(), Stop> {
        let pending = std::mem::take(&mut self.opened(entry).pending);
        if !pending.is_empty() {
            self.chunk(entry, pending)?;
        }
        if let Err(error) = self.opened(entry).counter.finish() {
            let failure = Failure::caused_by(Exit::Failed, &error).within(format!("entry {entry}"));
            return Err(Stop::Failed(failure));
        }
        let open = self.opened(entry);
        if open.part == 1 || open.part_rows > 0 {
            self.end_part(entry)?;
        }
        let open = self.opened(entry);
        let end = EntryEnd {
            parts: open.part - 1,
            rows: open.rows,
            bytes: open.bytes,
            digest: Digest(0),
        };
        self.open = None;
        self.send(Arrival::EntryEnd(entry, end))
    }
}
