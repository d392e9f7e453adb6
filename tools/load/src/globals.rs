//! What belongs to a cluster: roles, memberships, settings, tablespaces.
//!
//! Each entry is made on its own, since some may not be in a transaction. What is there already is altered rather
//! than made, so loading the same again changes nothing.

use std::collections::HashSet;

use pgx_archive::spelling::ident;
use pgx_archive::{Entry, Head, Kind};
use pgx_cli::{Failure, Process};
use pgx_restore::cluster::{NAMES, statements};
use pgx_restore::{Contents, Options};
use pgx_selection::Selection;
use pgx_server::Session;

use crate::apply::text_of;
use crate::args::LoadArgs;
use crate::choice::{called, choose};
use crate::errors::{Errors, Refusal};
use crate::failure;
use crate::intake::{Arrival, Intake};
use crate::managed;
use crate::settings;
use crate::tally::Tally;
use crate::target::Target;

/// What a message says was being done.
const STAGE: &str = "making it";

/// Loads the member that brings them.
pub async fn apply(
    args: &LoadArgs,
    selection: &Selection,
    process: &Process,
    (head, entries): (&Head, &[Entry]),
    intake: &mut Intake,
    errors: &mut Errors,
) -> Result<(), Failure> {
    if args.output.single_transaction {
        return Err(
            Failure::usage("what belongs to a cluster is not loaded in one transaction")
                .within(intake.name())
                .hint("leave -1 out: what is there already is altered, so it can be loaded again"),
        );
    }
    let kept = choose(selection, (head, entries), intake, process)?;
    let entries = &called(entries, &kept, &args.options(), process)?[..];
    let mut target = Target::connect(args, process, text_of(head)).await?;
    target.examine(head.source.version, false).await?;
    let options = args.options();
    let entries = &managed::fit(&target.session, &options, entries, |id| kept.has(id), process).await?[..];
    let contents = &Contents::new(entries, &Options::default());
    let there = names(&target.session).await?;
    let progress = process.progress();
    progress.stage("making roles and tablespaces");
    progress.expect(kept.order.len() as u64, 0);
    let mut tally = Tally::default();
    let (wanted, major) = (|entry: &&Entry| kept.has(entry.id), target.session.version().major());
    settings::mention(entries.iter().filter(wanted), major, process);
    for entry in entries.iter().filter(wanted) {
        let is_there = there.contains(&(entry.kind.clone(), entry.name.clone()));
        for sql in statements(entry, is_there, major) {
            if let Err(error) = target.session.execute(sql).await {
                let failure = failure::at(&error, entry.describe(), STAGE);
                let failure = match entry.kind == Kind::Tablespace && !is_there {
                    true => failure.hint(elsewhere(entry)),
                    false => failure,
                };
                let failure = target.recover(failure).await;
                let refused = failure.and_then(|failure| {
                    let entry = entry.id;
                    errors.tolerate(contents, Refusal { entry, failure }, &[])
                });
                refused.map_err(|failure| tally.tell(failure))?;
                break;
            }
        }
        tally.made += u64::from(!errors.has(entry.id));
        progress.entry_done();
    }
    loop {
        if let Arrival::End { .. } = intake.next().await.map_err(|failure| tally.tell(failure))? {
            return Ok(());
        }
    }
}

/// What helps against a tablespace that this server cannot have where it was.
fn elsewhere(tablespace: &Entry) -> String {
    format!(
        "CREATE TABLESPACE {} LOCATION '...', where this server has room for it, and load again: one that is there is \
         not made",
        ident(&tablespace.name)
    )
}

/// The roles and tablespaces that the target has.
async fn names(session: &Session) -> Result<HashSet<(Kind, String)>, Failure> {
    let answer = session.rows(NAMES).await.map_err(|error| failure::server(&error))?;
    let rows = answer.rows.into_iter().filter_map(|row| {
        let [Some(kind), Some(name)] = <[Option<String>; 2]>::try_from(row).ok()? else {
            return None;
        };
        Some((Kind::from_tag(&kind), name))
    });
    Ok(rows.collect())
}
