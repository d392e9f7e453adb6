//! One member of a stream into a database: definitions, rows, what depends on rows, statistics.

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::future::{Either, join_all, select, try_join};
use pgx_archive::head::LATIN1_BYTES;
use pgx_archive::{Content, Entry, EntryId, Head, Kind, Section, TocEnd};
use pgx_cli::{Failure, Notice, Process};
use pgx_restore::contents::STATISTICS_SINCE;
use pgx_restore::ledger::Done;
use pgx_restore::memberships::MISSING;
use pgx_restore::preflight::Needs;
use pgx_restore::swap::is_of_database;
use pgx_restore::{Contents, Moment, Options, Schedule};
use pgx_selection::Selection;
use pgx_server::Text;
use tokio::sync::{mpsc, oneshot};

use crate::agenda::{Agenda, Pace};
use crate::args::LoadArgs;
use crate::check;
use crate::choice::{called, choose, is_whole, makes_tables};
use crate::errors::Errors;
use crate::existing::Existing;
use crate::foreman::{Crew, Foreman};
use crate::intake::Intake;
use crate::keeper;
use crate::ledger::{self, Ledger, again};
use crate::pulse;
use crate::resume;
use crate::stop::{Stop, stop};
use crate::swap::Swap;
use crate::tally::Tally;
use crate::target::Target;
use crate::verify::{self, Proof, Sums};
use crate::worker::Worker;
use crate::{clean, hook, managed, publications, rename, settings, vacuum};

/// How text stands in a stream.
pub fn text_of(head: &Head) -> Text {
    match head.requires.iter().any(|feature| feature == LATIN1_BYTES) {
        true => Text::Bytes,
        false => Text::Utf8,
    }
}

/// Refuses what this tool cannot load as a whole.
pub fn expect_whole_database(head: &Head) -> Result<(), Failure> {
    let content = match head.content {
        Content::Database if head.resumes.is_some() => "the rest of a stream that was cut",
        Content::Database => return Ok(()),
        Content::Globals => "what belongs to a cluster rather than to a database",
        Content::BaseBackup => "a base backup",
    };
    Err(Failure::failed(format!(
        "the stream is {content}, which this version cannot load"
    )))
}

/// Loads a database, as one member of a stream brings it; a failure says what the target has.
pub async fn apply(
    args: &LoadArgs,
    selection: &Selection,
    process: &Process,
    (head, entries, toc_end): (&Head, &[Entry], Option<TocEnd>),
    intake: &mut Intake,
    errors: &mut Errors,
) -> Result<(), Failure> {
    resume::expect(head, args).map_err(|failure| failure.within(intake.name()))?;
    let mut options = args.options();
    if options.create && !entries.iter().any(|entry| entry.kind == Kind::Database) {
        return Err(Failure::failed("the stream does not say how to create its database")
            .within(intake.name())
            .hint("create an empty database and load into it without -C"));
    }
    options.renames = rename::all(head, &options);
    let kept = choose(selection, (head, entries), intake, process)?;
    let all = entries;
    let entries = &called(entries, &kept, &options, process)?[..];
    let asked_for = format!("{selection:?} {options:?} {:?}", args.existing);
    let load = toc_end
        .map(|said| ledger::load(head, all, said.plan, &asked_for))
        .transpose()?;
    let mut target = Target::connect(args, process, text_of(head)).await?;
    let entries = &managed::fit(&target.session, &options, entries, |id| kept.has(id), process).await?[..];
    let chosen = Contents::of(entries, &kept.order, &options);
    rename::check(&chosen, &options, process)?;
    let server = target.info().clone();
    let beginning = async {
        let needs = Needs::of(head, &chosen, &options);
        // Who goes on after errors hears of each where it is missed.
        if !args.tolerate.keep_going {
            check::expect_names(&target, &needs, &options).await?;
        }
        if !args.resume.resume {
            rename::check_target(&target, &options).await?;
        }
        resume::begin((args, head), &mut target, load.as_ref(), &chosen).await
    };
    let done = pulse::beside(beginning, &server, args.wait.timeout).await?;
    let major = target.session.version().major();
    options.target = Some(major);
    mention_statistics(&chosen, &options, process);
    settings::mention(chosen.wanted(), major, process);
    let memberships = publications::of(entries, &kept);
    let obstacles = match options.create {
        // A database that is made has none.
        true => memberships.none(MISSING),
        false => publications::obstacles(&target.session, &memberships).await?,
    };
    let order = publications::possible(&kept, memberships, &obstacles, process);
    let contents = Contents::of(entries, &order, &options);
    if args.swap.swap {
        let load = Load {
            args,
            selection,
            process,
            head,
            entries,
        };
        return load.beside(target, &contents, &options, (intake, errors)).await;
    }

    let mut tally = Tally {
        to_fill: contents.wanted().filter(|entry| entry.data.is_some()).count() as u64,
        rows: done.rows(),
        again: (!matches!(target.ledger, Ledger::Off)).then(|| again::lines(args)),
        ..Tally::default()
    };
    let loading = Loading {
        args,
        process,
        head,
        contents: &contents,
        options: &options,
        skipped: verify::skipped(head, &done),
        done,
        whole: is_whole(selection),
    };
    let place = target.place.clone();
    let loaded = loading.load(target, intake, (&mut tally, errors));
    let Err(failure) = pulse::beside(loaded, &server, args.wait.timeout).await else {
        return Ok(());
    };
    // What fails because it was cancelled is the end that the user wanted.
    let failure = process.interrupt.check().err().unwrap_or(failure);
    if args.output.single_transaction {
        // It was rolled back, whatever had gone in.
        return Err(Tally::default().tell(failure));
    }
    if tally.again.is_some()
        && let Some(done) = place.done().await
    {
        tally.correct(done);
    }
    Err(tally.tell(failure))
}

/// A load of which nothing is decided yet.
struct Load<'a> {
    args: &'a LoadArgs,
    selection: &'a Selection,
    process: &'a Process,
    head: &'a Head,
    entries: &'a [Entry],
}

impl Load<'_> {
    /// Loads into a database of its own, which then replaces the one of its name; after a failure nothing is left
    /// of it.
    async fn beside(
        &self,
        mut target: Target<'_>,
        contents: &Contents<'_>,
        options: &Options,
        (intake, errors): (&mut Intake, &mut Errors),
    ) -> Result<(), Failure> {
        let swap = Swap::begin(self.args, self.process, self.head, self.entries, options).await?;
        let own = contents.wanted().filter(|entry| !is_of_database(entry, contents));
        let order: Vec<EntryId> = own.map(|entry| entry.id).collect();
        let inside = Contents::of(self.entries, &order, options);
        let loading = Loading {
            args: self.args,
            process: self.process,
            head: self.head,
            contents: &inside,
            options,
            done: Done::default(),
            skipped: Sums::new(),
            whole: is_whole(self.selection),
        };
        let loaded = async {
            target.reconnect(swap.beside()).await?;
            // It is dropped when it fails, so nobody goes on with it; but sessions that are lost are replaced.
            if let Ledger::Planned(load) = target.ledger {
                target.begin_ledger(load, &[]).await?;
            }
            loading.load(target, intake, (&mut Tally::default(), errors)).await
        };
        match loaded.await {
            Ok(()) => swap.end(contents, options).await,
            Err(failure) => Err(swap.give_up(failure).await),
        }
    }
}

/// Says that the stream has statistics which the target cannot take in.
fn mention_statistics(contents: &Contents<'_>, options: &Options, process: &Process) {
    let unknown = options.target.is_some_and(|major| major < STATISTICS_SINCE);
    if unknown && contents.wanted().any(|entry| entry.kind == Kind::StatisticsData) {
        let message = format!("statistics are left out: only servers from {STATISTICS_SINCE} on take them in");
        process.messages.warning(message);
    }
}

/// A load with all it is about.
struct Loading<'a> {
    args: &'a LoadArgs,
    process: &'a Process,
    head: &'a Head,
    contents: &'a Contents<'a>,
    options: &'a Options,
    /// What an earlier load has done.
    done: Done,
    /// What rows came to that the stream leaves out, as an earlier load has them.
    skipped: Sums,
    /// Whether all of the stream is wanted.
    whole: bool,
}

impl Loading<'_> {
    async fn load(
        mut self,
        mut target: Target<'_>,
        intake: &mut Intake,
        (tally, errors): (&mut Tally, &mut Errors),
    ) -> Result<(), Failure> {
        let progress = self.process.progress();
        progress.expect(self.contents.wanted().len() as u64, self.expected());
        let mut schedule = Schedule::new(self.contents);
        let existing = Existing::look(&self.args.existing, self.contents, &target.session, self.process).await?;
        // What has been done came after they were emptied.
        if self.done == Done::default() {
            existing.empty(&target.session).await?;
        }
        for id in self
            .done
            .made
            .iter()
            .filter(|id| schedule.has(**id))
            .copied()
            .collect::<Vec<_>>()
        {
            schedule.finished(id);
            tally.made += 1;
            progress.entry_done();
        }

        // What has been done came after the drops.
        if self.args.rewrite.clean && self.done == Done::default() {
            progress.stage("dropping");
            clean::clean(&mut target, (self.contents, self.options), tally, self.process).await?;
        }
        progress.stage("making definitions");
        let about_rows = self.options.hooks.are_about_rows();
        if about_rows {
            let before = |entry: &Entry| self.contents.turn(entry) == Section::PreData;
            let defining = (self.contents, self.options);
            target
                .make_ready(&mut schedule, defining, before, (tally, errors), &progress)
                .await?;
            hook::run(&target, &self.options.hooks, Moment::BeforeData, self.process).await?;
        }
        let now = |entry: &Entry| !about_rows || self.contents.turn(entry) != Section::PostData;
        let defining = (self.contents, self.options);
        target
            .make_ready(&mut schedule, defining, now, (tally, errors), &progress)
            .await?;

        progress.stage("copying rows");
        let (tell, told) = mpsc::unbounded_channel();
        let mut orders = Vec::new();
        let mut workers = Vec::new();
        let stops = Arc::new(Mutex::new(Vec::new()));
        target.stops = Some(stops.clone());
        let (mut keeper, crew) = self.crew(target).await?;
        let begun = crew.iter().map(|target| Stop::of(&target.session));
        stops.lock().unwrap_or_else(PoisonError::into_inner).extend(begun);
        for (number, target) in crew.into_iter().enumerate() {
            let (order, ordered) = mpsc::unbounded_channel();
            orders.push(order);
            let worker = Worker {
                number,
                target,
                contents: self.contents,
                options: self.options,
                existing: &existing,
                process: self.process,
                tell: tell.clone(),
            };
            workers.push(worker.run(ordered));
        }
        drop(tell);
        let created = makes_tables(self.contents) && !self.args.output.into_existing;
        let indexed = self.done.indexed.clone();
        let pace = Pace {
            together: self.args.tolerate.together(),
            at_end: self.args.finish.at_end(),
        };
        let agenda = Agenda::new(
            self.contents,
            &mut schedule,
            !self.args.upkeep.no_analyze,
            pace,
            indexed,
        );
        let crew = Crew {
            orders,
            told,
            created,
            existing: &existing,
            done: std::mem::take(&mut self.done),
            errors,
        };
        let agenda = agenda.holding(!self.options.hooks.after_data.is_empty());
        let mut foreman = Foreman::new(self.contents, self.process, &progress, tally, agenda, crew);
        let (done, over) = oneshot::channel();
        let direct = async {
            foreman.load(intake).await?;
            drop((foreman, done));
            Ok(())
        };
        let watched = keeper::watch(&mut keeper, self.args.wait.timeout, over);
        let direct = async { try_join(direct, watched).await.map(|_| ()) };
        // Workers end when there are no more orders; a failure ends them where they are.
        let sessions = match select(Box::pin(direct), Box::pin(join_all(workers))).await {
            Either::Left((Ok(()), working)) => Ok(working.await),
            Either::Left((Err(failure), _)) => Err(failure),
            Either::Right((sessions, direct)) => direct.await.map(|()| sessions),
        };
        let sessions = match sessions {
            Ok(sessions) => sessions,
            Err(failure) => {
                let sessions = std::mem::take(&mut *stops.lock().unwrap_or_else(PoisonError::into_inner));
                stop(sessions).await;
                return Err(failure);
            }
        };
        if let Some(merged) = tally.merged {
            self.process.messages.note(merged.to_string());
        }
        let mut sessions: Vec<Target<'_>> = keeper.into_iter().chain(sessions).collect();
        if sessions.is_empty() {
            return Ok(());
        }
        let target = sessions.remove(0);
        if self.args.upkeep.vacuum && sessions.is_empty() {
            sessions.push(target.another().await?);
        }
        let info = target.info().clone();
        if self.args.verify.verify && target.is_one_transaction() {
            progress.stage("verifying");
            self.proof(intake).of_transaction(&target.session).await?;
        }
        progress.stage("committing");
        rename::rename(&target, self.options).await?;
        hook::run(&target, &self.options.hooks, Moment::AtEnd, self.process).await?;
        target.settle().await?;
        // Its ledger is gone.
        tally.again = None;
        if self.args.upkeep.vacuum {
            progress.stage("vacuuming");
            vacuum::vacuum(sessions, self.contents, self.process).await?;
        }
        if self.args.verify.verify && !self.args.output.single_transaction {
            progress.stage("verifying");
            self.proof(intake).of_database(&info).await?;
        }
        Ok(())
    }

    /// The proof of what has been loaded.
    fn proof(&self, intake: &Intake) -> Proof<'_> {
        Proof {
            args: self.args,
            process: self.process,
            head: self.head,
            contents: self.contents,
            options: self.options,
            sums: verify::together(intake.sums(), &self.skipped),
            whole: self.whole,
        }
    }

    /// The sessions that work, as many as the server lets in; and the one at hand beside them, where it is to do
    /// nothing but hold the lock of the ledger.
    async fn crew<'t>(&self, target: Target<'t>) -> Result<(Option<Target<'t>>, Vec<Target<'t>>), Failure> {
        let keeps = target.ledger.is_on();
        let others = (usize::from(!keeps)..self.args.output.sessions()).map(|_| target.another());
        let (others, refused): (Vec<_>, Vec<_>) = join_all(others).await.into_iter().partition(Result::is_ok);
        if let Some(Err(failure)) = refused.first() {
            let sessions = match (others.len() + usize::from(!keeps)).max(1) {
                1 => "one session".to_owned(),
                several => format!("{several} sessions"),
            };
            let notice = Notice::new(format!("loading with {sessions}"));
            self.process
                .messages
                .warning(notice.detail(failure.notice.message.as_str()));
        }
        let others = others.into_iter().flatten();
        let mut crew: Vec<Target<'t>> = others.collect();
        if keeps && !crew.is_empty() {
            return Ok((Some(target), crew));
        }
        crew.insert(0, target);
        Ok((None, crew))
    }

    /// Bytes of rows that are to come, as the stream estimates them.
    fn expected(&self) -> u64 {
        let data = self.contents.wanted().filter_map(|entry| entry.data.as_ref());
        data.map(|data| data.estimated_bytes).sum()
    }
}
