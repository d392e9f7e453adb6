//! All queries of a phase at once, and what the answers make of a database.

use futures_util::future::maybe_done;
use futures_util::poll;
use pgx_archive::spelling::quoting_all;
use pgx_objects::{Database, Phase, READERS, Reader, Rows, Server};
use pgx_server::Session;
use pgx_server::source::{ServerFacts, row_encoding};

use crate::error::Error;

/// The facts about a session's server that texts depend on.
pub fn server(session: &Session, facts: &ServerFacts) -> Server {
    Server {
        version: facts.version_num,
        encoding: row_encoding(session).to_owned(),
        client_encoding: facts.client_encoding.clone(),
        database: facts.database.clone(),
        search_path: facts.search_path.clone(),
        superuser: facts.superuser,
        standby: facts.in_recovery,
    }
}

/// Sends all queries of a phase at once and takes the answers in, in the order of the table; all names are
/// quoted where `quote_all` says so.
///
/// Each answer is read when the one before it has become objects: meanwhile the server works on the next, and
/// only one is in memory.
pub async fn ask(session: &Session, db: &mut Database, phase: Phase, quote_all: bool) -> Result<(), Error> {
    let readers = READERS.iter().filter(|reader| reader.phase == phase);
    let mut answers: Vec<_> = readers
        .filter_map(|reader| Some((reader, (reader.query)(db)?)))
        .map(|(reader, sql)| (reader, Box::pin(maybe_done(answer(session, reader, sql)))))
        .collect();
    // A query is sent when its future is first polled.
    for (_, answer) in &mut answers {
        let _ = poll!(answer);
    }
    for (reader, mut answer) in answers {
        answer.as_mut().await;
        if let Some(rows) = answer.as_mut().take_output() {
            let rows = rows?;
            quoting_all(quote_all, || (reader.read)(db, &rows))?;
        }
    }
    Ok(())
}

async fn answer(session: &Session, reader: &Reader, sql: String) -> Result<Rows, Error> {
    rows(session, reader.name, &sql).await
}

/// All rows of the answer to a query, which messages call `query`.
pub async fn rows(session: &Session, query: &'static str, sql: &str) -> Result<Rows, Error> {
    let mut rows = Rows::new(query, [""; 0]);
    let received = session.each_row(sql, |columns, row| {
        rows.name_columns(columns);
        rows.push(row.values());
    });
    received.await.map_err(|error| Error::Query { query, error })?;
    Ok(rows)
}
