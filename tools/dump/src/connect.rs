//! From flags to a session of the source.

use pgx_cli::{ConnectionArgs, Failure, Process};
use std::sync::Arc;

use pgx_objects::sql;
use pgx_server::source::{self, Isolation, ServerFacts, SourceOptions};
use pgx_server::{Conninfo, Flags, Secret, Session};

use crate::args::DumpArgs;
use crate::error::Error;

/// The source: a session in its transaction, and what is known of its server.
pub struct Source {
    /// The session.
    pub session: Arc<Session>,
    /// Facts about the server.
    pub facts: ServerFacts,
    /// The search path that the user's own sessions have.
    pub search_path: Vec<String>,
}

/// Connects, and begins the transaction whose snapshot is dumped. Ctrl-C cancels what the server does.
pub async fn source(args: &DumpArgs, process: &Process) -> Result<Source, Failure> {
    let session = connect(&args.connection, args.database.as_ref(), process).await?;
    let canceller = session.canceller();
    let runtime = tokio::runtime::Handle::current();
    process.interrupt.on_raise(move || {
        runtime.spawn(async move { canceller.cancel().await });
    });
    begin(session, args).await.map_err(Error::into_failure)
}

async fn begin(session: Session, args: &DumpArgs) -> Result<Source, Error> {
    let path = session
        .rows("SELECT pg_catalog.current_schemas(true)::pg_catalog.text")
        .await?;
    let path = path
        .into_value()
        .and_then(|path| sql::parse_array(&path))
        .unwrap_or_default();
    let isolation = match &args.reading.snapshot {
        Some(snapshot) => Isolation::Snapshot(snapshot.clone()),
        None => Isolation::default(),
    };
    let options = SourceOptions {
        role: args.connection.role.clone(),
        isolation,
        ..SourceOptions::default()
    };
    let facts = source::begin(&session, &options).await?;
    Ok(Source {
        session: Arc::new(session),
        facts,
        search_path: path.into_iter().flatten().collect(),
    })
}

/// Connects as the flags, the environment and the password file say; asks for a password when one is
/// needed and may be asked for.
async fn connect(args: &ConnectionArgs, database: Option<&String>, process: &Process) -> Result<Session, Failure> {
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
    let environment = |name: &str| std::env::var(name).ok();
    let info = Conninfo::resolve(&flags, &environment).map_err(|error| Error::from(error).into_failure())?;
    for warning in &info.warnings {
        process.messages.warning(warning.as_str());
    }
    match Session::connect(&info).await {
        Err(error) if error.needs_password() && !args.no_password && !args.password => {
            let secret = Secret::new(process.ask_password(&format!("Password for user {}", info.user))?);
            Session::connect(&info.with_password(secret)).await
        }
        result => result,
    }
    .map_err(|error| Error::from(error).into_failure())
}
