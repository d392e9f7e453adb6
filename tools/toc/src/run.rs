//! The story of pgx-toc.

use pgx_cli::{Content, Failure, Input, Process, Sniffed, Target};
use pgx_selection::Selection;

use crate::archive::{self, Extent};
use crate::args::TocArgs;
use crate::keep::refused;
use crate::member::Member;
use crate::stream::{Stream, has_members};
use crate::{diff, members};

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
        // Where the next member is, only the end of this one tells.
        (false, true) if !is_archive && has_members(&input) => Extent::End,
        (false, true) => Extent::Contents,
    };
    if is_archive {
        let (contents, rest) = archive::read(input, extent, &process.interrupt)?;
        let member = Member::of(args, contents, selection, process)?;
        member.list(&mut output)?;
        member.tell(&rest, false, &mut output)?;
        output.finish()?;
        return rest.map(|_| ());
    }
    members::show(
        args,
        Stream::of_members(input, &process.interrupt),
        extent,
        selection,
        process,
        output,
    )
}
