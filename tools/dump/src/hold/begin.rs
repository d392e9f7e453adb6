//! The beginning of a dump that is held: everything up to the table of contents, after which it can be resumed.

use std::sync::Arc;

use pgx_archive::Compression;
use pgx_cli::{Destination, Exit, Failure, Process, Progress};

use super::desk::Desk;
use super::door::Door;
use super::held::Held;
use super::legs::{Holder, Opened, WIND_UP};
use super::line::{Line, Voice};
use super::words::Word;
use crate::args::DumpArgs;
use crate::describe::Description;
use crate::leg::{Leg, fatal};
use crate::sink::Sink;
use crate::{connect, head};

/// A dump that can be held from now on: its table of contents has been sent.
pub struct Begun {
    /// Who has it.
    pub holder: Holder,
    /// The stream so far.
    pub opened: Opened,
    /// How its frames are compressed.
    pub compression: Compression,
}

/// Connects, describes, and sends the entries. A front that goes before that leaves nothing that could be resumed, and
/// its reader knows: what ends the table of contents is sent by [`Holder::live`], who can be found by then.
pub async fn begin(
    args: DumpArgs,
    process: Process,
    voice: Voice,
    progress: Progress,
    to_file: bool,
    line: &Line,
) -> Result<Begun, Failure> {
    let opening = open(args, process.clone(), voice, progress, to_file, line);
    tokio::pin!(opening);
    tokio::select! {
        begun = &mut opening => begun,
        () = line.gone() => {
            process.interrupt.raise(Exit::Terminated);
            let _ = tokio::time::timeout(WIND_UP, opening).await;
            Err(Failure::silent(Exit::ReaderGone))
        }
    }
}

async fn open(
    args: DumpArgs,
    process: Process,
    voice: Voice,
    progress: Progress,
    to_file: bool,
    line: &Line,
) -> Result<Begun, Failure> {
    let source = connect::source(&args, &process).await?;
    let head = head::head(&source.facts, &args);
    let mut sink = Sink::new(line.taker(), args.reading.rate_limit, args.reading.timeout);
    let compression = args.output.compression(destination(to_file))?;
    let leg = Leg {
        args: &args,
        process: &process,
        compression,
        progress: &progress,
        held: None,
    };
    let encoder = leg.head(&head, &mut sink).await?;
    let (encoder, described) = leg.describe(&source, encoder, &mut sink).await?;
    let Description {
        entries, parts, tables, ..
    } = described;
    let encoder = leg.entries(&entries, encoder, &mut sink).await?;
    let mut unsent = Vec::new();
    let (encoder, end) = encoder.toc_end(&mut unsent).map_err(fatal)?;
    let Some(plan) = end.plan else {
        return Err(Failure::failed("the dump has no plan that could be resumed"));
    };
    let failed = |error: pgx_server::Error| crate::error::Error::from(error).into_failure();
    source.moment.anchor().await.map_err(failed)?;
    source.moment.double(&tables).await;
    let held = Arc::new(Held {
        head,
        entries,
        parts,
        plan,
    });
    let door = Door::open(&held.head.archive)?;
    let lease = args.hold.hold.unwrap_or_default();
    line.say(Word::Held {
        archive: held.head.archive.clone(),
        lease: lease.as_secs(),
    })
    .await;
    let desk = Desk::new(door, held.clone(), source.moment.clone(), tables, &args.hold, &process);
    Ok(Begun {
        holder: Holder::new(held, args, (process, voice, progress), source, desk),
        opened: Opened { encoder, sink, unsent },
        compression,
    })
}

/// What decides about compression, as the front knows it.
pub fn destination(to_file: bool) -> Destination {
    match to_file {
        true => Destination::File,
        false => Destination::Pipe,
    }
}
