//! From flags to the source: one session that holds the locks, and others beside it.

use std::sync::Arc;

use futures_util::future::join_all;
use pgx_cli::{Failure, Notice, Process};
use pgx_server::source::{self, Isolation, ServerFacts, SourceOptions};
use pgx_server::{Conninfo, Flags, Secret, Session};

use crate::args::{DumpArgs, OutputFormat};
use crate::error::Error;
use crate::moment::{Keeper, Moment, cancel_on_signal};
use crate::stream;

/// The source: sessions that see the database at one moment, and what is known of its server.
pub struct Source {
    /// The session that holds the locks.
    pub session: Arc<Session>,
    /// Further sessions in the same snapshot.
    pub others: Vec<Arc<Session>>,
    /// Facts about the server.
    pub facts: ServerFacts,
    /// The moment that all of them see.
    pub moment: Arc<Moment>,
}

/// Connects, and begins the transaction whose snapshot is dumped.
pub async fn source(args: &DumpArgs, process: &Process) -> Result<Source, Failure> {
    let (session, info) = connect(args, process).await?;
    cancel_on_signal(&session, process);
    let begun = begin(session, info, args, process);
    let begun = stream::within(begun, "taking a snapshot", args.reading.timeout).await;
    begun.map_err(Error::into_failure)
}

impl Source {
    /// Opens further sessions in the same snapshot, up to `lanes` in all; as many as the server lets in.
    pub async fn widen(&mut self, lanes: usize, process: &Process) {
        if !self.moment.is_shared() {
            return;
        }
        let opening = (1..lanes).map(|_| self.moment.open_once());
        let mut refused = None;
        for opened in join_all(opening).await {
            match opened {
                Ok(session) => self.others.push(session),
                Err(error) => refused = Some(error),
            }
        }
        if let Some(error) = refused {
            let sessions = match self.others.len() + 1 {
                1 => "one session".to_owned(),
                several => format!("{several} sessions"),
            };
            let notice = Notice::new(format!("reading with {sessions}")).detail(error.to_string());
            process.messages.warning(notice);
        }
    }

    /// Ends the transactions: the server may clean up behind the dump again.
    pub async fn release(&mut self) -> Result<(), Error> {
        for session in self.others.drain(..).chain([self.session.clone()]) {
            match session.rollback().await {
                // It was lost on the way, and another has done its work; or it is lost now, which comes to the same.
                Err(error) if error.is_connection() => {}
                ended => ended?,
            }
        }
        Ok(())
    }
}

/// A script has the encoding that was asked for, or the database's own; streams and archives have UTF-8.
fn encoding(session: &Session, args: &DumpArgs) -> Option<String> {
    let asked = || args.output.encoding.clone();
    let encoding = match args.output.format {
        OutputFormat::Plain => asked().unwrap_or_else(|| session.encoding().to_owned()),
        OutputFormat::Pgx | OutputFormat::Archive(_) => return None,
    };
    (encoding != "UTF8").then_some(encoding)
}

async fn begin(session: Session, info: Conninfo, args: &DumpArgs, process: &Process) -> Result<Source, Error> {
    let isolation = match &args.reading.snapshot {
        Some(snapshot) => Isolation::Snapshot(snapshot.clone()),
        None if args.reading.serializable_deferrable => Isolation::SerializableDeferrable,
        None => Isolation::RepeatableRead,
    };
    let options = SourceOptions {
        role: args.connection.role.clone(),
        isolation,
        row_security: args.reading.enable_row_security,
        quote_all_identifiers: args.output.quote_all_identifiers,
        encoding: encoding(&session, args),
    };
    let facts = source::begin(&session, &options).await?;
    let snapshot = match &args.reading.snapshot {
        Some(snapshot) => Some(snapshot.clone()),
        None if args.hold.hold.is_none() && (args.reading.lanes() < 2 || !args.selection.rows()) => None,
        None => match source::export_snapshot(&session).await {
            Ok(snapshot) => Some(snapshot),
            Err(error) if error.is_connection() => return Err(error.into()),
            Err(error) => {
                // It may be that the user stopped it.
                process.interrupt.check()?;
                let notice = Notice::new("the server cannot share its snapshot: reading with one session");
                process.messages.warning(notice.detail(error.message()));
                session.rollback().await?;
                source::begin(&session, &options).await?;
                None
            }
        },
    };
    let session = Arc::new(session);
    let keeper = Keeper {
        session: session.clone(),
        export: snapshot,
        locks: true,
        pid: 0,
    };
    let others = SourceOptions {
        role: args.connection.role.clone(),
        row_security: args.reading.enable_row_security,
        ..SourceOptions::default()
    };
    Ok(Source {
        session,
        others: Vec::new(),
        facts,
        moment: Arc::new(Moment::new(keeper, info, others, process)),
    })
}

/// Connects as the flags, the environment and the password file say; asks for a password when one is
/// needed and may be asked for. The server must answer in time, where there is a limit.
pub async fn connect(args: &DumpArgs, process: &Process) -> Result<(Session, Conninfo), Failure> {
    let (database, timeout) = (args.database.as_ref(), args.reading.timeout);
    let args = &args.connection;
    let mut flags = Flags {
        dbname: args.dbname.as_ref().or(database).cloned(),
        host: args.host.clone(),
        port: args.port.clone(),
        user: args.username.clone(),
        password: None,
        application_name: Some("pgx-dump".into()),
    };
    if args.password {
        flags.password = Some(Secret::new(process.ask_password("Password")?));
    }
    let environment = |name: &str| process.variable(name);
    let mut info = Conninfo::resolve(&flags, &environment).map_err(|error| Error::from(error).into_failure())?;
    info.connect_timeout = info.connect_timeout.or(timeout);
    for warning in &info.warnings {
        process.messages.warning(warning.as_str());
    }
    let result = match Session::connect(&info).await {
        Err(error) if error.needs_password() && !args.no_password && !args.password => {
            let secret = Secret::new(process.ask_password(&format!("Password for user {}", info.user))?);
            let info = info.with_password(secret);
            Session::connect(&info).await.map(|session| (session, info))
        }
        result => result.map(|session| (session, info)),
    };
    result.map_err(|error| Error::from(error).into_failure())
}
