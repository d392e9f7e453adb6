//! Many statements in one transaction and one round trip.

use std::fmt;

use crate::burst::Burst;
use crate::error::Error;
use crate::session::Session;

/// Where a batch failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// The transaction could not be begun.
    Begin,
    /// The statement of this index.
    Statement(usize),
    /// The transaction could not be committed. If the connection was lost here, nobody knows
    /// whether it was.
    Commit,
}

/// Why a batch failed; nothing of it remains, but for what [`Step::Commit`] says.
#[derive(Debug)]
pub struct BatchError {
    /// Where.
    pub step: Step,
    /// What the server objected to there.
    pub error: Error,
}

impl Session {
    /// Runs the statements in one transaction, each a message of its own, all sent at once.
    ///
    /// So it takes one round trip, and the statement that fails is known. A statement that may not
    /// run in a transaction has no place here; nor has one that ends it.
    pub async fn batch(&self, statements: &[impl AsRef<str>]) -> Result<(), BatchError> {
        self.send_all(statements, true).await
    }

    /// The same inside a transaction that is open already, and stays open.
    pub async fn batch_within(&self, statements: &[impl AsRef<str>]) -> Result<(), BatchError> {
        self.send_all(statements, false).await
    }

    async fn send_all(&self, statements: &[impl AsRef<str>], transaction: bool) -> Result<(), BatchError> {
        let failed = |step| move |error| BatchError { step, error };
        let mut burst = Burst::default();
        if transaction {
            burst.statement("BEGIN").map_err(failed(Step::Begin))?;
        }
        for (index, sql) in statements.iter().enumerate() {
            burst.statement(sql.as_ref()).map_err(failed(Step::Statement(index)))?;
        }
        if transaction {
            burst.statement("COMMIT").map_err(failed(Step::Commit))?;
        }
        let first = usize::from(transaction);
        for (index, answer) in self.burst(burst).await.into_iter().enumerate() {
            let step = match index.checked_sub(first) {
                None => Step::Begin,
                Some(index) if index < statements.len() => Step::Statement(index),
                Some(_) => Step::Commit,
            };
            // What follows a failure fails for it: the transaction is aborted, and COMMIT rolls it back.
            let tag = answer.map_err(|error| match step {
                Step::Statement(index) => error.about(statements[index].as_ref()),
                Step::Begin | Step::Commit => error,
            });
            committed(step, tag.map_err(failed(step))?).map_err(failed(step))?;
        }
        Ok(())
    }
}

/// An error when COMMIT was no commit.
fn committed(step: Step, tag: String) -> Result<(), Error> {
    match step == Step::Commit && tag != "COMMIT" {
        true => Err(Error::not_committed(&tag)),
        false => Ok(()),
    }
}

impl fmt::Display for BatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.step {
            Step::Begin => write!(f, "BEGIN: {}", self.error),
            Step::Statement(index) => write!(f, "statement {}: {}", index + 1, self.error),
            Step::Commit => write!(f, "COMMIT: {}", self.error),
        }
    }
}

impl std::error::Error for BatchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
