//! A lane: reads one part after another, counts, digests and compresses its rows.
//!
//! A lane makes whole frames by itself; whoever takes them only puts them in order. Nothing of a table is
//! held but the frame that is being filled.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::Arc;

use pgx_archive::spelling::ascii_names;
use pgx_archive::{Compression, DataFrame, Digest, EntryId, Format, Place};
use pgx_cli::Messages;
use pgx_rows::object_rows::Records;
use pgx_rows::{Batcher, TARGET};
use pgx_server::source::{CopyForm, copy_settings, row_encoding};
use pgx_server::{CopyOut, Session};
use tokio::sync::mpsc;

use crate::error::Error;
use crate::parts::Part;
use crate::work::Work;

/// The SQLSTATE of a lock that is not to be had without waiting.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// What a lane gives.
pub enum Sealed {
    /// A frame of rows.
    Frame(DataFrame),
    /// The end of a part, with the digest of its rows.
    Part(EntryId, u32, Digest),
    /// The end of the lane, and why.
    Failed(Error),
}

/// What a lane works with.
pub struct Lane {
    /// The session: in the dump's snapshot.
    pub session: Arc<Session>,
    /// Whether this session holds the locks of the dump.
    pub holder: bool,
    /// How frames are compressed.
    pub compression: Compression,
    /// Where they go.
    pub out: mpsc::Sender<Sealed>,
    /// What is said of each part.
    pub messages: Messages,
}

/// Nobody takes what the lane gives: they know why.
struct Abandoned;

impl Lane {
    /// Reads parts until none is left. What goes wrong is the last that the lane gives.
    pub async fn run(self, work: Arc<Work>) {
        if let Err(error) = self.read_all(&work).await {
            let _ = self.out.send(Sealed::Failed(error)).await;
        }
    }

    async fn read_all(&self, work: &Work) -> Result<(), Error> {
        copy_settings(&self.session, CopyForm::Stream).await?;
        if self.holder {
            while let Some(parts) = work.next_for_holder().await {
                if let Err(Abandoned) = self.read(&parts).await? {
                    return Ok(());
                }
            }
            return Ok(());
        }
        let _present = work.enter();
        let mut locked = HashSet::new();
        while let Some(parts) = work.next().await {
            let parts = self.lock_all(parts, &mut locked, work).await?;
            if let Err(Abandoned) = self.read(&parts).await? {
                return Ok(());
            }
        }
        Ok(())
    }

    /// Locks the tables of some parts; gives the parts whose tables are locked, and leaves the others to the
    /// session that holds their locks.
    async fn lock_all(&self, parts: Vec<Part>, locked: &mut HashSet<String>, work: &Work) -> Result<Vec<Part>, Error> {
        let wanted = |locked: &HashSet<String>, part: &Part| part.table.clone().filter(|table| !locked.contains(table));
        let tables: Vec<String> = parts.iter().filter_map(|part| wanted(locked, part)).collect();
        let refused = |error| match parts.first() {
            Some(part) => part.refused(error),
            None => Error::Server(error),
        };
        if tables.is_empty() || self.lock(&tables.join(", ")).await.map_err(refused)? {
            locked.extend(tables);
            return Ok(parts);
        }
        let mut ours = Vec::with_capacity(parts.len());
        let mut left = HashSet::new();
        for part in parts {
            let may_lock = match wanted(locked, &part) {
                // Its rows come after others, which are left already.
                _ if part.after.iter().any(|entry| left.contains(entry)) => false,
                Some(table) => self.lock(&table).await.map_err(|error| part.refused(error))?,
                None => true,
            };
            if may_lock {
                locked.extend(part.table.clone());
                ours.push(part);
                continue;
            }
            self.messages.debug(format!(
                "{} is left to the session that holds its lock",
                part.describe()
            ));
            left.insert(part.entry);
            work.refuse(part);
        }
        Ok(ours)
    }

    /// A statement in which the server finds all names, although it speaks the encoding of the rows.
    fn readable<'a>(&self, sql: &'a str) -> Cow<'a, str> {
        match row_encoding(&self.session) {
            "UTF8" | "SQL_ASCII" => Cow::Borrowed(sql),
            _ => ascii_names(sql),
        }
    }

    /// Takes ACCESS SHARE on all of some tables, if that takes no waiting.
    async fn lock(&self, tables: &str) -> Result<bool, pgx_server::Error> {
        let sql = format!("SAVEPOINT lane; LOCK TABLE {tables} IN ACCESS SHARE MODE NOWAIT; RELEASE SAVEPOINT lane");
        match self.session.execute(&self.readable(&sql)).await {
            Ok(()) => Ok(true),
            Err(error) if error.sqlstate() == Some(LOCK_NOT_AVAILABLE) => {
                self.session
                    .execute("ROLLBACK TO SAVEPOINT lane; RELEASE SAVEPOINT lane")
                    .await?;
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Reads parts: one, or several small ones whose statements are all sent at once.
    async fn read(&self, parts: &[Part]) -> Result<Result<(), Abandoned>, Error> {
        if let [part] = parts {
            return self.read_alone(part).await;
        }
        let statements: Vec<_> = parts.iter().map(|part| self.readable(&part.copy)).collect();
        let prepared = self.session.prepare_copies(&statements).await;
        let prepared: Result<Vec<_>, Error> = (parts.iter().zip(prepared))
            .map(|(part, prepared)| prepared.map_err(|error| part.refused(error)))
            .collect();
        for (part, copy) in parts.iter().zip(self.session.copies_out(prepared?)) {
            self.messages.info(format!("reading {}", part.describe()));
            let copy = copy.await.map_err(|error| part.refused(error))?;
            if let Err(Abandoned) = self.send(part, copy).await? {
                return Ok(Err(Abandoned));
            }
        }
        Ok(Ok(()))
    }

    /// Reads one part, and gives up the locks that this took.
    ///
    /// One of several parts is read by a query, and a query locks the indexes of its table. If these locks
    /// stayed, a REINDEX would wait for this lane to end, and the next part on another lane for the REINDEX.
    async fn read_alone(&self, part: &Part) -> Result<Result<(), Abandoned>, Error> {
        if part.of == 1 {
            return self.send(part, self.start(part).await?).await;
        }
        let execute = |sql| async move { self.session.execute(sql).await.map_err(|error| part.refused(error)) };
        execute("SAVEPOINT part").await?;
        if let Err(Abandoned) = self.send(part, self.start(part).await?).await? {
            return Ok(Err(Abandoned));
        }
        execute("ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part").await?;
        Ok(Ok(()))
    }

    async fn start(&self, part: &Part) -> Result<CopyOut, Error> {
        self.messages.info(format!("reading {}", part.describe()));
        let copy = self.session.copy_out(&self.readable(&part.copy)).await;
        copy.map_err(|error| part.refused(error))
    }

    /// Sends the rows of one part on, and what they add up to.
    async fn send(&self, part: &Part, mut copy: CopyOut) -> Result<Result<(), Abandoned>, Error> {
        let mut batcher = Batcher::new(rows_format(part.format), TARGET);
        let mut records = Records::default();
        let mut place = Place {
            entry: part.entry,
            part: part.number,
            seq: 0,
        };
        let mut digest = None;
        while digest.is_none() {
            let rows = batcher.so_far().rows;
            match copy.next().await.map_err(|error| part.broken_off(rows, error))? {
                Some(piece) if part.format == Format::LargeObjects => {
                    let taken = records.push(&piece, |record| batcher.push(record));
                    taken.map_err(|reason| part.malformed(reason))?;
                }
                Some(piece) => batcher.push(&piece).map_err(|reason| part.malformed(reason))?,
                None => {
                    let summary = batcher.finish().map_err(|reason| part.malformed(reason))?;
                    digest = Some(Digest(summary.digest));
                }
            }
            while let Some(batch) = batcher.next_batch() {
                let frame = DataFrame::seal(place, batch.rows, batch.row_open, &batch.bytes, self.compression);
                let frame = frame.map_err(|reason| part.malformed(reason))?;
                let next = place.seq.checked_add(1);
                place.seq = next.ok_or_else(|| part.malformed("it has more frames than a part can have"))?;
                if self.out.send(Sealed::Frame(frame)).await.is_err() {
                    return Ok(Err(Abandoned));
                }
            }
        }
        let end = Sealed::Part(part.entry, part.number, digest.unwrap_or_default());
        Ok(self.out.send(end).await.map_err(|_| Abandoned))
    }
}

fn rows_format(format: Format) -> pgx_rows::Format {
    match format {
        Format::Text => pgx_rows::Format::Text,
        Format::Binary => pgx_rows::Format::Binary,
        Format::LargeObjects => pgx_rows::Format::LargeObjects,
    }
}
