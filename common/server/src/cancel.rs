//! Stopping a statement that is running.

use std::sync::Arc;
use std::time::Duration;

use tokio_postgres::CancelToken;

use crate::error::{Error, with_causes};
use crate::route::Route;
use crate::stream::Established;
use crate::transcribe::Switch;
use crate::watch::Watch;

/// How long sending the request may take: whoever pressed Ctrl-C waits for it.
const PATIENCE: Duration = Duration::from_secs(5);

/// How long [`Canceller::insist`] waits before it asks again.
const AGAIN: Duration = Duration::from_millis(100);

/// Asks the server to stop what a session is doing; for Ctrl-C.
///
/// It goes the way that the session went, encrypted if the session is. The statement then fails
/// with SQLSTATE 57014, unless it was done already.
#[derive(Clone)]
pub struct Canceller {
    token: CancelToken,
    route: Route,
}

impl Canceller {
    pub(crate) fn new(token: CancelToken, route: Route) -> Canceller {
        Canceller { token, route }
    }

    /// Sends the request. That it was sent does not mean that there was anything to stop.
    pub async fn cancel(&self) -> Result<(), Error> {
        tokio::time::timeout(PATIENCE, self.request())
            .await
            .unwrap_or_else(|_| {
                Err(Error::Lost {
                    reason: "cannot cancel: timeout expired".into(),
                })
            })
    }

    /// Sends the request again and again, as long as the server can be reached: a single one does nothing
    /// when it comes between two statements.
    pub async fn insist(self) {
        while self.cancel().await.is_ok() {
            tokio::time::sleep(AGAIN).await;
        }
    }

    async fn request(&self) -> Result<(), Error> {
        let failed = |reason| Error::Lost {
            reason: format!("cannot cancel: {reason}"),
        };
        let stream = self.route.open().await.map_err(|error| failed(with_causes(&error)))?;
        let established = Established {
            watch: Arc::new(Watch::default()),
            switch: Switch::default(),
        };
        self.token
            .cancel_query_raw(stream, established)
            .await
            .map_err(|error| failed(with_causes(&error)))
    }
}
