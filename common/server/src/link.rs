//! The task behind a session, and what it leaves for others: notices, and how the connection ended.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_postgres::{AsyncMessage, Connection};

use crate::error::{Error, ServerError};
use crate::stream::{Stream, Wire};
use crate::watch::Watch;

/// How many notices are kept until someone takes them; older ones are counted and dropped.
const NOTICES_KEPT: usize = 1000;

/// How long a lost connection may take to tell why.
const LAST_WORDS: Duration = Duration::from_secs(1);

/// What a session shares with the COPYs that run on it.
pub(crate) struct Link {
    watch: Arc<Watch>,
    end: watch::Receiver<Option<End>>,
    notices: Arc<Mutex<Notices>>,
}

/// How a connection ended.
#[derive(Debug, Clone)]
enum End {
    Closed,
    Server(Box<ServerError>),
    Broken(String),
}

/// What the server remarked beside its answers.
#[derive(Debug, Default)]
pub struct Notices {
    /// The latest of them, in the order in which they came.
    pub kept: VecDeque<ServerError>,
    /// How many more there were before those.
    pub dropped: u64,
}

impl Link {
    /// Starts the task that drives the connection.
    pub(crate) fn start(connection: Connection<Stream, Wire>, watch: Arc<Watch>) -> (Arc<Link>, JoinHandle<()>) {
        let notices = Arc::new(Mutex::new(Notices::default()));
        let (ended, end) = watch::channel(None);
        let task = tokio::spawn(drive(connection, notices.clone(), ended));
        (Arc::new(Link { watch, end, notices }), task)
    }

    /// What has passed by on the wire.
    pub(crate) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The notices since this was last called.
    pub(crate) fn take_notices(&self) -> Notices {
        std::mem::take(&mut *lock(&self.notices))
    }

    /// Why the connection ended, if it has ended otherwise than by our wish.
    pub(crate) fn end(&self) -> Option<Error> {
        self.end.borrow().clone().and_then(End::into_error)
    }

    /// Waits for the end of the connection, whoever ends it, and gives why.
    pub(crate) fn ended(&self) -> impl Future<Output = Error> + Send + use<> {
        let mut end = self.end.clone();
        async move {
            // The task that tells has gone without a word only if it was stopped.
            let end = end.wait_for(Option::is_some).await.ok().and_then(|end| end.clone());
            end.and_then(End::into_error).unwrap_or_else(closed)
        }
    }

    /// The error as the user should see it: where the connection is merely "closed", why.
    pub(crate) async fn explain(&self, error: &tokio_postgres::Error) -> Error {
        if !error.is_closed() {
            return Error::from(error);
        }
        let mut end = self.end.clone();
        // Whether it is told in time or not, what is known then is what there is to say.
        let _ = tokio::time::timeout(LAST_WORDS, end.wait_for(Option::is_some)).await;
        self.end().unwrap_or_else(closed)
    }
}

impl End {
    /// The error that it is, unless we wished for it.
    fn into_error(self) -> Option<Error> {
        match self {
            End::Server(error) => Some(Error::Server(error)),
            End::Broken(reason) => Some(Error::Lost { reason }),
            End::Closed => None,
        }
    }
}

fn closed() -> Error {
    Error::Lost {
        reason: "it was closed".into(),
    }
}

/// Reads and writes the socket until the session ends, and keeps what the server remarks.
async fn drive(
    mut connection: Connection<Stream, Wire>,
    notices: Arc<Mutex<Notices>>,
    ended: watch::Sender<Option<End>>,
) {
    let end = loop {
        match poll_fn(|cx| connection.poll_message(cx)).await {
            Some(Ok(AsyncMessage::Notice(notice))) => lock(&notices).add((&notice).into()),
            // Nobody listens to notifications here.
            Some(Ok(_)) => {}
            Some(Err(error)) => {
                break match Error::from(&error) {
                    Error::Server(error) => End::Server(error),
                    _ if error.is_closed() => End::Broken("the server closed it".into()),
                    error => End::Broken(error.message()),
                };
            }
            None => break End::Closed,
        }
    };
    // The reason stands before the answers that will never come are given up.
    ended.send_replace(Some(end));
    drop(connection);
}

impl Notices {
    fn add(&mut self, notice: ServerError) {
        if self.kept.len() == NOTICES_KEPT {
            self.kept.pop_front();
            self.dropped += 1;
        }
        self.kept.push_back(notice);
    }
}

fn lock(notices: &Mutex<Notices>) -> MutexGuard<'_, Notices> {
    notices.lock().unwrap_or_else(PoisonError::into_inner)
}
