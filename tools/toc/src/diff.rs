//! `--diff`: what differs between two archives, in definitions and in rows.
//!
//! Entries of both are matched by kind, schema and name, whatever their numbers. Rows are compared by their number and
//! digest, as text, so that their order, their parts and the form in which they were sent do not matter.

mod compare;
mod side;

use std::io::{self, Write};
use std::path::Path;

use pgx_cli::{Content, Exit, Failure, Process, Target};
use pgx_selection::Selection;
use serde::Serialize;

use crate::args::TocArgs;
use crate::list::one_line;
use compare::{Change, Difference};
use side::Side;

/// Compares two archives, and fails when they differ.
pub fn run(args: &TocArgs, other: &Path, selection: Selection, process: &Process) -> Result<(), Failure> {
    if args.input.is_none() && other == Path::new("-") {
        return Err(Failure::usage("both archives are standard input").hint("give one of them as FILE"));
    }
    let mut output = Target::new(args.file.as_deref(), Content::Text).open()?;
    let here = Side::read(args.input.as_deref(), &selection, &output, process)?;
    let there = Side::read(Some(other), &selection, &output, process)?;
    let found = compare::compare(&here, &there);
    let safe = output.destination() == pgx_cli::Destination::Terminal;
    match args.json {
        true => json(&found, &mut output),
        false => text(&found, safe, &mut output),
    }
    .map_err(|error| output.failure(error))?;
    output.finish()?;
    match found.differences.is_empty() {
        true => Ok(()),
        false => Err(Failure::silent(Exit::Difference)),
    }
}

/// What a comparison found.
pub struct Found {
    /// What differs, in the order of the first archive, then what only the other has.
    pub differences: Vec<Difference>,
    /// How many entries are the same.
    pub same: usize,
}

fn text(found: &Found, safe: bool, out: &mut impl Write) -> io::Result<()> {
    for difference in &found.differences {
        let line = difference.to_string();
        let line = one_line(&line);
        match safe {
            true => writeln!(out, "{}", pgx_cli::sanitize_lines(&line))?,
            false => writeln!(out, "{line}")?,
        }
    }
    let [here, there, changed] = found.counts();
    writeln!(
        out,
        "{} entries are the same, {changed} differ, {here} are only in the first archive, {there} only in the other",
        found.same
    )
}

impl Found {
    /// How many entries are only here, only there, and different.
    fn counts(&self) -> [usize; 3] {
        let count = |wanted: fn(&Change) -> bool| self.differences.iter().filter(|one| wanted(&one.change)).count();
        [
            count(|change| *change == Change::OnlyHere),
            count(|change| *change == Change::OnlyThere),
            count(|change| matches!(change, Change::Changed(_))),
        ]
    }
}

/// A line for programs.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'a> {
    /// Something that differs.
    Difference(&'a Difference),
    /// The last line.
    End {
        same: usize,
        changed: usize,
        only_here: usize,
        only_there: usize,
    },
}

fn json(found: &Found, out: &mut impl Write) -> io::Result<()> {
    let mut write = |line: &Line<'_>| out.write_all(pgx_cli::json_line(line).as_bytes());
    for difference in &found.differences {
        write(&Line::Difference(difference))?;
    }
    let [only_here, only_there, changed] = found.counts();
    write(&Line::End {
        same: found.same,
        changed,
        only_here,
        only_there,
    })
}
