//! What is said of a member of a stream, or of an archive of pg_dump.

use std::io::Write;

use pgx_cli::{Destination, Failure, Output, Process, Verbosity};
use pgx_selection::{Kept, Selection};

use crate::args::TocArgs;
use crate::check::Rest;
use crate::contents::Contents;
use crate::keep::keep;
use crate::list::{self, Choice};
use crate::{json, sql, tree};

/// What is said of a member, or of an archive of pg_dump.
pub struct Member<'a> {
    args: &'a TocArgs,
    /// What it says of itself.
    pub contents: Contents,
    kept: Kept,
    everything: bool,
}

impl Member<'_> {
    /// Selects what is wanted of it.
    pub fn of<'a>(
        args: &'a TocArgs,
        contents: Contents,
        selection: &Selection,
        process: &Process,
    ) -> Result<Member<'a>, Failure> {
        let kept = keep(&contents, selection, process)?;
        let everything = process.messages.verbosity() >= Verbosity::Verbose;
        Ok(Member {
            args,
            contents,
            kept,
            everything,
        })
    }

    /// Lists what is wanted of it.
    pub fn list(&self, output: &mut Output) -> Result<(), Failure> {
        let (contents, kept) = (&self.contents, &self.kept);
        let safe = output.destination() == Destination::Terminal;
        let everything = self.everything;
        match View::of(self.args) {
            View::Json => json::contents(contents, kept, output),
            View::List => list::write(contents, kept, Choice { everything, safe }, output),
            View::Tree => tree::write(contents, kept, safe, output),
            View::Sql => sql::write(contents, kept, safe, output),
            View::Roles => sql::roles(contents, kept, safe, output),
            View::Sizes | View::Check => Ok(()),
        }
        .and_then(|()| output.flush())
        .map_err(|error| output.failure(error))
    }

    /// Says what the rest came to; where there is `more` than this one, with what it is of.
    pub fn tell(&self, rest: &Result<Rest, Failure>, more: bool, output: &mut Output) -> Result<(), Failure> {
        let safe = output.destination() == Destination::Terminal;
        match (rest, self.args.json) {
            (_, true) => json::end(&self.contents, rest, output),
            (Ok(Rest::Checked(check)), false) => check.write(&self.contents, more, output),
            (Ok(Rest::Measured(sizes)), false) => {
                let heading = if more {
                    self.contents.of_what() + "\n"
                } else {
                    String::new()
                };
                let headed = output.write_all(heading.as_bytes());
                headed.and_then(|()| sizes.write(&self.contents, &self.kept, safe, output))
            }
            (_, false) => Ok(()),
        }
        .and_then(|()| output.flush())
        .map_err(|error| output.failure(error))
    }
}

/// What is written.
enum View {
    List,
    Json,
    Tree,
    Sql,
    Roles,
    Sizes,
    /// Nothing but whether all is well.
    Check,
}

impl View {
    fn of(args: &TocArgs) -> View {
        match args {
            TocArgs { json: true, .. } => View::Json,
            TocArgs { tree: true, .. } => View::Tree,
            TocArgs { sql: true, .. } => View::Sql,
            TocArgs { roles: true, .. } => View::Roles,
            TocArgs { sizes: true, .. } => View::Sizes,
            TocArgs { check: true, .. } => View::Check,
            _ => View::List,
        }
    }
}
