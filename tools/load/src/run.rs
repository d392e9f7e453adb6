//! The story of a load.

use std::time::Duration;

use pgx_cli::{Content, Exit, Failure, Process};

use crate::archive_input;
use crate::args::LoadArgs;
use crate::check;
use crate::choice;
use crate::intake::Intake;
use crate::ledger::report;
use crate::members;
use crate::{connect, opening, pulse, script, verify};

/// How long a load that notices by itself that its target is silent has for its last words.
const WIND_UP: Duration = Duration::from_secs(30);

/// Runs the tool.
pub fn run(mut args: LoadArgs, process: &Process) -> Result<(), Failure> {
    args.check()?;
    args.hooks = args.hook_files.read(process)?;
    let runtime = tokio::runtime::Runtime::new().map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    let story = story(&args, process);
    // Wrong settings are said by who connects.
    match connect::settings(&args.connection, None) {
        Ok(server) if args.output.file.is_none() => {
            runtime.block_on(pulse::beside(story, &server, args.wait.timeout + WIND_UP))
        }
        _ => runtime.block_on(story),
    }
}

async fn story(args: &LoadArgs, process: &Process) -> Result<(), Failure> {
    if args.resume.asks() {
        return report::answer(args, process).await;
    }
    let selection = choice::selection(args, process)?;
    let input = opening::input(args, process).await?;
    args.form.expect(&input)?;
    match archive_input::is_archive(&input) {
        true => args.verify.expect_stream()?,
        false => input.expect_stream()?,
    }
    // The database itself is no part that would be worth seeking.
    let part = !choice::is_whole(&selection);
    let limits = (args.output.buffer, args.wait.timeout);
    match &args.output.file {
        None if args.check.check => {
            let intake = Intake::start(input, true, limits, process)?;
            check::check(args, &selection, process, intake).await
        }
        None => {
            let intake = Intake::start(input, part, limits, process)?;
            match args.verify.verify_only {
                true => verify::only(args, &selection, process, intake).await,
                false => members::load(args, &selection, process, intake).await,
            }
        }
        Some(file) => {
            let output = process.output(Some(file), Content::Text)?;
            input.expect_apart(&output)?;
            let intake = Intake::start(input, part, limits, process)?;
            script::write((args, &selection), process, intake, output).await
        }
    }
}
