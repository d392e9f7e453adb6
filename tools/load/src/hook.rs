//! Hooks at work: the user's statements, one after another, on a session where they do no harm to the load.

use pgx_cli::{Failure, Process};
use pgx_restore::hooks::RESET_SEARCH_PATH;
use pgx_restore::session::EMPTY_SEARCH_PATH;
use pgx_restore::{Hooks, Moment};
use pgx_server::Session;

use crate::failure;
use crate::target::Target;

/// Runs the hooks of a moment. What they set does not outlive them, for they have a session of their own; only when
/// the load is one transaction they are in it, on its session.
pub async fn run(target: &Target<'_>, hooks: &Hooks, moment: Moment, process: &Process) -> Result<(), Failure> {
    if hooks.at(moment).is_empty() {
        return Ok(());
    }
    let failed = |error| failure::server(&error);
    if target.is_one_transaction() {
        execute(&target.session, hooks, moment, process).await?;
        return target.session.execute(EMPTY_SEARCH_PATH).await.map_err(failed);
    }
    let own = target.another().await?;
    execute(&own.session, hooks, moment, process).await?;
    // The ledger is the load's own, and ends with it.
    pgx_server::target::settle(&own.session).await.map_err(failed)?;
    own.session.close().await.map_err(failed)
}

async fn execute(session: &Session, hooks: &Hooks, moment: Moment, process: &Process) -> Result<(), Failure> {
    let path = session.execute(RESET_SEARCH_PATH).await;
    path.map_err(|error| failure::server(&error))?;
    for hook in hooks.at(moment) {
        for statement in &hook.statements {
            process.interrupt.check()?;
            let done = session.execute(&statement.sql).await;
            done.map_err(|error| failure::server(&error).within(hook.place(statement)))?;
        }
        process.messages.info(format!("ran {} {moment}", hook.name));
    }
    Ok(())
}
