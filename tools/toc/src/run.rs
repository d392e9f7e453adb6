//! The story of pgx-toc.

use std::io::Write;

use pgx_cli::{Content, Destination, Failure, Process, Verbosity};

use crate::args::TocArgs;
use crate::check::{Check, Rest};
use crate::contents::Contents;
use crate::json;
use crate::list::{self, Choice};
use crate::stream::Stream;

/// Reads the table of contents, lists it, and reads on as far as it must.
pub fn run(args: TocArgs, process: &Process) -> Result<(), Failure> {
    let input = process.input(args.input.as_deref())?;
    input.expect_stream()?;
    let mut output = process.output(args.file.as_deref(), Content::Text)?;
    input.expect_apart(&output)?;

    let seekable = input.is_seekable();
    let mut stream = Stream::new(input, &process.interrupt);
    let contents = Contents::read(&mut stream)?;
    let choice = Choice {
        everything: process.messages.verbosity() >= Verbosity::Verbose,
        database: args.create,
        safe: output.destination() == Destination::Terminal,
    };
    match (args.json, args.check) {
        (true, _) => json::contents(&contents, &mut output),
        (false, false) => list::write(&contents, choice, &mut output),
        (false, true) => Ok(()),
    }
    .and_then(|()| output.flush())
    .map_err(|error| output.failure(error))?;

    let rest = match (args.check, seekable) {
        (true, _) => Check::read(&mut stream, &contents, &process.progress()).map(Rest::Checked),
        // The program that writes it must be able to finish.
        (false, false) => stream.pass_by(&contents).map(|()| Rest::Passed),
        (false, true) => Ok(Rest::Unread),
    };
    match (&rest, args.json) {
        (_, true) => json::end(&contents, &rest, &mut output),
        (Ok(Rest::Checked(check)), false) => check.write(&contents, &mut output),
        (_, false) => Ok(()),
    }
    .map_err(|error| output.failure(error))?;
    output.finish()?;
    rest.map(|_| ())
}
