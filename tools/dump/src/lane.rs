//! A lane: reads one part after another, counts, digests and compresses its rows.
//!
//! A lane makes whole frames by itself; whoever takes them only puts them in order. Nothing of a table is
//! held but the frame that is being filled. A session that is lost on the way is replaced by another that sees
//! the same moment, and the part that it was at goes on where it stopped.

use std::borrow::Cow;
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use pgx_archive::spelling::ascii_names;
use pgx_archive::{Compression, DataFrame, Digest, EntryId};
use pgx_cli::{Notice, Process};
use pgx_server::source::{CopyForm, copy_settings, row_encoding};
use pgx_server::{CopyOut, Session};
use tokio::sync::mpsc;

use crate::error::Error;
use crate::moment::Moment;
use crate::parts::Part;
use crate::reading::{Abandoned, Reading, readings};
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
    session: Arc<Session>,
    /// What replaces it when it is lost.
    moment: Arc<Moment>,
    /// Whether this session holds the locks of the dump.
    holder: bool,
    /// Whether the session is set up for rows.
    is_ready: bool,
    /// What it has locked, where it does not hold the locks of the dump.
    locked: HashSet<String>,
    /// How frames are compressed.
    compression: Compression,
    /// Where they go.
    out: mpsc::Sender<Sealed>,
    process: Process,
}

impl Lane {
    /// A lane on a session, which holds the locks of the dump or does not.
    pub fn new(
        session: Arc<Session>,
        holder: bool,
        moment: Arc<Moment>,
        compression: Compression,
        out: mpsc::Sender<Sealed>,
        process: &Process,
    ) -> Lane {
        Lane {
            session,
            moment,
            holder,
            is_ready: false,
            locked: HashSet::new(),
            compression,
            out,
            process: process.clone(),
        }
    }

    /// Reads parts until none is left. What goes wrong is the last that the lane gives.
    pub async fn run(mut self, work: Arc<Work>) {
        if let Err(error) = self.read_all(&work).await {
            let _ = self.out.send(Sealed::Failed(error)).await;
        }
    }

    async fn read_all(&mut self, work: &Work) -> Result<(), Error> {
        let _present = (!self.holder).then(|| work.enter());
        loop {
            let parts = match self.holder {
                true => work.next_for_holder().await,
                false => work.next().await.map(readings),
            };
            let Some(parts) = parts else { return Ok(()) };
            if let Err(Abandoned) = self.read(parts, work).await? {
                return Ok(());
            }
        }
    }

    /// Reads parts, however many sessions it takes.
    async fn read(&mut self, mut parts: VecDeque<Reading>, work: &Work) -> Result<Result<(), Abandoned>, Error> {
        loop {
            match self.attempt(&mut parts, work).await {
                Err(error) if error.is_lost_session() => self.replace(parts.front_mut(), error).await?,
                ended => return ended,
            }
        }
    }

    /// Goes on with another session after one was lost, if there can be one.
    async fn replace(&mut self, reading: Option<&mut Reading>, error: Error) -> Result<(), Error> {
        self.moment.lost(&self.session);
        if self.process.interrupt.exit().is_some() || !reading.is_none_or(Reading::may_begin_again) {
            return Err(error);
        }
        let session = match self.holder {
            true => self.moment.holder(),
            false => self.moment.join().await.ok(),
        };
        let Some(session) = session else {
            return Err(match self.moment.is_lost() {
                true => error.with_snapshot(),
                false => error,
            });
        };
        let notice = Notice::new("a session was lost; another one goes on where it stopped");
        self.process.messages.warning(notice.detail(error.to_string()));
        self.session = session;
        self.is_ready = false;
        self.locked.clear();
        Ok(())
    }

    /// Reads parts: one, or several small ones whose statements are all sent at once. Those that are done are
    /// taken off.
    async fn attempt(&mut self, parts: &mut VecDeque<Reading>, work: &Work) -> Result<Result<(), Abandoned>, Error> {
        if !self.is_ready {
            copy_settings(&self.session, CopyForm::Stream).await?;
            self.is_ready = true;
        }
        if !self.holder {
            self.lock_all(parts, work).await?;
        }
        if parts.len() == 1 {
            let ended = self.read_alone(&mut parts[0]).await;
            if ended.is_ok() {
                parts.clear();
            }
            return ended;
        }
        let statements: Vec<_> = parts.iter().map(|reading| self.readable(&reading.part.copy)).collect();
        let prepared = self.session.prepare_copies(&statements).await;
        let prepared: Result<Vec<_>, Error> = (parts.iter().zip(prepared))
            .map(|(reading, prepared)| prepared.map_err(|error| reading.part.refused(error)))
            .collect();
        for copy in self.session.copies_out(prepared?) {
            let Some(reading) = parts.front_mut() else { break };
            self.tell(&reading.part);
            let copy = copy.await.map_err(|error| reading.part.refused(error))?;
            if let Err(Abandoned) = reading.send(copy, self.compression, &self.out).await? {
                return Ok(Err(Abandoned));
            }
            parts.pop_front();
        }
        Ok(Ok(()))
    }

    /// Locks the tables of some parts; leaves those whose tables cannot be locked to the session that holds
    /// their locks.
    async fn lock_all(&mut self, parts: &mut VecDeque<Reading>, work: &Work) -> Result<(), Error> {
        let wanted = |locked: &HashSet<String>, part: &Part| part.table.clone().filter(|table| !locked.contains(table));
        let tables: Vec<String> = (parts.iter())
            .filter_map(|reading| wanted(&self.locked, &reading.part))
            .collect();
        let refused = |error| match parts.front() {
            Some(reading) => reading.part.refused(error),
            None => Error::Server(error),
        };
        if tables.is_empty() || self.lock(&tables.join(", ")).await.map_err(refused)? {
            self.locked.extend(tables);
            return Ok(());
        }
        let mut left = HashSet::new();
        for reading in std::mem::take(parts) {
            let part = &reading.part;
            let may_lock = match wanted(&self.locked, part) {
                // Its rows come after others, which are left already.
                _ if part.after.iter().any(|entry| left.contains(entry)) => false,
                Some(table) => self.lock(&table).await.map_err(|error| part.refused(error))?,
                None => true,
            };
            if may_lock {
                self.locked.extend(part.table.clone());
                parts.push_back(reading);
                continue;
            }
            if !reading.may_change_hands() {
                return Err(part.malformed(
                    "its session was lost amid a row, and it cannot be locked again, as another session waits to alter it",
                ));
            }
            let mut what = part.describe();
            if reading.has_begun() {
                // What has been read must be on its way before anybody else goes on.
                let _ = self.out.reserve_many(self.out.max_capacity()).await;
                what = format!("the rest of {what}");
            }
            let notice = format!("{what} is left to the session that holds its lock");
            self.process.messages.debug(notice);
            left.insert(part.entry);
            work.refuse(reading);
        }
        Ok(())
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

    /// Reads one part, and gives up the locks that this took.
    ///
    /// One of several parts is read by a query, and a query locks the indexes of its table. If these locks
    /// stayed, a REINDEX would wait for this lane to end, and the next part on another lane for the REINDEX.
    async fn read_alone(&self, reading: &mut Reading) -> Result<Result<(), Abandoned>, Error> {
        if reading.part.of == 1 {
            let copy = self.start(&reading.part).await?;
            return reading.send(copy, self.compression, &self.out).await;
        }
        self.execute("SAVEPOINT part", &reading.part).await?;
        let copy = self.start(&reading.part).await?;
        if let Err(Abandoned) = reading.send(copy, self.compression, &self.out).await? {
            return Ok(Err(Abandoned));
        }
        let end = "ROLLBACK TO SAVEPOINT part; RELEASE SAVEPOINT part";
        match self.execute(end, &reading.part).await {
            // The part is whole; whoever comes next finds out about the session.
            Err(error) if error.is_lost_session() => Ok(Ok(())),
            ended => Ok(Ok(ended?)),
        }
    }

    async fn execute(&self, sql: &str, part: &Part) -> Result<(), Error> {
        self.session.execute(sql).await.map_err(|error| part.refused(error))
    }

    async fn start(&self, part: &Part) -> Result<CopyOut, Error> {
        self.tell(part);
        let copy = self.session.copy_out(&self.readable(&part.copy)).await;
        copy.map_err(|error| part.refused(error))
    }

    fn tell(&self, part: &Part) {
        self.process.messages.info(format!("reading {}", part.describe()));
    }
}
