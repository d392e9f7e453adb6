//! One part of an entry, filled while its rows come.

use std::collections::VecDeque;

use bytes::Bytes;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use pgx_archive::{Entry, EntryId, Format};
use pgx_cli::Failure;
use pgx_restore::existing::Merge;
use pgx_restore::{Freeze, copy_in, readable, truncate};
use pgx_rows::binary::{HEADER, TRAILER};
use pgx_server::{Answer, Burst, CopyIn, Error};
use tokio::sync::mpsc;

use crate::existing::Merged;
use crate::failure;
use crate::objects;
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

impl Worker<'_> {
    /// Takes rows of one part until there are no more, and commits them; gives their number.
    pub async fn fill(
        &mut self,
        id: EntryId,
        freeze: Freeze,
        mut feed: mpsc::UnboundedReceiver<Feed>,
    ) -> Result<u64, Failure> {
        let entry = self.entry(id)?;
        let failed = |error: Error| failure::of_rows(&error, entry.describe(), STAGE);
        let mut filling = self.begin(entry, freeze).await?;
        let mut rows = 0;
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
                Some(Feed::End) => break,
                None => return Err(Failure::failed("the load was given up").within(entry.describe())),
            };
            let bytes = chunk.bytes.len() as u64;
            match &mut filling {
                Filling::Copy { copy, .. } => copy.send(chunk.bytes.clone()).await.map_err(failed)?,
                Filling::Objects(sent) => {
                    let mut burst = Burst::default();
                    objects::put(&chunk.bytes, &mut burst)?;
                    sent.push_back(self.target.session.burst(burst).boxed());
                    answered(sent, UNANSWERED - 1).await.map_err(failed)?;
                }
            }
            rows += chunk.rows;
            let _ = self.tell.send((self.number, Told::Taken(chunk.rows, bytes)));
        }
        match filling {
            Filling::Copy { mut copy, binary } => {
                if binary {
                    copy.send(Bytes::from_static(&TRAILER)).await.map_err(failed)?;
                }
                let counted = copy.finish().await.map_err(failed)?;
                if counted != rows {
                    return Err(miscounted(entry, counted, rows));
                }
                if let Some(merge) = self.existing.merge(id) {
                    self.merge(entry, merge, rows).await?;
                }
            }
            Filling::Objects(mut sent) => answered(&mut sent, 0).await.map_err(failed)?,
        }
        self.target.commit().await.map_err(failed)?;
        Ok(rows)
    }

    async fn begin(&mut self, entry: &Entry, freeze: Freeze) -> Result<Filling, Failure> {
        let failed = |error: Error| failure::of_rows(&error, entry.describe(), STAGE);
        let data = entry.data.as_ref();
        let format = data.map_or(Format::Text, |data| data.format);
        if let Some(data) = data {
            self.target
                .speak(self.target.encoding_for(data))
                .await
                .map_err(failed)?;
        }
        self.target.begin().await.map_err(failed)?;
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
