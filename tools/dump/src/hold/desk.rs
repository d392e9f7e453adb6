//! The desk of a holder: attends to visitors, to the lease, and to those who wait for the locks, while a leg is on
//! its way or none is.

use std::sync::Arc;
use std::time::Duration;

use pgx_cli::{Exit, Failure, Process};
use pgx_server::neighbours::Waiting;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::door::{Door, Visit};
use super::held::Held;
use super::report;
use super::words::{Order, Resume, Status, Word};
use crate::args::HoldArgs;
use crate::moment::Moment;
use crate::sink::Sink;

/// How often to look whether the snapshot is still there.
const LOOK: Duration = Duration::from_secs(1);

/// How a leg ended, or why waiting for one did.
pub enum Ended {
    /// Its reader has all of it.
    Delivered,
    /// It failed for a reason of ours.
    Failed(Failure),
    /// Its reader did not read it to the end.
    Broken,
    /// It failed for a reason that may pass: a reader that read nothing for too long, a server with no session to spare.
    Unfinished(Failure),
    /// Another front has come.
    Taken(Visit, Box<Resume>),
    /// There is no reason, or no way, to go on.
    Over(Failure),
}

/// What a failure of a leg means for the dump.
pub fn judged(failure: Failure, sink: &Sink) -> Ended {
    match failure.exit {
        Exit::ReaderGone => Ended::Broken,
        _ if failure.is_transient || sink.is_stalled() => Ended::Unfinished(failure),
        _ => Ended::Failed(failure),
    }
}

/// Who attends to visitors, the lease, and those who wait for the locks.
pub struct Desk {
    /// Where they come in.
    pub door: Door,
    held: Arc<Held>,
    moment: Arc<Moment>,
    since: Instant,
    keeping: JoinHandle<()>,
    watching: JoinHandle<Waiting>,
    process: Process,
}

impl Desk {
    /// From now on somebody attends; `tables` are those whose locks are held.
    pub fn new(
        door: Door,
        held: Arc<Held>,
        moment: Arc<Moment>,
        tables: Vec<String>,
        args: &HoldArgs,
        process: &Process,
    ) -> Desk {
        let keeping = moment.clone();
        Desk {
            door,
            held,
            since: Instant::now(),
            keeping: tokio::spawn(async move { keeping.keep(&tables).await }),
            watching: tokio::spawn(report::watch(moment.clone(), args.yield_after, process.clone())),
            moment,
            process: process.clone(),
        }
    }

    /// Waits for the end of a leg, or of the lease, or for somebody who wants one of both.
    pub async fn attend(&mut self, leg: impl Future<Output = Ended>, until: Option<Instant>) -> Ended {
        tokio::pin!(leg);
        let interrupt = self.process.interrupt.clone();
        let signal = interrupt.raised();
        tokio::pin!(signal);
        loop {
            let lease = async {
                match until {
                    Some(until) => tokio::time::sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            let losing = async {
                while !self.moment.is_lost() {
                    tokio::time::sleep(LOOK).await;
                }
            };
            tokio::select! {
                biased;
                ended = &mut leg => return ended,
                mut visit = self.door.next() => match visit.order.clone() {
                    Order::Status => visit.answer(&Word::Status(self.status(until).await)).await,
                    Order::Release => {
                        visit.answer(&Word::end(&Ok(()))).await;
                        return Ended::Over(Failure::failed("the dump was given up by pgx-dump --release"));
                    }
                    Order::Resume(resume) => match self.held.skipped(&resume) {
                        Ok(_) => return Ended::Taken(visit, Box::new(resume)),
                        // Whoever reads now reads on.
                        Err(failure) => visit.answer(&Word::end(&Err(failure))).await,
                    },
                    Order::Dump(_) | Order::Data(_) => {}
                },
                () = lease => return Ended::Over(Failure::failed("the lease of the dump is over")),
                () = losing, if until.is_some() => return Ended::Over(lost()),
                exit = &mut signal => return Ended::Over(Failure::silent(exit)),
                Ok(waiting) = &mut self.watching => {
                    let failure = Failure::failed(format!("the dump gives way: {waiting}"));
                    return Ended::Over(failure.hint("--yield-after says how long others may wait"));
                }
            }
        }
    }

    async fn status(&self, until: Option<Instant>) -> Status {
        let report = report::look(&self.moment).await;
        Status {
            archive: self.held.head.archive.clone(),
            database: self.held.head.source.database.clone(),
            process: std::process::id(),
            held: self.since.elapsed().as_secs(),
            left: until.map(|until| until.saturating_duration_since(Instant::now()).as_secs()),
            xmin_age: report.xmin_age,
            waiting: report.waiting.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.keeping.abort();
        self.watching.abort();
    }
}

/// The end of what nobody keeps any more.
pub fn lost() -> Failure {
    Failure::failed("the snapshot of the dump is lost with its last session")
}
