//! What is asked of a ledger when nothing is loaded: what is done, as a text or as a token; to forget it.

use std::io::Write;

use pgx_archive::{Digest, Token};
use pgx_cli::{Content, Failure, Process};
use pgx_restore::ledger::{self, Done, Load};
use pgx_server::{Session, Text};

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
        false => status(&load, &done, &begun, state.held, args),
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

fn status(load: &Load, done: &Done, begun: &str, idle: bool, args: &LoadArgs) -> String {
    let parts = done.parts.values().filter(|part| part.finished).count();
    let state = match idle {
        true => "broken off",
        false => "at work",
    };
    let next = match idle {
        true => format!("\nnext      pgx-load --resume {} ...", again::target(args)),
        false => String::new(),
    };
    format!(
        "archive   {}\nbegun     {begun}\nstate     {state}\nmade      {} definitions\nfilled    {} tables, {} parts of all\nrows      {}{next}",
        load.archive,
        done.made.len(),
        done.filled().count(),
        parts,
        done.rows(),
    )
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
