//! The switch: one transaction, tried by as many sessions as it takes, after which the old database is dropped.

use futures_util::future::{Either, select};
use pgx_cli::{Failure, Notice};
use pgx_restore::swap::{drop_statement, end_clients};
use pgx_restore::{Contents, Options};
use pgx_server::{Error, Session};

use super::{AGAIN, STAGE, Swap, TRIES, databases};
use crate::retry::CRASHED;
use crate::{failure, ledger};

/// The SQLSTATE of a database that somebody uses.
const IN_USE: &str = "55006";

impl Swap<'_> {
    /// Gives the new database its name, and drops the old one.
    pub async fn end(self, contents: &Contents<'_>, options: &Options) -> Result<(), Failure> {
        self.process.progress().stage(STAGE);
        let replaces = self.switch(contents, options).await?;
        match (replaces, self.args.swap.keep_old) {
            (false, _) => {}
            (true, true) => {
                let message = format!(
                    "database {} is the new one; the old one is {}",
                    self.names.name, self.names.old
                );
                self.process.messages.note(message);
            }
            (true, false) => self.drop_old().await?,
        }
        Ok(())
    }

    /// Makes the switch; tells whether there was a database to replace.
    async fn switch(&self, contents: &Contents<'_>, options: &Options) -> Result<bool, Failure> {
        let at = |error: Error| failure::at(&error, self.names.name.as_str(), STAGE);
        let (mut tries, mut replaces, mut lost) = (0, false, None);
        loop {
            tries += 1;
            let sessions = self.sessions(lost.take()).await;
            let (renaming, ending, name) = sessions.map_err(|failure| match tries {
                1 => self.whole(failure),
                _ => self.unknown(failure),
            })?;
            let databases = databases(&renaming).await.map_err(|failure| self.whole(failure))?;
            let find = |name: &str| databases.iter().find(|known| known.name == name);
            let old = find(&self.names.name);
            let Some(new) = find(&self.names.beside) else {
                return match tries {
                    1 => Err(Failure::failed("somebody has dropped or renamed it").within(self.beside())),
                    // The session was lost before it could say that it was done.
                    _ => Ok(replaces),
                };
            };
            replaces = old.is_some();
            let target = Options {
                target: Some(renaming.version().major()),
                ..options.clone()
            };
            let keep_old = self.args.swap.keep_old;
            let statements = self.names.switch(contents, &target, replaces, keep_old);
            let end = old.map(|old| end_clients(old.oid));
            // Once it has the other's name it has clients of its own: this is not to be said later.
            let tried = match ending.execute(&end_clients(new.oid)).await {
                Ok(()) => switch(&renaming, &ending, &statements, end.as_deref()).await,
                refused => refused,
            };
            let Err(error) = tried else { return Ok(replaces) };
            self.process.interrupt.check()?;
            match error.is_transient() || error.sqlstate() == Some(IN_USE) {
                true if tries < TRIES => {
                    if error.is_connection() {
                        let lost = Notice::new(format!("a session was lost: {}; going on", at(error)));
                        self.process.messages.warning(lost.detail(CRASHED));
                    }
                    lost = Some(name);
                }
                true if error.is_connection() => return Err(self.unknown(at(error))),
                _ => return Err(self.whole(at(error))),
            }
        }
    }

    /// The session that switches, the one that ends clients, and the name of the first; of one that was lost nothing can
    /// come any more.
    async fn sessions(&self, lost: Option<ledger::Name>) -> Result<(Session, Session, ledger::Name), Failure> {
        let begin = async { Ok((self.session_in_the_end().await?, self.session_in_the_end().await?)) };
        let begun: Result<(Session, Session), Error> = begin.await;
        let (renaming, ending) = begun.map_err(|error| failure::server(&error))?;
        if let Some(lost) = lost {
            ledger::end_session(&ending, &lost).await?;
        }
        let name = ledger::hold(&renaming).await?;
        Ok((renaming, ending, name))
    }

    async fn drop_old(&self) -> Result<(), Failure> {
        let sql = drop_statement(&self.names.old);
        let dropped = self.drop_in_the_end(&self.names.old).await;
        dropped.map_err(|error| {
            let message = format!("database {} is the new one, whole", self.names.name);
            failure::at(
                &error,
                self.names.old.as_str(),
                "dropping the database that was replaced",
            )
            .detail(message)
            .hint(sql)
        })
    }
}

/// The transaction, while the other session ends clients of the database that is replaced.
async fn switch(renaming: &Session, ending: &Session, statements: &[String], end: Option<&str>) -> Result<(), Error> {
    let transaction = async {
        renaming.execute("BEGIN").await?;
        for statement in statements {
            renaming.execute(statement).await?;
        }
        renaming.commit().await
    };
    let Some(end) = end else { return transaction.await };
    let clients = async {
        loop {
            if let Err(error) = ending.execute(end).await {
                return error;
            }
            tokio::time::sleep(AGAIN).await;
        }
    };
    match select(Box::pin(transaction), Box::pin(clients)).await {
        Either::Left((switched, _)) => switched,
        // Without it the transaction goes on, and says itself when somebody is in its way.
        Either::Right((refused, transaction)) => match transaction.await {
            Err(error) if error.sqlstate() == Some(IN_USE) => Err(refused),
            switched => switched,
        },
    }
}
