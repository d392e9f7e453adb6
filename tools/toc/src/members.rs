//! Streams of one member, or of several: each is listed, and then read as far as it must be.

use pgx_archive::Content;
use pgx_cli::{Failure, Output, Process};
use pgx_selection::Selection;

use crate::archive::Extent;
use crate::args::TocArgs;
use crate::check::{Check, Rest};
use crate::contents::Contents;
use crate::member::Member;
use crate::sizes::Sizes;
use crate::stream::Stream;

/// Lists one member after another, each before it is read on, and says what came of that.
pub fn show(
    args: &TocArgs,
    mut stream: Stream,
    mut extent: Extent,
    selection: &Selection,
    process: &Process,
    mut output: Output,
) -> Result<(), Failure> {
    let mut is_first = true;
    loop {
        let member = Member::of(args, Contents::read(&mut stream)?, selection, process)?;
        member.list(&mut output)?;
        // Databases follow globals, in a file that is cut, too.
        if extent == Extent::Contents && member.contents.head.content == Content::Globals {
            extent = Extent::End;
        }
        let rest = read(args, &mut stream, &member.contents, extent, process);
        let over = match (&rest, extent) {
            (Err(_), _) | (_, Extent::Contents) => Ok(true),
            _ => stream.is_over(),
        };
        let is_last = *over.as_ref().unwrap_or(&true);
        let rest = over.and(rest);
        member.tell(&rest, !(is_first && is_last), &mut output)?;
        if is_last || rest.is_err() {
            output.finish()?;
            return rest.map(|_| ());
        }
        is_first = false;
    }
}

/// Reads a member on from its table of contents.
fn read(
    args: &TocArgs,
    stream: &mut Stream,
    contents: &Contents,
    extent: Extent,
    process: &Process,
) -> Result<Rest, Failure> {
    match extent {
        Extent::Contents => Ok(Rest::Unread),
        Extent::End => stream.pass_by(contents).map(|()| Rest::Passed),
        Extent::Rows if args.sizes => Sizes::read(stream, contents, &process.progress()).map(Rest::Measured),
        Extent::Rows => Check::read(stream, contents, &process.progress()).map(Rest::Checked),
    }
}
