//! The session that keeps the lock of a load and does nothing else: it hears whether the server still answers.

use std::time::Duration;

use pgx_cli::Failure;
use pgx_server::target;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

use crate::failure;
use crate::pulse::{OFTEN, silent};
use crate::target::Target;

/// Asks the server now and then, until the load is `over`; fails when it does not answer for so long. A keeper that is
/// lost is replaced, so that the lock is never free for long.
pub async fn watch(
    keeper: &mut Option<Target<'_>>,
    patience: Duration,
    mut over: oneshot::Receiver<()>,
) -> Result<(), Failure> {
    let Some(keeper) = keeper else {
        return Ok(());
    };
    loop {
        // Once begun, an answer or a new session is waited for: it is needed whole.
        tokio::select! {
            _ = &mut over => return Ok(()),
            _ = sleep(OFTEN.min(patience / 4)) => {}
            _ = keeper.session.ended() => {}
        }
        let failure = match timeout(patience, target::answers(&keeper.session)).await {
            Ok(Ok(())) => continue,
            Ok(Err(error)) => failure::server(&error),
            Err(_) => return Err(silent(patience)),
        };
        if !keeper.may_retry(&failure, 0) {
            return Err(failure);
        }
        keeper.revive(&failure).await?;
    }
}
