//! The dump as one of pg_dump's archives, which pg_restore reads.
//!
//! A directory takes rows as they come. In the other formats rows of one entry come after those of another, and so
//! they are read: one entry at a time, its parts by all lanes, so that hardly anything has to be staged.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pgx_archive::{Compression, DataFrame, EntryId, Head};
use pgx_cli::{Content, Exit, Failure, Outlet, Process, Progress};
use pgx_pgdump::{Assembly, Format, Recipe, Target, directory};
use tokio::sync::mpsc;

use crate::args::DumpArgs;
use crate::connect::Source;
use crate::describe::{self, Description};
use crate::error::Error;
use crate::lane::Sealed;
use crate::lanes::{self, Lanes};
use crate::sink::Sink;
use crate::{head, parts, stream};

/// An archive that is asked for: where it goes, and how.
pub struct Request {
    /// How messages name where it goes.
    name: String,
    target: Target<Outlet>,
    /// How many bytes have been written, where that is one file.
    written: Option<Arc<AtomicU64>>,
    recipe: Recipe,
}

impl Request {
    /// What the flags ask for; wrong flags are said before anybody connects.
    pub fn new(format: Format, args: &DumpArgs, process: &Process) -> Result<Request, Failure> {
        let recipe = Recipe::new(format, args.output.pg_restore, args.output.compress);
        let recipe = recipe.map_err(|error| Failure {
            exit: Exit::Usage,
            ..failure(error)
        })?;
        let rate = args.reading.rate_limit;
        let file = args.output.file.as_deref();
        let mut written = None;
        let (name, target) = match (format, file) {
            (Format::Directory, _) if rate.is_some() => {
                return Err(Failure::usage("--rate-limit has no effect with --format=directory"));
            }
            (Format::Directory, Some(path)) if path != Path::new("-") => {
                directory::expect_new(path).map_err(failure)?;
                let target = Target::Directory(path.to_owned(), args.reading.lanes() as usize);
                (path.display().to_string(), target)
            }
            (Format::Directory, _) => {
                return Err(Failure::usage(
                    "--format=directory needs --file with the name of the directory",
                ));
            }
            (_, file) => {
                let output = process.output(file, Content::Archive)?;
                let name = output.name().to_owned();
                let is_file = output.is_file_by_name();
                let now = SystemTime::now().duration_since(UNIX_EPOCH);
                let seconds = now.map_or(0, |now| now.as_secs());
                let outlet = Outlet::new(output, rate);
                written = Some(outlet.written());
                (name, recipe.one_file(outlet, is_file, seconds))
            }
        };
        Ok(Request {
            name,
            target,
            written,
            recipe,
        })
    }
}

/// Writes the archive.
pub async fn write(args: &DumpArgs, process: &Process, mut source: Source, request: Request) -> Result<(), Failure> {
    let Request {
        name,
        target,
        written,
        recipe,
    } = request;
    let (progress, patience) = (process.progress(), args.reading.timeout);
    let stage = "reading catalogs";
    progress.stage(stage);
    let described = describe::in_time(&source, args, stage)
        .await
        .map_err(Error::into_failure)?;
    let Description {
        mut entries,
        mut parts,
        refused,
        left_out,
        ..
    } = described;
    describe::mention(&refused, &left_out, process);
    progress.expect(lanes::missing(&parts).len() as u64, stream::expected(&entries));
    if recipe.format.wants_order() {
        parts::one_after_another(&mut parts, &entries);
    }
    for entry in &mut entries {
        entry.create = pgx_restore::create_for(entry, recipe.major);
    }
    let head = head::head(&source.facts, args);
    let mut sink = Sink::taken_by(move |told| {
        assemble(target, &head, &entries, recipe, told).map_err(|failure| failure.within(name))
    });
    if let Some(written) = written {
        sink = sink.watching(written, patience);
    }

    let stage = "reading rows";
    progress.stage(stage);
    let read = async {
        let widened = async {
            let wanted = lanes::worthwhile(&parts, args.reading.lanes());
            source.widen(wanted, process).await;
            Ok(())
        };
        stream::within(widened, stage, patience).await?;
        process.interrupt.check()?;
        rows((&source, parts), &mut sink, process, &progress, patience).await?;
        stream::within(source.release(), stage, patience).await
    };
    read.await.map_err(Error::into_failure)?;
    sink.give(Told::Complete).await?;
    sink.close().await
}

/// Hands on what the lanes give until all of them have ended.
async fn rows(
    (source, parts): (&Source, Vec<parts::Part>),
    sink: &mut Sink<Told>,
    process: &Process,
    progress: &Progress,
    patience: Option<Duration>,
) -> Result<(), Error> {
    let mut missing = lanes::missing(&parts);
    // What compresses is the archive.
    let mut lanes = Lanes::start(source, parts, Compression::Stored, process);
    loop {
        let next = async { Ok(lanes.merge.next().await) };
        let Some(sealed) = stream::within(next, "reading rows", patience).await? else {
            break;
        };
        match sealed {
            Sealed::Frame(frame) => {
                progress.rows(frame.rows().into(), frame.raw_len() as u64);
                sink.give(Told::Rows(frame)).await?;
            }
            Sealed::Part(entry, ..) => {
                let left = missing.entry(entry).or_default();
                *left = left.saturating_sub(1);
                if *left == 0 {
                    sink.give(Told::End(entry)).await?;
                    lanes.work.sent(entry);
                    progress.entry_done();
                }
            }
            Sealed::Failed(error) => return Err(error),
        }
    }
    lanes.end().await
}

/// What the thread that writes is told.
enum Told {
    /// Rows of an entry.
    Rows(DataFrame),
    /// All rows of an entry have come.
    End(EntryId),
    /// Everything has come.
    Complete,
}

/// Puts the archive together. One that nobody says is complete is left as it is: readers notice.
fn assemble(
    target: Target<Outlet>,
    head: &Head,
    entries: &[pgx_archive::Entry],
    recipe: Recipe,
    mut told: mpsc::Receiver<Told>,
) -> Result<(), Failure> {
    let mut assembly = Assembly::new(target, head, entries, recipe).map_err(failure)?;
    while let Some(told) = told.blocking_recv() {
        match told {
            Told::Rows(frame) => {
                let (entry, part) = (frame.entry(), frame.part());
                let bytes = frame.into_raw();
                let bytes = bytes.map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
                assembly.rows(entry, part, &bytes).map_err(failure)?;
            }
            Told::End(entry) => assembly.end(entry).map_err(failure)?,
            Told::Complete => {
                return match assembly.finish().map_err(failure)? {
                    Some(outlet) => outlet.finish(),
                    None => Ok(()),
                };
            }
        }
    }
    Ok(())
}

fn failure(error: pgx_pgdump::Error) -> Failure {
    let failure = Failure::caused_by(Exit::Failed, &error);
    match error.hint() {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}
