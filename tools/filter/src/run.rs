//! The story of pgx-filter.

use pgx_archive::head::Renamed;
use pgx_cli::{Content, Exit, Failure, Outlet, Process};
use pgx_restore::Mapping;
use pgx_selection::{Selection, SelectionError};

use crate::args::FilterArgs;
use crate::convert::{Format, Request};
use crate::member::Filter;
use crate::stream::Stream;

/// Passes one member after another on, as long as some come.
pub fn run(args: FilterArgs, process: &Process) -> Result<(), Failure> {
    let selection = args
        .selection
        .selection(args.input.as_deref(), |file| process.text(file), refused)?;
    let input = process.input(args.input.as_deref())?;
    input.expect_stream()?;
    let mut filter = Filter {
        // The database itself stays: whether it is made is for the loader's -C to say.
        selection: Selection {
            database: true,
            ..selection
        },
        compression: None,
        renames: args.output.rename_schema.iter().map(renamed).collect(),
        messages: &process.messages,
        progress: process.progress(),
    };
    if let Format::Archive(archive) = args.output.format {
        if !filter.renames.is_empty() {
            return Err(Failure::usage(
                "--rename-schema is for streams: no archive of pg_dump's can say it",
            ));
        }
        let request = Request::new(archive, &args.output, &input, process)?;
        let mut stream = Stream::new(input, args.output.buffer, &process.interrupt)?;
        return filter.convert(&mut stream, request);
    }
    if args.output.pg_restore.is_some() {
        return Err(Failure::usage("--pg-restore goes with -F custom, directory or tar"));
    }
    if let Some(method) = args.output.compress {
        let of_stream = method.of_stream();
        filter.compression = Some(of_stream.ok_or_else(|| Failure::usage("-Z lz4 is for -F custom and -F directory"))?);
    }
    let output = process.output(args.output.file.as_deref(), Content::Archive)?;
    input.expect_apart(&output)?;
    let mut stream = Stream::new(input, args.output.buffer, &process.interrupt)?;
    let mut outlet = Outlet::new(output, args.output.rate_limit);
    loop {
        outlet = filter.pass(&mut stream, outlet)?;
        if stream.is_over()? {
            return outlet.finish();
        }
    }
}

fn renamed(mapping: &Mapping) -> Renamed {
    Renamed {
        old: mapping.old.clone(),
        new: mapping.new.clone(),
    }
}

/// What is wrong with a selection.
pub fn refused(error: SelectionError) -> Failure {
    let exit = if error.is_usage() { Exit::Usage } else { Exit::Failed };
    let failure = Failure::new(exit, error.to_string());
    match error.remedy() {
        Some(remedy) => failure.hint(remedy),
        None => failure,
    }
}
