//! A session of the target at work: it makes definitions, fills tables, gathers statistics, as it is told.

use bytes::Bytes;
use futures_util::stream::{FuturesOrdered, StreamExt};
use pgx_archive::{Entry, EntryId, Format};
use pgx_cli::Failure;
use pgx_restore::{Contents, Freeze, Options, copy_in, large_objects, truncate};
use pgx_rows::binary::{HEADER, TRAILER};
use pgx_rows::large_object::records;
use pgx_server::{CopyIn, Error};
use tokio::sync::mpsc;

use crate::failure;
use crate::intake::Chunk;
use crate::job::Job;
use crate::target::Target;

/// What a message says was being done.
const STAGE: &str = "copying rows";

/// What a worker is told.
pub enum Order {
    /// Run statements, all in one transaction.
    Make(Vec<Job>),
    /// Fill a part of an entry with the rows that come.
    Fill {
        /// The entry.
        entry: EntryId,
        /// Whether it may be emptied and filled with frozen rows.
        freeze: Freeze,
        /// The rows.
        feed: mpsc::UnboundedReceiver<Feed>,
    },
    /// Fill entries with rows that have all come, in one transaction.
    FillMany(Vec<(EntryId, Vec<Chunk>)>),
    /// Gather statistics.
    Analyze(Vec<(EntryId, String)>),
}

/// Rows for a worker that fills a part.
pub enum Feed {
    /// Rows.
    Rows(Chunk),
    /// There are no more, or none for now.
    End,
}

/// What a worker tells.
pub enum Told {
    /// It has taken rows: so many, so many bytes.
    Taken(u64, u64),
    /// Its rows are committed: so many of each part.
    Filled(Vec<u64>),
    /// Its statements are done.
    Made(Vec<Job>),
    /// Statistics are gathered.
    Analyzed,
    /// It failed, and has ended.
    Failed(Failure),
}

/// A session at work.
pub struct Worker<'a> {
    /// Its number.
    pub number: usize,
    /// The session.
    pub target: Target<'a>,
    /// The table of contents.
    pub contents: &'a Contents<'a>,
    /// What the user wants of it.
    pub options: &'a Options,
    /// Where it tells what it did.
    pub tell: mpsc::UnboundedSender<(usize, Told)>,
}

impl<'a> Worker<'a> {
    /// Does what it is told until nobody tells it anything more, and gives its session back.
    pub async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) -> Target<'a> {
        while let Some(order) = orders.recv().await {
            let told = match order {
                Order::Make(jobs) => self
                    .target
                    .make(&jobs, self.contents, self.options)
                    .await
                    .map(|()| Told::Made(jobs)),
                Order::Fill { entry, freeze, feed } => self
                    .fill(entry, freeze, feed)
                    .await
                    .map(|rows| Told::Filled(vec![rows])),
                Order::FillMany(parts) => self.fill_many(&parts).await.map(Told::Filled),
                Order::Analyze(statements) => self.analyze(&statements).await.map(|()| Told::Analyzed),
            };
            let failed = told.is_err();
            let _ = self.tell.send((self.number, told.unwrap_or_else(Told::Failed)));
            if failed {
                break;
            }
        }
        self.target
    }

    async fn analyze(&mut self, statements: &[(EntryId, String)]) -> Result<(), Failure> {
        for (id, sql) in statements {
            let about = || self.contents.get(*id).map(Entry::describe).unwrap_or_default();
            let done = self.target.session.execute(sql).await;
            done.map_err(|error| failure::at(&error, about(), "analyzing"))?;
        }
        Ok(())
    }

    /// Takes rows of one part until there are no more, and commits them; gives their number.
    async fn fill(
        &mut self,
        id: EntryId,
        freeze: Freeze,
        mut feed: mpsc::UnboundedReceiver<Feed>,
    ) -> Result<u64, Failure> {
        let Some(entry) = self.contents.get(id) else {
            return Err(Failure::failed(format!(
                "rows of entry {id}, which is not in the table of contents"
            )));
        };
        let failed = |error: Error| failure::at(&error, entry.describe(), STAGE);
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
                Filling::Objects => self.put(&chunk.bytes).await?.map_err(failed)?,
            }
            rows += chunk.rows;
            let _ = self.tell.send((self.number, Told::Taken(chunk.rows, bytes)));
        }
        if let Filling::Copy { mut copy, binary } = filling {
            if binary {
                copy.send(Bytes::from_static(&TRAILER)).await.map_err(failed)?;
            }
            let counted = copy.finish().await.map_err(failed)?;
            if counted != rows {
                return Err(miscounted(entry, counted, rows));
            }
        }
        self.target.commit().await.map_err(failed)?;
        Ok(rows)
    }

    /// Puts rows of several entries in, all in one transaction and without waiting for one after the other.
    async fn fill_many(&mut self, parts: &[(EntryId, Vec<Chunk>)]) -> Result<Vec<u64>, Failure> {
        let mut runs: Vec<&[(EntryId, Vec<Chunk>)]> = Vec::new();
        // Of large objects, and of one encoding after another, in the order they come.
        runs.extend(parts.chunk_by(|a, b| self.manner(a.0) == self.manner(b.0)));
        self.target.begin().await.map_err(|error| failure::server(&error))?;
        let mut rows = Vec::with_capacity(parts.len());
        for run in runs {
            rows.extend(self.fill_run(run).await?);
        }
        self.target.commit().await.map_err(|error| failure::server(&error))?;
        Ok(rows)
    }

    /// Whether an entry is of large objects, and the encoding that the session has to speak for its rows.
    fn manner(&self, id: EntryId) -> (bool, Option<&'a str>) {
        match self.contents.get(id).and_then(|entry| entry.data.as_ref()) {
            None => (false, None),
            Some(data) => (
                data.format == Format::LargeObjects,
                Some(self.target.encoding_for(data)),
            ),
        }
    }

    async fn fill_run(&mut self, parts: &[(EntryId, Vec<Chunk>)]) -> Result<Vec<u64>, Failure> {
        let Some((first, _)) = parts.first() else {
            return Ok(Vec::new());
        };
        let (objects, encoding) = self.manner(*first);
        if let Some(encoding) = encoding {
            self.target
                .speak(encoding)
                .await
                .map_err(|error| failure::server(&error))?;
        }
        let mut filling = FuturesOrdered::new();
        for (id, chunks) in parts {
            filling.push_back(self.fill_one(*id, chunks, objects));
        }
        let mut rows = Vec::with_capacity(parts.len());
        let mut failed: Option<Failure> = None;
        while let Some(filled) = filling.next().await {
            match filled {
                Ok(count) => rows.push(count),
                // What follows a failure fails for it: the transaction is aborted.
                Err(failure) => failed = failed.or(Some(failure)),
            }
        }
        failed.map_or(Ok(rows), Err)
    }

    async fn fill_one(&self, id: EntryId, chunks: &[Chunk], objects: bool) -> Result<u64, Failure> {
        let Some(entry) = self.contents.get(id) else {
            return Err(Failure::failed(format!(
                "rows of entry {id}, which is not in the table of contents"
            )));
        };
        let failed = |error: Error| failure::at(&error, entry.describe(), STAGE);
        let rows = chunks.iter().map(|chunk| chunk.rows).sum();
        if objects {
            for chunk in chunks {
                self.put(&chunk.bytes).await?.map_err(failed)?;
            }
        } else {
            let sql = copy_in(entry, Freeze::No).map_err(|error| Failure::failed(error.to_string()))?;
            let binary = entry.data.as_ref().is_some_and(|data| data.format == Format::Binary);
            let mut copy = self.target.session.copy_in(&sql).await.map_err(failed)?;
            let (header, trailer): (&[u8], &[u8]) = if binary { (&HEADER, &TRAILER) } else { (&[], &[]) };
            let mut bytes = header.to_vec();
            chunks.iter().for_each(|chunk| bytes.extend_from_slice(&chunk.bytes));
            bytes.extend_from_slice(trailer);
            copy.send(bytes.into()).await.map_err(failed)?;
            let counted = copy.finish().await.map_err(failed)?;
            if counted != rows {
                return Err(miscounted(entry, counted, rows));
            }
        }
        for chunk in chunks {
            let _ = self
                .tell
                .send((self.number, Told::Taken(chunk.rows, chunk.bytes.len() as u64)));
        }
        Ok(rows)
    }

    async fn begin(&mut self, entry: &Entry, freeze: Freeze) -> Result<Filling, Failure> {
        let failed = |error: Error| failure::at(&error, entry.describe(), STAGE);
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
            return Ok(Filling::Objects);
        }
        if freeze == Freeze::Yes {
            self.target.session.execute(&truncate(entry)).await.map_err(failed)?;
        }
        let sql = copy_in(entry, freeze).map_err(|error| Failure::failed(error.to_string()))?;
        let mut copy = self.target.session.copy_in(&sql).await.map_err(failed)?;
        let binary = format == Format::Binary;
        if binary {
            copy.send(Bytes::from_static(&HEADER)).await.map_err(failed)?;
        }
        Ok(Filling::Copy { copy, binary })
    }

    /// Writes pieces of large objects, all of a frame in one statement.
    async fn put(&self, bytes: &[u8]) -> Result<Result<(), Error>, Failure> {
        let mut pieces = Vec::new();
        for record in records(bytes) {
            let record = record.map_err(|error| Failure::failed(error.to_string()))?;
            pieces.push((record.oid, record.offset, record.bytes));
        }
        Ok(match large_objects::put(&pieces) {
            Some(sql) => self.target.session.execute(&sql).await,
            None => Ok(()),
        })
    }
}

enum Filling {
    Copy { copy: CopyIn, binary: bool },
    Objects,
}

/// The target has not taken what was sent.
pub fn miscounted(entry: &Entry, counted: u64, sent: u64) -> Failure {
    let message = format!("the target took {counted} rows of the {sent} that the stream has");
    Failure::failed(message)
        .within(STAGE)
        .within(entry.describe())
        .hint("a trigger or rule of the target may have kept rows out, or there was a fault on the way")
}
