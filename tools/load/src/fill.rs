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

/// Statements that write large objects and have not been answered: one that runs, and the next.
const UNANSWERED: usize = 2;

/// Where rows go.
enum Filling {
    /// Into a table.
    Copy { copy: CopyIn, binary: bool },
    /// Into large objects; what has been sent, and not been answered.
    Objects(VecDeque<BoxFuture<'static, Vec<Answer>>>),
}

/// How far a part is.
struct State {
    /// What has come since the last commit, as the ledger will tell of it.
    piece: ledger::Rows,
    /// Its rows, to be sent again if the session is lost.
    kept: Vec<Bytes>,
    /// Bytes of them.
    bytes: u64,
    /// Whether all of them are kept: those of a transaction that may not be cut are too many at some time.
    is_whole: bool,
    /// Rows and bytes that were received, and not yet taken.
    untold: Option<(u64, u64)>,
    /// Whether no more come.
    ended: bool,
}

impl State {
    /// Rows that are about to be sent.
    fn take(&mut self, chunk: &Chunk, most: u64) {
        let bytes = chunk.bytes.len() as u64;
        self.piece.rows += chunk.rows;
        self.piece.digest += chunk.digest;
        self.bytes += bytes;
        self.untold = Some((chunk.rows, bytes));
        if self.bytes > 2 * most {
            self.is_whole = false;
            self.kept = Vec::new();
        }
        if self.is_whole {
            self.kept.push(chunk.bytes.clone());
        }
    }
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
        let mut state = State {
            piece: self.piece(entry, part, after),
            kept: Vec::new(),
            bytes: 0,
            is_whole: self.target.ledger.is_on(),
            untold: None,
            ended: false,
        };
        let mut tries = 0;
        while let Err(failure) = self.fill_from(entry, freeze, &mut state, &mut feed).await {
            tries += 1;
            if !state.is_whole || !self.target.may_retry(&failure, tries) {
                return Err(failure);
            }
            self.target.revive(&failure).await?;
            if self.target.has_rows(&state.piece).await? {
                self.committed(entry, &mut state);
                if state.ended {
                    break;
                }
            }
        }
        Ok(state.piece.after - after)
    }

    /// The same, from what was committed last; what was sent since is sent again.
    async fn fill_from(
        &mut self,
        entry: &Entry,
        freeze: Freeze,
        state: &mut State,
        feed: &mut mpsc::UnboundedReceiver<Feed>,
    ) -> Result<(), Failure> {
        let failed = |error: Error| failure::of_rows(&error, entry.describe(), STAGE);
        let most = self.target.kept_at_most();
        // Frozen rows go in with one transaction.
        let is_cut = self.target.ledger.is_on() && freeze == Freeze::No;
        self.speak_for(entry).await.map_err(failed)?;
        self.target.begin_rows(&state.piece).await.map_err(failed)?;
        let mut filling = self.copy(entry, freeze).await?;
        for bytes in state.kept.clone() {
            self.send(&mut filling, entry, bytes).await?;
        }
        self.tell_taken(state);
        let mut lost = std::pin::pin!(self.target.session.ended());
        while !state.ended {
            let fed = tokio::select! {
                biased;
                fed = feed.recv() => fed,
                // Nobody would notice before the next rows come, whenever that is.
                error = &mut lost => return Err(failed(error)),
            };
            let chunk = match fed {
                Some(Feed::Rows(chunk)) => chunk,
                Some(Feed::End) => {
                    state.piece.finished = true;
                    state.ended = true;
                    break;
                }
                Some(Feed::Leave) => {
                    state.ended = true;
                    break;
                }
                None => return Err(Failure::failed("the load was given up").within(entry.describe())),
            };
            state.take(&chunk, most);
            self.send(&mut filling, entry, chunk.bytes.clone()).await?;
            self.tell_taken(state);
            if is_cut && state.bytes >= most && !chunk.row_open {
                let next = self.piece(
                    entry,
                    (state.piece.entry, state.piece.part),
                    state.piece.after + state.piece.rows,
                );
                self.end(filling, entry, state.piece.rows).await?;
                self.target.commit_rows_and(&state.piece, &next).await.map_err(failed)?;
                let _ = self.tell.send((self.number, Told::Kept(state.piece.rows)));
                self.committed(entry, state);
                filling = self.copy(entry, Freeze::No).await?;
            }
        }
        self.end(filling, entry, state.piece.rows).await?;
        self.target.commit_rows(&state.piece).await.map_err(failed)?;
        self.committed(entry, state);
        Ok(())
    }

    /// What has come is committed: nothing of it need be kept.
    fn committed(&self, entry: &Entry, state: &mut State) {
        self.target.acknowledged.add(0, state.piece.rows);
        let part = (state.piece.entry, state.piece.part);
        state.piece = self.piece(entry, part, state.piece.after + state.piece.rows);
        state.kept.clear();
        state.bytes = 0;
        state.is_whole = self.target.ledger.is_on();
    }

    fn tell_taken(&self, state: &mut State) {
        if let Some((rows, bytes)) = state.untold.take() {
            let _ = self.tell.send((self.number, Told::Taken(rows, bytes)));
        }
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

    async fn send(&mut self, filling: &mut Filling, entry: &Entry, bytes: Bytes) -> Result<(), Failure> {
        let failed = |error: Error| failure::of_rows(&error, entry.describe(), STAGE);
        match filling {
            Filling::Copy { copy, .. } => copy.send(bytes).await.map_err(failed),
            Filling::Objects(sent) => {
                let mut burst = Burst::default();
                objects::put(&bytes, &mut burst)?;
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
