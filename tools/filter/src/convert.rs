//! A stream into one of pg_dump's archives: what is kept of it, in the form that pg_restore reads.
//!
//! Such an archive is of one database, and its rows are text. Rows of a table may come in parts, of several
//! tables at once; an archive wants them together, so what comes too early waits in a temporary file.

use std::path::Path;
use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use pgx_archive::{Content, Entry, Event, Head};
use pgx_cli::{Exit, Failure, Input, Notice, Outlet, Process};
use pgx_pgdump::{Assembly, Error, Recipe, Target};
use pgx_restore::memberships::{Memberships, NOT_MADE};

use crate::args::OutputArgs;
use crate::member::{Contents, Filter};
use crate::stream::Stream;

/// What is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A stream.
    #[default]
    Pgx,
    /// One of pg_dump's archives.
    Archive(pgx_pgdump::Format),
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Format, String> {
        match name {
            "pgx" => Ok(Format::Pgx),
            "p" | "plain" => Err("pgx-load -f writes scripts".to_owned()),
            name => match name.parse() {
                Ok(archive) => Ok(Format::Archive(archive)),
                Err(_) => Err("formats are pgx, custom, directory, tar".to_owned()),
            },
        }
    }
}

/// An archive that is asked for: where it goes, and how.
pub struct Request {
    target: Target<Outlet>,
    recipe: Recipe,
}

impl Request {
    /// What the flags ask for; wrong flags are said before anything is read.
    pub fn new(
        format: pgx_pgdump::Format,
        args: &OutputArgs,
        input: &Input,
        process: &Process,
    ) -> Result<Request, Failure> {
        let recipe = Recipe::new(format, args.pg_restore, args.compress).map_err(unusable)?;
        let target = match (format, &args.file) {
            (pgx_pgdump::Format::Directory, _) if args.rate_limit.is_some() => {
                return Err(Failure::usage("--rate-limit has no effect with --format=directory"));
            }
            (pgx_pgdump::Format::Directory, Some(path)) if path != Path::new("-") => {
                pgx_pgdump::directory::expect_new(path).map_err(failure)?;
                let threads = std::thread::available_parallelism().map_or(1, usize::from);
                Target::Directory(path.clone(), threads)
            }
            (pgx_pgdump::Format::Directory, _) => {
                return Err(Failure::usage(
                    "--format=directory needs --file with the name of the directory",
                ));
            }
            (_, file) => {
                let output = process.output(file.as_deref(), pgx_cli::Content::Archive)?;
                input.expect_apart(&output)?;
                let is_file = output.is_file_by_name();
                let now = SystemTime::now().duration_since(UNIX_EPOCH);
                let seconds = now.map_or(0, |now| now.as_secs());
                recipe.one_file(Outlet::new(output, args.rate_limit), is_file, seconds)
            }
        };
        Ok(Request { target, recipe })
    }
}

impl Filter<'_> {
    /// pg_restore does not look which publications are there.
    fn leave_memberships(&self, entries: &mut Vec<Entry>) {
        let memberships = Memberships::of(entries.iter());
        for (publication, message) in memberships.told(&memberships.none(NOT_MADE)) {
            let notice = Notice::new(format!("publication {publication}: {message}"));
            self.messages.warning(notice);
        }
        let ids = memberships.ids();
        entries.retain(|entry| !ids.contains(&entry.id));
    }

    /// Makes an archive of the one member of a stream.
    pub fn convert(&self, stream: &mut Stream, request: Request) -> Result<(), Failure> {
        let head = self.head(stream)?;
        expect_database(&head)?;
        let entries = entries(stream)?;
        let kept = self.select(&head, &entries)?;
        let mut contents = Contents::new(entries, kept);
        if !self.selection.bare {
            self.leave_memberships(&mut contents.entries);
        }
        let Request { target, recipe } = request;
        for entry in &mut contents.entries {
            entry.create = pgx_restore::create_for(entry, recipe.major);
        }
        let assembly = Assembly::new(target, &head, &contents.entries, recipe);
        let mut assembly = assembly.map_err(failure)?;
        self.begin(stream, &contents);
        loop {
            match stream.next(|id| contents.called(id))? {
                Event::Data(frame) => {
                    let (entry, part, rows) = (frame.entry(), frame.part(), frame.rows());
                    let bytes = frame
                        .into_raw()
                        .map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
                    self.progress.rows(rows.into(), bytes.len() as u64);
                    assembly.rows(entry, part, &bytes).map_err(failure)?;
                }
                Event::PartEnd { entry, part, .. } if contents.kept.has(entry) => {
                    assembly.part_end(entry, part).map_err(failure)?;
                }
                Event::EntryEnd { entry, .. } if contents.kept.has(entry) => {
                    self.progress.entry_done();
                    assembly.end(entry).map_err(failure)?;
                }
                Event::End(_) => break,
                _ => {}
            }
        }
        // Only now is it certain that nothing is missing.
        if !stream.is_over()? {
            return Err(Failure::failed(
                "the stream has several members, and an archive of pg_dump is of one database",
            )
            .hint("convert each member on its own"));
        }
        match assembly.finish().map_err(failure)? {
            Some(outlet) => outlet.finish(),
            None => Ok(()),
        }
    }
}

fn expect_database(head: &Head) -> Result<(), Failure> {
    let content = match head.content {
        Content::Database if head.resumes.is_some() => "the rest of a stream that was cut",
        Content::Database if !head.renames.is_empty() => "one whose schemas whoever loads it renames",
        Content::Database => return Ok(()),
        Content::Globals => "what belongs to a cluster rather than to a database",
        Content::BaseBackup => "a base backup",
    };
    Err(Failure::failed(format!(
        "the stream is {content}, which pg_dump's archives do not hold"
    )))
}

fn entries(stream: &mut Stream) -> Result<Vec<Entry>, Failure> {
    let mut entries = Vec::new();
    loop {
        match stream.next(|_| None)? {
            Event::Entries(more) => entries.extend(more),
            Event::TocEnd(_) => return Ok(entries),
            _ => {}
        }
    }
}

fn failure(error: Error) -> Failure {
    let failure = Failure::caused_by(Exit::Failed, &error);
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

/// What cannot be had together is wrong usage.
fn unusable(error: Error) -> Failure {
    Failure {
        exit: Exit::Usage,
        ..failure(error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_have_pg_dumps_names() {
        assert_eq!("c".parse(), Ok(Format::Archive(pgx_pgdump::Format::Custom)));
        assert_eq!("p".parse::<Format>(), Err("pgx-load -f writes scripts".to_owned()));
        assert_eq!(
            "x".parse::<Format>(),
            Err("formats are pgx, custom, directory, tar".to_owned())
        );
    }
}
