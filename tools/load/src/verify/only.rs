//! `--verify-only`: a stream and a database that is there already.

use pgx_archive::{Content, Entry, EntryId};
use pgx_cli::{Exit, Failure, Process};
use pgx_restore::Contents;
use pgx_selection::{Kept, Selection};
use pgx_server::Conninfo;

use crate::apply::expect_whole_database;
use crate::args::LoadArgs;
use crate::choice::{choose, is_whole};
use crate::connect;
use crate::intake::{Arrival, Intake};
use crate::publications;
use crate::verify::Proof;

/// Compares every database of a stream with that of the target; what belongs to the cluster is passed over.
///
/// All of them are compared, whatever the first came to.
pub async fn only(
    args: &LoadArgs,
    selection: &Selection,
    process: &Process,
    mut intake: Intake,
) -> Result<(), Failure> {
    let info = connect::resolve(args, process)?;
    let mut different: Option<Failure> = None;
    loop {
        let (head, entries, ..) = intake.contents().await?;
        if head.content != Content::Globals {
            expect_whole_database(&head).map_err(|failure| failure.within(intake.name()))?;
        }
        let kept = choose(selection, (&head, &entries), &intake, process)?;
        while !matches!(intake.next().await?, Arrival::End { .. }) {}
        if head.content == Content::Globals {
            process.messages.note("what belongs to the cluster is not compared");
        } else {
            let options = args.options();
            let info = match args.output.create {
                true => info.with_dbname(&head.source.database),
                false => info.clone(),
            };
            let order = comparable(&info, args, process, (&entries, &kept)).await?;
            let contents = Contents::of(&entries, &order, &options);
            let proof = Proof {
                args,
                process,
                head: &head,
                contents: &contents,
                options: &options,
                sums: intake.sums().clone(),
                whole: is_whole(selection),
            };
            let progress = process.progress();
            progress.stage("verifying");
            match proof.of_database(&info).await {
                Err(failure) if failure.exit == Exit::Difference && intake.has_more() => {
                    process.messages.error(failure.notice.clone());
                    different = Some(Failure::new(
                        Exit::Difference,
                        "not all databases are what the stream says",
                    ));
                }
                proved => proved?,
            }
        }
        if !intake.has_more() {
            return different.map_or(Ok(()), Err);
        }
        if !args.output.create && head.content != Content::Globals {
            return Err(
                Failure::failed("the stream has several members, and -d names one database")
                    .within(intake.name())
                    .hint("with -C each is compared with the database of its own name"),
            );
        }
    }
}

/// What a load would have kept: not what adds to publications that are not there.
async fn comparable(
    info: &Conninfo,
    args: &LoadArgs,
    process: &Process,
    (entries, kept): (&[Entry], &Kept),
) -> Result<Vec<EntryId>, Failure> {
    let memberships = publications::of(entries, kept);
    if memberships.is_empty() {
        return Ok(kept.order.clone());
    }
    let (session, _) = connect::connect(info.clone(), &args.connection, process).await?;
    let obstacles = publications::obstacles(&session, &memberships).await?;
    Ok(publications::possible(kept, memberships, &obstacles, process))
}
