//! What to say of a stream that cannot be read to its end, in the words of every tool that reads one.

use std::io;

use crate::entry::EntryId;
use crate::fail::Fail;
use crate::reader::ReadError;

/// What a reader tells its user when reading ended before the stream did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Explanation {
    /// Whether the stream ends too early or its producer gave up, rather than being damaged.
    pub incomplete: bool,
    /// What happened, in one line.
    pub message: String,
    /// More about it.
    pub detail: Option<String>,
    /// What to do about it.
    pub hint: Option<String>,
    /// Whether the producer has said that it can still send the rest.
    pub resumable: bool,
}

/// What to do about a stream that ends too early without last words.
const CUT: &str = "the program that wrote it was killed, or it was cut on its way: make it anew";
/// What to do about a stream of another major version of the format.
const NEWER: &str = "read it with pgx of the version that wrote it, or newer";

impl ReadError {
    /// What to say of it; `called` names entries, which the error knows by number only.
    pub fn explain(&self, called: impl Fn(EntryId) -> Option<String>) -> Explanation {
        let name = |entry: EntryId| called(entry).map(|called| format!("entry {entry} is {called}"));
        match self {
            ReadError::Incomplete(incomplete) => {
                let said = Explanation {
                    incomplete: true,
                    message: incomplete.to_string(),
                    ..Explanation::default()
                };
                match &incomplete.failure {
                    Some(fail) => said.with_last_words(fail),
                    None => Explanation {
                        detail: incomplete.last.and_then(|last| name(last.entry)),
                        hint: Some(CUT.to_owned()),
                        ..said
                    },
                }
            }
            ReadError::Io(error) => {
                let cut = error.kind() == io::ErrorKind::UnexpectedEof;
                Explanation {
                    incomplete: cut,
                    message: error.to_string(),
                    detail: None,
                    hint: cut.then(|| "the compressed input was cut short".to_owned()),
                    resumable: false,
                }
            }
            ReadError::Decode(error) => Explanation {
                incomplete: false,
                message: error.to_string(),
                detail: error.frame.and_then(|frame| name(frame.entry)),
                hint: error.is_of_the_future().then(|| NEWER.to_owned()),
                resumable: false,
            },
        }
    }
}

impl Explanation {
    /// Adds what the producer said, which is the cause.
    fn with_last_words(self, fail: &Fail) -> Explanation {
        let resumable = || "the producer keeps its snapshot: the dump can be resumed".to_owned();
        Explanation {
            detail: fail.detail.clone(),
            hint: fail.hint.clone().or_else(|| fail.resumable.then(resumable)),
            resumable: fail.resumable,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Compression, Content, Head, Reader, Writer};

    fn end_of(stream: &[u8]) -> Explanation {
        let mut reader = Reader::new(stream);
        loop {
            match reader.next_event() {
                Ok(Some(_)) => {}
                Ok(None) => return Explanation::default(),
                Err(error) => return error.explain(|_| None),
            }
        }
    }

    fn given_up(fail: &Fail) -> Vec<u8> {
        let head = Head::new(Content::Database, "b5d6", "2026-01-01T00:00:00Z", "pgx-dump 0.1.0");
        let toc = Writer::new(Vec::new(), Compression::Stored).head(&head);
        toc.and_then(|toc| toc.fail(fail)).expect("memory takes it")
    }

    #[test]
    fn what_the_producer_said_is_the_cause() {
        let mut fail = Fail {
            stage: "reading rows".to_owned(),
            message: "connection lost".to_owned(),
            hint: Some("look at the server".to_owned()),
            resumable: true,
            ..Fail::default()
        };
        let said = end_of(&given_up(&fail));
        assert!(said.incomplete);
        assert_eq!(said.message, "the producer gave up: reading rows: connection lost");
        assert_eq!(said.hint.as_deref(), Some("look at the server"));
        fail.hint = None;
        let hint = end_of(&given_up(&fail)).hint;
        assert_eq!(
            hint.as_deref(),
            Some("the producer keeps its snapshot: the dump can be resumed")
        );
    }

    #[test]
    fn nothing_and_half_a_stream_are_incomplete_and_other_bytes_are_not() {
        assert!(end_of(b"").incomplete);
        assert!(end_of(&given_up(&Fail::default())[..30]).incomplete);
        assert!(!end_of(b"SELECT 1; SELECT 2;").incomplete);
    }
}
