//! The story of a dump.

use std::time::Duration;

use futures_util::future::{Either, select};
use pgx_archive::{Compression, Encoder};
use pgx_cli::{Content, Exit, Failure, Process};

use crate::args::{DumpArgs, OutputFormat};
use crate::connect::Source;
use crate::describe::Description;
use crate::error::Error;
use crate::lanes::{self, Lanes};
use crate::sink::Sink;
use crate::stream::{self, GivenUp};
use crate::{archive, connect, describe, filters, head, plain};

/// How long a dump may wind up after a signal: time enough to cancel what the server does and to write last
/// words to whoever still reads.
const WIND_UP: Duration = Duration::from_secs(2);

/// Entries that are encoded before any of them is written: a frame or two.
const ENTRIES_AT_ONCE: usize = 1000;

/// Runs the tool.
pub fn run(mut args: DumpArgs, process: &Process) -> Result<(), Failure> {
    args.output.check()?;
    filters::read(&mut args.selection)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    let ended = runtime.block_on(async {
        let signal = process.interrupt.raised();
        let story = std::pin::pin!(story(&args, process));
        match select(story, signal).await {
            Either::Left((ended, _)) => ended,
            Either::Right((exit, story)) => tokio::time::timeout(WIND_UP, story)
                .await
                .unwrap_or_else(|_| Err(Failure::silent(exit))),
        }
    });
    // The thread that writes may be stuck in a pipe that nobody reads: it is not waited for.
    runtime.shutdown_background();
    ended
}

async fn story(args: &DumpArgs, process: &Process) -> Result<(), Failure> {
    args.output.mention_without_effect(&process.messages);
    let rate = args.reading.rate_limit;
    let output = |content| process.output(args.output.file.as_deref(), content);
    match args.output.format {
        OutputFormat::Pgx => {
            let output = output(Content::Archive)?;
            let compression = args.output.compression(output.destination())?;
            let source = connect::source(args, process).await?;
            send(args, process, source, compression, Sink::new(output, rate)).await
        }
        OutputFormat::Plain => {
            let output = output(Content::Text)?;
            let source = connect::source(args, process).await?;
            let sink = match args.output.press()? {
                Some(press) => Sink::pressed(output, rate, press),
                None => Sink::new(output, rate),
            };
            plain::write(args, process, source, sink).await
        }
        OutputFormat::Archive(format) => {
            let request = archive::Request::new(format, args, process)?;
            let source = connect::source(args, process).await?;
            archive::write(args, process, source, request).await
        }
    }
}

/// The dump as a stream.
async fn send(
    args: &DumpArgs,
    process: &Process,
    mut source: Source,
    compression: Compression,
    mut sink: Sink,
) -> Result<(), Failure> {
    let fatal = |error| Error::Encode(error).into_failure();
    let progress = process.progress();
    let mut bytes = Vec::new();
    let head = head::head(&source.facts, args);
    let mut encoder = Encoder::new(compression).head(&head, &mut bytes).map_err(fatal)?;
    sink.write(std::mem::take(&mut bytes)).await?;

    let stage = "reading catalogs";
    progress.stage(stage);
    let described = stream::alive(
        describe::describe(&source, args),
        stage,
        |tick, out| encoder.tick(tick, out),
        &mut sink,
    )
    .await;
    let Description {
        entries,
        parts,
        refused,
        left_out,
        ..
    } = match described {
        Ok(described) => described,
        Err(error) => {
            return Err(GivenUp::new(error, stage, |fail, out| encoder.fail(fail, out))
                .end(sink)
                .await);
        }
    };
    describe::mention(&refused, &left_out, process);
    progress.expect(lanes::missing(&parts).len() as u64, stream::expected(&entries));
    for entries in entries.chunks(ENTRIES_AT_ONCE) {
        encoder.entries(entries, &mut bytes).map_err(fatal)?;
        sink.write(std::mem::take(&mut bytes)).await?;
    }
    let (mut encoder, _) = encoder.toc_end(&mut bytes).map_err(fatal)?;
    sink.write(std::mem::take(&mut bytes)).await?;

    let stage = "reading rows";
    progress.stage(stage);
    let read = async {
        let wanted = lanes::worthwhile(&parts, args.reading.lanes());
        let widened = async {
            source.widen(wanted, args, process).await;
            Ok(process.interrupt.check()?)
        };
        stream::alive(widened, stage, |tick, out| encoder.tick(tick, out), &mut sink).await?;
        let missing = lanes::missing(&parts);
        let mut lanes = Lanes::start(&source, parts, compression, process);
        stream::rows(&mut lanes, missing, &mut encoder, &mut sink, &progress).await?;
        lanes.end().await?;
        source.release().await
    };
    if let Err(error) = read.await {
        return Err(GivenUp::new(error, stage, |fail, out| encoder.fail(fail, out))
            .end(sink)
            .await);
    }
    encoder.finish(&mut bytes).map_err(fatal)?;
    sink.write(bytes).await?;
    sink.close().await
}
