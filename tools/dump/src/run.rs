//! The story of a dump.

use std::time::Duration;

use futures_util::future::{Either, select};
use pgx_archive::Compression;
use pgx_cli::{Content, Exit, Failure, Process};

use crate::args::{DumpArgs, OutputFormat, Way};
use crate::connect::Source;
use crate::describe::Description;
use crate::leg::Leg;
use crate::sink::Sink;
use crate::{anew, archive, check, connect, filters, head, hold, plain};

/// How long a dump may wind up after a signal: time enough to cancel what the server does and to write last
/// words to whoever still reads.
const WIND_UP: Duration = Duration::from_secs(2);

/// Runs the tool.
pub fn run(args: DumpArgs, process: &Process) -> Result<(), Failure> {
    args.check()?;
    args.hold.check(&args)?;
    match args.hold.way() {
        Way::Alone | Way::Anew(_) => alone(args, process),
        Way::Held => hold::first(&args, process),
        Way::Resumed(token) => hold::resume(token, &args, process),
        Way::List => hold::ask::list(process),
        Way::Release(archive) => hold::ask::release(archive, process),
    }
}

/// A dump that lives and dies with its pipe.
fn alone(mut args: DumpArgs, process: &Process) -> Result<(), Failure> {
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
    if args.check.check {
        return check::check(args, process).await;
    }
    args.output.mention_without_effect(&process.messages);
    let (rate, patience) = (args.reading.rate_limit, args.reading.timeout);
    let output = |content| process.output(args.output.file.as_deref(), content);
    match args.output.format {
        OutputFormat::Pgx => {
            let output = output(Content::Archive)?;
            let compression = args.output.compression(output.destination())?;
            let token = anew::token(args)?;
            let source = connect::source(args, process).await?;
            let sink = Sink::new(Box::new(output), rate, patience);
            match token {
                None => send(args, process, source, compression, sink).await,
                Some(token) => anew::send(args, process, source, compression, sink, &token).await,
            }
        }
        OutputFormat::Plain => {
            let output = output(Content::Text)?;
            let source = connect::source(args, process).await?;
            let sink = match args.output.press()? {
                Some(press) => Sink::pressed(output, rate, patience, press),
                None => Sink::new(Box::new(output), rate, patience),
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
    let leg = Leg {
        args,
        process,
        compression,
        progress: &process.progress(),
        held: None,
    };
    let encoder = leg.head(&head::head(&source.facts, args), &mut sink).await?;
    let (encoder, described) = leg.describe(&source, encoder, &mut sink).await?;
    let Description { entries, parts, .. } = described;
    let encoder = leg.contents(&entries, encoder, &mut sink).await?;
    let encoder = leg.last_rows(&mut source, &entries, parts, encoder, &mut sink).await?;
    leg.end(encoder, &mut sink).await
}
