//! From flags to a session that sees the cluster at one moment.

use pgx_cli::{Failure, Process};
use pgx_server::source::{self, ServerFacts, SourceOptions};
use pgx_server::{Conninfo, Error, Flags, Secret, Session};

use crate::args::GlobalsArgs;

/// The database that every cluster has.
const EVERYWHERE: &str = "postgres";

/// Connects, and begins a transaction that reads.
pub async fn source(args: &GlobalsArgs, process: &Process) -> Result<(Session, ServerFacts), Failure> {
    let session = connect(args, process).await?;
    let canceller = session.canceller();
    let runtime = tokio::runtime::Handle::current();
    process.interrupt.on_raise(move || {
        runtime.spawn(canceller.insist());
    });
    let options = SourceOptions {
        role: args.connection.role.clone(),
        ..SourceOptions::default()
    };
    let facts = source::begin(&session, &options)
        .await
        .map_err(|error| failure(&error))?;
    Ok((session, facts))
}

/// What the server, or the way to it, has to say.
pub fn failure(error: &Error) -> Failure {
    let message = match error.sqlstate() {
        Some(sqlstate) => format!("{} (SQLSTATE {sqlstate})", error.message()),
        None => error.message().to_string(),
    };
    let mut failure = Failure::failed(message);
    if let Some(detail) = error.detail() {
        failure = failure.detail(detail);
    }
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

async fn connect(args: &GlobalsArgs, process: &Process) -> Result<Session, Failure> {
    let connection = &args.connection;
    let database = connection.dbname.as_ref().or(args.database.as_ref());
    let mut flags = Flags {
        dbname: Some(database.map_or(EVERYWHERE, String::as_str).to_owned()),
        host: connection.host.clone(),
        port: connection.port.clone(),
        user: connection.username.clone(),
        password: None,
        application_name: Some("pgx-globals".into()),
    };
    if connection.password {
        flags.password = Some(Secret::new(process.ask_password("Password")?));
    }
    let environment = |name: &str| std::env::var(name).ok();
    let info = Conninfo::resolve(&flags, &environment).map_err(|error| failure(&error))?;
    for warning in &info.warnings {
        process.messages.warning(warning.as_str());
    }
    let result = match Session::connect(&info).await {
        Err(error) if error.needs_password() && !connection.no_password && !connection.password => {
            let secret = Secret::new(process.ask_password(&format!("Password for user {}", info.user))?);
            Session::connect(&info.with_password(secret)).await
        }
        result => result,
    };
    result.map_err(|error| failure(&error))
}
