//! Making room: what the stream makes is dropped first (`-c`).

use pgx_archive::Entry;
use pgx_cli::{Failure, Process};
use pgx_restore::{Clean, Contents, Options, drop_work};

use crate::failure;
use crate::tally::Tally;
use crate::target::Target;

/// What a message says was being done.
const STAGE: &str = "dropping";

/// SQLSTATE of a server whose table of locks is full.
const TOO_MANY_LOCKS: &str = "53200";

/// So many drops fit any server's table of locks.
const BATCH: usize = 100;

/// Drops what is to be made, the last first. It is one transaction unless the server has no room for so many locks.
pub async fn clean(
    target: &mut Target<'_>,
    (contents, options): (&Contents<'_>, &Options),
    tally: &mut Tally,
    process: &Process,
) -> Result<(), Failure> {
    let drops = drop_work(contents, options);
    if options.create {
        // No transaction may hold the drop of a database.
        for (entry, sql) in &drops {
            let dropped = target.session.execute(sql).await;
            dropped.map_err(|error| refused(&error, entry, options))?;
            tally.dropped += 1;
        }
        return Ok(());
    }
    match drop_all(target, &drops).await {
        Err((error, _)) if error.sqlstate() == Some(TOO_MANY_LOCKS) && !target.is_one_transaction() => {
            process
                .messages
                .warning("the server has no room for the locks of all drops: they are not made in one transaction");
            for some in drops.chunks(BATCH) {
                drop_all(target, some)
                    .await
                    .map_err(|(error, entry)| refused(&error, entry, options))?;
                tally.dropped += some.len() as u64;
            }
        }
        Err((error, entry)) => return Err(refused(&error, entry, options)),
        Ok(()) => tally.dropped += drops.len() as u64,
    }
    for (entry, _) in &drops {
        process.messages.info(format!("dropped {}", entry.describe()));
    }
    Ok(())
}

/// Drops all or nothing; an error has the entry that it is about.
async fn drop_all<'e>(
    target: &Target<'_>,
    drops: &[(&'e Entry, String)],
) -> Result<(), (pgx_server::Error, &'e Entry)> {
    let Some((last, _)) = drops.last() else {
        return Ok(());
    };
    let statements: Vec<&str> = drops.iter().map(|(_, sql)| sql.as_str()).collect();
    let done = match target.is_one_transaction() {
        true => target.session.batch_within(&statements).await,
        false => target.session.batch(&statements).await,
    };
    done.map_err(|error| match error.step {
        pgx_server::Step::Statement(index) => (error.error, drops[index].0),
        pgx_server::Step::Begin | pgx_server::Step::Commit => (error.error, *last),
    })
}

fn refused(error: &pgx_server::Error, entry: &Entry, options: &Options) -> Failure {
    let failure = failure::at(error, entry.describe(), STAGE);
    let is_missing = |state: &str| matches!(state, "42P01" | "42704" | "42883" | "3F000" | "3D000" | "42703");
    match error.sqlstate() {
        Some(state) if is_missing(state) && options.clean == Clean::Yes => {
            failure.hint("--if-exists drops only what is there")
        }
        _ => failure,
    }
}
