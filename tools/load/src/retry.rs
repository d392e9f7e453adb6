//! A session that was lost: another takes its place, and does again what was not committed.
//!
//! Whether a COMMIT without an answer was one, only the ledger knows: it is asked once the old session is gone for
//! good. What a server forgot in a crash shows there, too, as less than it had acknowledged; that can only come from
//! the stream again, so such a load ends and says how to go on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use pgx_archive::EntryId;
use pgx_cli::{Failure, Notice};
use pgx_restore::ledger::{Rows, made_of, rows_of};
use pgx_restore::session::TableDefaults;

use crate::connect;
use crate::failure;
use crate::ledger;
use crate::stop::Stop;
use crate::target::Target;

/// The first pause before another try, and the longest.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(5));
/// How long a server may be away: enough for a restart.
const AWAY: Duration = Duration::from_secs(120);
/// Times that one piece of work is tried.
const TRIES: u32 = 5;

/// What cannot be known any more when a session was lost after the ledger was dropped.
pub const CRASHED: &str = "all is in; but if the server has crashed at the end, unlogged tables are empty";

/// What the server has acknowledged: definitions and rows, as the ledger counts them.
#[derive(Debug, Default)]
pub struct Acknowledged {
    made: AtomicU64,
    rows: AtomicU64,
}

impl Acknowledged {
    /// More of both.
    pub fn add(&self, made: u64, rows: u64) {
        self.made.fetch_add(made, Ordering::AcqRel);
        self.rows.fetch_add(rows, Ordering::AcqRel);
    }

    /// These, and nothing besides.
    pub fn set(&self, made: u64, rows: u64) {
        self.made.store(made, Ordering::Release);
        self.rows.store(rows, Ordering::Release);
    }

    fn totals(&self) -> (u64, u64) {
        (self.made.load(Ordering::Acquire), self.rows.load(Ordering::Acquire))
    }
}

impl Target<'_> {
    /// Whether work that failed in this way is worth another try, of so many before.
    pub fn may_retry(&self, failure: &Failure, tries: u32) -> bool {
        failure.is_transient && self.ledger.is_on() && tries < TRIES
    }

    /// Takes a new session in the place of the one that was lost.
    pub async fn revive(&mut self, failure: &Failure) -> Result<(), Failure> {
        if !self.replace(failure).await? {
            return Err(
                Failure::failed("the server has lost the ledger of the load").hint("load again, from the beginning")
            );
        }
        self.expect_acknowledged(false).await?;
        if let Some(stops) = &self.stops
            && let Ok(mut stops) = stops.lock()
        {
            stops.push(Stop::of(&self.session));
        }
        Ok(())
    }

    /// Drops the ledger, by as many sessions as it takes: whether one that was lost has dropped it, the next one sees.
    pub async fn finish(&mut self) -> Result<(), Failure> {
        let mut tries = 0;
        while let Err(failure) = ledger::finish(&self.session).await {
            tries += 1;
            if !self.may_retry(&failure, tries) {
                return Err(failure);
            }
            if !self.replace(&failure).await? {
                self.process.messages.warning(CRASHED);
                return Ok(());
            }
            // A crash may have taken more than the answer.
            self.expect_acknowledged(true).await?;
        }
        Ok(())
    }

    /// Takes a new session in the place of the one that was lost, as soon as there is one to be had; false when there
    /// is no ledger any more.
    async fn replace(&mut self, failure: &Failure) -> Result<bool, Failure> {
        let notice = Notice::new(format!("a session was lost: {failure}; going on"));
        self.process.messages.warning(notice);
        let (mut pause, mut waited) = (PAUSES.0, Duration::ZERO);
        loop {
            tokio::time::sleep(pause).await;
            waited += pause;
            self.process.interrupt.check()?;
            let failed = match self.reopen().await {
                Ok(is_there) => return Ok(is_there),
                Err(failed) => failed,
            };
            if !failed.is_transient || waited > AWAY {
                return Err(failed);
            }
            pause = (pause * 2).min(PAUSES.1);
        }
    }

    /// Connects, makes sure that the old session is gone, and makes the new one what the old one was; false when there
    /// is no ledger any more.
    async fn reopen(&mut self) -> Result<bool, Failure> {
        let connected = connect::connect(self.info.clone(), &self.args.connection, self.process).await;
        // A server that restarts may refuse in any way.
        let (session, _) = connected.map_err(|failure| Failure {
            is_transient: true,
            ..failure
        })?;
        self.session = session;
        self.set_up().await?;
        ledger::end_session(&self.session, &self.name).await?;
        if !ledger::is_there(&self.session).await? {
            return Ok(false);
        }
        match self.holds_lock {
            true => self.take_lock().await?,
            false => self.name = ledger::sign(&self.session).await?,
        }
        self.settle_defaults(self.settled.clone()).await?;
        Ok(true)
    }

    /// Gives the session these defaults.
    pub async fn settle_defaults(&mut self, defaults: TableDefaults) -> Result<(), Failure> {
        for sql in defaults.statements() {
            self.session
                .execute(&sql)
                .await
                .map_err(|error| failure::server(&error))?;
        }
        self.defaults = defaults.clone();
        self.settled = defaults;
        Ok(())
    }

    /// An error when the ledger has less than the server has acknowledged; at the end, when it has not as much.
    pub async fn expect_acknowledged(&self, at_the_end: bool) -> Result<(), Failure> {
        // In this order: other sessions commit, and are told so, between the two.
        let was = self.acknowledged.totals();
        let is = ledger::totals(&self.session).await?;
        match is.0 < was.0 || is.1 < was.1 || at_the_end && is != was {
            false => Ok(()),
            true => Err(
                Failure::failed("the server has lost what it had committed").detail(format!(
                    "its ledger has {} definitions and {} rows; {} and {} were committed",
                    is.0, is.1, was.0, was.1
                )),
            ),
        }
    }

    /// Whether a transaction that made these entries was committed.
    pub async fn has_made(&self, entries: &[(EntryId, bool)]) -> Result<bool, Failure> {
        Ok(ledger::ask(&self.session, &made_of(entries)).await? == Some(entries.len() as u64))
    }

    /// Whether a transaction that brought these rows was committed.
    pub async fn has_rows(&self, rows: &Rows) -> Result<bool, Failure> {
        Ok((rows.rows > 0 || rows.finished) && ledger::ask(&self.session, &rows_of(rows)).await? == Some(rows.rows))
    }
}
