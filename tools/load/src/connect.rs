//! From flags to a session.

use pgx_cli::{ConnectionArgs, Failure, Process};
use pgx_server::{Conninfo, Error, Flags, Secret, Session};

use crate::args::LoadArgs;
use crate::failure;

/// Where the server is, as the flags, the environment and the password file say. It must answer in time.
pub fn resolve(args: &LoadArgs, process: &Process) -> Result<Conninfo, Failure> {
    let password = match args.connection.password {
        true => Some(Secret::new(process.ask_password("Password")?)),
        false => None,
    };
    let mut info = settings(&args.connection, password).map_err(|error| failure::server(&error))?;
    info.connect_timeout.get_or_insert(args.wait.timeout);
    for warning in &info.warnings {
        process.messages.warning(warning.as_str());
    }
    Ok(info)
}

/// The same without a word.
pub fn settings(args: &ConnectionArgs, password: Option<Secret>) -> Result<Conninfo, Error> {
    let flags = Flags {
        dbname: args.dbname.clone(),
        host: args.host.clone(),
        port: args.port.clone(),
        user: args.username.clone(),
        password,
        application_name: Some("pgx-load".into()),
    };
    Conninfo::resolve(&flags, &|name| std::env::var(name).ok())
}

/// Connects; asks for a password when one is needed and may be asked for. Ctrl-C cancels what the server
/// does.
///
/// The settings come back with the password, for further sessions.
pub async fn connect(info: Conninfo, args: &ConnectionArgs, process: &Process) -> Result<(Session, Conninfo), Failure> {
    let attempt = attempt(info, args, process).await?;
    attempt.map_err(|error| failure::server(&error))
}

/// The same, for who wants to know what exactly the server said.
pub async fn attempt(
    info: Conninfo,
    args: &ConnectionArgs,
    process: &Process,
) -> Result<Result<(Session, Conninfo), Error>, Failure> {
    let (session, info) = match Session::connect(&info).await {
        Err(error) if error.needs_password() && !args.no_password && !args.password => {
            let secret = Secret::new(process.ask_password(&format!("Password for user {}", info.user))?);
            let info = info.with_password(secret);
            (Session::connect(&info).await, info)
        }
        result => (result, info),
    };
    let session = match session {
        Ok(session) => session,
        Err(error) => return Ok(Err(error)),
    };
    let canceller = session.canceller();
    let runtime = tokio::runtime::Handle::current();
    process.interrupt.on_raise(move || {
        runtime.spawn(canceller.insist());
    });
    Ok(Ok((session, info)))
}
