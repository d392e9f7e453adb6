//! From connection to description: names, choice, locks, and then the rest.

use futures_util::future::try_join_all;
use pgx_objects::choose;
use pgx_objects::kinds::{data, sequence};
use pgx_objects::{Database, Phase, READERS, Rows, Server};
use pgx_server::lock::{LockWait, lock};
use pgx_server::{Session, source};

use crate::args::SelectionArgs;
use crate::choice;
use crate::error::Error;

/// Reads the catalogs of the session's snapshot; what is wanted is locked when this returns.
///
/// Only the names of everything are read before the locks, in plain columns; the server is asked to spell
/// definitions afterwards, for what is wanted, on this session: on another one the same question could
/// wait for an ALTER TABLE that waits for our locks.
pub async fn read(
    session: &Session,
    server: Server,
    selection: &SelectionArgs,
    lock_wait_timeout: Option<u32>,
) -> Result<Database, Error> {
    let mut db = Database::new(server);
    ask(session, &mut db, Phase::Early).await?;
    let plan = data::Plan {
        rows: !selection.schema_only,
        unlogged: !db.server.standby,
        ..data::Plan::default()
    };
    let choice = choice::resolve(session, &db, selection).await?;
    choose::choose(&mut db, &choice);
    sequence::follow_owners(&mut db);
    data::plan(&mut db, &choice, &plan);
    let wait = lock_wait_timeout.map_or(LockWait::Forever, |limit| LockWait::Timeout(limit.to_string()));
    lock(session, &choose::to_lock(&db), &wait)
        .await
        .map_err(|error| Error::Query { query: "tables", error })?;
    if db.needs_quotes {
        source::quote_all_names(session).await?;
    }
    ask(session, &mut db, Phase::Late).await?;
    Ok(db)
}

/// Sends all queries of a phase at once and takes the answers in, in the order of the table.
async fn ask(session: &Session, db: &mut Database, phase: Phase) -> Result<(), Error> {
    let readers = READERS.iter().filter(|reader| reader.phase == phase);
    let queries: Vec<_> = readers
        .filter_map(|reader| Some((reader, (reader.query)(db)?)))
        .collect();
    let answers = try_join_all(queries.iter().map(|(reader, sql)| async move {
        session.rows(sql).await.map_err(|error| Error::Query {
            query: reader.name,
            error,
        })
    }))
    .await?;
    for ((reader, _), answer) in queries.iter().zip(answers) {
        let rows = Rows {
            query: reader.name.to_owned(),
            columns: answer.columns,
            rows: answer.rows,
        };
        (reader.read)(db, &rows)?;
    }
    Ok(())
}
