//! Whether the target answers at all, however long it works on what it was told.
//!
//! A statement may take hours, and a session that waits for its end cannot be asked anything. So another one is
//! opened now and then, and let go: a server that refuses it has answered, too. One that says nothing to it for too
//! long will say nothing to any other.

use std::time::Duration;

use futures_util::future::{Either, select};
use pgx_cli::Failure;
use pgx_server::{Conninfo, Session};
use tokio::time::{sleep, timeout};

/// How often the server is asked, at least.
pub const OFTEN: Duration = Duration::from_secs(30);

/// Works as long as the server answers.
pub async fn beside<T>(
    work: impl Future<Output = Result<T, Failure>>,
    server: &Conninfo,
    patience: Duration,
) -> Result<T, Failure> {
    match select(Box::pin(work), Box::pin(silence(server, patience))).await {
        Either::Left((done, _)) => done,
        Either::Right((failure, _)) => Err(failure),
    }
}

/// Comes when the server has said nothing for too long.
async fn silence(server: &Conninfo, patience: Duration) -> Failure {
    let server = Conninfo {
        connect_timeout: None,
        ..server.clone()
    };
    loop {
        sleep(OFTEN.min(patience / 4)).await;
        // Whatever it says, it says something.
        if timeout(patience, Session::connect(&server)).await.is_err() {
            return silent(patience);
        }
    }
}

/// The target has gone without a word.
pub fn silent(patience: Duration) -> Failure {
    let time = pgx_cli::spell(patience);
    Failure::incomplete(format!("the target has said nothing for {time}")).hint("--timeout says how long it may")
}
