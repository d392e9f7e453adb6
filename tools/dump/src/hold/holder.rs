//! The process of a holder: what it is told first, who it speaks through, and its life from then on.

use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream as Blocking;
use std::sync::Arc;

use pgx_cli::{Exit, Failure, Process, Progress, Remote};
use tokio::net::UnixStream;

use super::begin::begin;
use super::line::{Line, Voice};
use super::spawn::SECRET;
use super::words::{self, Dump, Order};
use crate::args::{DumpArgs, MANUAL};
use crate::filters;

/// The life of a holder, to its end.
pub fn live(control: Blocking, data: Blocking) -> Exit {
    let Some(order) = first_order(&control) else {
        return Exit::Failed;
    };
    let Ok(runtime) = tokio::runtime::Runtime::new() else {
        return Exit::Failed;
    };
    let ended = runtime.block_on(async {
        control.set_nonblocking(true)?;
        let voice = Voice::default();
        let progress = Progress::hidden();
        let line = Line::new(UnixStream::from_std(control)?, data, &voice, &progress);
        hold(order, line, voice, progress).await;
        Ok::<(), std::io::Error>(())
    });
    runtime.shutdown_background();
    match ended {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Failed,
    }
}

/// What the parent wants; nothing comes after it before we speak.
fn first_order(control: &Blocking) -> Option<Dump> {
    let mut line = String::new();
    BufReader::new(control).read_line(&mut line).ok()?;
    match words::read(line.trim_end()).ok()? {
        Order::Dump(order) => Some(order),
        _ => None,
    }
}

async fn hold(order: Dump, line: Line, voice: Voice, progress: Progress) {
    let begun = async {
        let (args, process) = prepare(&order, &voice)?;
        begin(args, process, voice, progress, order.to_file, &line).await
    };
    match begun.await {
        Ok(mut begun) => begun.holder.live(line, begun.opened, begun.compression).await,
        Err(failure) => line.end(&Err(failure)).await,
    }
}

/// The flags as the user gave them, and a process that speaks through the front.
fn prepare(order: &Dump, voice: &Voice) -> Result<(DumpArgs, Process), Failure> {
    let (mut args, verbosity) = pgx_cli::parse::<DumpArgs>(&MANUAL, argv(&order.argv))?;
    filters::read(&mut args.selection)?;
    let (teller, asker) = (voice.clone(), voice.clone());
    let password = order.password.clone().map(|password| (SECRET.to_owned(), password));
    let process = pgx_cli::stand_in(
        &MANUAL,
        Remote {
            verbosity,
            tell: Box::new(move |severity, notice| teller.tell(severity, notice)),
            ask: Arc::new(move |question| asker.ask(question)),
            variables: password.into_iter().collect(),
        },
    )?;
    Ok((args, process))
}

/// A command line as clap reads it.
pub fn argv(words: &[String]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}
