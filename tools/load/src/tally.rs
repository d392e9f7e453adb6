//! What is in the target: counted as it is committed, said when a load ends before its time.

use std::fmt;

use pgx_cli::{Exit, Failure};
use pgx_restore::ledger::Done;

use crate::existing::Merged;

/// What has been committed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// The database that was created.
    pub created: Option<String>,
    /// What was dropped first.
    pub dropped: u64,
    /// Definitions, privileges and the like.
    pub made: u64,
    /// Entries whose rows are all in.
    pub filled: u64,
    /// Entries with rows in the stream, as far as they are wanted.
    pub to_fill: u64,
    /// Rows.
    pub rows: u64,
    /// What became of rows that might have been there already.
    pub merged: Option<Merged>,
    /// Why the target could not be asked what it has, where it was to be.
    pub unknown: Option<String>,
    /// What to type to go on with it.
    pub again: Option<String>,
}

impl Tally {
    /// Adds what is in the target to a failure, and what to do about it.
    pub fn tell(&self, mut failure: Failure) -> Failure {
        let detail = failure.notice.detail.take();
        let lines: Vec<String> = detail.into_iter().chain([self.to_string()]).collect();
        failure = failure.detail(lines.join("\n"));
        match (&self.again, failure.notice.hint.take()) {
            (_, hint) if !self.is_anything() => failure.notice.hint = hint,
            (Some(again), None) => failure = failure.hint(format!("go on with: {again}")),
            (Some(again), Some(hint)) => failure = failure.hint(format!("{hint}\nthen go on with: {again}")),
            (None, None) if failure.exit == Exit::Incomplete => {
                failure = failure.hint("drop what was loaded, and load a complete stream");
            }
            (None, hint) => failure.notice.hint = hint,
        }
        failure
    }

    /// Puts what the ledger says in the place of what was heard.
    pub fn correct(&mut self, done: Result<Done, Failure>) {
        match done {
            Ok(done) => {
                self.made = done.made.len() as u64;
                self.filled = done.filled().count() as u64;
                self.rows = done.rows();
            }
            Err(failure) => self.unknown = Some(failure.to_string()),
        }
    }

    fn is_anything(&self) -> bool {
        *self
            != Tally {
                to_fill: self.to_fill,
                again: self.again.clone(),
                ..Tally::default()
            }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_anything() {
            return f.write_str("nothing was written to the target");
        }
        if let Some(why) = &self.unknown {
            writeln!(f, "what is in the target is not known: {why}")?;
            f.write_str("it had told of this: ")?;
        }
        match &self.created {
            Some(database) => write!(f, "the target has the new database {database} with ")?,
            None => f.write_str("the target has ")?,
        }
        let definitions = if self.made == 1 { "definition" } else { "definitions" };
        write!(f, "{} {definitions}", self.made)?;
        if self.to_fill > 0 {
            let tables = if self.to_fill == 1 { "table" } else { "tables" };
            write!(f, ", {} of {} {tables} complete", self.filled, self.to_fill)?;
        }
        let rows = if self.rows == 1 { "row" } else { "rows" };
        write!(f, ", {} {rows}", self.rows)?;
        if let Some(merged) = self.merged {
            write!(f, " ({merged})")?;
        }
        match self.dropped {
            0 => Ok(()),
            1 => f.write_str("; 1 object was dropped first"),
            dropped => write!(f, "; {dropped} objects were dropped first"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_said_after_what_happened() {
        let tally = Tally {
            created: Some("shop".to_owned()),
            made: 31,
            filled: 1,
            dropped: 0,
            to_fill: 12,
            rows: 1,
            merged: None,
            unknown: None,
            again: None,
        };
        let failure = tally.tell(Failure::incomplete("the input ends").detail("entry 7 is table data public.orders"));
        assert_eq!(
            failure.notice.detail.as_deref(),
            Some(
                "entry 7 is table data public.orders\n\
                 the target has the new database shop with 31 definitions, 1 of 12 tables complete, 1 row"
            )
        );
        assert!(failure.notice.hint.is_some());
        let again = Tally {
            again: Some("pgx-load --resume -d copy".to_owned()),
            ..tally
        };
        let failure = again.tell(Failure::failed("no room").hint("free some"));
        assert_eq!(
            failure.notice.hint.as_deref(),
            Some("free some\nthen go on with: pgx-load --resume -d copy")
        );
    }

    #[test]
    fn what_the_ledger_says_counts_more_than_what_was_heard() {
        let mut tally = Tally {
            made: 60,
            filled: 3,
            to_fill: 17,
            rows: 11600,
            ..Tally::default()
        };
        tally.correct(Err(Failure::failed("the server is gone")));
        assert_eq!(
            tally.to_string(),
            "what is in the target is not known: the server is gone\n\
             it had told of this: the target has 60 definitions, 3 of 17 tables complete, 11600 rows"
        );
        tally.unknown = None;
        tally.correct(Ok(Done::default()));
        assert_eq!(tally.to_string(), "nothing was written to the target");
    }

    #[test]
    fn nothing_is_nothing() {
        let failure = Tally::default().tell(Failure::incomplete("the input is empty"));
        assert_eq!(
            failure.notice.detail.as_deref(),
            Some("nothing was written to the target")
        );
        assert_eq!(failure.notice.hint, None);
    }
}
