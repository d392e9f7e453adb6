//! Errors of the rooms as failures: what happened, to which object, at which stage, and the remedy.

use std::fmt::Display;

use pgx_archive::{EntryId, ReadError};
use pgx_cli::{Exit, Failure};

use crate::search_path;

/// SQLSTATE of a row that refers to none.
const FOREIGN_KEY: &str = "23503";

/// What the server objected to.
pub fn server(error: &pgx_server::Error) -> Failure {
    let mut failure = Failure::failed(error.to_string());
    failure.is_transient = error.is_transient();
    let detail: Vec<&str> = [error.detail(), error.context()].into_iter().flatten().collect();
    if !detail.is_empty() {
        failure = failure.detail(detail.join("\n"));
    }
    failure.notice.code = error.sqlstate().map(Box::from);
    // The server's own hint is about the statement.
    match search_path::remedy(error).or(error.hint().map(str::to_owned)) {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// The same, when it happened to an entry at a stage.
pub fn at(error: &pgx_server::Error, entry: impl Into<String>, stage: impl Display) -> Failure {
    server(error).within(stage.to_string()).within(entry)
}

/// The same, when it happened to rows.
pub fn of_rows(error: &pgx_server::Error, entry: impl Into<String>, stage: impl Display) -> Failure {
    let failure = at(error, entry, stage);
    match error.sqlstate() {
        Some(FOREIGN_KEY) if failure.notice.hint.is_none() => failure.hint(
            "rows that pgx-dump -a sends come in the order of foreign keys; --disable-triggers does not check them",
        ),
        _ => failure,
    }
}

/// A stream that cannot be read to its end; `called` names entries.
pub fn unreadable(error: &ReadError, called: impl Fn(EntryId) -> Option<String>) -> Failure {
    let said = error.explain(called);
    let exit = if said.incomplete {
        Exit::Incomplete
    } else {
        Exit::Failed
    };
    let mut failure = Failure::new(exit, said.message);
    failure.notice.detail = said.detail;
    failure.notice.hint = said.hint;
    failure
}
