//! What holders there are, and their end.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use pgx_cli::{Content, Exit, Failure, Process};

use super::place;
use super::words::{self, Order, Word};

/// How long a holder may take to answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Writes a line for each holder, with the sessions that wait for it.
pub fn list(process: &Process) -> Result<(), Failure> {
    let mut output = process.output(None, Content::Text)?;
    let directory = place::directory()?;
    for archive in place::archives(&directory)? {
        let Some(holder) = place::connect(&directory, &archive)? else {
            continue;
        };
        if let Some(Word::Status(status)) = ask(holder, &Order::Status).map_err(|error| failed(&archive, &error))? {
            let line = status.line();
            output
                .write_all(line.as_bytes())
                .map_err(|error| output.failure(error))?;
        }
    }
    output.finish()
}

/// Ends a holder: the one of this archive, or the only one there is.
pub fn release(archive: Option<&str>, process: &Process) -> Result<(), Failure> {
    let directory = place::directory()?;
    let mut holders = Vec::new();
    for found in place::archives(&directory)? {
        let wanted = archive.is_none_or(|wanted| found.starts_with(wanted));
        if let Some(holder) = wanted
            .then(|| place::connect(&directory, &found))
            .transpose()?
            .flatten()
        {
            holders.push((found, holder));
        }
    }
    match (holders.len(), archive) {
        (1, _) => {}
        (0, None) => return Err(Failure::failed("no dump is held here")),
        (0, Some(archive)) => return Err(Failure::failed(format!("nobody holds archive {archive} here"))),
        (number, _) => {
            let names: Vec<String> = holders.into_iter().map(|(name, _)| name).collect();
            let failure = Failure::usage(format!("{number} dumps are held: say which one")).detail(names.join("\n"));
            return Err(failure.hint("pgx-dump --release ARCHIVE"));
        }
    }
    for (name, holder) in holders {
        ask(holder, &Order::Release).map_err(|error| failed(&name, &error))?;
        process.messages.note(format!("archive {name} is no longer held"));
    }
    Ok(())
}

fn failed(archive: &str, error: &std::io::Error) -> Failure {
    Failure::caused_by(Exit::Failed, error).within(format!("the holder of archive {archive}"))
}

/// Sends an order; gives the answer, or none from a holder that has ended.
fn ask(mut holder: UnixStream, order: &Order) -> std::io::Result<Option<Word>> {
    holder.set_read_timeout(Some(PATIENCE))?;
    words::write(&mut holder, order)?;
    let mut line = String::new();
    match BufReader::new(holder).read_line(&mut line)? {
        0 => Ok(None),
        _ => words::read(line.trim_end()).map(Some),
    }
}
