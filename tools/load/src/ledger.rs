//! The ledger in the target: looked for, begun, gone on with, dropped. What stands in it, and why that makes every
//! row come exactly once, is told in [`pgx_restore::ledger`].

pub mod again;
pub mod place;
pub mod report;

use std::time::Duration;

use pgx_archive::plan::Definitions;
use pgx_archive::{Digest, Entry, EntryId, Head};
use pgx_cli::{Failure, Process};
use pgx_restore::ledger::{self, Done, Load};
use pgx_server::{Error, Session};

use crate::failure;

/// How long a lock may still be held by a program that has just been killed, and its sessions take to end.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often that is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// SQLSTATEs of a role, or a server, that lets nobody make a schema.
const NO_LEDGER: [&str; 2] = ["42501", "25006"];

/// A session's process, and when it began.
pub type Name = (String, String);

/// Whether what a session does is written into a ledger.
#[derive(Clone, Copy, Debug)]
pub enum Ledger<'a> {
    /// It is not.
    Off,
    /// It will be, when the database is made.
    Planned(&'a Load),
    /// It is.
    On,
}

impl Ledger<'_> {
    /// Whether it is written.
    pub fn is_on(self) -> bool {
        matches!(self, Ledger::On)
    }
}

/// What a ledger belongs to: this stream, loaded in this way.
pub fn load(head: &Head, entries: &[Entry], plan: Option<Digest>, asked_for: &str) -> Result<Load, Failure> {
    let definitions = Definitions::of(head, entries).map_err(|error| Failure::failed(error.to_string()))?;
    let mut transforms = String::new();
    for transform in &head.transforms {
        transforms += &format!("{} {}\n", transform.name, transform.rules);
    }
    Ok(Load {
        archive: head.archive.clone(),
        plan: plan.map(|plan| plan.to_string()).unwrap_or_default(),
        contents: definitions.digest(),
        transforms: Digest::of(transforms.as_bytes()),
        options: Digest::of(asked_for.as_bytes()),
    })
}

/// Whether a database has a ledger, and whether this session now holds the lock of who works on it.
pub struct State {
    /// It has one.
    pub there: bool,
    /// Nobody else is at work.
    pub held: bool,
}

/// Whether there is a ledger; the lock stays where it is.
pub async fn is_there(session: &Session) -> Result<bool, Failure> {
    let is_there = session.rows(ledger::IS_THERE).await.map_err(|error| at(&error))?;
    Ok(is_there.into_value().as_deref() == Some("true"))
}

/// Looks for a ledger, and takes the lock if nobody has it.
pub async fn state(session: &Session) -> Result<State, Failure> {
    let rows = session
        .rows(ledger::STATE)
        .await
        .map_err(|error| failure::server(&error))?;
    let is = |at: usize| rows.rows.first().and_then(|row| row.get(at)?.as_deref()) == Some("true");
    Ok(State {
        there: is(0),
        held: is(1),
    })
}

/// The same; where another has the lock, waits a little, since he may have been killed just now.
pub async fn state_in_the_end(session: &Session) -> Result<State, Failure> {
    let mut waited = Duration::ZERO;
    loop {
        let state = state(session).await?;
        if state.held || waited > PATIENCE / 6 {
            return Ok(state);
        }
        tokio::time::sleep(LOOK).await;
        waited += LOOK;
    }
}

/// Who loads while another does.
pub fn busy() -> Failure {
    Failure::failed("another pgx-load is at work on this database")
        .hint("wait for its end, or end it; then --resume goes on with what it has done")
}

/// Begins a ledger; false where the role may not.
pub async fn begin(session: &Session, load: &Load, made: &[EntryId], process: &Process) -> Result<bool, Failure> {
    match session.execute(&ledger::create(load, made)).await {
        Ok(()) => Ok(true),
        Err(error) if error.sqlstate().is_some_and(|code| NO_LEDGER.contains(&code)) => {
            let message = "no ledger is kept, so this load cannot be resumed: the role may not create a schema";
            process.messages.info(message);
            Ok(false)
        }
        Err(error) => Err(at(&error)),
    }
}

/// Takes over a ledger that somebody else has begun, from whom nothing more can come: what is done.
pub async fn go_on(session: &Session, load: &Load) -> Result<Done, Failure> {
    let rows = session.rows(ledger::LOAD).await.map_err(|error| at(&error))?;
    let (begun, _) = Load::read(&rows.rows).map_err(|error| unreadable(&error))?;
    if let Some(difference) = begun.difference(load) {
        return Err(
            Failure::failed(format!("the load in the target is not this one: it is of {difference}"))
                .hint("resume with the same stream and the same options, or begin anew in an empty database"),
        );
    }
    end_orphans(session).await?;
    let done = read(session).await?;
    session
        .execute(&ledger::take_over())
        .await
        .map_err(|error| at(&error))?;
    Ok(done)
}

/// Ends the sessions of the load that was broken off, and waits until they are gone.
pub async fn end_orphans(session: &Session) -> Result<(), Failure> {
    wait_for_none(session, ledger::END_ORPHANS).await
}

async fn wait_for_none(session: &Session, end: &str) -> Result<(), Failure> {
    let mut waited = Duration::ZERO;
    loop {
        let left = session.rows(end).await.map_err(|error| at(&error))?;
        if left.into_value().as_deref() == Some("0") {
            return Ok(());
        }
        if waited > PATIENCE {
            return Err(Failure::failed("sessions of the load that was broken off do not end")
                .hint("pg_stat_activity shows them, with application_name pgx-load"));
        }
        tokio::time::sleep(LOOK).await;
        waited += LOOK;
    }
}

/// Ends a session of our own that was lost and may go on all the same, and waits until it is gone.
pub async fn end_session(session: &Session, name: &Name) -> Result<(), Failure> {
    wait_for_none(session, &ledger::end_session(name)).await
}

/// What is done.
pub async fn read(session: &Session) -> Result<Done, Failure> {
    let made = session.rows(ledger::MADE).await.map_err(|error| at(&error))?;
    let filled = session.rows(ledger::FILLED).await.map_err(|error| at(&error))?;
    Done::read(&made.rows, &filled.rows).map_err(|error| unreadable(&error))
}

/// Signs a session's name, before it does anything.
pub async fn sign(session: &Session) -> Result<Name, Failure> {
    named(session, ledger::SIGN).await
}

async fn named(session: &Session, sql: &str) -> Result<Name, Failure> {
    let rows = session.rows(sql).await.map_err(|error| at(&error))?;
    let value = |at: usize| {
        rows.rows
            .first()
            .and_then(|row| row.get(at)?.clone())
            .unwrap_or_default()
    };
    Ok((value(0), value(1)))
}

/// How many definitions and rows the ledger tells of.
pub async fn totals(session: &Session) -> Result<(u64, u64), Failure> {
    let (made, rows) = named(session, ledger::TOTALS).await?;
    let number = |text: String| text.parse().map_err(|_| unreadable(&ledger::Unreadable));
    Ok((number(made)?, number(rows)?))
}

/// The one value that a question about what was committed has as its answer.
pub async fn ask(session: &Session, sql: &str) -> Result<Option<u64>, Failure> {
    let answer = session.rows(sql).await.map_err(|error| at(&error))?.into_value();
    Ok(answer.and_then(|text| text.parse().ok()))
}

/// The load is done: so is its ledger.
pub async fn finish(session: &Session) -> Result<(), Failure> {
    let drop = ledger::drop(session.version().major());
    session.execute(&drop).await.map_err(|error| at(&error))
}

/// Forgets what is done.
pub async fn discard(session: &Session) -> Result<(), Failure> {
    session.execute(ledger::DISCARD).await.map_err(|error| at(&error))
}

/// Asks the server to notice soon when this session's other end is gone; gives its name.
pub async fn hold(session: &Session) -> Result<Name, Failure> {
    named(session, ledger::HOLD).await
}

fn at(error: &Error) -> Failure {
    failure::at(error, "the ledger in schema pgx_ledger", "keeping it")
}

fn unreadable(error: &ledger::Unreadable) -> Failure {
    Failure::failed(error.to_string()).hint("begin anew in an empty database; --discard drops the ledger")
}
