//! Errors of the rooms as failures: what happened, to which object, at which stage, and the remedy.

use std::fmt::Display;

use pgx_archive::{EntryId, ReadError};
use pgx_cli::{Exit, Failure};

/// What the server objected to.
pub fn server(error: &pgx_server::Error) -> Failure {
    let mut failure = Failure::failed(error.to_string());
    let detail: Vec<&str> = [error.detail(), error.context()].into_iter().flatten().collect();
    if !detail.is_empty() {
        failure = failure.detail(detail.join("\n"));
    }
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// The same, when it happened to an entry at a stage.
pub fn at(error: &pgx_server::Error, entry: impl Into<String>, stage: impl Display) -> Failure {
    server(error).within(stage.to_string()).within(entry)
}

/// A stream that cannot be read to its end; `called` names entries.
pub fn unreadable(error: ReadError, called: impl Fn(EntryId) -> Option<String>) -> Failure {
    let name = |failure: Failure, entry: EntryId| match called(entry) {
        Some(called) => failure.detail(format!("entry {entry} is {called}")),
        None => failure,
    };
    match error {
        ReadError::Incomplete(incomplete) => {
            let failure = Failure::incomplete(incomplete.to_string());
            let Some(fail) = &incomplete.failure else {
                return match incomplete.last {
                    Some(last) => name(failure, last.entry),
                    None => failure,
                };
            };
            let failure = match &fail.detail {
                Some(detail) => failure.detail(detail),
                None => failure,
            };
            match &fail.hint {
                Some(hint) => failure.hint(hint),
                None => failure,
            }
        }
        ReadError::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Failure::caused_by(Exit::Incomplete, &error).hint("the compressed input was cut short")
        }
        ReadError::Io(error) => Failure::caused_by(Exit::Failed, &error),
        ReadError::Decode(error) => {
            let entry = error.frame.map(|frame| frame.entry);
            let failure = Failure::failed(error.to_string());
            entry.map_or(failure.clone(), |entry| name(failure, entry))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::{Compression, Content, Fail, Head, Reader, Writer};

    fn end_of(stream: &[u8]) -> Failure {
        let mut reader = Reader::new(stream);
        loop {
            match reader.next_event() {
                Ok(Some(_)) => {}
                Ok(None) => return Failure::silent(Exit::Done),
                Err(error) => return unreadable(error, |_| None),
            }
        }
    }

    fn given_up() -> Vec<u8> {
        let head = Head::new(Content::Database, "b5d6", "2026-01-01T00:00:00Z", "pgx-dump 0.1.0");
        let fail = Fail {
            stage: "reading rows".to_owned(),
            message: "connection lost".to_owned(),
            hint: Some("look at the server".to_owned()),
            ..Fail::default()
        };
        let toc = Writer::new(Vec::new(), Compression::Stored).head(&head);
        toc.and_then(|toc| toc.fail(&fail)).expect("memory takes it")
    }

    #[test]
    fn what_the_producer_said_is_the_cause() {
        let failure = end_of(&given_up());
        assert_eq!(failure.exit, Exit::Incomplete);
        assert_eq!(
            failure.to_string(),
            "the producer gave up: reading rows: connection lost"
        );
        assert_eq!(failure.notice.hint.as_deref(), Some("look at the server"));
    }

    #[test]
    fn nothing_and_half_a_stream_are_incomplete() {
        assert_eq!(end_of(b"").exit, Exit::Incomplete);
        assert_eq!(end_of(&given_up()[..30]).exit, Exit::Incomplete);
        assert_eq!(end_of(b"SELECT 1; SELECT 2;").exit, Exit::Failed);
    }
}
