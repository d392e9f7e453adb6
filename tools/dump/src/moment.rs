//! The moment that is dumped: which sessions keep it, and how further ones come to see it.
//!
//! A snapshot lives as long as a transaction that has it. Each keeper exports it for others, so that whoever is
//! lost can be replaced as long as one of them is left: its export is what a new session begins with. The first
//! keeper made the snapshot and holds the locks of the dump. Another may hold them as well; it takes its place
//! then, and from one to the other the tables are never without a lock: what an ALTER TABLE does to a table
//! cannot be seen through a snapshot, so a moment whose locks were lost is lost itself.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pgx_cli::{Notice, Process};
use pgx_server::lock::{LockWait, lock};
use pgx_server::neighbours;
use pgx_server::source::{self, Isolation, SourceOptions};
use pgx_server::{Conninfo, Error, Session};

/// How long to wait before each further attempt to join: what is lost for good is given up after half a minute.
const PAUSES: [u64; 10] = [50, 100, 200, 400, 800, 1600, 3200, 5000, 5000, 5000];

/// The SQLSTATE of a server that has no room for a session; that of a lost one may not be free yet.
const TOO_MANY_CONNECTIONS: &str = "53300";

/// The SQLSTATE of a lock that is not to be had without waiting.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// How often to look whether the second keeper is there and has its locks.
const LOOK: Duration = Duration::from_secs(2);

/// How long the second keeper may take to be there: readers wait for a sign of life after 5 seconds.
const SOON: Duration = Duration::from_secs(3);

/// How long a session may take to stop what it is doing.
const CALM: Duration = Duration::from_secs(10);

/// What a keeper goes back to when a leg is broken off: it has its locks there, and its snapshot.
const ANCHOR: &str = "SAVEPOINT leg";
const BACK: &str = "ROLLBACK TO SAVEPOINT leg";

/// How long it takes to come back at most, unless the session is at work.
const AT_WORK: Duration = Duration::from_millis(300);

/// Takes in what comes late.
const ABSORB: &str = "SELECT pg_catalog.pg_sleep(0.2)";

/// The moment that is dumped.
pub struct Moment {
    info: Conninfo,
    options: SourceOptions,
    process: Process,
    keepers: Mutex<Vec<Keeper>>,
}

/// A session that keeps the snapshot.
#[derive(Clone)]
pub struct Keeper {
    /// The session.
    pub session: Arc<Session>,
    /// The name under which it has exported the snapshot, where it could.
    pub export: Option<String>,
    /// Whether it holds all locks of the dump.
    pub locks: bool,
    /// Its process on the server; 0 where nobody asked.
    pub pid: u32,
}

impl Moment {
    /// The moment that this keeper has; other sessions will be as `options` say, but for what they see.
    pub fn new(first: Keeper, info: Conninfo, options: SourceOptions, process: &Process) -> Moment {
        Moment {
            info,
            options,
            process: process.clone(),
            keepers: Mutex::new(vec![first]),
        }
    }

    /// A session has been lost, although it may not show yet.
    pub fn lost(&self, session: &Arc<Session>) {
        self.keepers().retain(|keeper| !Arc::ptr_eq(&keeper.session, session));
    }

    /// The session that holds the locks of the dump, if one is left.
    pub fn holder(&self) -> Option<Arc<Session>> {
        let keepers = self.keepers();
        let holder = keepers.iter().find(|keeper| keeper.locks)?;
        Some(holder.session.clone())
    }

    /// Prepares the first keeper for legs that are broken off.
    pub async fn anchor(&self) -> Result<(), Error> {
        let Some(holder) = self.holder() else {
            return Err(lost());
        };
        let pid = neighbours::pid(&holder).await?;
        holder.execute(ANCHOR).await?;
        if let Some(keeper) = self
            .keepers()
            .iter_mut()
            .find(|keeper| Arc::ptr_eq(&keeper.session, &holder))
        {
            keeper.pid = pid;
        }
        Ok(())
    }

    /// Keeps the moment, from now on, by two sessions: whichever is lost is replaced from the other. Ends when
    /// both are lost, or when the server gives no second one; that is said then.
    pub async fn keep(&self, tables: &[String]) {
        let mut complained = false;
        loop {
            let kept = match self.second() {
                Some(keeper) if keeper.locks => Ok(()),
                Some(keeper) => self.lock(&keeper, tables).await,
                None if self.is_shared() => self.add_second(tables).await,
                None => return,
            };
            match kept {
                Ok(()) => complained = false,
                Err(error) if self.process.interrupt.exit().is_none() && !complained => {
                    complained = true;
                    let notice = Notice::new("the snapshot is kept by one session only").detail(error.to_string());
                    self.process.messages.warning(notice);
                }
                Err(_) => {}
            }
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Has the moment kept by two sessions at once, if that is soon done; else [`Moment::keep`] goes on with it, and says
    /// why it cannot be done.
    pub async fn double(&self, tables: &[String]) {
        if self.is_shared() {
            let _ = tokio::time::timeout(SOON, self.add_second(tables)).await;
        }
    }

    /// The keeper beside the one that holds the locks.
    fn second(&self) -> Option<Keeper> {
        let holder = self.holder();
        let is_holder = |keeper: &Keeper| {
            holder
                .as_ref()
                .is_some_and(|holder| Arc::ptr_eq(holder, &keeper.session))
        };
        self.keepers().iter().find(|keeper| !is_holder(keeper)).cloned()
    }

    async fn add_second(&self, tables: &[String]) -> Result<(), Error> {
        let session = self.open_once().await?;
        // Before any savepoint: afterwards the server refuses.
        let export = source::export_snapshot(&session).await?;
        let pid = neighbours::pid(&session).await?;
        let keeper = Keeper {
            session,
            export: Some(export),
            locks: false,
            pid,
        };
        self.keepers().push(keeper.clone());
        self.lock(&keeper, tables).await
    }

    /// Takes the locks that the holder of the dump's locks has, as far as that takes no waiting: an ALTER TABLE
    /// that is queued behind it would wait for us, and we for it.
    async fn lock(&self, keeper: &Keeper, tables: &[String]) -> Result<(), Error> {
        let session = &keeper.session;
        session.execute("SAVEPOINT keep").await?;
        match lock(session, tables, &LockWait::NoWait).await {
            Ok(()) => session.execute(&format!("RELEASE SAVEPOINT keep; {ANCHOR}")).await?,
            Err(error) => {
                session
                    .execute("ROLLBACK TO SAVEPOINT keep; RELEASE SAVEPOINT keep")
                    .await?;
                // Somebody waits for the table. It is tried again when they are done.
                return match error.sqlstate() {
                    Some(LOCK_NOT_AVAILABLE) => Ok(()),
                    _ => Err(error),
                };
            }
        }
        let mut keepers = self.keepers();
        // Nothing is without a lock from one to the other only if the other still has them.
        let held = keepers.iter().any(|other| other.locks);
        for other in keepers.iter_mut().filter(|other| Arc::ptr_eq(&other.session, session)) {
            other.locks = held;
        }
        Ok(())
    }

    /// After a leg was broken off: the keeper that was reading stops, and is as it was before. One that does not
    /// is given up for the other.
    pub async fn settle(&self) {
        let Some(holder) = self.holder() else { return };
        let calm = async {
            // A session that is at work comes back only when it is stopped.
            let back = holder.execute(BACK);
            tokio::pin!(back);
            let mut stopped = false;
            let mut came_back = loop {
                match tokio::time::timeout(AT_WORK, &mut back).await {
                    Ok(came_back) => break came_back,
                    Err(_) => stopped = holder.canceller().cancel().await.is_ok(),
                }
            };
            // A request to stop that arrives late would stop what comes next: here, where it does no harm.
            if stopped {
                let _ = holder.execute(ABSORB).await;
                came_back = holder.execute(BACK).await;
            }
            came_back.is_ok()
        };
        if !tokio::time::timeout(CALM, calm).await.unwrap_or(false) {
            self.lost(&holder);
        }
    }

    /// The processes of all keepers on the server.
    pub fn pids(&self) -> Vec<u32> {
        self.keepers().iter().map(|keeper| keeper.pid).collect()
    }

    /// A keeper that can be asked something at any time.
    pub fn idle(&self) -> Option<Arc<Session>> {
        self.second().map(|keeper| keeper.session)
    }

    /// Whether nobody keeps the moment any more, or nobody its locks.
    pub fn is_lost(&self) -> bool {
        self.holder().is_none()
    }

    /// Whether others can join.
    pub fn is_shared(&self) -> bool {
        self.keepers().iter().any(|keeper| keeper.export.is_some())
    }

    /// A further session that sees this moment, after as many attempts as make sense.
    pub async fn join(&self) -> Result<Arc<Session>, Error> {
        let mut pauses = PAUSES.iter();
        loop {
            let Some(keeper) = self.keepers().iter().find(|keeper| keeper.export.is_some()).cloned() else {
                return Err(lost());
            };
            let error = match self.open(keeper.export.unwrap_or_default()).await {
                Ok(session) => return Ok(session),
                Err(error) => error,
            };
            // A keeper that went meanwhile has taken its snapshot along, and there may be another.
            let retry = may_pass(&error) || keeper.session.is_closed();
            match pauses
                .next()
                .filter(|_| retry && self.process.interrupt.exit().is_none())
            {
                Some(pause) => tokio::time::sleep(Duration::from_millis(*pause)).await,
                None => return Err(error),
            }
        }
    }

    /// A further session, at the first attempt or not at all.
    pub async fn open_once(&self) -> Result<Arc<Session>, Error> {
        let export = self.keepers().iter().find_map(|keeper| keeper.export.clone());
        self.open(export.ok_or_else(lost)?).await
    }

    async fn open(&self, snapshot: String) -> Result<Arc<Session>, Error> {
        let session = Session::connect(&self.info).await?;
        let options = SourceOptions {
            isolation: Isolation::Snapshot(snapshot),
            ..self.options.clone()
        };
        source::begin(&session, &options).await?;
        cancel_on_signal(&session, &self.process);
        Ok(Arc::new(session))
    }

    /// The keepers whose sessions have not ended.
    fn keepers(&self) -> MutexGuard<'_, Vec<Keeper>> {
        let mut keepers = self.keepers.lock().unwrap_or_else(PoisonError::into_inner);
        keepers.retain(|keeper| !keeper.session.is_closed());
        keepers
    }
}

/// Whether another attempt to connect may succeed.
fn may_pass(error: &Error) -> bool {
    matches!(error, Error::Connect { .. }) || error.is_transient() || error.sqlstate() == Some(TOO_MANY_CONNECTIONS)
}

fn lost() -> Error {
    Error::Lost {
        reason: "no session is left that keeps the snapshot".to_owned(),
    }
}

/// On Ctrl-C the server is told to stop what the session does, as long as we live.
pub fn cancel_on_signal(session: &Session, process: &Process) {
    let canceller = session.canceller();
    let runtime = tokio::runtime::Handle::current();
    process.interrupt.on_raise(move || {
        runtime.spawn(canceller.insist());
    });
}
