//! Objects: the statements that make them, as many as may be together in one transaction.

use pgx_archive::{Entry, EntryId, Kind};
use pgx_cli::{Failure, Progress};
use pgx_restore::ledger::made;
use pgx_restore::{Contents, Options, Schedule, Step, Work, attach_work, index_work, work};
use pgx_server::BatchError;

use crate::errors::{Errors, Refusal};
use crate::failure;
use crate::job::{Half, Job};
use crate::ledger::{Ledger, again};
use crate::room::Room;
use crate::tally::Tally;
use crate::target::Target;

/// SQLSTATE of a database that is there already.
const DUPLICATE_DATABASE: &str = "42P04";

/// Something that is made together with others.
struct Pending<'e> {
    entry: &'e Entry,
    index_only: bool,
    work: Work,
}

impl Target<'_> {
    /// Runs the statements of everything that is ready and accepted, until only rows are missing, or nothing is.
    pub async fn make_ready(
        &mut self,
        schedule: &mut Schedule,
        (contents, options): (&Contents<'_>, &Options),
        accept: impl Fn(&Entry) -> bool,
        (tally, errors): (&mut Tally, &mut Errors),
        progress: &Progress,
    ) -> Result<(), Failure> {
        loop {
            let together = self.args.tolerate.together();
            let mut room = Room::all();
            let batch = schedule.batch_of(together, |id| {
                contents.get(id).is_none_or(|entry| accept(entry) && room.takes(entry))
            });
            if batch.is_empty() {
                return Ok(());
            }
            let mut pending: Vec<Pending<'_>> = Vec::new();
            let mut refused = Vec::new();
            for entry in batch.iter().filter_map(|&id| contents.get(id)) {
                let work = work(entry, contents, options, &mut self.defaults)
                    .map_err(|error| Failure::failed(error.to_string()))?;
                let (alone, connect) = (work.alone, work.connect.clone());
                if alone {
                    refused.extend(self.pending(&mut pending, contents, options).await?);
                    self.alone(entry, &work, tally).await?;
                } else {
                    pending.push(Pending {
                        entry,
                        index_only: false,
                        work,
                    });
                }
                if let Some(database) = connect {
                    refused.extend(self.pending(&mut pending, contents, options).await?);
                    self.reconnect(&database).await?;
                    if let Ledger::Planned(load) = self.ledger
                        && entry.kind == Kind::Database
                    {
                        self.begin_ledger(load, &[entry.id]).await?;
                    }
                }
            }
            refused.extend(self.pending(&mut pending, contents, options).await?);
            for refusal in refused {
                let skipped = schedule.failed(refusal.entry);
                errors.tolerate(contents, refusal, &skipped)?;
            }
            for id in batch.into_iter().filter(|&id| !errors.has(id)) {
                schedule.finished(id);
                tally.made += 1;
                progress.entry_done();
            }
        }
    }

    /// Runs the statements of some jobs in one transaction.
    pub async fn make(&mut self, jobs: &[Job], contents: &Contents<'_>, options: &Options) -> Result<(), Failure> {
        let mut pending: Vec<Pending<'_>> = Vec::new();
        for job in jobs {
            let Some(entry) = contents.get(job.id) else { continue };
            // Each asks for the defaults that its own statements set: no other may have changed them before.
            let defaults = &mut self.defaults;
            let work = match job.half {
                Half::Whole => {
                    let whole = work(entry, contents, options, defaults);
                    Some(whole.map_err(|error| Failure::failed(error.to_string()))?)
                }
                Half::Index => index_work(entry, options, defaults),
                Half::Attach => attach_work(entry),
            };
            let index_only = job.half == Half::Index;
            pending.extend(work.map(|work| Pending {
                entry,
                index_only,
                work,
            }));
        }
        self.together(&mut pending).await
    }

    /// The same of entries whose work is known; those that failed come back, where that is tolerated.
    async fn pending(
        &mut self,
        pending: &mut Vec<Pending<'_>>,
        contents: &Contents<'_>,
        options: &Options,
    ) -> Result<Vec<Refusal>, Failure> {
        let ids: Vec<EntryId> = pending.iter().map(|one| one.entry.id).collect();
        match self.together(pending).await {
            Ok(()) => Ok(Vec::new()),
            Err(failure) => {
                pending.clear();
                let jobs: Vec<Job> = ids.into_iter().map(Job::whole).collect();
                self.singly(&jobs, failure, contents, options).await
            }
        }
    }

    /// Runs the statements of some entries in one transaction.
    async fn together(&mut self, pending: &mut Vec<Pending<'_>>) -> Result<(), Failure> {
        let (mut statements, mut about): (Vec<&str>, Vec<(&Entry, Step)>) = (Vec::new(), Vec::new());
        let entries: Vec<(EntryId, bool)> = pending.iter().map(|one| (one.entry.id, one.index_only)).collect();
        let noted = made(&entries);
        if let Some(first) = pending.first()
            && self.ledger.is_on()
        {
            statements.push(&noted);
            about.push((first.entry, Step::Note));
        }
        for Pending { entry, work, .. } in &*pending {
            for statement in &work.statements {
                statements.push(&statement.sql);
                about.push((entry, statement.step));
            }
        }
        if !statements.is_empty() {
            self.process.interrupt.check()?;
            // Where the session is lost, what comes next says so.
            let _ = self.speak(self.own_encoding()).await;
            let (mut tries, after) = (0, self.defaults.clone());
            loop {
                let done = match self.args.output.single_transaction {
                    true => self.session.batch_within(&statements).await,
                    false => self.session.batch(&statements).await,
                };
                let Err(failure) = done.map_err(|error| refused(&error, &about)) else {
                    break;
                };
                tries += 1;
                if !self.may_retry(&failure, tries) {
                    return Err(failure);
                }
                self.revive(&failure).await?;
                if self.has_made(&entries).await? {
                    self.settle_defaults(after.clone()).await?;
                    break;
                }
            }
            self.defaults = after;
        }
        if self.ledger.is_on() {
            self.acknowledged.add(entries.len() as u64, 0);
        }
        self.settled = self.defaults.clone();
        for Pending { entry, .. } in pending.drain(..) {
            self.process.messages.info(format!("made {}", entry.describe()));
        }
        Ok(())
    }

    /// Runs the statements of an entry that no transaction may hold.
    async fn alone(&self, entry: &Entry, work: &Work, tally: &mut Tally) -> Result<(), Failure> {
        for statement in &work.statements {
            self.session.execute(&statement.sql).await.map_err(|error| {
                let failure = failure::at(&error, entry.describe(), statement.step);
                match error.sqlstate() {
                    Some(DUPLICATE_DATABASE) => failure.hint(format!(
                        "drop or rename it, or load into it without -C; if a load that was broken off has made it: {}",
                        again::lines(self.args)
                    )),
                    _ => failure,
                }
            })?;
            if statement.step == Step::Create {
                tally.created = Some(entry.name.clone());
            }
        }
        self.process.messages.info(format!("made {}", entry.describe()));
        Ok(())
    }
}

fn refused(error: &BatchError, about: &[(&Entry, Step)]) -> Failure {
    let place = match error.step {
        pgx_server::Step::Statement(index) => about.get(index),
        // What is checked only at the end of a transaction is about any of them.
        pgx_server::Step::Begin | pgx_server::Step::Commit => None,
    };
    match (place, about.first(), about.last()) {
        (Some((entry, step)), ..) => failure::at(&error.error, entry.describe(), step),
        (None, Some((first, _)), Some((last, _))) => failure::at(
            &error.error,
            format!("{} to {}", first.describe(), last.describe()),
            "committing",
        ),
        _ => failure::server(&error.error),
    }
}
