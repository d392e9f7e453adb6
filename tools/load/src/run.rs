//! The story of a load.

use pgx_cli::{Content, Exit, Failure, Process};
use pgx_restore::Contents;

use crate::apply;
use crate::args::LoadArgs;
use crate::intake::Intake;
use crate::script;

/// Runs the tool.
pub fn run(args: LoadArgs, process: &Process) -> Result<(), Failure> {
    args.check()?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    runtime.block_on(story(&args, process))
}

async fn story(args: &LoadArgs, process: &Process) -> Result<(), Failure> {
    let input = process.input(args.input.as_deref())?;
    input.expect_stream()?;
    let mut intake = match &args.output.file {
        None => Intake::start(input, process)?,
        Some(file) => {
            let output = process.output(Some(file), Content::Text)?;
            input.expect_apart(&output)?;
            let mut intake = Intake::start(input, process)?;
            let (head, entries) = intake.contents().await?;
            let options = args.options();
            let contents = Contents::new(&entries, &options);
            return script::write(args, process, &head, &contents, &options, intake, output).await;
        }
    };
    let (head, entries) = intake.contents().await?;
    apply::apply(args, process, &head, &entries, intake).await
}
