//! The stream that comes in, whose errors become failures with a name and a remedy.

use std::collections::HashSet;
use std::io::Read;

use pgx_archive::head::FEATURES;
use pgx_archive::{Decoder, EntryId, Event, ReadError, Reader};
use pgx_cli::{Exit, Failure, Input, Interrupt};

use crate::ahead::Ahead;

/// A stream of one member or several.
pub struct Stream {
    name: String,
    reader: Reader<Box<dyn Read + Send>>,
    interrupt: Interrupt,
    /// What was asked for too early.
    next: Option<Event>,
}

impl Stream {
    /// A stream at its beginning, read up to `ahead` bytes ahead.
    pub fn new(input: Input, ahead: Option<usize>, interrupt: &Interrupt) -> Result<Stream, Failure> {
        let name = input.name().to_owned();
        let source: Box<dyn Read + Send> = match ahead {
            None => Box::new(input),
            Some(limit) => {
                let ahead = Ahead::start(input, limit);
                Box::new(ahead.map_err(|error| Failure::caused_by(Exit::Failed, &error))?)
            }
        };
        Ok(Stream {
            name,
            reader: Reader::with(Decoder::members().understanding(FEATURES), source),
            interrupt: interrupt.clone(),
            next: None,
        })
    }

    /// The next event of a member; that it does not come is a failure. `called` names entries.
    pub fn next(&mut self, called: impl Fn(EntryId) -> Option<String>) -> Result<Event, Failure> {
        match self.event(called)? {
            Some(event) => Ok(event),
            None => Err(Failure::incomplete("the input ends within a member").within(&self.name)),
        }
    }

    /// From here to the end of the member, throws the rows of all other entries away.
    pub fn only_rows_of(&mut self, entries: HashSet<EntryId>) {
        self.reader.only_rows_of(entries);
    }

    /// Whether no member follows; a failure when one that was announced did not come.
    pub fn is_over(&mut self) -> Result<bool, Failure> {
        self.next = self.event(|_| None)?;
        let missing = self.reader.decoder().missing_databases();
        match &self.next {
            Some(_) => Ok(false),
            None if missing.is_empty() => Ok(true),
            None => {
                let failure = Failure::incomplete("the stream lacks members that it announces");
                let names = format!("missing: {}", missing.join(", "));
                Err(failure.detail(names).within(&self.name))
            }
        }
    }

    fn event(&mut self, called: impl Fn(EntryId) -> Option<String>) -> Result<Option<Event>, Failure> {
        self.interrupt.check()?;
        if let Some(event) = self.next.take() {
            return Ok(Some(event));
        }
        let next = self.reader.next_event();
        next.map_err(|error| unreadable(&error, called).within(&self.name))
    }
}

fn unreadable(error: &ReadError, called: impl Fn(EntryId) -> Option<String>) -> Failure {
    let said = error.explain(called);
    let exit = if said.incomplete {
        Exit::Incomplete
    } else {
        Exit::Failed
    };
    let mut failure = Failure::new(exit, said.message);
    failure.notice.detail = said.detail;
    failure.notice.hint = said.hint;
    failure.is_transient = said.resumable;
    failure
}
