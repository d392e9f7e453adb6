//! Sessions that read the target at one moment.

use std::sync::Arc;

use futures_util::future::join_all;
use pgx_cli::{Failure, Notice, Process};
use pgx_server::source::{self, CopyForm, Isolation, ServerFacts, SourceOptions};
use pgx_server::{Conninfo, Error, Session, Text};

use crate::args::LoadArgs;
use crate::{connect, failure};

/// To here a session goes back after each table, so that it keeps no lock that others would wait for.
const SAVEPOINT: &str = "SAVEPOINT pgx_verify";

/// What takes a session back; more statements may follow.
pub const BACK: &str = "ROLLBACK TO SAVEPOINT pgx_verify; ";

/// Sessions in one snapshot, or none but the one whose transaction is read.
pub struct Sessions {
    /// Facts about the server.
    pub facts: ServerFacts,
    /// All sessions of this proof.
    pub own: Vec<Arc<Session>>,
}

impl Sessions {
    /// As many as are wanted and let in; they read and never write.
    pub async fn open(info: &Conninfo, args: &LoadArgs, process: &Process, text: Text) -> Result<Sessions, Failure> {
        let options = SourceOptions {
            encoding: (text == Text::Bytes).then(|| "SQL_ASCII".to_owned()),
            ..options(args)
        };
        let (session, info) = connect::connect(info.clone(), &args.connection, process).await?;
        let begun = source::begin(&session, &options).await;
        let facts = begun.map_err(|error| failure::server(&error))?;
        let mut own = Vec::new();
        let wanted = args.output.sessions();
        let snapshot = match wanted > 1 {
            true => share(&session, &options, process).await?,
            false => None,
        };
        if let Some(snapshot) = snapshot {
            let options = SourceOptions {
                isolation: Isolation::Snapshot(snapshot),
                ..options
            };
            let opening = (1..wanted).map(|_| async {
                let (session, _) = connect::connect(info.clone(), &args.connection, process).await?;
                let begun = source::begin(&session, &options).await;
                begun.map_err(|error| failure::server(&error))?;
                prepare(&session).await?;
                Ok::<_, Failure>(session)
            });
            let (opened, refused): (Vec<_>, Vec<_>) = join_all(opening).await.into_iter().partition(Result::is_ok);
            own.extend(opened.into_iter().flatten().map(Arc::new));
            if let Some(Err(failure)) = refused.first() {
                let notice = Notice::new("verifying with fewer sessions").detail(failure.notice.message.as_str());
                process.messages.warning(notice);
            }
        }
        prepare(&session).await?;
        own.insert(0, Arc::new(session));
        Ok(Sessions { facts, own })
    }

    /// None beside a session whose transaction is open.
    pub async fn within(session: &Session, args: &LoadArgs) -> Result<Sessions, Failure> {
        let begun = source::within(session, &options(args)).await;
        let facts = begun.map_err(|error| failure::server(&error))?;
        prepare(session).await?;
        Ok(Sessions { facts, own: Vec::new() })
    }

    /// The session that everything but rows is read on.
    pub fn holder(&self) -> &Arc<Session> {
        &self.own[0]
    }

    /// Ends the sessions: nobody is connected any more when this returns.
    pub async fn end(self) -> Result<(), Failure> {
        for session in self.own.into_iter().filter_map(Arc::into_inner) {
            session.close().await.map_err(|error| failure::server(&error))?;
        }
        Ok(())
    }
}

fn options(args: &LoadArgs) -> SourceOptions {
    SourceOptions {
        role: args.connection.role.clone(),
        row_security: args.output.enable_row_security,
        ..SourceOptions::default()
    }
}

/// The snapshot of a session for others to see; none where the server or a pooler cannot share it.
async fn share(session: &Session, options: &SourceOptions, process: &Process) -> Result<Option<String>, Failure> {
    let told = |error: Error| failure::server(&error);
    match source::export_snapshot(session).await {
        Ok(snapshot) => Ok(Some(snapshot)),
        Err(error) if error.is_connection() => Err(told(error)),
        Err(error) => {
            process.interrupt.check()?;
            let notice = Notice::new("the server cannot share its snapshot: verifying with one session");
            process.messages.warning(notice.detail(error.message()));
            session.rollback().await.map_err(told)?;
            source::begin(session, options).await.map_err(told)?;
            Ok(None)
        }
    }
}

/// Settings for rows, and the place to go back to.
async fn prepare(session: &Session) -> Result<(), Failure> {
    let settings = source::copy_settings(session, CopyForm::Script).await;
    settings.map_err(|error| failure::server(&error))?;
    session
        .execute(SAVEPOINT)
        .await
        .map_err(|error| failure::server(&error))
}
