//! The dump as a script for psql.

use std::time::Duration;

use futures_util::TryFutureExt;
use pgx_archive::Format;
use pgx_archive::spelling::quoting_all;
use pgx_cli::{Exit, Failure, Process, Progress};
use pgx_objects::kinds::data::Insert;
use pgx_restore::{Contents, Heading, Options, Piece, Script, large_objects};
use pgx_rows::Malformed;
use pgx_rows::insert::{Inserts, Spelling, Value};
use pgx_rows::large_object::records;
use pgx_rows::object_rows::Records;
use pgx_server::Text;
use pgx_server::source::{CopyForm, copy_settings};

use crate::args::DumpArgs;
use crate::connect::Source;
use crate::describe::{self, Description};
use crate::error::Error;
use crate::parts::Part;
use crate::sink::Sink;
use crate::stream;

/// Encodings in which a character may have bytes that are ASCII by themselves, quotes and backslashes among them.
const WITH_ASCII_INSIDE: &[&str] = &["BIG5", "GB18030", "GBK", "JOHAB", "SHIFT_JIS_2004", "SJIS", "UHC"];

/// Bytes of text that go out together.
const TOGETHER: usize = 64 << 10;

/// Writes the script.
pub async fn write(args: &DumpArgs, process: &Process, source: Source, mut sink: Sink) -> Result<(), Failure> {
    let encoding = &source.facts.client_encoding;
    if args.output.as_inserts() && WITH_ASCII_INSIDE.contains(&encoding.as_str()) {
        let failure = Failure::usage(format!("rows in {encoding} cannot be written as INSERT"));
        return Err(failure.hint("write the script with --encoding=UTF8"));
    }
    let (progress, patience) = (process.progress(), args.reading.timeout);
    let stage = "reading catalogs";
    progress.stage(stage);
    let described = describe::in_time(&source, args, stage)
        .await
        .map_err(Error::into_failure)?;
    let Description {
        mut entries,
        parts,
        inserts,
        refused,
        left_out,
        ..
    } = described;
    describe::mention(&refused, &left_out, process);
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
    let mut script =
        Script::new(&contents, &options, heading).map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    let text = source.session.text();
    let mut next = || quoting_all(args.output.quote_all_identifiers, || script.next());
    let mut gathered = Vec::new();
    while let Some(piece) = next() {
        match piece {
            Piece::Text(script) => {
                gathered.extend(text.encode(&script));
                if gathered.len() >= TOGETHER {
                    sink.write(std::mem::take(&mut gathered)).await?;
                }
            }
            Piece::Rows(id) => {
                sink.write(std::mem::take(&mut gathered)).await?;
                let table = contents.get(id).map(|entry| entry.catalog.oid);
                let insert = table.and_then(|oid| inserts.get(&oid));
                let statements = insert.map(|insert| statements(insert, args, text));
                let of_entry = parts.iter().filter(|part| part.entry == id);
                rows(&source, of_entry, statements, &mut sink, (&progress, patience))
                    .await
                    .map_err(Error::into_failure)?;
            }
        }
    }
    sink.write(gathered).await?;
    sink.close().await
}

/// The rows of an entry, as they stand in a script.
async fn rows<'a>(
    source: &Source,
    parts: impl Iterator<Item = &'a Part> + Clone,
    mut statements: Option<Inserts>,
    sink: &mut Sink,
    (progress, patience): (&Progress, Option<Duration>),
) -> Result<(), Error> {
    let stage = "reading rows";
    for part in parts.clone() {
        let begun = source.session.copy_out(&part.copy);
        let begun = begun.map_err(|error| part.refused(error));
        let mut copy = stream::within(begun, stage, patience).await?;
        let mut objects = Records::default();
        loop {
            let next = copy.next().map_err(|error| part.refused(error));
            let Some(piece) = stream::within(next, stage, patience).await? else {
                break;
            };
            progress.rows(0, piece.len() as u64);
            if let Some(statements) = &mut statements {
                let mut text = Vec::new();
                let taken = statements.push(&piece, &mut text);
                taken.map_err(|reason| part.malformed(reason))?;
                sink.write(text).await?;
                continue;
            }
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
    if let Some(mut statements) = statements
        && let Some(part) = parts.clone().next()
    {
        let mut text = Vec::new();
        let ended = statements.finish(&mut text);
        ended.map_err(|reason| part.malformed(reason))?;
        sink.write(text).await?;
    }
    progress.entry_done();
    Ok(())
}

/// What turns the rows of a table into INSERT, as the flags want it.
fn statements(insert: &Insert, args: &DumpArgs, text: Text) -> Inserts {
    let value = |oid: &Option<u32>| oid.map_or(Value::Default, |oid| Value::Sent(Spelling::of_type(oid)));
    let columns = insert.columns.iter().map(value).collect();
    let end = match args.output.on_conflict_do_nothing {
        // Nothing conflicts with a row without columns, and pg_dump leaves it out there.
        true if !insert.columns.is_empty() => " ON CONFLICT DO NOTHING",
        _ => "",
    };
    let rows_each = args.output.rows_per_insert.unwrap_or(1);
    Inserts::new(text.encode(&insert.into), columns, rows_each, end)
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
