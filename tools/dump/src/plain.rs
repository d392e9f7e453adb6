//! The dump as a script for psql.

use pgx_archive::{EntryId, Format};
use pgx_cli::{Exit, Failure, Process, Progress};
use pgx_restore::{Contents, Heading, Piece, Script, large_objects};
use pgx_rows::large_object::records;
use pgx_server::source::{CopyForm, copy_settings};

use crate::args::DumpArgs;
use crate::blobs::Records;
use crate::connect::Source;
use crate::describe::{self, Description};
use crate::error::Error;
use crate::lane::Job;
use crate::sink::Sink;
use crate::stream;

/// Writes the script.
pub async fn write(args: &DumpArgs, process: &Process, source: &Source, mut sink: Sink) -> Result<(), Failure> {
    let progress = process.progress();
    progress.stage("reading catalogs");
    let Description { entries, jobs, .. } = describe::describe(source, args).await.map_err(Error::into_failure)?;
    progress.expect(jobs.len() as u64, stream::expected(&entries));
    progress.stage("reading rows");
    copy_settings(&source.session, CopyForm::Text)
        .await
        .map_err(|error| Error::from(error).into_failure())?;
    let heading = Heading {
        server_version: source.facts.version.clone(),
        producer: concat!("pgx-dump version ", env!("CARGO_PKG_VERSION")).to_owned(),
        restrict_key: args.output.restrict_key.clone().unwrap_or_else(random_key),
    };
    let options = args.output.options();
    let contents = Contents::new(&entries, &options);
    let script = Script::new(&contents, &options, heading).map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    for piece in script {
        match piece {
            Piece::Text(text) => sink.write(text.into_bytes()).await?,
            Piece::Rows(id) => rows(source, &jobs, id, &mut sink, &progress)
                .await
                .map_err(Error::into_failure)?,
        }
    }
    sink.close().await
}

/// The rows of an entry, as they stand in a script.
async fn rows(source: &Source, jobs: &[Job], id: EntryId, sink: &mut Sink, progress: &Progress) -> Result<(), Error> {
    let Some(job) = jobs.iter().find(|job| job.id == id) else {
        return Ok(());
    };
    let refused = |error| Error::Rows {
        id,
        entry: job.name.clone(),
        error,
    };
    let mut copy = source.session.copy_out(&job.copy).await.map_err(refused)?;
    let mut objects = Records::default();
    while let Some(piece) = copy.next().await.map_err(refused)? {
        progress.rows(0, piece.len() as u64);
        if job.format != Format::LargeObjects {
            sink.write(piece.to_vec()).await?;
            continue;
        }
        let mut text = String::new();
        objects
            .push(&piece, |record| {
                for record in records(record) {
                    let record = record?;
                    if record.offset == 0 {
                        text += &large_objects::script_open(record.oid);
                    }
                    large_objects::script_write(record.bytes, &mut text);
                    if record.last {
                        text += large_objects::SCRIPT_CLOSE;
                    }
                }
                Ok(())
            })
            .map_err(|reason| Error::Malformed {
                id,
                entry: job.name.clone(),
                reason,
            })?;
        sink.write(text.into_bytes()).await?;
    }
    progress.entry_done();
    Ok(())
}

/// A key that nobody can guess.
fn random_key() -> String {
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}
