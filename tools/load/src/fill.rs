//! One part of an entry, filled while its rows come.

use std::collections::VecDeque;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pgx_archive::{Digest, Entry, Format};
use pgx_cli::Failure;
use pgx_restore::existing::Merge;
use pgx_restore::ledger;
use pgx_restore::{Freeze, copy_in, readable, truncate};
use pgx_rows::binary::{HEADER, TRAILER};
use pgx_server::{Answer, Burst, CopyIn, Error};
use tokio::sync::mpsc;

use crate::existing::Merged;
use crate::failure;
use crate::intake::Chunk;
use crate::objects;
use crate::router::Part;
use crate::worker::{Feed, STAGE, Told, Worker, miscounted};

/// Bytes of rows that are committed at the latest: so much is lost at most when a load is broken off, and a commit
/// costs three ways to the server and back.
const KEPT: u64 = 16 << 20;

/// Statements that write large objects and have not been answered: one that runs, and the next.
const UNANSWERED: usize = 2;

/// Where rows go.
enum Filling {
    /// Into a table.
    Copy { copy: CopyIn, binary: bool },
    /// Into large objects; what has been sent, and not been answered.
    Objects(VecDeque<BoxFuture<'static, Vec<Answer>>>),
}

impl Worker<'_> {
    /// Takes rows of one part, of which some have been committed before, until there are no more, and commits them;
    /// gives their number.
    pub async fn fill(
        &mut self,
        (part, after): (Part, u64),
        freeze: Freeze,
        mut feed: mpsc::UnboundedReceiver<Feed>,
    ) -> Result<u64, Failure> {
        let entry = self.entry(part.0)?;
        let failed = |error: Error| failure::of_rows(&error, entry.describe(), STAGE);
        // Frozen rows go in with one transaction.
        let is_cut = self.target.ledger.is_on() && freeze == Freeze::No;
        let mut piece = self.piece(entry, part, after);
        self.speak_for(entry).await.map_err(failed)?;
        self.target.begin_rows(&piece).await.map_err(failed)?;
        let mut filling = self.copy(entry, freeze).await?;
        let mut bytes = 0;
        let mut lost = std::pin::pin!(self.target.session.ended());
        loop {
            let fed = tokio::select! {
                biased;
                fed = feed.recv() => fed,
                // Nobody would notice before the next rows come, whenever that is.
                error = &mut lost => return Err(failed(error)),
            };
            let chunk = match fed {
                Some(Feed::Rows(chunk)) => chunk,
                Some(Feed::End) => {
                    piece.finished = true;
                    break;
                }
                Some(Feed::Leave) => break,
                None => return Err(Failure::failed("the load was given up").within(entry.describe())),
            };
            self.send(&mut filling, entry, &chunk).await?;
            piece.rows += chunk.rows;
            piece.digest += chunk.digest;
            bytes += chunk.bytes.len() as u64;
            let taken = Told::Taken(chunk.rows, chunk.bytes.len() as u64);
            let _ = self.tell.send((self.number, taken));
            if is_cut && bytes >= KEPT && !chunk.row_open {
                let next = self.piece(entry, part, piece.after + piece.rows);
                self.end(filling, entry, piece.rows).await?;
                self.target.commit_rows_and(&piece, &next).await.map_err(failed)?;
                let _ = self.tell.send((self.number, Told::Kept(piece.rows)));
                filling = self.copy(entry, Freeze::No).await?;
                (piece, bytes) = (next, 0);
            }
        }
        self.end(filling, entry, piece.rows).await?;
        self.target.commit_rows(&piece).await.map_err(failed)?;
        Ok(piece.after + piece.rows - after)
    }

    /// What the ledger says of the rows of a part that come after these, before any has come.
    pub fn piece(&self, entry: &Entry, part: Part, after: u64) -> ledger::Rows {
        let data = entry.data.as_ref();
        ledger::Rows {
            entry: part.0,
            part: part.1,
            parts: data.map_or(1, |data| data.parts),
            after,
            rows: 0,
            digest: Digest::default(),
            finished: false,
            logged: data.is_none_or(|data| data.logged),
        }
    }

    async fn speak_for(&mut self, entry: &Entry) -> Result<(), Error> {
        match entry.data.as_ref() {
            Some(data) => self.target.speak(self.target.encoding_for(data)).await,
            None => Ok(()),
        }
    }

    /// Begins to take rows, in a transaction that is open.
    async fn copy(&mut self, entry: &Entry, freeze: Freeze) -> Result<Filling, Failure> {
        let failed = |error: Error| failure::of_rows(&error, entry.describe(), STAGE);
        let format = entry.data.as_ref().map_or(Format::Text, |data| data.format);
        if format == Format::LargeObjects {
            return Ok(Filling::Objects(VecDeque::new()));
        }
        if freeze == Freeze::Yes {
            self.target.session.execute(&truncate(entry)).await.map_err(failed)?;
        }
        let sql = match self.existing.merge(entry.id) {
            Some(merge) => {
                let begin = readable(entry, merge.begin());
                self.target.session.execute(&begin).await.map_err(failed)?;
                merge.copy(entry)
            }
            None => copy_in(entry, freeze),
        };
        let sql = sql.map_err(|error| Failure::failed(error.to_string()))?;
        let mut copy = self.target.session.copy_in(&sql).await.map_err(failed)?;
        let binary = format == Format::Binary;
        if binary {
            copy.send(Bytes::from_static(&HEADER)).await.map_err(failed)?;
        }
        Ok(Filling::Copy { copy, binary })
    }

    async fn send(&mut self, filling: &mut Filling, entry: &Entry, chunk: &Chunk) -> Result<(), Failure> {
        let failed = |error: Error| failure::of_rows(&error, entry.describe(), STAGE);
        match filling {
            Filling::Copy { copy, .. } => copy.send(chunk.bytes.clone()).await.map_err(failed),
            Filling::Objects(sent) => {
                let mut burst = Burst::default();
                objects::put(&chunk.bytes, &mut burst)?;
                sent.push_back(self.target.session.burst(burst).boxed());
                answered(sent, UNANSWERED - 1).await.map_err(failed)
            }
        }
    }

    /// Ends what takes the rows; an error unless it has taken them all.
    async fn end(&mut self, filling: Filling, entry: &Entry, rows: u64) -> Result<(), Failure> {
        let failed = |error: Error| failure::of_rows(&error, entry.describe(), STAGE);
        match filling {
            Filling::Copy { mut copy, binary } => {
                if binary {
                    copy.send(Bytes::from_static(&TRAILER)).await.map_err(failed)?;
                }
                let counted = copy.finish().await.map_err(failed)?;
                if counted != rows {
                    return Err(miscounted(entry, counted, rows));
                }
                match self.existing.merge(entry.id) {
                    Some(merge) => self.merge(entry, merge, rows).await,
                    None => Ok(()),
                }
            }
            Filling::Objects(mut sent) => answered(&mut sent, 0).await.map_err(failed),
        }
    }

    /// Takes the rows that were copied on into their table.
    async fn merge(&self, entry: &Entry, merge: &Merge, rows: u64) -> Result<(), Failure> {
        let failed = |error: Error| failure::of_rows(&error, entry.describe(), "merging rows");
        let session = &self.target.session;
        let counts = session.rows(&readable(entry, merge.finish())).await.map_err(failed)?;
        session.execute(Merge::END).await.map_err(failed)?;
        let count = |column| counts.text(0, column).parse().unwrap_or(0);
        let told = Told::Merged(entry.id, Merged::of(rows, count(0), count(1)));
        let _ = self.tell.send((self.number, told));
        Ok(())
    }
}

/// Waits until no more than `left` of what was sent has not been answered.
async fn answered(sent: &mut VecDeque<BoxFuture<'static, Vec<Answer>>>, left: usize) -> Result<(), Error> {
    while sent.len() > left
        && let Some(answers) = sent.pop_front()
    {
        for answer in answers.await {
            answer?;
        }
    }
    Ok(())
}
