//! Looking first: what stands against a load, told all at once, with nothing changed.

mod ask;

use std::collections::{BTreeSet, HashSet};

use pgx_archive::{Content, Entry, EntryId, Finding, Head, Kind};
use pgx_cli::{Failure, Findings, Process};
use pgx_restore::preflight::{Needs, Wishes, judge, missing};
use pgx_restore::{Contents, Options};
use pgx_selection::Selection;

use crate::apply::expect_whole_database;
use crate::args::LoadArgs;
use crate::choice::{called, choose};
use crate::intake::{Arrival, Intake};
use crate::target::Target;
use crate::{publications, rename};

/// Names that earlier members of the stream make.
#[derive(Default)]
struct Coming {
    roles: BTreeSet<String>,
    tablespaces: BTreeSet<String>,
}

/// Judges every member of a stream, and reads it to its end: whoever writes into the pipe is not to fail.
pub async fn check(
    args: &LoadArgs,
    selection: &Selection,
    process: &Process,
    mut intake: Intake,
) -> Result<(), Failure> {
    let mut findings = Findings::new(process, args.verify.json)?;
    let mut coming = Coming::default();
    let rest = loop {
        let (head, entries, _) = match intake.contents().await {
            Ok(contents) => contents,
            Err(failure) => break Err(failure),
        };
        for finding in member(args, selection, process, (&head, &entries), &intake, &mut coming).await? {
            tell(&finding, &mut findings)?;
        }
        intake.pass_over(entries.iter().map(|entry| entry.id).collect::<HashSet<_>>());
        let drained = drain(&mut intake).await;
        if drained.is_err() || !intake.has_more() {
            break drained;
        }
    };
    let name = intake.name().to_owned();
    findings.end(&format!("loading {name}")).and(rest)
}

async fn drain(intake: &mut Intake) -> Result<(), Failure> {
    loop {
        if let Arrival::End { .. } = intake.next().await? {
            return Ok(());
        }
    }
}

async fn member(
    args: &LoadArgs,
    selection: &Selection,
    process: &Process,
    (head, entries): (&Head, &[Entry]),
    intake: &Intake,
    coming: &mut Coming,
) -> Result<Vec<Finding>, Failure> {
    let globals = head.content == Content::Globals;
    if !globals {
        expect_whole_database(head).map_err(|failure| failure.within(intake.name()))?;
    }
    let kept = choose(selection, (head, entries), intake, process)?;
    let mut options = Options {
        create: args.output.create && !globals,
        ..args.options()
    };
    options.renames = if globals {
        Vec::new()
    } else {
        rename::all(head, &options)
    };
    let entries = &called(entries, &kept, &options, process)?[..];
    let entries = &ask::fitted(args, &options, (head, entries), &kept, process).await?[..];
    let memberships = publications::of(entries, &kept);
    let without = memberships.ids();
    let order: Vec<EntryId> = kept.order.iter().copied().filter(|id| !without.contains(id)).collect();
    let contents = Contents::of(entries, &order, &options);
    let mut needs = Needs::of(head, &contents, &options);
    needs.made_before(&coming.roles, &coming.tablespaces);
    for entry in contents.wanted() {
        let _ = match entry.kind {
            Kind::Role => coming.roles.insert(entry.name.clone()),
            Kind::Tablespace => coming.tablespaces.insert(entry.name.clone()),
            _ => continue,
        };
    }
    needs.made_before(&coming.roles, &coming.tablespaces);
    let wishes = Wishes {
        into_existing: args.output.into_existing,
        one_transaction: args.output.single_transaction,
        sessions: args.output.sessions(),
    };
    let asked = ask::Asked {
        needs: &needs,
        options: &options,
        wishes,
        memberships: &memberships,
    };
    let cannot = pgx_restore::rename::check(&options.renames, &contents).err();
    let (answers, obstacle) = match asked.target(args, head, process).await? {
        ask::Target::Answers(answers, obstacle) => (answers, obstacle),
        ask::Target::NoDatabase(finding) => return Ok(vec![finding]),
    };
    let kept_out = memberships.kept_out(&answers.obstacles).told(&answers.obstacles);
    let notes = kept_out
        .into_iter()
        .map(|(name, message)| Finding::note("publication", format!("publication {name}"), message));
    let mut findings = judge(&needs, &answers, &options, wishes);
    findings.extend(cannot.or(obstacle).as_ref().map(rename::finding));
    findings.extend(notes);
    Ok(findings)
}

/// Refuses a load for which names are missing: it would fail, perhaps after hours.
pub async fn expect_names(target: &Target<'_>, needs: &Needs, options: &Options) -> Result<(), Failure> {
    let answers = ask::names(&target.session, needs, target.is_one_transaction()).await?;
    let missing = missing(needs, &answers, options);
    let Some(first) = missing.first() else { return Ok(()) };
    let mut failure = Failure::failed(first.message.as_str()).within(first.object.as_str());
    let others: Vec<&str> = missing[1..].iter().map(|finding| finding.object.as_str()).collect();
    if !others.is_empty() {
        failure = failure.detail(format!("missing, too: {}", others.join(", ")));
    }
    Err(failure.hint(first.hint.as_str()))
}

fn tell(finding: &Finding, findings: &mut Findings<'_>) -> Result<(), Failure> {
    findings.tell(pgx_cli::Finding {
        is_problem: finding.is_problem(),
        code: finding.code,
        object: &finding.object,
        message: &finding.message,
        hint: &finding.hint,
    })
}
