//! The end of a load before its time: the server does not go on with what nobody wants any more.
//!
//! A server notices that a client is gone only when it has something to tell it. A session that builds an
//! index would go on for as long as that takes, with its locks, beside whoever tries again.

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, join_all, select};
use pgx_server::{Canceller, Error, Session};

/// How long the sessions may take to end.
const WIND_UP: Duration = Duration::from_secs(2);

/// What it takes to stop a session that somebody else has.
pub struct Stop {
    canceller: Canceller,
    ended: BoxFuture<'static, Error>,
}

impl Stop {
    /// For this session.
    pub fn of(session: &Session) -> Stop {
        Stop {
            canceller: session.canceller(),
            ended: session.ended().boxed(),
        }
    }
}

/// Stops what sessions do that have been given up, and waits for their ends.
pub async fn stop(sessions: Vec<Stop>) {
    let ends = sessions
        .into_iter()
        .map(|Stop { canceller, ended }| select(canceller.insist().boxed(), ended));
    // A server that does not answer in time is left to itself.
    let _ = tokio::time::timeout(WIND_UP, join_all(ends)).await;
}
