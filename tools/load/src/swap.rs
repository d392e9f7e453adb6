//! `--swap`: a database loaded beside the one that it replaces when it is whole.
//!
//! Nothing is done to the old database before the one transaction that gives both their names. That transaction
//! holds the lock that every connection takes first, so a client that comes meanwhile waits, and finds the new
//! database or an error that tells it to come again; those that are there are ended by a second session, as the
//! server renames only what nobody uses. Whatever ends us before the commit leaves the old one as it was.

mod switch;

use std::time::{Duration, Instant};

use pgx_archive::{Entry, Head, Kind};
use pgx_cli::{Failure, Notice, Process};
use pgx_restore::swap::{
    DATABASES, Known, Left, Names, Place, Refusal, drop_statement, end_clients, give, oid_of, renamed,
};
use pgx_restore::{Options, database, preflight};
use pgx_server::target::{TargetOptions, set_up};
use pgx_server::{Conninfo, Error, Session};

use crate::apply::text_of;
use crate::args::LoadArgs;
use crate::{connect, failure};

/// How often is looked for what is waited for: clients to end, a server to start.
const AGAIN: Duration = Duration::from_millis(50);

/// How long a server may be away.
const AWAY: Duration = Duration::from_secs(20);

/// How often the switch, or a drop, is tried: a client may not end as soon as it is told to, a session may be lost.
const TRIES: u32 = 3;

/// What a message says was being done.
const STAGE: &str = "switching databases";

/// A new database that could not be made as it should be.
struct Unmade {
    failure: Failure,
    /// Whether there is one all the same.
    is_there: bool,
}

/// A new database beside the one that it is to replace.
pub struct Swap<'a> {
    args: &'a LoadArgs,
    process: &'a Process,
    names: Names,
    /// How statements are to be read.
    options: TargetOptions,
    /// Where any other database of the server is.
    door: Conninfo,
}

impl<'a> Swap<'a> {
    /// Looks whether the switch will be possible, and makes the new database.
    pub async fn begin(
        args: &'a LoadArgs,
        process: &'a Process,
        head: &Head,
        entries: &[Entry],
        options: &Options,
    ) -> Result<Swap<'a>, Failure> {
        let entry = entries.iter().find(|entry| entry.kind == Kind::Database);
        let names = Names::new(entry.map_or("", |entry| &entry.name), &head.archive);
        let unfit = || {
            Failure::failed("the stream does not say how to create its database")
                .hint("create an empty database, load into it without -C, and rename it")
        };
        let beside = entry
            .and_then(|entry| renamed(entry, &names.beside))
            .ok_or_else(unfit)?;
        let info = connect::resolve(args, process)?;
        let (session, door) = connect::connect(info, &args.connection, process).await?;
        let swap = Swap {
            args,
            process,
            names,
            options: TargetOptions {
                role: args.connection.role.clone(),
                text: text_of(head),
                row_security: false,
            },
            door,
        };
        let mut making = swap.make(&session, &beside, options).await;
        let mut tries = 1;
        while let Err(Unmade { failure, .. }) = &making
            && failure.is_transient
            && tries < TRIES
        {
            tries += 1;
            process.interrupt.check()?;
            let notice = Notice::new(format!("a session was lost: {failure}; going on"));
            process.messages.warning(notice);
            // What it may have made is found, and made anew.
            let session = swap.session_in_the_end().await;
            let session = session.map_err(|error| failure::server(&error))?;
            making = swap.make(&session, &beside, options).await;
        }
        match making {
            Ok(()) => Ok(swap),
            Err(Unmade {
                failure,
                is_there: true,
            }) => Err(swap.give_up(failure).await),
            Err(Unmade { failure, .. }) if failure.is_transient => Err(add(
                failure,
                format!("whether it was made is not known; {}", swap.as_it_was()),
            )),
            Err(Unmade { failure, .. }) => Err(failure),
        }
    }

    /// Makes the new database, by this session, and has it say whose it is.
    async fn make(&self, session: &Session, beside: &Entry, options: &Options) -> Result<(), Unmade> {
        let failed = |error: Error| failure::at(&error, self.beside(), "making it");
        let unmade = |failure| Unmade {
            failure,
            is_there: false,
        };
        set_up(session, &self.options).await.map_err(failed).map_err(unmade)?;
        if self.look(session).await.map_err(unmade)? {
            let drop = drop_statement(self.beside());
            session.execute(&drop).await.map_err(failed).map_err(unmade)?;
        }
        let target = Options {
            target: Some(session.version().major()),
            ..options.clone()
        };
        let create = database::create(beside, &target).map_err(|error| unmade(Failure::failed(error.to_string())))?;
        session.execute(&create).await.map_err(failed).map_err(unmade)?;
        let give = give(beside).filter(|_| !options.no_owner);
        for statement in [self.names.mark()].into_iter().chain(give) {
            session.execute(&statement).await.map_err(|error| Unmade {
                failure: failed(error),
                is_there: true,
            })?;
        }
        Ok(())
    }

    /// The new database's name until the switch.
    pub fn beside(&self) -> &str {
        &self.names.beside
    }

    /// An error when the switch is not possible; whether a database is to be dropped before the new one is made.
    async fn look(&self, session: &Session) -> Result<bool, Failure> {
        let databases = databases(session).await?;
        for (known, left) in self.names.leftovers(&databases) {
            let message = match left {
                Left::Loading { .. } if known.clients > 0 => {
                    format!(
                        "database {} is being loaded, to become {}, too",
                        known.name, self.names.name
                    )
                }
                Left::Loading { .. } => format!("database {} is left from a load that did not end", known.name),
                Left::Replaced => format!("database {} was replaced, and has not been dropped", known.name),
                Left::Unmarked => format!(
                    "database {} may be left from a load that was ended before it could say whose it is",
                    known.name
                ),
            };
            self.process
                .messages
                .warning(Notice::new(message).hint(drop_statement(&known.name)));
        }
        let place = self.names.check(&databases, self.args.swap.keep_old);
        let place = place.map_err(refused)?;
        if place == Place::Unmarked && !self.is_empty().await? {
            return Err(refused(self.names.unknown()));
        }
        if place != Place::Free {
            let message = format!(
                "database {} is left from a load that did not end: it is made anew",
                self.beside()
            );
            self.process.messages.note(message);
        }
        Ok(place != Place::Free)
    }

    /// Whether nobody has made anything in the database where the new one is to be.
    async fn is_empty(&self) -> Result<bool, Failure> {
        let ask = async {
            let session = Session::connect(&self.door.with_dbname(self.beside())).await?;
            set_up(&session, &self.options).await?;
            let objects = session.rows(preflight::OBJECTS).await?;
            session.close().await?;
            Ok(objects.rows.is_empty())
        };
        ask.await
            .map_err(|error: Error| failure::at(&error, self.beside(), "looking into it"))
    }

    /// Drops what was loaded, after this failure.
    pub async fn give_up(self, failure: Failure) -> Failure {
        let sql = drop_statement(&self.names.beside);
        let beside = self.beside();
        match self.drop_in_the_end(beside).await {
            Ok(()) => add(
                failure,
                format!("what was loaded has been dropped; {}", self.as_it_was()),
            ),
            Err(error) => {
                let what = format!("database {beside} is left of it: {error}\n{}", self.as_it_was());
                let failure = add(failure, what);
                match failure.notice.hint {
                    Some(_) => failure,
                    None => failure.hint(sql),
                }
            }
        }
    }

    /// The failure of a switch: all is loaded, and nothing is switched.
    fn whole(&self, failure: Failure) -> Failure {
        let Names { name, beside, .. } = &self.names;
        let failure = add(
            failure,
            format!("the new database is whole, as {beside}; {}", self.as_it_was()),
        );
        failure.hint(format!(
            "rename both when nobody is connected to {name}, or drop {beside} and load again"
        ))
    }

    /// The failure of a switch of which nobody can be asked whether it was made.
    fn unknown(&self, failure: Failure) -> Failure {
        let Names { name, beside, .. } = &self.names;
        let failure = add(
            failure,
            format!("database {name} is whole; whether it is the old one or the new one is not known"),
        );
        failure.hint(format!("it is the old one if there is a database {beside}"))
    }

    /// Drops a database that nobody but our own sessions uses, and those no more, by as many sessions as it takes.
    async fn drop_in_the_end(&self, name: &str) -> Result<(), Error> {
        let mut tries = 0;
        loop {
            tries += 1;
            let dropped = async {
                let session = self.session_in_the_end().await?;
                let known = session.rows(&oid_of(name)).await?.into_value();
                let Some(oid) = known.and_then(|oid| oid.parse().ok()) else {
                    return Ok(());
                };
                // What they still did has been cancelled; they need a moment to end.
                session.execute(&end_clients(oid)).await?;
                session.execute(&drop_statement(name)).await
            };
            match dropped.await {
                Err(error) if error.is_transient() && tries < TRIES => {}
                dropped => return dropped,
            }
        }
    }

    fn as_it_was(&self) -> String {
        format!("nothing was done to database {}", self.names.name)
    }

    /// The same from a server that may be about to start.
    async fn session_in_the_end(&self) -> Result<Session, Error> {
        let begun = Instant::now();
        loop {
            match self.session().await {
                Err(error) if begun.elapsed() < AWAY && !error.needs_password() => tokio::time::sleep(AGAIN).await,
                session => return session,
            }
        }
    }

    /// A session that no signal cancels: what it does has to be done to its end.
    async fn session(&self) -> Result<Session, Error> {
        let session = Session::connect(&self.door).await?;
        set_up(&session, &self.options).await?;
        Ok(session)
    }
}

fn refused(refusal: Refusal) -> Failure {
    Failure::failed(refusal.message).hint(refusal.hint)
}

async fn databases(session: &Session) -> Result<Vec<Known>, Failure> {
    let answer = session.rows(DATABASES).await.map_err(|error| failure::server(&error))?;
    let whole = |row: Vec<Option<String>>| Known::of(row.into_iter().collect::<Option<_>>()?);
    Ok(answer.rows.into_iter().filter_map(whole).collect())
}

/// Adds a line to what a failure says.
fn add(mut failure: Failure, line: String) -> Failure {
    let before = failure.notice.detail.take();
    let lines: Vec<String> = before.into_iter().chain([line]).collect();
    failure.detail(lines.join("\n"))
}
