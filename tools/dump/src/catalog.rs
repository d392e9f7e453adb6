//! From connection to description: names, choice, locks, and then the rest.

use pgx_catalogs::ask;
use pgx_objects::check::unlogged;
use pgx_objects::choose;
use pgx_objects::kinds::{data, sequence};
use pgx_objects::{Database, Phase, Server};
use pgx_server::lock::{LockWait, lock, rewritten, shows_rows};
use pgx_server::{Session, source};

use crate::args::DumpArgs;
use crate::choice;
use crate::error::Error;

/// Reads the catalogs of the session's snapshot; what is wanted is locked when this returns, and named with it.
///
/// Only the names of everything are read before the locks, in plain columns; the server is asked to spell
/// definitions afterwards, for what is wanted, on this session: on another one the same question could
/// wait for an ALTER TABLE that waits for our locks.
pub async fn read(session: &Session, server: Server, args: &DumpArgs) -> Result<(Database, Vec<String>), Error> {
    let reading = &args.reading;
    let quote_all = args.output.quote_all_identifiers;
    let (mut db, with_foreign_data) = wanted(session, server, args).await?;
    may_be_read(&db, reading.enable_row_security)?;
    if db.server.standby && args.selection.rows() && !args.selection.no_unlogged_table_data {
        let sentence = |table| format!("rows of {table} stay behind: it is unlogged, and a standby does not have them");
        let unlogged = unlogged(&db).into_iter().map(sentence);
        db.left_out.extend(unlogged);
    }
    let wait = reading
        .lock_wait_timeout
        .map_or(LockWait::Forever, |limit| LockWait::Timeout(limit.to_string()));
    let tables = choose::to_lock(&db);
    lock(session, &tables, &wait)
        .await
        .map_err(|error| Error::Query { query: "tables", error })?;
    expect_rows_of_the_moment(session, &db).await?;
    if db.needs_quotes {
        source::quote_all_names(session).await?;
    }
    ask(session, &mut db, Phase::Late, quote_all).await?;
    if with_foreign_data {
        source::allow_foreign_tables(session).await?;
    }
    Ok((db, tables))
}

/// Whether the snapshot still sees the rows of what is locked: somebody may have had a table before us.
async fn expect_rows_of_the_moment(session: &Session, db: &Database) -> Result<(), Error> {
    let failed = |error| Error::Query { query: "tables", error };
    if !db.with_rows {
        return Ok(());
    }
    for oid in rewritten(session).await.map_err(failed)? {
        let Some((id, _)) = db.relation_by_oid(oid).filter(|(_, table)| table.data.is_some()) else {
            continue;
        };
        let table = db.qualified(id);
        if !shows_rows(session, &table).await.map_err(failed)? {
            return Err(Error::Rewritten { table });
        }
    }
    Ok(())
}

/// Whether the role may read all of what is wanted.
fn may_be_read(db: &Database, enable_row_security: bool) -> Result<(), Error> {
    let guarded = if enable_row_security { &[][..] } else { &db.guarded };
    if db.denied.is_empty() && guarded.is_empty() {
        return Ok(());
    }
    Err(Error::Refused {
        denied: db.denied.clone(),
        guarded: guarded.to_vec(),
    })
}

/// The names of everything, with what is wanted of each; nothing is locked. The other value is whether rows of
/// foreign tables are wanted.
pub async fn wanted(session: &Session, server: Server, args: &DumpArgs) -> Result<(Database, bool), Error> {
    let selection = &args.selection;
    let mut db = Database::new(server);
    db.with_statistics = selection.with_statistics();
    ask(session, &mut db, Phase::Early, args.output.quote_all_identifiers).await?;
    let plan = data::Plan {
        rows: selection.rows(),
        sequences: selection.sequence_data,
        unlogged: !db.server.standby && !selection.no_unlogged_table_data,
        via_root: selection.load_via_partition_root,
        foreign_servers: choice::foreign_servers(session, &db, selection).await?,
    };
    let choice = choice::resolve(session, &db, selection).await?;
    choose::choose(&mut db, &choice);
    sequence::follow_owners(&mut db);
    data::plan(&mut db, &choice, &plan);
    ask(session, &mut db, Phase::Chosen, args.output.quote_all_identifiers).await?;
    Ok((db, !plan.foreign_servers.is_empty()))
}
