//! The story of pgx-toc.

use std::io::Write;

use pgx_cli::{Content, Destination, Exit, Failure, Input, Notice, Process, Sniffed, Target, Verbosity};
use pgx_selection::{Kept, Selection, SelectionError, select};

use crate::archive::{self, Extent};
use crate::args::TocArgs;
use crate::check::{Check, Rest};
use crate::contents::Contents;
use crate::json;
use crate::list::{self, Choice};
use crate::sizes::Sizes;
use crate::stream::Stream;
use crate::{diff, sql, tree};

/// Reads one archive, or compares two.
pub fn run(args: TocArgs, process: &Process) -> Result<(), Failure> {
    let selection = Selection {
        database: args.create || args.json,
        ..args
            .selection
            .selection(args.input.as_deref(), |file| process.text(file), refused)?
    };
    if let Some(other) = &args.diff {
        return diff::run(&args, other, selection, process);
    }
    let input = process.input(args.input.as_deref())?;
    args.form.expect(&input)?;
    if !args.tee {
        return show(&args, input, &selection, process);
    }
    let stream = process.output(None, Content::Archive)?;
    let (input, tee) = input.passing_on(stream)?;
    let shown = show(&args, input, &selection, process);
    // What stands in the way of the stream is the cause of what was shown.
    tee.finish().and(shown)
}

/// Lists what is wanted, and reads on as far as it must.
fn show(args: &TocArgs, input: Input, selection: &Selection, process: &Process) -> Result<(), Failure> {
    let is_archive = archive::format(&input).is_some();
    if !is_archive {
        input.expect_stream()?;
    }
    let mut output = Target {
        aside: args.tee,
        ..Target::new(args.file.as_deref(), Content::Text)
    }
    .open()?;
    input.expect_apart(&output)?;

    let seekable = input.is_seekable();
    let is_directory = matches!(input.sniffed(), Sniffed::Directory { .. });
    if args.sizes && is_archive {
        return Err(Failure::failed("pg_dump's archives do not say how much they hold")
            .within(input.name())
            .hint("load it, and look at the database"));
    }
    let extent = match (args.check || args.sizes, seekable || is_directory) {
        (true, _) => Extent::Rows,
        // The program that writes it must be able to finish.
        (false, false) => Extent::End,
        (false, true) => Extent::Contents,
    };
    let (contents, source) = match is_archive {
        true => {
            let (contents, rest) = archive::read(input, extent, &process.interrupt)?;
            (contents, Source::Archive(rest))
        }
        false => {
            let mut stream = Stream::new(input, &process.interrupt);
            (Contents::read(&mut stream)?, Source::Stream(Box::new(stream)))
        }
    };
    let kept = keep(&contents, selection, process)?;
    let choice = Choice {
        everything: process.messages.verbosity() >= Verbosity::Verbose,
        safe: output.destination() == Destination::Terminal,
    };
    match View::of(args) {
        View::Json => json::contents(&contents, &kept, &mut output),
        View::List => list::write(&contents, &kept, choice, &mut output),
        View::Tree => tree::write(&contents, &kept, choice.safe, &mut output),
        View::Sql => sql::write(&contents, &kept, choice.safe, &mut output),
        View::Roles => sql::roles(&contents, &kept, choice.safe, &mut output),
        View::Sizes | View::Check => Ok(()),
    }
    .and_then(|()| output.flush())
    .map_err(|error| output.failure(error))?;

    let rest = match (source, extent) {
        (Source::Archive(rest), _) => rest,
        (Source::Stream(_), Extent::Contents) => Ok(Rest::Unread),
        (Source::Stream(mut stream), Extent::End) => stream.pass_by(&contents).map(|()| Rest::Passed),
        (Source::Stream(mut stream), Extent::Rows) if args.sizes => {
            Sizes::read(&mut stream, &contents, &process.progress()).map(Rest::Measured)
        }
        (Source::Stream(mut stream), Extent::Rows) => {
            Check::read(&mut stream, &contents, &process.progress()).map(Rest::Checked)
        }
    };
    match (&rest, args.json) {
        (_, true) => json::end(&contents, &rest, &mut output),
        (Ok(Rest::Checked(check)), false) => check.write(&contents, &mut output),
        (Ok(Rest::Measured(sizes)), false) => sizes.write(&contents, &kept, choice.safe, &mut output),
        (_, false) => Ok(()),
    }
    .map_err(|error| output.failure(error))?;
    output.finish()?;
    rest.map(|_| ())
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

/// Where the rest comes from, or what has been found of it already.
enum Source {
    Stream(Box<Stream>),
    Archive(Result<Rest, Failure>),
}

/// Selects, and says what there is to say about it.
pub fn keep(contents: &Contents, selection: &Selection, process: &Process) -> Result<Kept, Failure> {
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
