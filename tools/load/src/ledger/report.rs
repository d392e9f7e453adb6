//! What is asked of a ledger when nothing is loaded: what is done, as a text or as a token; to forget it.

use std::fmt;
use std::io::Write;

use pgx_archive::{Digest, Token};
use pgx_cli::{Content, Failure, Process, json_line};
use pgx_restore::ledger::{self, Done, Load};
use pgx_server::{Session, Text};
use serde::Serialize;

use super::{again, busy, read, state_in_the_end, unreadable};
use crate::args::LoadArgs;
use crate::failure;
use crate::target::Target;

/// Answers what is asked.
pub async fn answer(args: &LoadArgs, process: &Process) -> Result<(), Failure> {
    let target = Target::connect(args, process, Text::Utf8).await?;
    let session = &target.session;
    let state = super::state(session).await?;
    if !state.there {
        return Err(nothing(args));
    }
    if args.resume.discard {
        return discard(session, process).await;
    }
    let rows = session
        .rows(ledger::LOAD)
        .await
        .map_err(|error| failure::server(&error))?;
    let (load, begun) = Load::read(&rows.rows).map_err(|error| unreadable(&error))?;
    let done = read(session).await?;
    let text = match args.resume.print_token {
        true => token(&load, &done)?,
        false => {
            let status = Status::of(&load, &done, begun, state.held, args);
            match args.verify.json {
                true => json_line(&status).trim_end().to_owned(),
                false => status.to_string(),
            }
        }
    };
    let mut output = process.output(None, Content::Text)?;
    writeln!(output, "{text}").map_err(|error| output.failure(error))?;
    output.finish()
}

/// There is no ledger.
pub fn nothing(args: &LoadArgs) -> Failure {
    Failure::failed("there is nothing to resume: the target has no load that was broken off")
        .within(again::target(args))
        .hint("a load that came to its end has nothing left to do; what was loaded with -1 is all there or not at all")
}

fn token(load: &Load, done: &Done) -> Result<String, Failure> {
    let plan = u128::from_str_radix(&load.plan, 16);
    let plan =
        plan.map_err(|_| Failure::failed("the stream had no plan, so that only the same stream can be resumed"))?;
    Token::new(&load.archive, Digest(plan), done.parts_done())
        .map(|token| token.to_string())
        .map_err(|error| Failure::failed(error.to_string()))
}

/// What a load has done.
#[derive(Serialize)]
#[serde(tag = "type", rename = "load")]
struct Status<'a> {
    archive: &'a str,
    begun: String,
    state: &'static str,
    definitions: usize,
    tables: usize,
    parts: usize,
    rows: u64,
    /// What to type to go on with it; none while it is at work.
    next: Option<String>,
}

impl<'a> Status<'a> {
    fn of(load: &'a Load, done: &Done, begun: String, idle: bool, args: &LoadArgs) -> Status<'a> {
        Status {
            archive: &load.archive,
            begun,
            state: if idle { "broken off" } else { "at work" },
            definitions: done.made.len(),
            tables: done.filled().count(),
            parts: done.parts.values().filter(|part| part.finished).count(),
            rows: done.rows(),
            next: idle.then(|| format!("pgx-load --resume {}", again::target(args))),
        }
    }
}

impl fmt::Display for Status<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "archive   {}\nbegun     {}\nstate     {}",
            self.archive, self.begun, self.state
        )?;
        writeln!(f, "made      {} definitions", self.definitions)?;
        writeln!(f, "filled    {} tables, {} parts of all", self.tables, self.parts)?;
        write!(f, "rows      {}", self.rows)?;
        match &self.next {
            Some(next) => write!(f, "\nnext      {next} ..."),
            None => Ok(()),
        }
    }
}

async fn discard(session: &Session, process: &Process) -> Result<(), Failure> {
    if !state_in_the_end(session).await?.held {
        return Err(busy());
    }
    super::end_orphans(session).await?;
    let done = read(session).await.unwrap_or_default();
    super::discard(session).await?;
    let stays = format!(
        "the ledger is dropped; what was loaded stays: {} definitions, {} rows",
        done.made.len(),
        done.rows()
    );
    process.messages.note(stays);
    Ok(())
}
