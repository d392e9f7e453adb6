//! A stream into one of pg_dump's archives: what is kept of it, in the form that pg_restore reads.
//!
//! Such an archive is of one database, and its rows are text. Rows of a table may come in parts, of several
//! tables at once; an archive wants them together, so what comes too early waits in a temporary file.

use std::str::FromStr;
use std::time::{SystemTime, UNIX_EPOCH};

use pgx_archive::{Content, Entry, Event, Head, Kind};
use pgx_cli::{Exit, Failure, Input, Process};
use pgx_pgdump::{Algorithm, Assembly, Compression, Error, Target, Version};

use crate::args::OutputArgs;
use crate::member::{Contents, Filter};
use crate::outlet::Outlet;
use crate::stream::Stream;

/// The major whose pg_restore reads what is written, unless an older one is asked for.
pub const PG_RESTORE: u32 = 18;

/// What is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A stream.
    #[default]
    Pgx,
    /// One of pg_dump's archives.
    Archive(Archive),
}

/// One of pg_dump's formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Archive {
    /// One file, compressed.
    Custom,
    /// A file for each table.
    Directory,
    /// One file, not compressed.
    Tar,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Format, String> {
        match name {
            "pgx" => Ok(Format::Pgx),
            "c" | "custom" => Ok(Format::Archive(Archive::Custom)),
            "d" | "directory" => Ok(Format::Archive(Archive::Directory)),
            "t" | "tar" => Ok(Format::Archive(Archive::Tar)),
            "p" | "plain" => Err("pgx-load -f writes scripts".to_owned()),
            _ => Err("formats are pgx, custom, directory, tar".to_owned()),
        }
    }
}

/// How rows are compressed: what a stream has, and lz4, which only archives have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// As in streams.
    Stream(pgx_archive::Compression),
    /// LZ4.
    Lz4,
}

impl FromStr for Method {
    type Err = String;

    fn from_str(text: &str) -> Result<Method, String> {
        match text {
            "lz4" => Ok(Method::Lz4),
            _ => text
                .parse()
                .map(Method::Stream)
                .map_err(|error: <pgx_archive::Compression as FromStr>::Err| error.to_string()),
        }
    }
}

impl Method {
    /// For a stream.
    pub fn of_stream(self) -> Result<pgx_archive::Compression, Failure> {
        match self {
            Method::Stream(compression) => Ok(compression),
            Method::Lz4 => Err(Failure::usage("-Z lz4 is for -F custom and -F directory")),
        }
    }

    /// For an archive.
    fn of_archive(self) -> Compression {
        let level = |algorithm, level| Compression { algorithm, level };
        match self {
            Method::Lz4 => Compression::of(Algorithm::Lz4),
            Method::Stream(pgx_archive::Compression::Stored) => Compression::of(Algorithm::None),
            Method::Stream(pgx_archive::Compression::Zstd(zstd)) => level(Algorithm::Zstd, Some(zstd)),
            Method::Stream(pgx_archive::Compression::Zlib(zlib)) => level(Algorithm::Gzip, i32::try_from(zlib).ok()),
        }
    }
}

/// An archive that is asked for: where it goes, and how.
pub struct Request {
    target: Target<Outlet>,
    version: Version,
    /// The major whose words definitions are in.
    major: u32,
    compression: Compression,
}

impl Request {
    /// What the flags ask for; wrong flags are said before anything is read.
    pub fn new(archive: Archive, args: &OutputArgs, input: &Input, process: &Process) -> Result<Request, Failure> {
        let major = args.pg_restore.unwrap_or(PG_RESTORE);
        let version = Version::for_pg_restore(major)
            .ok_or_else(|| Failure::usage("pg_restore of 12 and later is written for"))?;
        let compression = args.compress.map(Method::of_archive);
        if archive == Archive::Tar && compression.is_some_and(|compression| compression.algorithm != Algorithm::None) {
            return Err(
                Failure::usage("-F tar is not compressed").hint("compress all of it: pipe it into gzip or zstd")
            );
        }
        let usual = match archive {
            Archive::Custom | Archive::Directory => Algorithm::Gzip,
            Archive::Tar => Algorithm::None,
        };
        let compression = compression.unwrap_or(Compression::of(usual));
        let newer = matches!(compression.algorithm, Algorithm::Lz4 | Algorithm::Zstd);
        if newer && version < Version::V1_15 {
            return Err(
                Failure::usage("pg_restore before 16 knows no compression but gzip").hint("give -Z gzip or none")
            );
        }
        let target = match archive {
            Archive::Directory => match &args.file {
                Some(path) if path.as_os_str() != "-" => Target::Directory(path.clone()),
                _ => return Err(Failure::usage("-F directory needs -f with the name of the directory")),
            },
            archive => {
                let output = process.output(args.file.as_deref(), pgx_cli::Content::Archive)?;
                input.expect_apart(&output)?;
                let is_file = output.is_file_by_name();
                let outlet = Outlet::new(output, args.rate_limit);
                match archive {
                    Archive::Tar => {
                        let now = SystemTime::now().duration_since(UNIX_EPOCH);
                        Target::Tar(outlet, now.map_or(0, |now| now.as_secs()))
                    }
                    // Blocks need not be in order where they can be found by their offsets.
                    _ if is_file => Target::CustomFile(outlet),
                    _ => Target::Custom(outlet),
                }
            }
        };
        Ok(Request {
            target,
            version,
            major,
            compression,
        })
    }
}

impl Filter<'_> {
    /// Makes an archive of the one member of a stream.
    pub fn convert(&self, stream: &mut Stream, request: Request) -> Result<(), Failure> {
        let head = self.head(stream)?;
        expect_database(&head)?;
        let entries = entries(stream)?;
        let kept = self.select(&head, &entries)?;
        let mut contents = Contents::new(entries, kept);
        let Request {
            target,
            version,
            major,
            compression,
        } = request;
        for entry in &mut contents.entries {
            entry.create = in_words_of(entry, major);
        }
        let assembly = Assembly::new(target, &head, &contents.entries, version, compression);
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

/// The definition of an entry as a server of a major understands it.
fn in_words_of(entry: &Entry, major: u32) -> String {
    let options = pgx_restore::Options {
        target: Some(major),
        ..pgx_restore::Options::default()
    };
    match entry.kind {
        // Only pg_restore -C would run it, and then the server says what it does not have.
        Kind::Database => pgx_restore::database::create(entry, &options).unwrap_or_else(|_| entry.create.clone()),
        Kind::Subscription => pgx_restore::subscription::create(entry, &options),
        _ => entry.create_on(options.target).to_owned(),
    }
}

fn expect_database(head: &Head) -> Result<(), Failure> {
    let content = match head.content {
        Content::Database if head.resumes.is_some() => "the rest of a stream that was cut",
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_streams_and_archives_are_spelled_alike() {
        let method = |text: &str| text.parse::<Method>().map(Method::of_archive).ok();
        let level = |algorithm, level| Some(Compression { algorithm, level });
        assert_eq!(method("none"), level(Algorithm::None, None));
        assert_eq!(method("zstd:9"), level(Algorithm::Zstd, Some(9)));
        assert_eq!(method("gzip:level=1"), level(Algorithm::Gzip, Some(1)));
        assert_eq!(method("lz4"), level(Algorithm::Lz4, None));
        assert_eq!(method("xz"), None);
        assert!("lz4".parse::<Method>().is_ok_and(|method| method.of_stream().is_err()));
    }

    #[test]
    fn formats_have_pg_dumps_names() {
        assert_eq!("c".parse(), Ok(Format::Archive(Archive::Custom)));
        assert_eq!("directory".parse(), Ok(Format::Archive(Archive::Directory)));
        assert_eq!("p".parse::<Format>(), Err("pgx-load -f writes scripts".to_owned()));
    }
}
