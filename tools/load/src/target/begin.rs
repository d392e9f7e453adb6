//! How a load begins, in a target that may have one already: what is refused, the ledger, and what it says is done.

use pgx_archive::EntryId;
use pgx_cli::Failure;
use pgx_restore::ledger::{Done, Load};
use pgx_restore::preflight::{self, objections};

use crate::failure;
use crate::ledger::{self, Ledger, again, report};
use crate::target::Target;

impl Target<'_> {
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
            self.place.found(&self.info, self.args.connection.role.as_ref());
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
        self.place.found(&self.info, self.args.connection.role.as_ref());
        let (made, rows) = ledger::totals(&self.session).await?;
        self.acknowledged.add(made, rows);
        self.name = ledger::hold(&self.session).await?;
        self.holds_lock = true;
        Ok(done)
    }

    /// Takes back what comes again from another moment.
    pub async fn take_back(&mut self, sql: &str) -> Result<(), Failure> {
        let done = self.session.execute(sql).await;
        done.map_err(|error| failure::server(&error).within("emptying tables of which a part was loaded"))?;
        let (made, rows) = ledger::totals(&self.session).await?;
        self.acknowledged.set(made, rows);
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
