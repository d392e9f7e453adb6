//! What the server does not let the role do that loads: asked, left out, and said (`--managed`).

use std::borrow::Cow;

use pgx_archive::{Entry, EntryId};
use pgx_cli::{Exit, Failure, Notice, Process};
use pgx_restore::Options;
use pgx_restore::managed::{self, Rights};
use pgx_server::Session;

use crate::failure;

/// The entries as the role can make them, where that is asked for.
pub async fn fit<'e>(
    session: &Session,
    options: &Options,
    entries: &'e [Entry],
    is_wanted: impl Fn(EntryId) -> bool,
    process: &Process,
) -> Result<Cow<'e, [Entry]>, Failure> {
    if !options.managed {
        return Ok(Cow::Borrowed(entries));
    }
    let rights = rights(session, options.create).await?;
    let fitted = managed::fit(entries.to_vec(), is_wanted, &rights);
    let (entries, left_out) = fitted.map_err(|error| {
        Failure::failed(error.to_string()).hint("load it as a superuser, or leave out the rows and what they are in")
    })?;
    if !left_out.is_empty() {
        let message = format!("role {} may not do all of it: this is left out", rights.name);
        process
            .messages
            .warning(Notice::new(message).detail(left_out.join("\n")));
    }
    Ok(Cow::Owned(entries))
}

async fn rights(session: &Session, create: bool) -> Result<Rights, Failure> {
    let major = session.version().major();
    let mut answers = Vec::new();
    for question in managed::questions(major) {
        let answer = session.rows(&question).await;
        answers.push(answer.map_err(|error| failure::server(&error))?.rows);
    }
    let answers = answers.try_into().unwrap_or_default();
    Rights::read(major, create, answers).map_err(|error| Failure::caused_by(Exit::Failed, &error))
}
