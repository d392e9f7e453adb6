//! Transactions of rows.

use pgx_restore::ledger::{Rows, after_rows, before_rows};

use crate::target::Target;

/// Bytes of rows that are committed at the latest.
const KEPT: u64 = 16 << 20;

impl Target<'_> {
    /// Begins a transaction for rows, unless all of the load is one.
    pub async fn begin_rows(&self, rows: &Rows) -> Result<(), pgx_server::Error> {
        match (self.args.output.single_transaction, self.ledger.is_on()) {
            (true, _) => Ok(()),
            (false, false) => self.session.execute("BEGIN").await,
            (false, true) => self.session.execute(&format!("BEGIN;{}", before_rows(rows))).await,
        }
    }

    /// Ends a transaction with these rows, and begins the next with others, in one round trip.
    pub async fn commit_rows_and(&self, rows: &Rows, next: &Rows) -> Result<(), pgx_server::Error> {
        let (after, before) = (after_rows(rows), before_rows(next));
        self.session.execute(&format!("{after};COMMIT;BEGIN;{before}")).await
    }

    /// Ends a transaction, unless all of the load is one. Either way the server has answered everything then: the
    /// last words on a COPY come after the number of its rows, and a burst must not take them for its own.
    pub async fn commit_rows(&self, rows: &Rows) -> Result<(), pgx_server::Error> {
        match (self.args.output.single_transaction, self.ledger.is_on()) {
            (true, _) => self.session.execute("").await,
            (false, false) => self.session.commit().await,
            (false, true) => self.session.commit_after(&after_rows(rows)).await,
        }
    }

    /// Bytes of rows after which they are committed: so much is lost at most when a load is broken off, and a commit
    /// costs three ways to the server and back. Until then they are kept, in all no more than may wait.
    pub fn kept_at_most(&self) -> u64 {
        match self.ledger.is_on() {
            true => KEPT.min((self.args.output.buffer / self.args.output.sessions()) as u64),
            false => KEPT,
        }
    }
}
