//! Why catalogs could not be read.

use std::fmt;

/// Why catalogs could not be read.
#[derive(Debug)]
pub enum Error {
    /// The server did not answer a query.
    Query {
        /// What it reads.
        query: &'static str,
        /// What the server said.
        error: pgx_server::Error,
    },
    /// What was read does not make a database.
    Catalog(pgx_objects::Error),
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

impl From<pgx_objects::Error> for Error {
    fn from(error: pgx_objects::Error) -> Error {
        Error::Catalog(error)
    }
}
