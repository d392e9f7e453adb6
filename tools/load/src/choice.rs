//! Which entries are loaded, and what there is to say about it before anything runs.

use std::borrow::Cow;
use std::collections::HashSet;

use pgx_archive::{Entry, EntryId, Head, Kind, Section};
use pgx_cli::{Exit, Failure, Notice, Process};
use pgx_restore::{Contents, Options, called};
use pgx_selection::{Kept, Selection, SelectionError, select};

use crate::args::LoadArgs;
use crate::intake::Intake;

/// What the flags and their files say.
pub fn selection(args: &LoadArgs, process: &Process) -> Result<Selection, Failure> {
    let read = |file: &_| process.text(file);
    let chosen = args.selection.selection(args.input.as_deref(), read, refused)?;
    Ok(Selection {
        database: args.output.create,
        ..chosen
    })
}

/// Whether a selection leaves nothing out. The database itself is no part.
pub fn is_whole(selection: &Selection) -> bool {
    let with_database = Selection {
        database: true,
        ..selection.clone()
    };
    with_database.is_everything()
}

/// Selects among the entries; the rows of the others are passed over from now on.
pub fn choose(
    selection: &Selection,
    (head, entries): (&Head, &[Entry]),
    intake: &Intake,
    process: &Process,
) -> Result<Kept, Failure> {
    let kept = select(entries, selection, &head.source.database).map_err(refused)?;
    let rows = entries.iter().filter(|entry| entry.data.is_some());
    let passed_over: HashSet<EntryId> = rows.map(|entry| entry.id).filter(|id| !kept.has(*id)).collect();
    intake.pass_over(passed_over);
    for remark in kept.report.remarks(entries) {
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

/// The entries with roles and tablespaces called as the flags say; a failure names those that cannot be changed.
pub fn called<'e>(
    entries: &'e [Entry],
    kept: &Kept,
    options: &Options,
    process: &Process,
) -> Result<Cow<'e, [Entry]>, Failure> {
    for remark in called::remarks(entries, |id| kept.has(id), options) {
        let notice = Notice::new(remark.message).detail(remark.objects.join("\n"));
        process.messages.warning(notice);
    }
    called::entries(entries, |id| kept.has(id), options).map_err(|error| {
        Failure::failed(error.to_string())
            .detail(error.detail())
            .hint(error.remedy())
    })
}

/// Whether definitions are made that come before rows, for which the target has to be empty.
pub fn makes_definitions(contents: &Contents<'_>) -> bool {
    let is_database = |entry: &Entry| matches!(entry.kind, Kind::Database | Kind::DatabaseProperties);
    contents.wanted().any(|entry| {
        let of = contents.parent(entry).filter(|_| entry.kind.is_facet());
        contents.section(entry) == Section::PreData && !is_database(of.unwrap_or(entry))
    })
}

/// Whether all tables that are filled are made here.
pub fn makes_tables(contents: &Contents<'_>) -> bool {
    let made: HashSet<EntryId> = contents.wanted().map(|entry| entry.id).collect();
    let mut filled = contents.wanted().filter(|entry| entry.kind == Kind::TableData);
    filled.all(|entry| entry.parent.is_some_and(|table| made.contains(&table)))
}

fn refused(error: SelectionError) -> Failure {
    let exit = if error.is_usage() { Exit::Usage } else { Exit::Failed };
    let failure = Failure::new(exit, error.to_string());
    match error.remedy() {
        Some(remedy) => failure.hint(remedy),
        None => failure,
    }
}
