//! The target: a session, and what it has been told.

use std::sync::{Arc, Mutex};

use pgx_archive::{Data, Entry, EntryId, Format, Kind};
use pgx_cli::{Exit, Failure, Process, Progress};
use pgx_restore::existing::triggers_off;
use pgx_restore::ledger::{Done, Load, Rows, after_rows, before_rows, made};
use pgx_restore::preflight::{self, objections};
use pgx_restore::session::TableDefaults;
use pgx_restore::{Contents, Options, Schedule, Step, Work, attach_work, index_work, work};
use pgx_server::target::{self, TargetOptions};
use pgx_server::{BatchError, Conninfo, Session, Text};

use crate::args::LoadArgs;
use crate::connect;
use crate::errors::{Errors, Refusal};
use crate::failure;
use crate::job::{Half, Job};
use crate::ledger::{self, Ledger, again, report};
use crate::retry::Acknowledged;
use crate::stop::Stop;
use crate::tally::Tally;

/// SQLSTATE of what a role may not do.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

/// Bytes of rows that are committed at the latest.
const KEPT: u64 = 16 << 20;

/// SQLSTATE of a database that is there already.
const DUPLICATE_DATABASE: &str = "42P04";

/// A session of the target.
pub struct Target<'a> {
    /// The session.
    pub session: Session,
    pub(crate) args: &'a LoadArgs,
    pub(crate) process: &'a Process,
    pub(crate) info: Conninfo,
    text: Text,
    /// What the session's `client_encoding` is.
    encoding: String,
    pub(crate) defaults: TableDefaults,
    /// The same after what was committed last.
    pub(crate) settled: TableDefaults,
    /// Its name in the ledger.
    pub(crate) name: ledger::Name,
    /// Whether it has the lock of the load.
    pub(crate) holds_lock: bool,
    /// What all sessions have been told is committed.
    pub(crate) acknowledged: Arc<Acknowledged>,
    /// Where a new session is entered that takes the place of a lost one.
    pub(crate) stops: Option<Arc<Mutex<Vec<Stop>>>>,
    /// Whether what it does is written into a ledger.
    pub ledger: Ledger<'a>,
}

/// Something that is made together with others.
struct Pending<'e> {
    entry: &'e Entry,
    index_only: bool,
    work: Work,
}

impl<'a> Target<'a> {
    /// Connects, and makes the session independent of what database and role have set.
    pub async fn connect(args: &'a LoadArgs, process: &'a Process, text: Text) -> Result<Target<'a>, Failure> {
        let info = connect::resolve(&args.connection, process)?;
        let (session, info) = connect::connect(info, &args.connection, process).await?;
        let mut target = Target {
            session,
            args,
            process,
            info,
            text,
            encoding: String::new(),
            defaults: TableDefaults::default(),
            settled: TableDefaults::default(),
            name: ledger::Name::default(),
            holds_lock: false,
            acknowledged: Arc::default(),
            stops: None,
            ledger: Ledger::Off,
        };
        target.set_up().await?;
        Ok(target)
    }

    pub(crate) async fn set_up(&mut self) -> Result<(), Failure> {
        let options = TargetOptions {
            role: self.args.connection.role.clone(),
            text: self.text,
            row_security: self.args.output.enable_row_security,
        };
        target::set_up(&self.session, &options)
            .await
            .map_err(|error| failure::server(&error))?;
        let sessions = self.args.output.sessions();
        target::prepare_for_bulk(&self.session, sessions)
            .await
            .map_err(|error| failure::server(&error))?;
        self.switch_triggers_off().await?;
        if self.args.output.single_transaction {
            self.session
                .execute("BEGIN")
                .await
                .map_err(|error| failure::server(&error))?;
        }
        self.encoding = self.own_encoding().to_owned();
        self.defaults = TableDefaults::default();
        Ok(())
    }

    /// Keeps triggers from firing on this session, where that is wanted.
    async fn switch_triggers_off(&self) -> Result<(), Failure> {
        let args = &self.args.existing;
        if !args.disable_triggers {
            return Ok(());
        }
        let sql = triggers_off(args.superuser.as_deref(), self.args.connection.role.as_deref());
        self.session.execute(&sql).await.map_err(|error| {
            let failure = failure::server(&error).within("disabling triggers");
            match error.sqlstate() {
                Some(INSUFFICIENT_PRIVILEGE) => failure.hint(
                    "a superuser can GRANT SET ON PARAMETER session_replication_role, from 15 on; \
                     or -S names a role that may and that you are a member of",
                ),
                _ => failure,
            }
        })
    }

    /// The encoding of statements.
    fn own_encoding(&self) -> &'static str {
        match self.text {
            Text::Utf8 => "UTF8",
            Text::Bytes => "SQL_ASCII",
        }
    }

    /// The encoding in which the server takes rows and the statement before them: binary rows are read in the
    /// session's own, text says its encoding in the statement.
    pub fn encoding_for<'d>(&self, data: &'d Data) -> &'d str {
        match data.format {
            Format::Binary => &data.encoding,
            Format::Text | Format::LargeObjects => self.own_encoding(),
        }
    }

    /// Refuses a target that must not be written to, before anything is; `defining` when definitions are made that
    /// might be there already.
    pub async fn examine(&self, source: u32, defining: bool) -> Result<(), Failure> {
        let ask = |sql| async move { self.session.rows(sql).await.map_err(|error| failure::server(&error)) };
        // A database that is yet to be made is empty.
        let meant = self.args.output.into_existing || self.args.rewrite.clean || self.args.resume.resume;
        let fresh = defining && !(self.args.output.create || meant);
        let objects = if fresh {
            ask(preflight::OBJECTS).await?.rows
        } else {
            Vec::new()
        };
        let target = preflight::Target {
            major: self.session.version().major(),
            standby: ask(preflight::STANDBY).await?.into_value().as_deref() == Some("t"),
            objects: objects.into_iter().flatten().flatten().collect(),
        };
        match objections(source, &target, fresh).first() {
            None => Ok(()),
            Some(objection) => Err(Failure::failed(objection.to_string()).hint(objection.remedy())),
        }
    }

    /// Sets the encoding in which the server takes what comes next.
    pub async fn speak(&mut self, encoding: &str) -> Result<(), pgx_server::Error> {
        match self.change_to(encoding) {
            Some(sql) => self.session.execute(&sql).await,
            None => Ok(()),
        }
    }

    /// The statement that does so, unless it is so already; the caller sends it.
    pub fn change_to(&mut self, encoding: &str) -> Option<String> {
        if self.encoding == encoding {
            return None;
        }
        self.encoding = encoding.to_owned();
        Some(target::rows_in(encoding))
    }

    /// Whether all of the load is one transaction.
    pub fn is_one_transaction(&self) -> bool {
        self.args.output.single_transaction
    }

    /// Whether the load goes on when something goes wrong with an entry.
    pub fn tolerates(&self) -> bool {
        self.args.tolerate.keep_going
    }

    /// Makes the session ready for other work after a failure, which comes back; as an error when there is no going on,
    /// whatever it was about.
    pub async fn recover(&mut self, failure: Failure) -> Result<Failure, Failure> {
        self.process.interrupt.check()?;
        if !self.tolerates() || failure.exit != Exit::Failed || self.session.rollback().await.is_err() {
            return Err(failure);
        }
        // What was set in the transaction is as it was before.
        self.encoding = String::new();
        self.defaults = TableDefaults::default();
        Ok(failure)
    }

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
            let batch = schedule.batch_of(together, |id| contents.get(id).is_none_or(&accept));
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

    /// Begins a transaction for rows, unless all of the load is one.
    pub async fn begin_rows(&self, rows: &Rows) -> Result<(), pgx_server::Error> {
        match (self.args.output.single_transaction, self.ledger.is_on()) {
            (true, _) => Ok(()),
            (false, false) => self.session.execute("BEGIN").await,
            (false, true) => self.session.execute(&format!("BEGIN;{}", before_rows(rows))).await,
        }
    }

    /// Ends a transaction with these rows, and begins the next with others, in one round trip.
    pub async fn commit_rows_and(&self, rows: &Rows, next: &Rows) -> Result<(), pgx_server::Error> {
        let (after, before) = (after_rows(rows), before_rows(next));
        self.session.execute(&format!("{after};COMMIT;BEGIN;{before}")).await
    }

    /// Ends a transaction, unless all of the load is one. Either way the server has answered everything then: the
    /// last words on a COPY come after the number of its rows, and a burst must not take them for its own.
    pub async fn commit_rows(&self, rows: &Rows) -> Result<(), pgx_server::Error> {
        match (self.args.output.single_transaction, self.ledger.is_on()) {
            (true, _) => self.session.execute("").await,
            (false, false) => self.session.commit().await,
            (false, true) => self.session.commit_after(&after_rows(rows)).await,
        }
    }

    /// Bytes of rows after which they are committed: so much is lost at most when a load is broken off, and a commit
    /// costs three ways to the server and back. Until then they are kept, in all no more than may wait.
    pub fn kept_at_most(&self) -> u64 {
        match self.ledger.is_on() {
            true => KEPT.min((self.args.output.buffer / self.args.output.sessions()) as u64),
            false => KEPT,
        }
    }

    /// Another session of the same target.
    pub async fn another(&self) -> Result<Target<'a>, Failure> {
        let (session, info) = connect::connect(self.info.clone(), &self.args.connection, self.process).await?;
        let mut target = Target {
            session,
            info,
            encoding: String::new(),
            defaults: TableDefaults::default(),
            settled: TableDefaults::default(),
            name: ledger::Name::default(),
            holds_lock: false,
            acknowledged: self.acknowledged.clone(),
            stops: self.stops.clone(),
            ..*self
        };
        target.set_up().await?;
        if target.ledger.is_on() {
            target.name = ledger::sign(&target.session).await?;
        }
        Ok(target)
    }

    /// Refuses a target in which another load is at work, or was broken off.
    pub async fn expect_no_ledger(&self) -> Result<(), Failure> {
        let state = ledger::state(&self.session).await?;
        if !state.held {
            return Err(ledger::busy());
        }
        if !state.there {
            return Ok(());
        }
        let done = ledger::read(&self.session).await?;
        if done == Done::default() {
            ledger::end_orphans(&self.session).await?;
            return ledger::discard(&self.session).await;
        }
        Err(
            Failure::failed("the target has a load that was broken off").hint(format!(
                "go on with: {}\nor forget it with: pgx-load --discard {}",
                again::lines(self.args),
                again::target(self.args)
            )),
        )
    }

    /// Begins a ledger, with entries that are made already.
    pub async fn begin_ledger(&mut self, load: &Load, made: &[EntryId]) -> Result<(), Failure> {
        self.ledger = match ledger::begin(&self.session, load, made, self.process).await? {
            true => Ledger::On,
            false => Ledger::Off,
        };
        if self.ledger.is_on() {
            self.acknowledged.add(made.len() as u64, 0);
            self.name = ledger::hold(&self.session).await?;
            self.holds_lock = true;
        }
        Ok(())
    }

    /// Goes on with a load that was broken off, in a database that it may have made: what is done.
    pub async fn resume(&mut self, load: &Load, database: Option<&str>) -> Result<Done, Failure> {
        if let Some(database) = database {
            self.reconnect(database).await?;
        }
        let state = ledger::state_in_the_end(&self.session).await?;
        if !state.held {
            return Err(ledger::busy());
        }
        if !state.there {
            return Err(report::nothing(self.args));
        }
        let done = ledger::go_on(&self.session, load).await?;
        self.ledger = Ledger::On;
        let (made, rows) = ledger::totals(&self.session).await?;
        self.acknowledged.add(made, rows);
        self.name = ledger::hold(&self.session).await?;
        self.holds_lock = true;
        Ok(done)
    }

    /// Where it is.
    pub fn info(&self) -> &Conninfo {
        &self.info
    }

    /// Waits until all that was committed is safe: until then commits did not wait for the disk.
    pub async fn settle(mut self) -> Result<(), Failure> {
        if self.ledger.is_on() {
            let whole = self.expect_acknowledged(true).await;
            if let Err(failure) = whole {
                if !self.may_retry(&failure, 0) {
                    return Err(failure);
                }
                self.revive(&failure).await?;
                self.expect_acknowledged(true).await?;
            }
        }
        let database = self.info.dbname.clone();
        let failed = |error| failure::at(&error, database.as_str(), "committing");
        if self.args.output.single_transaction {
            self.session.commit().await.map_err(failed)?;
        }
        match self.ledger.is_on() {
            true => ledger::finish(&self.session).await?,
            false => target::settle(&self.session).await.map_err(failed)?,
        }
        self.session.close().await.map_err(failed)
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

    /// Goes on in another database of the same server.
    pub async fn reconnect(&mut self, database: &str) -> Result<(), Failure> {
        let info = self.info.with_dbname(database);
        let (session, info) = connect::connect(info, &self.args.connection, self.process).await?;
        self.info = info;
        // The one that goes has nothing left to say: all its answers have been read.
        let _ = std::mem::replace(&mut self.session, session).close().await;
        self.set_up().await?;
        if self.ledger.is_on() {
            self.take_lock().await?;
        }
        Ok(())
    }

    /// The session that had the lock is gone: this one takes it.
    pub(crate) async fn take_lock(&mut self) -> Result<(), Failure> {
        if !ledger::state_in_the_end(&self.session).await?.held {
            return Err(ledger::busy());
        }
        self.name = ledger::sign(&self.session).await?;
        ledger::hold(&self.session).await.map(drop)
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
