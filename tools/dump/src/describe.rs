//! From session to entries, and to the list of what is to be read.

use pgx_archive::{Entry, Section};
use pgx_objects::{Server, emit, order};

use crate::args::DumpArgs;
use crate::catalog;
use crate::connect::Source;
use crate::error::Error;
use crate::lane::Job;

/// Everything that is wanted of the database, in order, and the jobs that bring its rows.
pub async fn describe(source: &Source, args: &DumpArgs) -> Result<(Vec<Entry>, Vec<Job>), Error> {
    let server = Server {
        version: source.facts.version_num,
        encoding: source.facts.encoding.clone(),
        database: source.facts.database.clone(),
        search_path: source.search_path.clone(),
        standby: source.facts.in_recovery,
    };
    let (mut db, _choice) =
        catalog::read(&source.session, server, &args.selection, args.reading.lock_wait_timeout).await?;
    let order = order::order(&mut db)?;
    let mut entries = emit::entries(&db, &order);
    if args.selection.data_only {
        entries.retain(|entry| entry.section == Section::Data);
    }
    Ok((entries, Vec::new()))
}
