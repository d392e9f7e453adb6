//! Whether a load begins, or goes on with one that was broken off; and whether the stream is one to go on with.

use std::collections::HashSet;

use pgx_archive::{Content, EntryId, Head, Kind, Resumes};
use pgx_cli::{Failure, Notice};
use pgx_restore::Contents;
use pgx_restore::ledger::{self, Done, Load, NotAnew};

use crate::apply::expect_whole_database;
use crate::args::LoadArgs;
use crate::choice::makes_definitions;
use crate::ledger::{Ledger, again};
use crate::target::Target;

/// Refuses what cannot be loaded at all, or not in the way that was asked for.
pub fn expect(head: &Head, args: &LoadArgs) -> Result<(), Failure> {
    let is_rest = head.content == Content::Database && head.resumes.is_some();
    match (is_rest, args.resume.resume) {
        (true, true) => Ok(()),
        (true, false) => Err(
            Failure::failed("the stream is the rest of a dump whose beginning is elsewhere")
                .hint("--resume loads it into the target that has the beginning"),
        ),
        (false, _) => expect_whole_database(head),
    }
}

/// Begins a load in a target that has none, or goes on with the one that it has: what is done.
pub async fn begin<'a>(
    (args, head): (&LoadArgs, &Head),
    target: &mut Target<'a>,
    load: Option<&'a Load>,
    chosen: &Contents<'_>,
) -> Result<Done, Failure> {
    let defining = makes_definitions(chosen);
    if !args.resume.resume {
        if !args.output.create {
            target.expect_no_ledger().await?;
        }
        target.examine(head.source.version, defining).await?;
        match load.filter(|_| !args.output.single_transaction && !args.tolerate.keep_going) {
            Some(load) if args.output.create => target.ledger = Ledger::Planned(load),
            Some(load) => target.begin_ledger(load, &[]).await?,
            None => {}
        }
        return Ok(Done::default());
    }
    let Some(load) = load else {
        return Err(
            Failure::failed("a load of pg_dump's archives keeps no ledger, so it cannot be resumed")
                .hint("drop what was loaded, and load again"),
        );
    };
    target.examine(head.source.version, defining).await?;
    let database = chosen.first(&Kind::Database).filter(|_| args.output.create);
    let mut done = target.resume(load, database.map(|entry| entry.name.as_str())).await?;
    match &head.resumes {
        Some(resumes) if resumes.inconsistent => anew(resumes, &mut done, target, chosen, args).await?,
        _ => expect_the_rest(head, &done, chosen, args)?,
    }
    Ok(done)
}

/// Goes on with rows of another moment: what comes again is taken back, and what is left out must be there whole.
async fn anew(
    resumes: &Resumes,
    done: &mut Done,
    target: &mut Target<'_>,
    chosen: &Contents<'_>,
    args: &LoadArgs,
) -> Result<(), Failure> {
    let before = done.rows();
    let back = ledger::anew(done, chosen, &resumes.skipped, args.existing.truncate);
    let back = back.map_err(|(entry, wrong)| {
        let failure = Failure::failed(wrong.to_string()).within(entry.describe());
        match wrong {
            NotAnew::Missing | NotAnew::Twice => failure.hint(print_token(args)),
            NotAnew::Mixed => failure.hint("begin anew; a dump with --hold can be resumed at its own moment"),
        }
    })?;
    let mut notice = Notice::new("the stream is of another moment than what the target has");
    if let Some(sql) = back {
        target.take_back(&sql).await?;
        notice = notice.detail(format!(
            "{} rows of tables that were not whole are taken back",
            before - done.rows()
        ));
    }
    target
        .process
        .messages
        .warning(notice.hint("foreign keys between tables of the two may not hold"));
    Ok(())
}

fn print_token(args: &LoadArgs) -> String {
    format!(
        "make the rest anew with what pgx-load --print-token {} prints",
        again::target(args)
    )
}

/// What a stream leaves out must be in the target.
fn expect_the_rest(head: &Head, done: &Done, chosen: &Contents<'_>, args: &LoadArgs) -> Result<(), Failure> {
    let wanted: HashSet<EntryId> = chosen.wanted().map(|entry| entry.id).collect();
    for left_out in head.resumes.iter().flat_map(|resumes| &resumes.skipped) {
        let entry = chosen.get(left_out.entry).filter(|entry| wanted.contains(&entry.id));
        let is_done = |part: &u32| {
            done.parts
                .get(&(left_out.entry, *part))
                .is_some_and(|part| part.finished)
        };
        if let Some(entry) = entry
            && let Some(part) = left_out.parts.iter().find(|part| !is_done(part))
        {
            return Err(
                Failure::failed(format!("part {part} is neither in the stream nor in the target"))
                    .within(entry.describe())
                    .hint(print_token(args)),
            );
        }
    }
    Ok(())
}
