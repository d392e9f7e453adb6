//! Looking first: what this role cannot dump, told all at once. Only catalogs are read, and nothing stays locked.

mod ask;

use pgx_archive::Finding;
use pgx_cli::{Failure, Findings, Process};
use pgx_objects::check::judge;
use pgx_server::Session;
use pgx_server::source::{self, SourceOptions};

use crate::args::DumpArgs;
use crate::error::Error;
use crate::{catalog, connect, moment, stream};

/// Tells everything that stands against the dump.
pub async fn check(args: &DumpArgs, process: &Process) -> Result<(), Failure> {
    let mut findings = Findings::new(process, args.check.json)?;
    let (session, info) = connect::connect(args, process).await?;
    moment::cancel_on_signal(&session, process);
    let found = stream::within(found(&session, args), "checking", args.reading.timeout).await;
    for finding in found.map_err(Error::into_failure)? {
        findings.tell(pgx_cli::Finding {
            is_problem: finding.is_problem(),
            code: finding.code,
            object: &finding.object,
            message: &finding.message,
            hint: &finding.hint,
        })?;
    }
    findings.end(&format!("dumping {}", info.dbname))
}

async fn found(session: &Session, args: &DumpArgs) -> Result<Vec<Finding>, Error> {
    if let Err(error) = session.version().check() {
        let finding = Finding::problem("version", "source", error.message());
        return Ok(vec![finding.hint(error.hint().unwrap_or_default())]);
    }
    let options = SourceOptions {
        role: args.connection.role.clone(),
        ..SourceOptions::default()
    };
    let facts = source::begin(session, &options).await?;
    let server = pgx_catalogs::server(session, &facts);
    let (db, _) = catalog::wanted(session, server, args).await?;
    let mut answers = ask::ask(session, &db).await?;
    answers.pooled = session.is_pooled().await?;
    ask::spell(session, &db, &mut answers).await?;
    if args.reading.lanes() > 1
        && let Err(error) = source::export_snapshot(session).await
    {
        answers.not_shared = Some(error.message());
    }
    session.rollback().await?;
    Ok(judge(&db, &answers, &facts.user, args.reading.enable_row_security))
}
