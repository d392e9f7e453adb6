//! The story of pgx-toc.

use pgx_cli::{Content, Exit, Failure, Input, Notice, Process, Sniffed, Target};
use pgx_selection::{Kept, Selection, SelectionError, select};

use crate::archive::{self, Extent};
use crate::args::TocArgs;
use crate::check::{Check, Rest};
use crate::contents::Contents;
use crate::diff;
use crate::member::Member;
use crate::sizes::Sizes;
use crate::stream::{Stream, has_members};

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
    let mut extent = match (args.check || args.sizes, seekable || is_directory) {
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
    let mut stream = Stream::of_members(input, &process.interrupt);
    let mut is_first = true;
    loop {
        let contents = Contents::read(&mut stream)?;
        let member = Member::of(args, contents, selection, process)?;
        member.list(&mut output)?;
        let contents = &member.contents;
        // Databases follow globals, in a file that is cut, too.
        if extent == Extent::Contents && contents.head.content == pgx_archive::Content::Globals {
            extent = Extent::End;
        }
        let rest = match extent {
            Extent::Contents => Ok(Rest::Unread),
            Extent::End => stream.pass_by(contents).map(|()| Rest::Passed),
            Extent::Rows if args.sizes => Sizes::read(&mut stream, contents, &process.progress()).map(Rest::Measured),
            Extent::Rows => Check::read(&mut stream, contents, &process.progress()).map(Rest::Checked),
        };
        let over = match (&rest, extent) {
            (Err(_), _) | (_, Extent::Contents) => Ok(true),
            _ => stream.is_over(),
        };
        let is_last = *over.as_ref().unwrap_or(&true);
        let rest = over.and(rest);
        member.tell(&rest, !(is_first && is_last), &mut output)?;
        match (rest, is_last) {
            (Ok(_), false) => is_first = false,
            (rest, _) => {
                output.finish()?;
                return rest.map(|_| ());
            }
        }
    }
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
