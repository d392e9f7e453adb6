//! Why a dump failed, and how to tell both the user and whoever reads the stream.

use std::fmt;
use std::time::Duration;

use pgx_archive::{EncodeError, EntryId, Fail, TokenError};
use pgx_cli::{Exit, Failure};
use pgx_selection::PatternError;

/// Why a dump failed.
#[derive(Debug)]
pub enum Error {
    /// The server, or the way to it.
    Server(pgx_server::Error),
    /// A catalog query.
    Query {
        /// What it reads.
        query: &'static str,
        /// What the server said.
        error: pgx_server::Error,
    },
    /// What the role may not read of what is wanted.
    Refused {
        /// What it has no privilege for, as messages name it.
        denied: Vec<String>,
        /// Tables of which policies hide rows from it, as SQL names them.
        guarded: Vec<String>,
    },
    /// Rows of an entry.
    Rows {
        /// The entry.
        id: EntryId,
        /// The entry as a user names it.
        entry: String,
        /// What the server said.
        error: pgx_server::Error,
    },
    /// Rows of an entry, whose session was lost together with the snapshot.
    SnapshotLost {
        /// The entry.
        id: EntryId,
        /// The entry as a user names it.
        entry: String,
        /// What ended the session.
        error: pgx_server::Error,
    },
    /// A table that shows no rows to the snapshot, because it was emptied or written anew before it was locked.
    Rewritten {
        /// The table as SQL names it.
        table: String,
    },
    /// A row that is longer than COPY can send.
    TooLong {
        /// The entry.
        id: EntryId,
        /// The entry as a user names it.
        entry: String,
        /// The number of the row in the order of reading, from 1.
        row: u64,
        /// How to find it, or to do with less.
        hint: String,
        /// What the server said.
        error: pgx_server::Error,
    },
    /// Rows that are not what COPY sends.
    Malformed {
        /// The entry.
        id: EntryId,
        /// The entry as a user names it.
        entry: String,
        /// What is wrong.
        reason: String,
    },
    /// What was read does not make a database.
    Catalog(pgx_objects::Error),
    /// A pattern that cannot be used.
    Pattern(PatternError),
    /// A pattern that names another database.
    OtherDatabase {
        /// The pattern.
        pattern: String,
        /// The database it names.
        database: String,
    },
    /// Patterns that match nothing.
    NoMatch {
        /// Schemas or tables.
        what: &'static str,
        /// The pattern, when one alone is to blame.
        pattern: Option<String>,
    },
    /// The server has said nothing for too long.
    Silent {
        /// What was being done.
        stage: String,
        /// How long it was waited for.
        patience: Duration,
    },
    /// The definitions are not those of the dump that is to be gone on with.
    OtherDefinitions,
    /// A token of what this dump does not have.
    Token(TokenError),
    /// The stream could not be written as asked.
    Encode(EncodeError),
    /// The output, or the user, ended the run.
    Ended(Failure),
}

impl Error {
    fn server(&self) -> Option<&pgx_server::Error> {
        match self {
            Error::Server(error)
            | Error::Query { error, .. }
            | Error::Rows { error, .. }
            | Error::SnapshotLost { error, .. }
            | Error::TooLong { error, .. } => Some(error),
            _ => None,
        }
    }

    fn sqlstate(&self) -> Option<&str> {
        match self {
            Error::Refused { denied, .. } if !denied.is_empty() => Some(INSUFFICIENT_PRIVILEGE),
            _ => self.server().and_then(|error| error.sqlstate()),
        }
    }

    /// Whether it is the session that is lost, which another one may replace.
    pub fn is_lost_session(&self) -> bool {
        self.server().is_some_and(|error| error.is_connection())
    }

    /// The same error of a session that has taken the snapshot along.
    pub fn with_snapshot(self) -> Error {
        match self {
            Error::Rows { id, entry, error } => Error::SnapshotLost { id, entry, error },
            other => other,
        }
    }

    fn hint(&self) -> Option<&str> {
        match self {
            Error::TooLong { hint, .. } => Some(hint),
            Error::Refused { denied, .. } if !denied.is_empty() => Some(
                "let the role SELECT from them and USE their schemas, or leave them out: -N, -T, --exclude-table-data, -B",
            ),
            Error::Silent { .. } => Some("--timeout says how long it may"),
            Error::Rewritten { .. } => Some("begin anew: its lock is free by now"),
            Error::OtherDefinitions => Some(
                "select what was selected for it, of the same database; where something was made, altered or dropped since, begin anew",
            ),
            Error::SnapshotLost { .. } => Some("--hold keeps the snapshot by two sessions"),
            Error::Refused { .. } => Some(
                "dump as a role with BYPASSRLS, or only the rows that the policies show with --enable-row-security",
            ),
            _ => self.server().and_then(|error| error.hint()),
        }
    }

    /// Whether the same may be possible later, where the snapshot is still there.
    pub fn may_pass(&self) -> bool {
        match self {
            Error::Silent { .. } => true,
            Error::SnapshotLost { .. } => false,
            _ => self.server().is_some_and(|error| error.is_transient()),
        }
    }

    /// The last frame of a stream that is given up in a stage, for now or for good.
    pub fn last_words(&self, stage: &str, resumable: bool) -> Fail {
        let server = self.server();
        Fail {
            stage: stage.to_owned(),
            entry: match self {
                Error::Rows { id, .. }
                | Error::SnapshotLost { id, .. }
                | Error::TooLong { id, .. }
                | Error::Malformed { id, .. } => Some(*id),
                _ => None,
            },
            sqlstate: self.sqlstate().map(str::to_owned),
            message: self.to_string(),
            detail: server.and_then(|error| error.detail()).map(str::to_owned),
            hint: self.hint().map(str::to_owned),
            resumable,
        }
    }

    /// The same for the user.
    pub fn into_failure(self) -> Failure {
        if let Error::Ended(failure) = self {
            return failure;
        }
        let exit = match self {
            Error::Pattern(_) | Error::OtherDatabase { .. } | Error::Token(_) => Exit::Usage,
            _ => Exit::Failed,
        };
        let message = match self.sqlstate() {
            Some(sqlstate) => format!("{self} (SQLSTATE {sqlstate})"),
            None => self.to_string(),
        };
        let mut failure = Failure::new(exit, message);
        if let Some(detail) = self.server().and_then(|error| error.detail()) {
            failure = failure.detail(detail);
        }
        if let Some(hint) = self.hint() {
            failure = failure.hint(hint);
        }
        if let Error::NoMatch { what: "tables", .. } = self {
            failure = failure.hint("a pattern without a schema only finds what is in the search path: try '*.NAME'");
        }
        failure
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Server(error) => f.write_str(&error.message()),
            Error::Query { query, error } => write!(f, "reading {query}: {}", error.message()),
            Error::Refused { denied, guarded } => {
                let denied = (!denied.is_empty()).then(|| format!("permission denied for {}", list(denied)));
                let guarded = (!guarded.is_empty()).then(|| format!("row security may hide rows of {}", list(guarded)));
                let all: Vec<String> = denied.into_iter().chain(guarded).collect();
                f.write_str(&all.join("; "))
            }
            Error::Rows { entry, error, .. } => write!(f, "{entry}: {}", error.message()),
            Error::SnapshotLost { entry, error, .. } => {
                write!(f, "{entry}: the snapshot of the dump is lost: {}", error.message())
            }
            Error::TooLong { entry, row, error, .. } => {
                write!(
                    f,
                    "{entry}: row {row} is longer than COPY can send: {}",
                    error.message()
                )
            }
            Error::Malformed { entry, reason, .. } => write!(f, "{entry}: {reason}"),
            Error::Catalog(error) => error.fmt(f),
            Error::Pattern(error) => error.fmt(f),
            Error::OtherDatabase { pattern, database } => {
                write!(
                    f,
                    "pattern \"{pattern}\" names database \"{database}\", which is not the one that is dumped"
                )
            }
            Error::NoMatch {
                what,
                pattern: Some(pattern),
            } => write!(f, "no matching {what} were found for pattern \"{pattern}\""),
            Error::NoMatch { what, pattern: None } => write!(f, "no matching {what} were found"),
            Error::Silent { stage, patience } => {
                let time = pgx_cli::spell(*patience);
                write!(f, "{stage}: the server has said nothing for {time}")
            }
            Error::Rewritten { table } => write!(
                f,
                "table {table} was emptied or written anew between the snapshot and its lock, and shows no rows any more"
            ),
            Error::OtherDefinitions => f.write_str("the definitions are not those of the dump that the token is of"),
            Error::Token(error) => error.fmt(f),
            Error::Encode(error) => error.fmt(f),
            Error::Ended(failure) => f.write_str(&failure.notice.message),
        }
    }
}

/// The SQLSTATE of what a role may not do.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Names in one list; of very many, the first ones and how many follow.
fn list(names: &[String]) -> String {
    const NAMED: usize = 1000;
    match names.len().saturating_sub(NAMED) {
        0 => names.join(", "),
        more => format!("{} and {more} more", names[..NAMED].join(", ")),
    }
}

impl std::error::Error for Error {}

impl From<pgx_server::Error> for Error {
    fn from(error: pgx_server::Error) -> Error {
        Error::Server(error)
    }
}

impl From<pgx_objects::Error> for Error {
    fn from(error: pgx_objects::Error) -> Error {
        Error::Catalog(error)
    }
}

impl From<pgx_catalogs::Error> for Error {
    fn from(error: pgx_catalogs::Error) -> Error {
        match error {
            pgx_catalogs::Error::Query { query, error } => Error::Query { query, error },
            pgx_catalogs::Error::Catalog(error) => Error::Catalog(error),
        }
    }
}

impl From<PatternError> for Error {
    fn from(error: PatternError) -> Error {
        Error::Pattern(error)
    }
}

impl From<EncodeError> for Error {
    fn from(error: EncodeError) -> Error {
        Error::Encode(error)
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Error {
        Error::Ended(failure)
    }
}
