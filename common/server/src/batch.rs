//! Many statements in one transaction and one round trip.

use std::fmt;

use futures_util::future::maybe_done;

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
        let begin = transaction.then_some("BEGIN");
        let texts = begin.into_iter().chain(statements.iter().map(AsRef::as_ref));
        let mut answers: Vec<_> = texts.map(|sql| Box::pin(maybe_done(self.execute(sql)))).collect();
        let mut commit = Box::pin(maybe_done(async {
            match transaction {
                true => self.commit().await,
                false => Ok(()),
            }
        }));
        // A statement is sent when its future is first polled: so in this order, all before any
        // answer is awaited.
        for answer in &mut answers {
            let _ = futures_util::poll!(answer);
        }
        let _ = futures_util::poll!(&mut commit);

        let mut failed: Option<BatchError> = None;
        for (index, mut answer) in answers.into_iter().enumerate() {
            answer.as_mut().await;
            if let (Some(Err(error)), None) = (answer.as_mut().take_output(), &failed) {
                let step = index
                    .checked_sub(usize::from(transaction))
                    .map_or(Step::Begin, Step::Statement);
                failed = Some(BatchError { step, error });
            }
        }
        // After a failure COMMIT rolls back; its answer is awaited all the same, to be in step.
        commit.as_mut().await;
        match (failed, commit.as_mut().take_output()) {
            (Some(failed), _) => Err(failed),
            (None, Some(Err(error))) => Err(BatchError {
                step: Step::Commit,
                error,
            }),
            (None, _) => Ok(()),
        }
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
