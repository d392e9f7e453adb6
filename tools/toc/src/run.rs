//! The story of pgx-toc.

use std::io::Write;

use pgx_cli::{Content, Destination, Exit, Failure, Notice, Process, Verbosity};
use pgx_selection::{Kept, Selection, SelectionError, select};

use crate::args::TocArgs;
use crate::check::{Check, Rest};
use crate::contents::Contents;
use crate::json;
use crate::list::{self, Choice};
use crate::stream::Stream;

/// Reads the table of contents, lists it, and reads on as far as it must.
pub fn run(args: TocArgs, process: &Process) -> Result<(), Failure> {
    let selection = Selection {
        database: args.create || args.json,
        ..args
            .selection
            .selection(args.input.as_deref(), |file| process.text(file), refused)?
    };
    let input = process.input(args.input.as_deref())?;
    input.expect_stream()?;
    let mut output = process.output(args.file.as_deref(), Content::Text)?;
    input.expect_apart(&output)?;

    let seekable = input.is_seekable();
    let mut stream = Stream::new(input, &process.interrupt);
    let contents = Contents::read(&mut stream)?;
    let kept = keep(&contents, &selection, process)?;
    let choice = Choice {
        everything: process.messages.verbosity() >= Verbosity::Verbose,
        safe: output.destination() == Destination::Terminal,
    };
    match (args.json, args.check) {
        (true, _) => json::contents(&contents, &kept, &mut output),
        (false, false) => list::write(&contents, &kept, choice, &mut output),
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

/// Selects, and says what there is to say about it.
fn keep(contents: &Contents, selection: &Selection, process: &Process) -> Result<Kept, Failure> {
    let kept = select(&contents.entries, selection, &contents.head.source.database).map_err(refused)?;
    for remark in kept.report.remarks(&contents.entries) {
        let notice = Notice {
            message: remark.text,
            detail: remark.detail,
            hint: remark.hint,
            ..Notice::default()
        };
        match remark.is_warning {
            true => process.messages.warning(notice),
            false => process.messages.info(notice),
        }
    }
    Ok(kept)
}

fn refused(error: SelectionError) -> Failure {
    let exit = if error.is_usage() { Exit::Usage } else { Exit::Failed };
    let failure = Failure::new(exit, error.to_string());
    match error.remedy() {
        Some(remedy) => failure.hint(remedy),
        None => failure,
    }
}
