//! Where a ledger is, for who wants to read it when the sessions that wrote it are gone.
//!
//! What a load that failed has done, it does not know itself: a commit that was not answered may have been one, and a
//! crash of the server takes back what was answered. The ledger is true.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use pgx_cli::Failure;
use pgx_restore::ledger::Done;
use pgx_server::target::{TargetOptions, set_up};
use pgx_server::{Conninfo, Session};

use super::{end_orphans, read};
use crate::failure;

/// How long the target may take to tell.
const PATIENCE: Duration = Duration::from_secs(15);

/// Where the ledger of a load is, once there is one; clones tell of the same.
#[derive(Clone, Debug, Default)]
pub struct Place(Arc<OnceLock<(Conninfo, Option<String>)>>);

impl Place {
    /// It is there, and belongs to this role if not to the user.
    pub fn found(&self, info: &Conninfo, role: Option<&String>) {
        // There is one ledger in the life of a load.
        let _ = self.0.set((info.clone(), role.cloned()));
    }

    /// What is done, once none of those who did it can do any more; `None` where there was no ledger.
    pub async fn done(&self) -> Option<Result<Done, Failure>> {
        let (info, role) = self.0.get()?;
        let asked = async {
            let session = Session::connect(info).await.map_err(|error| failure::server(&error))?;
            let options = TargetOptions {
                role: role.clone(),
                ..TargetOptions::default()
            };
            set_up(&session, &options)
                .await
                .map_err(|error| failure::server(&error))?;
            end_orphans(&session).await?;
            read(&session).await
        };
        let silent = || Failure::failed(format!("it says nothing for {}", pgx_cli::spell(PATIENCE)));
        Some(
            tokio::time::timeout(PATIENCE, asked)
                .await
                .unwrap_or_else(|_| Err(silent())),
        )
    }
}
