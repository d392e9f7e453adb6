//! The beginning of the input: what it is shows with its first bytes, which may be long in coming, or never come.

use std::time::Duration;

use futures_util::future::{Either, select};
use pgx_cli::{Exit, Failure, Input, Process};
use tokio::sync::oneshot;

use crate::args::LoadArgs;
use crate::silence::silent;

/// Opens the input, and waits for its first bytes, but not for ever; on a thread of its own, which then stays behind.
pub async fn input(args: &LoadArgs, process: &Process) -> Result<Input, Failure> {
    let (give, opened) = oneshot::channel();
    let (file, opener) = (args.input.clone(), process.clone());
    std::thread::Builder::new()
        .name("opening".into())
        .spawn(move || drop(give.send(opener.input(file.as_deref()))))
        .map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    let waited = tokio::time::timeout(args.wait.timeout, opened);
    let interrupted = process.interrupt.raised();
    match select(Box::pin(waited), Box::pin(interrupted)).await {
        Either::Left((Ok(Ok(input)), _)) => input,
        Either::Left((Ok(Err(_)), _)) => Err(Failure::failed("opening the input stopped unexpectedly")),
        Either::Left((Err(_), _)) => Err(nothing(args.wait.timeout).within(name(args))),
        Either::Right((exit, _)) => Err(Failure::new(exit, "interrupted")),
    }
}

fn name(args: &LoadArgs) -> String {
    match &args.input {
        Some(file) if file.as_os_str() != "-" => file.display().to_string(),
        _ => "standard input".to_owned(),
    }
}

/// The input has not begun.
fn nothing(patience: Duration) -> Failure {
    silent(patience).detail("not a byte has come; a dump says nothing before it is connected")
}
