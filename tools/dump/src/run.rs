//! The story of a dump.

use pgx_archive::{Compression, Encoder};
use pgx_cli::{Content, Destination, Exit, Failure, Process};

use crate::args::{DumpArgs, OutputFormat};
use crate::connect::Source;
use crate::describe::Description;
use crate::sink::Sink;
use crate::stream::{self, GivenUp};
use crate::{connect, describe, head, plain};

/// Runs the tool.
pub fn run(args: DumpArgs, process: &Process) -> Result<(), Failure> {
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    runtime.block_on(story(&args, process))
}

async fn story(args: &DumpArgs, process: &Process) -> Result<(), Failure> {
    let content = match args.output.format {
        OutputFormat::Pgx => Content::Archive,
        OutputFormat::Plain => Content::Text,
    };
    let output = process.output(args.output.file.as_deref(), content)?;
    let source = connect::source(args, process).await?;
    match args.output.format {
        OutputFormat::Pgx => {
            let compression = args.output.compress.unwrap_or(match output.destination() {
                Destination::File => Compression::Zstd(3),
                _ => Compression::Stored,
            });
            send(args, process, &source, compression, Sink::new(output)).await
        }
        OutputFormat::Plain => plain::write(args, process, &source, Sink::new(output)).await,
    }
}

/// The dump as a stream.
async fn send(
    args: &DumpArgs,
    process: &Process,
    source: &Source,
    compression: Compression,
    mut sink: Sink,
) -> Result<(), Failure> {
    let progress = process.progress();
    let mut bytes = Vec::new();
    let encoder = Encoder::new(compression).head(&head::head(&source.facts, &args.selection), &mut bytes);
    let mut encoder = encoder.map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    sink.write(std::mem::take(&mut bytes)).await?;

    progress.stage("reading catalogs");
    let described = describe::describe(source, args).await;
    let Description { entries, jobs, refused } = match described {
        Ok(described) => described,
        Err(error) => {
            return Err(
                GivenUp::new(error, "reading catalogs", |fail, out| encoder.fail(fail, out))
                    .end(sink)
                    .await,
            );
        }
    };
    for (table, column) in refused {
        process.messages.warning(format!(
            "rows of {table} are text: column \"{column}\" has no binary form that another database accepts"
        ));
    }
    progress.expect(jobs.len() as u64, stream::expected(&entries));
    let sent = encoder
        .entries(&entries, &mut bytes)
        .and_then(|()| encoder.toc_end(&mut bytes));
    let (mut encoder, _) = sent.map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    sink.write(std::mem::take(&mut bytes)).await?;

    progress.stage("reading rows");
    if let Err(error) = stream::rows(
        source.session.clone(),
        jobs,
        compression,
        &mut encoder,
        &mut sink,
        &progress,
    )
    .await
    {
        return Err(GivenUp::new(error, "reading rows", |fail, out| encoder.fail(fail, out))
            .end(sink)
            .await);
    }
    encoder
        .finish(&mut bytes)
        .map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    sink.write(bytes).await?;
    sink.close().await
}
