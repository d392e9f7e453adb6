//! What can go wrong between us and a server, with every fact the server gave.

use std::error::Error as StdError;
use std::fmt;
use std::io;

use postgres_protocol::message::backend::ErrorFields;
use tokio_postgres::fallible_iterator::FallibleIterator;

/// Why a connection could not be made or used, or what the server objected to.
///
/// The accessors answer for every variant, so that a tool can print one form of message:
/// [`message`](Error::message), then `detail:`, `hint:` and `context:` lines.
#[derive(Debug)]
pub enum Error {
    /// The connection settings themselves cannot be used; nothing was sent.
    Settings {
        /// What is wrong, naming the keyword or variable.
        message: String,
        /// What to do instead.
        hint: Option<String>,
    },
    /// No server could be reached: one line for each address that was tried.
    Connect {
        /// `cannot connect to "db" (10.0.0.1), port 5432: connection refused`, in the order tried.
        attempts: Vec<String>,
        /// What to do about it, where that is known.
        hint: Option<String>,
    },
    /// The server asks for a password and none was given anywhere; see [`Error::needs_password`].
    PasswordNeeded {
        /// The user who has to prove who they are.
        user: String,
        /// The server, as in the messages of [`Error::Connect`].
        server: String,
    },
    /// The server answered with an error.
    Server(Box<ServerError>),
    /// The connection ended while it was needed.
    Lost {
        /// What is known of the reason.
        reason: String,
    },
    /// The server is of a version that this program does not know.
    Version {
        /// As the server gives it, `19.1`.
        server: String,
        /// What to do instead.
        hint: String,
    },
    /// The server said something that it should not have, or we asked wrongly.
    Protocol {
        /// What was expected and what came.
        message: String,
    },
}

/// An error or notice as a server sends it, field by field.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerError {
    /// `ERROR`, `FATAL`, `WARNING`, `NOTICE`, …; may be in the server's language.
    pub severity: String,
    /// The five characters of the SQLSTATE.
    pub sqlstate: String,
    /// The primary message.
    pub message: String,
    /// More about the particular case.
    pub detail: Option<String>,
    /// What the server proposes.
    pub hint: Option<String>,
    /// Where in functions, COPY lines and the like it happened.
    pub context: Option<String>,
    /// Where in the statement, in characters from 1.
    pub position: Option<u32>,
    /// The schema it is about.
    pub schema: Option<String>,
    /// The table it is about.
    pub table: Option<String>,
    /// The column it is about.
    pub column: Option<String>,
    /// The constraint it is about.
    pub constraint: Option<String>,
    /// The statement that was sent, cut to its first [`STATEMENT_SHOWN`] characters.
    pub statement: Option<String>,
}

/// How much of a failed statement is kept with its error: enough to recognise it in a log.
pub const STATEMENT_SHOWN: usize = 1000;

/// The SQLSTATEs after which the same work may succeed on another try.
///
/// The one table of them: a whole class by its two characters, or a code by its five.
const TRANSIENT: [&str; 6] = [
    "08",    // connection exceptions
    "57P01", // the server is shutting down, or an administrator ended the session
    "57P02", // another session crashed
    "57P03", // the server is starting up
    "40001", // serialization failure
    "40P01", // deadlock
];

impl Error {
    /// The primary message, without the SQLSTATE.
    pub fn message(&self) -> String {
        match self {
            Error::Settings { message, .. } | Error::Protocol { message } => message.clone(),
            Error::Connect { attempts, .. } => attempts.join("; "),
            Error::PasswordNeeded { user, server } => {
                format!("{server} asks for the password of \"{user}\", and none was given")
            }
            Error::Server(error) => error.message.clone(),
            Error::Lost { reason } => format!("the connection to the server was lost: {reason}"),
            Error::Version { server, .. } => format!("server version {server} is not supported"),
        }
    }

    /// More about the particular case, from the server.
    pub fn detail(&self) -> Option<&str> {
        self.server().and_then(|error| error.detail.as_deref())
    }

    /// What to do about it, from us or from the server.
    pub fn hint(&self) -> Option<&str> {
        match self {
            Error::Settings { hint, .. } | Error::Connect { hint, .. } => hint.as_deref(),
            Error::PasswordNeeded { .. } => Some("put it into ~/.pgpass or PGPASSWORD, or let the tool ask with -W"),
            Error::Server(error) => error.hint.as_deref(),
            Error::Version { hint, .. } => Some(hint),
            Error::Lost { .. } | Error::Protocol { .. } => None,
        }
    }

    /// Where in functions, COPY lines and the like it happened, from the server.
    pub fn context(&self) -> Option<&str> {
        self.server().and_then(|error| error.context.as_deref())
    }

    /// The five characters of the SQLSTATE, when it is the server that objected.
    pub fn sqlstate(&self) -> Option<&str> {
        self.server().map(|error| error.sqlstate.as_str())
    }

    /// Where in the statement, in characters from 1.
    pub fn position(&self) -> Option<u32> {
        self.server().and_then(|error| error.position)
    }

    /// Everything the server said, when it is the server that objected.
    pub fn server(&self) -> Option<&ServerError> {
        match self {
            Error::Server(error) => Some(error),
            _ => None,
        }
    }

    /// Whether the same work may succeed on another try, on a new connection if this one is gone.
    pub fn is_transient(&self) -> bool {
        match self {
            Error::Server(error) => is_transient(&error.sqlstate),
            Error::Lost { .. } => true,
            _ => false,
        }
    }

    /// Whether the session is gone with this error.
    pub fn is_connection(&self) -> bool {
        match self {
            Error::Connect { .. } | Error::PasswordNeeded { .. } | Error::Lost { .. } => true,
            Error::Server(error) => error.sqlstate.starts_with("08") || error.sqlstate.starts_with("57P"),
            _ => false,
        }
    }

    /// Whether asking the user for a password and trying again is what is needed.
    pub fn needs_password(&self) -> bool {
        matches!(self, Error::PasswordNeeded { .. })
    }

    /// COMMIT that was answered by this tag: of a failed transaction the server makes a rollback without
    /// calling it an error.
    pub(crate) fn not_committed(tag: &str) -> Error {
        Error::Protocol {
            message: format!("the server answered {tag} to COMMIT: the transaction had failed before"),
        }
    }

    /// The same error with our hint in place of the server's.
    pub(crate) fn with_hint(mut self, remedy: String) -> Error {
        if let Error::Server(error) = &mut self {
            error.hint = Some(remedy);
        }
        self
    }

    /// The same error with the statement that provoked it.
    pub(crate) fn about(mut self, sql: &str) -> Error {
        if let Error::Server(error) = &mut self {
            error.statement = Some(sql.chars().take(STATEMENT_SHOWN).collect());
        }
        self
    }
}

/// Whether work that failed with this SQLSTATE may succeed on another try.
pub fn is_transient(sqlstate: &str) -> bool {
    TRANSIENT.iter().any(|code| sqlstate.starts_with(code))
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())?;
        match self.sqlstate() {
            Some(code) => write!(f, " (SQLSTATE {code})"),
            None => Ok(()),
        }
    }
}

impl StdError for Error {}

impl From<&tokio_postgres::error::DbError> for ServerError {
    fn from(error: &tokio_postgres::error::DbError) -> ServerError {
        use tokio_postgres::error::ErrorPosition;
        let owned = |field: Option<&str>| field.map(str::to_owned);
        ServerError {
            severity: error.severity().to_owned(),
            sqlstate: error.code().code().to_owned(),
            message: error.message().to_owned(),
            detail: owned(error.detail()),
            hint: owned(error.hint()),
            context: owned(error.where_()),
            position: match error.position() {
                Some(ErrorPosition::Original(position)) => Some(*position),
                _ => None,
            },
            schema: owned(error.schema()),
            table: owned(error.table()),
            column: owned(error.column()),
            constraint: owned(error.constraint()),
            statement: None,
        }
    }
}

impl ServerError {
    /// From the fields of a message of the protocol.
    pub(crate) fn from_fields(mut fields: ErrorFields<'_>) -> io::Result<ServerError> {
        let mut error = ServerError::default();
        while let Some(field) = fields.next()? {
            let text = String::from_utf8_lossy(field.value_bytes()).into_owned();
            match field.type_() {
                b'S' => error.severity = text,
                b'C' => error.sqlstate = text,
                b'M' => error.message = text,
                b'D' => error.detail = Some(text),
                b'H' => error.hint = Some(text),
                b'W' => error.context = Some(text),
                b'P' => error.position = text.parse().ok(),
                b's' => error.schema = Some(text),
                b't' => error.table = Some(text),
                b'c' => error.column = Some(text),
                b'n' => error.constraint = Some(text),
                _ => {}
            }
        }
        Ok(error)
    }
}

impl From<&tokio_postgres::Error> for Error {
    fn from(error: &tokio_postgres::Error) -> Error {
        if let Some(server) = error.as_db_error() {
            return Error::Server(Box::new(server.into()));
        }
        let message = with_causes(error);
        match error.source().is_some_and(|cause| cause.is::<std::io::Error>()) || error.is_closed() {
            true => Error::Lost { reason: message },
            false => Error::Protocol { message },
        }
    }
}

/// An error and its causes in one line, none said twice.
pub(crate) fn with_causes(error: &dyn StdError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let part = error.to_string();
        if !text.contains(&part) {
            text = format!("{text}: {part}");
        }
        cause = error.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(sqlstate: &str) -> Error {
        Error::Server(Box::new(ServerError {
            sqlstate: sqlstate.into(),
            message: "boom".into(),
            ..ServerError::default()
        }))
    }

    #[test]
    fn what_may_be_tried_again() {
        for code in ["08006", "08001", "57P01", "57P02", "57P03", "40001", "40P01"] {
            assert!(server(code).is_transient(), "{code}");
        }
        for code in ["23505", "57014", "57P04", "42501", "53200"] {
            assert!(!server(code).is_transient(), "{code}");
        }
        assert!(Error::Lost { reason: "reset".into() }.is_transient());
    }

    #[test]
    fn the_message_ends_with_the_sqlstate() {
        assert_eq!(server("23505").to_string(), "boom (SQLSTATE 23505)");
    }

    #[test]
    fn a_long_statement_is_cut() {
        let error = server("42601").about(&"é".repeat(5000));
        let kept = error
            .server()
            .and_then(|e| e.statement.as_ref())
            .map(|s| s.chars().count());
        assert_eq!(kept, Some(STATEMENT_SHOWN));
    }
}
