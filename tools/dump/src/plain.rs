//! The dump as a script for psql.

use pgx_archive::{EntryId, Format};
use pgx_cli::{Exit, Failure, Process, Progress};
use pgx_restore::{Contents, Heading, Options, Piece, Script, large_objects};
use pgx_rows::Malformed;
use pgx_rows::large_object::records;
use pgx_server::source::{CopyForm, copy_settings};

use crate::args::DumpArgs;
use crate::blobs::Records;
use crate::connect::Source;
use crate::describe::{self, Description};
use crate::error::Error;
use crate::parts::Part;
use crate::sink::Sink;
use crate::stream;

/// Writes the script.
pub async fn write(args: &DumpArgs, process: &Process, source: Source, mut sink: Sink) -> Result<(), Failure> {
    let progress = process.progress();
    progress.stage("reading catalogs");
    let described = describe::describe(&source, args).await.map_err(Error::into_failure)?;
    let Description {
        mut entries,
        parts,
        refused,
        unreadable,
    } = described;
    describe::mention(&refused, &unreadable, process);
    for data in entries.iter_mut().filter_map(|entry| entry.data.as_mut()) {
        data.encoding = source.facts.client_encoding.clone();
    }
    progress.expect(parts.len() as u64, stream::expected(&entries));
    progress.stage("reading rows");
    copy_settings(&source.session, CopyForm::Script)
        .await
        .map_err(|error| Error::from(error).into_failure())?;
    let heading = Heading {
        server_version: source.facts.version.clone(),
        producer: concat!("pgx-dump version ", env!("CARGO_PKG_VERSION")).to_owned(),
        restrict_key: args.output.restrict_key.clone().unwrap_or_else(random_key),
    };
    let options = Options {
        row_security: args.reading.enable_row_security,
        ..args.output.options()
    };
    let contents = Contents::new(&entries, &options);
    let script = Script::new(&contents, &options, heading).map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    let text = source.session.text();
    for piece in script {
        match piece {
            Piece::Text(script) => sink.write(text.encode(&script)).await?,
            Piece::Rows(id) => rows(&source, &parts, id, &mut sink, &progress)
                .await
                .map_err(Error::into_failure)?,
        }
    }
    sink.close().await
}

/// The rows of an entry, as they stand in a script.
async fn rows(source: &Source, parts: &[Part], id: EntryId, sink: &mut Sink, progress: &Progress) -> Result<(), Error> {
    for part in parts.iter().filter(|part| part.entry == id) {
        let mut copy = source
            .session
            .copy_out(&part.copy)
            .await
            .map_err(|error| part.refused(error))?;
        let mut objects = Records::default();
        while let Some(piece) = copy.next().await.map_err(|error| part.refused(error))? {
            progress.rows(0, piece.len() as u64);
            if part.format != Format::LargeObjects {
                sink.write(piece.to_vec()).await?;
                continue;
            }
            let mut text = String::new();
            let taken = objects.push(&piece, |record| write_object(record, &mut text));
            taken.map_err(|reason| part.malformed(reason))?;
            sink.write(text.into_bytes()).await?;
        }
    }
    progress.entry_done();
    Ok(())
}

/// A record of a large object, as the calls that write it.
fn write_object(record: &[u8], text: &mut String) -> Result<(), Malformed> {
    for record in records(record) {
        let record = record?;
        if record.offset == 0 {
            *text += &large_objects::script_open(record.oid);
        }
        large_objects::script_write(record.bytes, text);
        if record.last {
            *text += large_objects::SCRIPT_CLOSE;
        }
    }
    Ok(())
}

/// A key that nobody can guess.
fn random_key() -> String {
    format!("{}{}", uuid::Uuid::new_v4().simple(), uuid::Uuid::new_v4().simple())
}
