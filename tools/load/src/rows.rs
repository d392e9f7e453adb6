//! Rows on their way into the target: one COPY or one group of large objects at a time.
//!
//! The stream may have any number of parts open; a session has one COPY. When rows of another part
//! come, the COPY at hand ends between two rows, its transaction is committed, and it begins again when
//! more of its rows come. So any stream goes through one session, and nothing is kept.

use std::collections::HashMap;

use bytes::Bytes;
use pgx_archive::{Entry, EntryId, Format, PartEnd};
use pgx_cli::Failure;
use pgx_restore::{Contents, Freeze, copy_in, large_objects};
use pgx_rows::binary::{HEADER, TRAILER};
use pgx_rows::large_object::records;
use pgx_server::{CopyIn, Error};

use crate::failure;
use crate::intake::Chunk;
use crate::tally::Tally;
use crate::target::Target;

/// What a message says was being done.
const STAGE: &str = "copying rows";

/// Rows that are going in.
pub struct Filling<'a> {
    contents: &'a Contents<'a>,
    open: Option<Open<'a>>,
    /// Rows of parts that have been committed while the part is open.
    committed: HashMap<(EntryId, u32), u64>,
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

impl<'a> Filling<'a> {
    /// Before the first row.
    pub fn new(contents: &'a Contents<'a>) -> Filling<'a> {
        Filling {
            contents,
            open: None,
            committed: HashMap::new(),
        }
    }

    /// Takes rows.
    pub async fn take(&mut self, chunk: Chunk, target: &mut Target<'_>, tally: &mut Tally) -> Result<(), Failure> {
        let key = (chunk.entry, chunk.part);
        if self.open.as_ref().is_some_and(|open| (open.entry.id, open.part) != key) {
            self.pause(target, tally).await?;
        }
        if self.open.is_none() {
            self.open = Some(begin(self.entry(chunk.entry)?, chunk.part, target).await?);
        }
        let Some(open) = &mut self.open else {
            return Ok(());
        };
        let entry = open.entry;
        open.rows += chunk.rows;
        match &mut open.into {
            Into::Copy { copy, .. } => copy.send(chunk.bytes.clone()).await,
            Into::Objects => put(&chunk.bytes, target).await?,
        }
        .map_err(|error| failure::at(&error, entry.describe(), STAGE))
    }

    /// Ends a part, whose rows are all in, and compares what was counted.
    pub async fn end(
        &mut self,
        (id, part): (EntryId, u32),
        end: &PartEnd,
        target: &Target<'_>,
        tally: &mut Tally,
    ) -> Result<(), Failure> {
        if self
            .open
            .as_ref()
            .is_some_and(|open| (open.entry.id, open.part) == (id, part))
        {
            self.pause(target, tally).await?;
        }
        let rows = self.committed.remove(&(id, part)).unwrap_or(0);
        match rows == end.rows {
            true => Ok(()),
            false => Err(miscounted(self.entry(id)?, rows, end.rows)),
        }
    }

    fn entry(&self, id: EntryId) -> Result<&'a Entry, Failure> {
        let entry = self.contents.get(id);
        entry.ok_or_else(|| Failure::failed(format!("rows of entry {id}, which is not in the table of contents")))
    }

    /// Ends what is open between two rows, and commits it.
    async fn pause(&mut self, target: &Target<'_>, tally: &mut Tally) -> Result<(), Failure> {
        let Some(open) = self.open.take() else {
            return Ok(());
        };
        let entry = open.entry;
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
        *self.committed.entry((entry.id, open.part)).or_default() += open.rows;
        tally.rows += open.rows;
        Ok(())
    }
}

async fn begin<'a>(entry: &'a Entry, part: u32, target: &mut Target<'_>) -> Result<Open<'a>, Failure> {
    let failed = |error: Error| failure::at(&error, entry.describe(), STAGE);
    let data = entry.data.as_ref();
    let format = data.map_or(Format::Text, |data| data.format);
    if let Some(data) = data.filter(|_| format == Format::Binary) {
        target.speak(&data.encoding).await.map_err(failed)?;
    }
    target.session.execute("BEGIN").await.map_err(failed)?;
    let into = match format {
        Format::LargeObjects => Into::Objects,
        Format::Text | Format::Binary => {
            let sql = copy_in(entry, Freeze::No).map_err(|error| Failure::failed(error.to_string()))?;
            let mut copy = target.session.copy_in(&sql).await.map_err(failed)?;
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
