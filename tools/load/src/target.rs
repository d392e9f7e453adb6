//! The target: a session, and what it has been told. How a load begins in it, what makes its objects, and the
//! transactions of its rows have files of their own.

mod begin;
mod definitions;
mod rows;

use std::sync::{Arc, Mutex};

use pgx_archive::{Data, Format};
use pgx_cli::{Exit, Failure, Process};
use pgx_restore::existing::triggers_off;
use pgx_restore::session::TableDefaults;
use pgx_server::target::{self, TargetOptions};
use pgx_server::{Conninfo, Session, Text};

use crate::args::LoadArgs;
use crate::connect;
use crate::failure;
use crate::ledger::place::Place;
use crate::ledger::{self, Ledger};
use crate::retry::Acknowledged;
use crate::stop::Stop;

/// SQLSTATE of what a role may not do.
const INSUFFICIENT_PRIVILEGE: &str = "42501";

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
    /// Where its ledger is.
    pub(crate) place: Place,
    /// What all sessions have been told is committed.
    pub(crate) acknowledged: Arc<Acknowledged>,
    /// Where a new session is entered that takes the place of a lost one.
    pub(crate) stops: Option<Arc<Mutex<Vec<Stop>>>>,
    /// Whether what it does is written into a ledger.
    pub ledger: Ledger<'a>,
}

impl<'a> Target<'a> {
    /// Connects, and makes the session independent of what database and role have set.
    pub async fn connect(args: &'a LoadArgs, process: &'a Process, text: Text) -> Result<Target<'a>, Failure> {
        let info = connect::resolve(args, process)?;
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
            place: Place::default(),
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
            place: self.place.clone(),
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
            true => self.finish().await?,
            false => target::settle(&self.session).await.map_err(failed)?,
        }
        // All is safe: a session that is lost now takes nothing along.
        let _ = self.session.close().await;
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
}
