//! Reading the cluster: every query of the room that knows them, answered by the session.

use std::fmt;

use pgx_objects::Rows;
use pgx_objects::globals::{Globals, READERS, Wish};
use pgx_server::Session;

/// Why the cluster could not be read.
#[derive(Debug)]
pub enum Error {
    /// A query failed.
    Query {
        /// What it reads.
        query: &'static str,
        /// What the server said.
        error: pgx_server::Error,
    },
    /// What was read does not make a cluster.
    Catalog(pgx_objects::Error),
}

/// SQLSTATE of a role that may not read something.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

impl Error {
    /// What to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Error::Query { query: "roles", error } if error.sqlstate() == Some(INSUFFICIENT_PRIVILEGE) => {
                Some("only a superuser can read password hashes: try --no-role-passwords".to_owned())
            }
            Error::Query { error, .. } => error.hint().map(str::to_owned),
            Error::Catalog(_) => None,
        }
    }

    /// The server's code for it.
    pub fn sqlstate(&self) -> Option<&str> {
        match self {
            Error::Query { error, .. } => error.sqlstate(),
            Error::Catalog(_) => None,
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Query { query, error } => write!(f, "reading {query}: {}", error.message()),
            Error::Catalog(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for Error {}

/// Reads what is wanted, and nothing else.
pub async fn read(session: &Session, version: u32, wish: &Wish) -> Result<Globals, Error> {
    let mut globals = Globals::default();
    for reader in READERS {
        let Some(sql) = (reader.query)(version / 10_000, wish) else {
            continue;
        };
        let mut rows = Rows::new(reader.name, [""; 0]);
        let received = session.each_row(&sql, |columns, row| {
            rows.name_columns(columns);
            rows.push(row.values());
        });
        received.await.map_err(|error| Error::Query {
            query: reader.name,
            error,
        })?;
        (reader.read)(&mut globals, &rows).map_err(Error::Catalog)?;
    }
    globals.strip(wish);
    Ok(globals)
}
