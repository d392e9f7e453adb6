//! Rows on their way into the target: one COPY or one group of large objects at a time.
//!
//! The stream may have any number of parts open; a session has one COPY. Rows of other parts wait in
//! memory, up to a budget, while the part at hand goes in. When there are too many of them, or one of
//! those parts is complete, the COPY at hand ends between two rows, its transaction is committed, and it
//! begins again when more of its rows come. So any stream goes through one session, in bounded memory.

use std::collections::HashMap;

use bytes::Bytes;
use pgx_archive::{Entry, EntryId, Format, PartEnd};
use pgx_cli::Failure;
use pgx_restore::{Contents, Freeze, copy_in, large_objects};
use pgx_rows::binary::{HEADER, TRAILER};
use pgx_rows::large_object::records;
use pgx_server::{CopyIn, Error};

use crate::failure;
use crate::intake::{BUFFER, Chunk};
use crate::tally::Tally;
use crate::target::Target;

/// What a message says was being done.
const STAGE: &str = "copying rows";
/// Bytes of rows that may wait for their turn: half of what may be on its way, so that reading goes on
/// meanwhile. Long runs of one table are what makes COPY fast.
const HELD: usize = BUFFER / 2;

/// An entry's part.
type Part = (EntryId, u32);

/// Rows that are going in.
pub struct Filling<'a> {
    contents: &'a Contents<'a>,
    open: Option<Open<'a>>,
    /// Rows of other parts, in their order, and how many bytes they are.
    waiting: HashMap<Part, Vec<Chunk>>,
    held: usize,
    /// Rows of parts that have been committed while the part is open.
    committed: HashMap<Part, u64>,
}

/// A transaction with rows of one part.
struct Open<'a> {
    entry: &'a Entry,
    part: u32,
    into: Into,
    rows: u64,
}

enum Into {
    Copy { copy: CopyIn, binary: bool },
    Objects,
}

impl Open<'_> {
    fn key(&self) -> Part {
        (self.entry.id, self.part)
    }
}

impl<'a> Filling<'a> {
    /// Before the first row.
    pub fn new(contents: &'a Contents<'a>) -> Filling<'a> {
        Filling {
            contents,
            open: None,
            waiting: HashMap::new(),
            held: 0,
            committed: HashMap::new(),
        }
    }

    /// Takes rows.
    ///
    /// A row that is spread over several frames is never cut by a change of parts: the stream has no
    /// other rows between them.
    pub async fn take(&mut self, chunk: Chunk, target: &mut Target<'_>, tally: &mut Tally) -> Result<(), Failure> {
        let key = (chunk.entry, chunk.part);
        if self.open.as_ref().is_none_or(|open| open.key() == key) {
            return self.send(chunk, target).await;
        }
        self.held += chunk.bytes.len();
        self.waiting.entry(key).or_default().push(chunk);
        if self.held <= HELD {
            return Ok(());
        }
        let bytes = |chunks: &Vec<Chunk>| chunks.iter().map(|chunk| chunk.bytes.len()).sum::<usize>();
        let most = self.waiting.iter().max_by_key(|(_, chunks)| bytes(chunks));
        match most.map(|(&part, _)| part) {
            Some(part) => self.turn_to(part, target, tally).await,
            None => Ok(()),
        }
    }

    /// Ends a part, whose rows are all in, and compares what was counted.
    pub async fn end(
        &mut self,
        part: Part,
        end: &PartEnd,
        target: &mut Target<'_>,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        if self.waiting.contains_key(&part) {
            self.turn_to(part, target, tally).await?;
        }
        if self.open.as_ref().is_some_and(|open| open.key() == part) {
            self.pause(target, tally).await?;
        }
        let rows = self.committed.remove(&part).unwrap_or(0);
        match rows == end.rows {
            true => Ok(()),
            false => Err(miscounted(entry_of(self.contents, part.0)?, rows, end.rows)),
        }
    }

    /// Ends what is open, and sends what waits of another part.
    async fn turn_to(&mut self, part: Part, target: &mut Target<'_>, tally: &mut Tally) -> Result<(), Failure> {
        self.pause(target, tally).await?;
        for chunk in self.waiting.remove(&part).unwrap_or_default() {
            self.held -= chunk.bytes.len();
            self.send(chunk, target).await?;
        }
        Ok(())
    }

    /// Sends rows of the part that is open, or opens theirs.
    async fn send(&mut self, chunk: Chunk, target: &mut Target<'_>) -> Result<(), Failure> {
        let open = match &mut self.open {
            Some(open) => open,
            none => none.insert(begin(entry_of(self.contents, chunk.entry)?, chunk.part, target).await?),
        };
        let entry = open.entry;
        open.rows += chunk.rows;
        match &mut open.into {
            Into::Copy { copy, .. } => copy.send(chunk.bytes.clone()).await,
            Into::Objects => put(&chunk.bytes, target).await?,
        }
        .map_err(|error| failure::at(&error, entry.describe(), STAGE))
    }

    /// Ends what is open between two rows, and commits it.
    async fn pause(&mut self, target: &Target<'_>, tally: &mut Tally) -> Result<(), Failure> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let (entry, key) = (open.entry, open.key());
        let failed = |error: Error| failure::at(&error, entry.describe(), STAGE);
        if let Into::Copy { mut copy, binary } = open.into {
            if binary {
                copy.send(Bytes::from_static(&TRAILER)).await.map_err(failed)?;
            }
            let counted = copy.finish().await.map_err(failed)?;
            if counted != open.rows {
                return Err(miscounted(entry, counted, open.rows));
            }
        }
        target.session.commit().await.map_err(failed)?;
        *self.committed.entry(key).or_default() += open.rows;
        tally.rows += open.rows;
        Ok(())
    }
}

fn entry_of<'a>(contents: &Contents<'a>, id: EntryId) -> Result<&'a Entry, Failure> {
    let unknown = || Failure::failed(format!("rows of entry {id}, which is not in the table of contents"));
    contents.get(id).ok_or_else(unknown)
}

/// Begins a transaction that takes rows of a part.
async fn begin<'a>(entry: &'a Entry, part: u32, target: &mut Target<'_>) -> Result<Open<'a>, Failure> {
    let failed = |error: Error| failure::at(&error, entry.describe(), STAGE);
    let data = entry.data.as_ref();
    let format = data.map_or(Format::Text, |data| data.format);
    if let Some(data) = data.filter(|_| format == Format::Binary) {
        target.speak(&data.encoding).await.map_err(failed)?;
    }
    let begun = target.session.execute("BEGIN");
    let into = match format {
        Format::LargeObjects => {
            begun.await.map_err(failed)?;
            Into::Objects
        }
        Format::Text | Format::Binary => {
            let sql = copy_in(entry, Freeze::No).map_err(|error| Failure::failed(error.to_string()))?;
            // The second is sent without waiting for the first.
            let (begun, copy) = tokio::join!(begun, target.session.copy_in(&sql));
            begun.map_err(failed)?;
            let mut copy = copy.map_err(failed)?;
            let binary = format == Format::Binary;
            if binary {
                copy.send(Bytes::from_static(&HEADER)).await.map_err(failed)?;
            }
            Into::Copy { copy, binary }
        }
    };
    Ok(Open {
        entry,
        part,
        into,
        rows: 0,
    })
}

/// Writes pieces of large objects, all of a frame in one statement.
async fn put(bytes: &[u8], target: &Target<'_>) -> Result<Result<(), Error>, Failure> {
    let mut pieces = Vec::new();
    for record in records(bytes) {
        let record = record.map_err(|error| Failure::failed(error.to_string()))?;
        pieces.push((record.oid, record.offset, record.bytes));
    }
    Ok(match large_objects::put(&pieces) {
        Some(sql) => target.session.execute(&sql).await,
        None => Ok(()),
    })
}

fn miscounted(entry: &Entry, counted: u64, sent: u64) -> Failure {
    let message = format!("the target took {counted} rows of the {sent} that the stream has");
    Failure::failed(message)
        .within(STAGE)
        .within(entry.describe())
        .hint("a trigger or rule of the target may have kept rows out, or there was a fault on the way")
}
