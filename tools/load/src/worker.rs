//! A session of the target at work: it makes definitions, fills tables, gathers statistics, as it is told.

use pgx_archive::{Entry, EntryId};
use pgx_cli::{Failure, Process};
use pgx_restore::{Contents, Freeze, Moment, Options};
use pgx_server::Burst;
use tokio::sync::mpsc;

use crate::errors::Refusal;
use crate::existing::{Existing, Merged};
use crate::failure;
use crate::hook;
use crate::intake::Chunk;
use crate::job::Job;
use crate::router::Part;
use crate::target::Target;

/// What a message says was being done.
pub const STAGE: &str = "copying rows";

/// What a worker is told.
pub enum Order {
    /// Run statements, all in one transaction.
    Make(Vec<Job>),
    /// Fill a part of an entry with the rows that come.
    Fill {
        /// The part.
        part: Part,
        /// How many of its rows have been committed.
        after: u64,
        /// Whether it may be emptied and filled with frozen rows.
        freeze: Freeze,
        /// The rows.
        feed: mpsc::UnboundedReceiver<Feed>,
    },
    /// Fill entries with rows that have all come, in one transaction.
    FillMany(Vec<Small>),
    /// Gather statistics.
    Analyze(Vec<(EntryId, String)>),
    /// Run hooks.
    Hooks(Moment),
}

/// A part that has all come, but for what is in already.
pub struct Small {
    /// Which it is.
    pub part: Part,
    /// How many of its rows have been committed.
    pub after: u64,
    /// The others.
    pub rows: Vec<Chunk>,
}

/// Rows for a worker that fills a part.
pub enum Feed {
    /// Rows.
    Rows(Chunk),
    /// There are no more.
    End,
    /// There are none for now.
    Leave,
}

/// What a worker tells.
pub enum Told {
    /// It has taken rows: so many, so many bytes.
    Taken(u64, u64),
    /// What became of rows that were merged.
    Merged(EntryId, Merged),
    /// So many of the rows that it has taken are committed, and it goes on.
    Kept(u64),
    /// Its rows are committed: so many of each part.
    Filled(Vec<u64>),
    /// Its statements are done.
    Made(Vec<Job>),
    /// Statistics are gathered.
    Analyzed,
    /// Hooks have run.
    Hooked,
    /// Something about an entry failed, and it goes on.
    Refused(Refusal),
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
    /// The tables that stand already.
    pub existing: &'a Existing,
    /// Where it says what it does.
    pub process: &'a Process,
    /// Where it tells what it did.
    pub tell: mpsc::UnboundedSender<(usize, Told)>,
}

impl<'a> Worker<'a> {
    /// Does what it is told until nobody tells it anything more, and gives its session back.
    pub async fn run(mut self, mut orders: mpsc::UnboundedReceiver<Order>) -> Target<'a> {
        while let Some(order) = orders.recv().await {
            let told = match order {
                // What it makes is tried again where it is made.
                Order::Make(jobs) => self.make(jobs).await,
                Order::Fill {
                    part,
                    after,
                    freeze,
                    feed,
                } => self
                    .fill_or_refuse((part, after), freeze, feed)
                    .await
                    .map(|rows| Told::Filled(vec![rows])),
                Order::FillMany(parts) => self.fill_all(parts).await,
                Order::Hooks(moment) => hook::run(&self.target, &self.options.hooks, moment, self.process)
                    .await
                    .map(|()| Told::Hooked),
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

    /// Gathers statistics: every table in a transaction of its own, all sent at once.
    async fn analyze(&mut self, statements: &[(EntryId, String)]) -> Result<(), Failure> {
        let mut tries = 0;
        while let Err(failure) = self.analyze_once(statements).await {
            tries += 1;
            if !self.target.may_retry(&failure, tries) {
                return Err(failure);
            }
            self.target.revive(&failure).await?;
        }
        Ok(())
    }

    async fn analyze_once(&mut self, statements: &[(EntryId, String)]) -> Result<(), Failure> {
        let mut burst = Burst::default();
        for (_, sql) in statements {
            burst.statement(sql).map_err(|error| failure::server(&error))?;
        }
        for (answer, (id, _)) in self.target.session.burst(burst).await.iter().zip(statements) {
            if let Err(error) = answer {
                let failure = failure::at(error, self.entry(*id)?.describe(), "analyzing");
                self.refuse(*id, failure).await?;
            }
        }
        Ok(())
    }

    /// An entry of which rows have come.
    pub fn entry(&self, id: EntryId) -> Result<&'a Entry, Failure> {
        let unknown = || Failure::failed(format!("entry {id} is not in the table of contents"));
        self.contents.get(id).ok_or_else(unknown)
    }
}

/// The target has not taken what was sent.
pub fn miscounted(entry: &Entry, counted: u64, sent: u64) -> Failure {
    let message = format!("the target took {counted} rows of the {sent} that the stream has");
    Failure::failed(message)
        .within(STAGE)
        .within(entry.describe())
        .hint("a trigger or rule of the target may have kept rows out, or there was a fault on the way")
}
