//! The target is asked.

use std::borrow::Cow;

use pgx_archive::{Entry, Finding, Head};
use pgx_cli::{Failure, Process};
use pgx_restore::Options;
use pgx_restore::memberships::{MISSING, Memberships};
use pgx_restore::preflight::{self, Answers, Facts, Needs, Row, Wishes, questions};
use pgx_restore::rename::CannotRename;
use pgx_selection::Kept;
use pgx_server::target::{self, TargetOptions};
use pgx_server::{Error, Session};

use crate::apply::text_of;
use crate::args::LoadArgs;
use crate::{connect, failure, managed, publications, rename};

/// SQLSTATE of a database that is not there.
const NO_DATABASE: &str = "3D000";

/// What is to be asked about.
pub struct Asked<'a> {
    /// What the load needs.
    pub needs: &'a Needs,
    /// How it is meant.
    pub options: &'a Options,
    /// How it is meant as a whole.
    pub wishes: Wishes,
    /// What is added to publications that are to be there.
    pub memberships: &'a Memberships<'a>,
}

/// What came of asking.
pub enum Target {
    /// What it answered, and what stands in the way of renames.
    Answers(Box<Answers>, Option<CannotRename>),
    /// There is no such database to connect to.
    NoDatabase(Finding),
}

/// The entries as the role can make them, as far as the target can be asked.
pub async fn fitted<'e>(
    args: &LoadArgs,
    options: &Options,
    (head, entries): (&Head, &'e [Entry]),
    kept: &Kept,
    process: &Process,
) -> Result<Cow<'e, [Entry]>, Failure> {
    if !options.managed {
        return Ok(Cow::Borrowed(entries));
    }
    let info = connect::resolve(args, process)?;
    let Ok((session, _)) = connect::attempt(info, &args.connection, process).await? else {
        return Ok(Cow::Borrowed(entries));
    };
    // Where this fails, it is found again, and told.
    if target::set_up(&session, &target_options(args, head)).await.is_err() {
        return Ok(Cow::Borrowed(entries));
    }
    managed::fit(&session, options, entries, |id| kept.has(id), process).await
}

fn target_options(args: &LoadArgs, head: &Head) -> TargetOptions {
    TargetOptions {
        role: args.connection.role.clone(),
        text: text_of(head),
        row_security: args.output.enable_row_security,
    }
}

/// Asks which names are there, and no more; `within` a transaction, or not.
pub async fn names(session: &Session, needs: &Needs, within: bool) -> Result<Answers, Failure> {
    let major = session.version().major();
    let mut answers = Answers {
        major,
        ..Answers::default()
    };
    let names = ask(session, questions::names(needs, major)).await;
    answers.add_names(names.map_err(|error| failure::server(&error))?);
    extensions(session, needs, within, &mut answers)
        .await
        .map_err(|error| failure::server(&error))?;
    Ok(answers)
}

/// Asks which extensions are available. Of one whose control file it cannot read the server says so, and nothing of
/// any other: that is no reason not to load.
async fn extensions(session: &Session, needs: &Needs, within: bool, answers: &mut Answers) -> Result<(), Error> {
    if within {
        session.execute("SAVEPOINT asked").await?;
    }
    match ask(session, questions::extensions(needs, answers.major)).await {
        Ok(rows) => answers.add_extensions(rows),
        Err(error) if error.is_connection() => return Err(error),
        Err(error) => answers.extensions_untold = Some(error.message()),
    }
    match within {
        true => {
            session
                .execute("ROLLBACK TO SAVEPOINT asked; RELEASE SAVEPOINT asked")
                .await
        }
        false => Ok(()),
    }
}

/// The rows of an answer; none where nothing is asked.
async fn ask(session: &Session, sql: String) -> Result<Vec<Row>, Error> {
    match sql.is_empty() {
        true => Ok(Vec::new()),
        false => session.rows(&sql).await.map(|rows| rows.rows),
    }
}

impl Asked<'_> {
    /// Connects, and asks.
    pub async fn target(&self, args: &LoadArgs, head: &Head, process: &Process) -> Result<Target, Failure> {
        let info = connect::resolve(args, process)?;
        let database = info.dbname.clone();
        let session = match connect::attempt(info, &args.connection, process).await? {
            Ok((session, _)) => session,
            Err(error) if error.sqlstate() == Some(NO_DATABASE) => {
                let finding = Finding::problem("database-missing", format!("database {database}"), "it does not exist");
                return Ok(Target::NoDatabase(
                    finding.hint("create it, or load with -C and -d postgres"),
                ));
            }
            Err(error) => return Err(failure::server(&error)),
        };
        let mut options = target_options(args, head);
        let mut answers = Answers::default();
        if let Err(error) = target::set_up(&session, &options).await {
            // Whatever else is wrong is asked as whoever connected.
            let Some(role) = options.role.take().filter(|_| !error.is_connection()) else {
                return Err(failure::server(&error));
            };
            answers.role_refused = Some((role, error.message()));
            let again = target::set_up(&session, &options).await;
            again.map_err(|error| failure::server(&error))?;
        }
        answers.major = session.version().major();
        answers.pooled = session.is_pooled().await.map_err(|error| failure::server(&error))?;
        self.ask(&session, &mut answers).await?;
        let obstacle = rename::obstacle(&session, self.options).await?;
        session.close().await.map_err(|error| failure::server(&error))?;
        Ok(Target::Answers(Box::new(answers), obstacle))
    }

    async fn ask(&self, session: &Session, answers: &mut Answers) -> Result<(), Failure> {
        let major = answers.major;
        let existing = self.needs.makes.iter().filter(|_| self.wishes.into_existing);
        let relations: Vec<_> = self.needs.fills.iter().chain(existing).cloned().collect();
        let asked = tokio::try_join!(
            ask(session, questions::facts(major)),
            ask(session, questions::names(self.needs, major)),
            ask(
                session,
                match relations.is_empty() {
                    true => String::new(),
                    false => questions::relations(relations.iter()),
                }
            ),
            ask(session, preflight::OBJECTS.to_owned()),
        );
        let (facts, names, relations, objects) = asked.map_err(|error| failure::server(&error))?;
        answers.facts = facts
            .first()
            .and_then(Facts::read)
            .ok_or_else(|| Failure::failed("the target does not say what it is"))?;
        answers.add_names(names);
        extensions(session, self.needs, false, answers)
            .await
            .map_err(|error| failure::server(&error))?;
        answers.add_relations(relations);
        answers.obstacles = match self.options.create {
            true => self.memberships.none(MISSING),
            false => publications::obstacles(session, self.memberships).await?,
        };
        answers.objects = objects.into_iter().flatten().flatten().collect();
        self.ask_for_locales(session, answers).await
    }

    /// A database that is made needs the locales of its source.
    async fn ask_for_locales(&self, session: &Session, answers: &mut Answers) -> Result<(), Failure> {
        let [_, collate, ctype, _] = &self.needs.locale;
        for locale in [collate, ctype] {
            if !self.options.create || locale.is_empty() || answers.unknown_locales.contains(locale) {
                continue;
            }
            match session.rows(&questions::locale(locale)).await {
                Ok(_) => {}
                Err(error) if error.is_connection() => return Err(failure::server(&error)),
                Err(_) => {
                    answers.unknown_locales.insert(locale.clone());
                }
            }
        }
        Ok(())
    }
}
