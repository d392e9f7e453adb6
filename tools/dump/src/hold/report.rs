//! What holding costs others: who waits for the locks, and how old the snapshot grows.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use pgx_cli::{Notice, Process};
use pgx_server::neighbours::{self, Waiting};

use crate::moment::Moment;

/// How often to look, unless somebody is to be given way sooner.
const LOOK: Duration = Duration::from_secs(10);

/// How long the server may take to tell.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is known.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// How many transactions ago the snapshot was made.
    pub xmin_age: Option<u64>,
    /// Who waits, longest first.
    pub waiting: Vec<Waiting>,
}

/// Looks now. Without a session to ask on, nothing is known.
pub async fn look(moment: &Moment) -> Report {
    let Some(session) = moment.idle() else {
        return Report::default();
    };
    let asked = async {
        let xmin_age = neighbours::xmin_age(&session).await?;
        let waiting = neighbours::waiting_for(&session, &moment.pids()).await?;
        Ok::<_, pgx_server::Error>(Report { xmin_age, waiting })
    };
    match tokio::time::timeout(PATIENCE, asked).await {
        Ok(Ok(report)) => report,
        _ => Report::default(),
    }
}

/// Says who waits, as soon as somebody does; ends when somebody has waited for longer than `patience`, and tells
/// who.
pub async fn watch(moment: Arc<Moment>, patience: Option<Duration>, process: Process) -> Waiting {
    let pause = patience.map_or(LOOK, |patience| LOOK.min(patience / 4));
    let mut known = HashSet::new();
    loop {
        tokio::time::sleep(pause).await;
        let report = look(&moment).await;
        for waiting in &report.waiting {
            if known.insert(waiting.pid) {
                let notice = Notice::new(format!("{waiting}, and the dump holds it")).hint(
                    "it goes on when the dump is done; --yield-after would end the dump for it, and so does --release",
                );
                process.messages.warning(notice);
            }
        }
        known.retain(|pid| report.waiting.iter().any(|waiting| waiting.pid == *pid));
        let longest = report.waiting.into_iter().next();
        match (longest, patience) {
            (Some(waiting), Some(patience)) if waiting.since >= patience => return waiting,
            _ => {}
        }
    }
}
