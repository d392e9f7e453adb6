//! What can go wrong between rows and entries.

use std::fmt;

/// Why a database could not be described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// A query did not return a column that its reader asks for.
    MissingColumn {
        /// The reader.
        query: String,
        /// The column.
        column: String,
    },
    /// A column that cannot be null was.
    Null {
        /// The reader.
        query: String,
        /// The column.
        column: String,
    },
    /// A value is not of the form its reader expects.
    Malformed {
        /// The reader.
        query: String,
        /// The column.
        column: String,
        /// The value as it came.
        value: String,
    },
    /// A row refers to another that was not read.
    Dangling {
        /// The reader.
        query: String,
        /// What is missing, with its OID.
        what: String,
    },
    /// The role lacks the privilege to read an object.
    Unreadable {
        /// The object, as a user would name it.
        object: String,
    },
    /// Objects depend on one another in a way that no rule resolves.
    Cycle {
        /// The members, as a user would name them.
        members: Vec<String>,
    },
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::MissingColumn { query, column } => write!(f, "query \"{query}\" has no column \"{column}\""),
            Error::Null { query, column } => write!(f, "query \"{query}\": column \"{column}\" is null"),
            Error::Malformed { query, column, value } => {
                write!(
                    f,
                    "query \"{query}\": column \"{column}\" has an unexpected value {value:?}"
                )
            }
            Error::Dangling { query, what } => write!(f, "query \"{query}\" refers to {what}, which was not read"),
            Error::Unreadable { object } => write!(f, "{object}: permission denied to read it"),
            Error::Cycle { members } => {
                write!(
                    f,
                    "these objects depend on one another and no known rule applies: {}",
                    members.join(", ")
                )
            }
        }
    }
}

impl std::error::Error for Error {}
