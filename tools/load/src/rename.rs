//! Schemas that get another name in the target: whether they can, and that they do.

use pgx_archive::head::Renamed;
use pgx_archive::{Finding, Head};
use pgx_cli::{Failure, Notice, Process};
use pgx_restore::rename::{self, CannotRename, SCHEMAS};
use pgx_restore::{Contents, Options};
use pgx_server::Session;

use crate::failure;
use crate::target::Target;

/// So many functions are named in a warning.
const NAMED: usize = 20;

/// What the flags say, and then what the stream itself says (`pgx-filter --rename-schema`).
pub fn all(head: &Head, options: &Options) -> Vec<Renamed> {
    options.renames.iter().chain(&head.renames).cloned().collect()
}

/// Refuses what cannot be, before anything is written, and says what will go on naming a schema by its old name.
pub fn check(contents: &Contents<'_>, options: &Options, process: &Process) -> Result<(), Failure> {
    rename::check(&options.renames, contents).map_err(cannot)?;
    let left = rename::left_behind(&options.renames, contents);
    if !left.is_empty() {
        let message = match left.len() {
            1 => "what PostgreSQL keeps as text goes on naming a renamed schema as before".to_owned(),
            many => format!("what PostgreSQL keeps as text goes on naming renamed schemas as before, in {many} places"),
        };
        let more = if left.len() > NAMED { "\n…" } else { "" };
        let names = left.into_iter().take(NAMED).collect::<Vec<_>>().join("\n") + more;
        process.messages.warning(Notice::new(message).detail(names));
    }
    Ok(())
}

/// Refuses a target that has schemas in the way.
pub async fn check_target(target: &Target<'_>, options: &Options) -> Result<(), Failure> {
    let obstacle = obstacle(&target.session, options).await?;
    obstacle.map_or(Ok(()), |error| Err(cannot(error)))
}

/// What stands in the way in the target.
pub async fn obstacle(session: &Session, options: &Options) -> Result<Option<CannotRename>, Failure> {
    // A database that is yet to be made has none.
    if options.renames.is_empty() || options.create {
        return Ok(None);
    }
    let answer = session.rows(SCHEMAS).await.map_err(|error| failure::server(&error))?;
    let schemas = answer.rows.into_iter().filter_map(|row| {
        let [Some(name), Some(used)] = <[Option<String>; 2]>::try_from(row).ok()? else {
            return None;
        };
        Some((name, used == "t"))
    });
    Ok(rename::check_target(&options.renames, &schemas.collect()).err())
}

/// What cannot be, for who looks first.
pub fn finding(error: &CannotRename) -> Finding {
    let finding = Finding::problem("rename", "--rename-schema", error.to_string());
    match error.remedy() {
        Some(remedy) => finding.hint(remedy),
        None => finding,
    }
}

/// Renames.
pub async fn rename(target: &Target<'_>, options: &Options) -> Result<(), Failure> {
    for renamed in &options.renames {
        let done = target.session.execute(&rename::statement(renamed)).await;
        done.map_err(|error| failure::at(&error, format!("schema {}", renamed.old), "renaming"))?;
    }
    Ok(())
}

fn cannot(error: CannotRename) -> Failure {
    let failure = Failure::failed(error.to_string());
    match error.remedy() {
        Some(remedy) => failure.hint(remedy),
        None => failure,
    }
}
