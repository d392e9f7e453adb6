//! The globals as a member of a stream.

use std::io::Write;

use pgx_archive::head::{Content, Head, LATIN1_BYTES, Source};
use pgx_archive::{Compression, Entry, Fail, WriteError, Writer};
use pgx_cli::{Failure, Output};
use pgx_server::source::ServerFacts;

use crate::args::SelectionArgs;

/// HEAD of a member.
pub fn head(facts: &ServerFacts, selection: &SelectionArgs, databases: &[String]) -> Head {
    let mut head = Head::new(
        Content::Globals,
        uuid::Uuid::new_v4().to_string(),
        jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        concat!("pgx-globals ", env!("CARGO_PKG_VERSION")),
    );
    head.source = Source {
        version: facts.version_num,
        version_text: facts.version.clone(),
        database: facts.database.clone(),
        encoding: facts.encoding.clone(),
        system_identifier: facts.system_identifier.clone(),
        standby: facts.in_recovery,
        snapshot: Some(facts.snapshot.clone()),
        lsn: facts.lsn.clone(),
        ..Source::default()
    };
    if facts.encoding == "SQL_ASCII" {
        head.requires.push(LATIN1_BYTES.to_owned());
    }
    head.selection = selection.words();
    if selection.databases_follow() {
        head.databases = databases.to_vec();
    }
    head
}

/// Writes the whole member.
pub fn write(head: &Head, entries: &[Entry], mut output: Output) -> Result<(), Failure> {
    let written = (|| {
        let mut writer = Writer::new(&mut output, Compression::Stored).head(head)?;
        writer.entries(entries)?;
        let (writer, _) = writer.toc_end()?;
        writer.finish()?;
        Ok(())
    })();
    end(written, output)
}

/// Writes a member that says why there is none.
pub fn write_failure(fail: &Fail, mut output: Output) -> Result<(), Failure> {
    let written = Writer::new(&mut output, Compression::Stored).fail(fail).map(|_| ());
    end(written, output)
}

fn end(written: Result<(), WriteError>, mut output: Output) -> Result<(), Failure> {
    match written {
        Ok(()) => {
            output.flush().map_err(|error| output.failure(error))?;
            output.finish()
        }
        Err(WriteError::Io(error)) => Err(output.failure(error)),
        Err(error) => Err(Failure::failed(error.to_string())),
    }
}
