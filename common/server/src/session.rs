//! A session: one connection to one database, on which statements are sent.
//!
//! A task of its own reads and writes the socket, so the methods take `&self` and may be polled
//! together: what is sent while another answer is awaited is pipelined, in the order in which the
//! futures are first polled. Nothing of tokio-postgres shows through.

use std::sync::Arc;

use futures_util::TryStreamExt;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Connection, SimpleQueryMessage};

use crate::cancel::Canceller;
use crate::connect;
use crate::conninfo::Conninfo;
use crate::error::Error;
use crate::link::{Link, Notices};
use crate::route::Route;
use crate::rows::{Cell, Row, Rows};
use crate::stream::{Stream, Wire};
use crate::text::Text;
use crate::transcribe::Switch;
use crate::version::Version;
use crate::watch::Watch;

/// One connection to one database.
///
/// Dropping it ends the session on the server as soon as its last answer is read;
/// [`close`](Session::close) waits until that has happened.
pub struct Session {
    client: Client,
    driver: JoinHandle<()>,
    link: Arc<Link>,
    route: Route,
    version: Version,
    encoding: String,
    switch: Switch,
    encrypted: bool,
}

impl Session {
    /// Connects, by the rules of [`Conninfo`].
    ///
    /// # Errors
    /// [`Error::PasswordNeeded`] when the server asks for a password and there is none: ask the
    /// user, then try [`Conninfo::with_password`].
    pub async fn connect(info: &Conninfo) -> Result<Session, Error> {
        connect::connect(info).await
    }

    /// A session on a connection that has just been made.
    pub(crate) fn start(
        client: Client,
        connection: Connection<Stream, Wire>,
        seen: Arc<Watch>,
        switch: Switch,
        route: Route,
        encrypted: bool,
    ) -> Session {
        let version = Version::parse(connection.parameter("server_version").unwrap_or(""));
        let encoding = connection.parameter("server_encoding").unwrap_or("UTF8").to_owned();
        let (link, driver) = Link::start(connection, seen);
        Session {
            client,
            driver,
            link,
            route,
            version,
            encoding,
            switch,
            encrypted,
        }
    }

    /// The server's version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// The encoding of the database, `UTF8`, `LATIN1`, `SQL_ASCII`, ….
    pub fn encoding(&self) -> &str {
        &self.encoding
    }

    /// Whether the connection is encrypted.
    pub fn is_encrypted(&self) -> bool {
        self.encrypted
    }

    /// Whether somebody between us and the server hands out its sessions: another process answers than the one
    /// that was said to. Poolers make up a key of their own for cancel requests.
    pub async fn is_pooled(&self) -> Result<bool, Error> {
        let said = self.link.watch().process();
        let answers = self.rows("SELECT pg_catalog.pg_backend_pid()").await?;
        Ok(said != 0 && answers.text(0, 0) != said.to_string())
    }

    /// Whether the connection has ended.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// Waits for the end of the connection, whoever ends it, and gives why.
    ///
    /// Who waits for something else than an answer learns here that there will be none.
    pub fn ended(&self) -> impl Future<Output = Error> + Send + use<> {
        self.link.ended()
    }

    /// How many bytes the server has sent so far: whether it says anything, for whoever waits for all of an answer.
    pub fn heard(&self) -> u64 {
        self.link.watch().heard()
    }

    /// How text stands in results and statements.
    pub fn text(&self) -> Text {
        self.switch.text()
    }

    /// Says how text stands in results and statements, while none is under way; the caller sets
    /// `client_encoding` to match.
    pub(crate) fn set_text(&self, text: Text) {
        self.switch.set(text);
    }

    /// Sends one statement and gives its rows, in one round trip without preparing.
    ///
    /// Cast what is no plain text, number or truth value to `text` in the statement: other types
    /// are refused rather than decoded. Several of these polled together are pipelined.
    pub async fn rows(&self, sql: &str) -> Result<Rows, Error> {
        let mut rows = Rows::default();
        self.each_row(sql, |columns, row| {
            if rows.columns.is_empty() {
                rows.columns = columns.iter().map(|name| (*name).to_owned()).collect();
            }
            rows.rows
                .push(row.values().map(|value| value.map(str::to_owned)).collect());
        })
        .await?;
        Ok(rows)
    }

    /// The same for answers of many rows: gives the names of the columns and one row after another to `take`
    /// as they arrive, and keeps none.
    pub async fn each_row(&self, sql: &str, take: impl FnMut(&[&str], &Row)) -> Result<(), Error> {
        match self.receive(sql, take).await {
            Ok(received) => received,
            Err(error) => Err(self.link.explain(&error).await.about(sql)),
        }
    }

    async fn receive(
        &self,
        sql: &str,
        mut take: impl FnMut(&[&str], &Row),
    ) -> Result<Result<(), Error>, tokio_postgres::Error> {
        let none: [(&(dyn tokio_postgres::types::ToSql + Sync), _); 0] = [];
        let mut stream = std::pin::pin!(self.client.query_typed_raw(sql, none).await?);
        let text = self.text();
        let mut values = Row::default();
        let mut failed = None;
        while let Some(row) = stream.try_next().await? {
            values.clear();
            for (index, column) in row.columns().iter().enumerate() {
                let cell: Option<Cell<'_>> = row.try_get(index)?;
                if let Err(reason) = values.push(cell.as_ref(), column.type_(), text) {
                    failed = Some(format!("column {}: {reason}", column.name()));
                }
            }
            if failed.is_none() {
                let names: Vec<&str> = row.columns().iter().map(|column| column.name()).collect();
                take(&names, &values);
            }
        }
        Ok(match failed {
            Some(message) => Err(Error::Protocol { message }),
            None => Ok(()),
        })
    }

    /// Runs one or several statements and throws their rows away.
    ///
    /// Several statements in one text are one transaction unless they say otherwise.
    pub async fn execute(&self, sql: &str) -> Result<(), Error> {
        match self.client.batch_execute(sql).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.link.explain(&error).await.about(sql)),
        }
    }

    /// Runs statements as psql would and gives the rows of the last one that has any; for `SHOW` and
    /// its like, which [`rows`](Session::rows) can run too but whose types need no cast here.
    pub async fn simple(&self, sql: &str) -> Result<Rows, Error> {
        let messages = match self.client.simple_query(sql).await {
            Ok(messages) => messages,
            Err(error) => return Err(self.link.explain(&error).await.about(sql)),
        };
        let mut result = Rows::default();
        for message in messages {
            match message {
                SimpleQueryMessage::RowDescription(columns) => {
                    result = Rows {
                        columns: columns.iter().map(|column| column.name().to_owned()).collect(),
                        rows: Vec::new(),
                    };
                }
                SimpleQueryMessage::Row(row) => {
                    let cells = (0..row.len()).map(|index| row.try_get(index));
                    let values = cells.map(|cell| cell.map(|text| text.map(str::to_owned)));
                    result
                        .rows
                        .push(values.collect::<Result<_, _>>().map_err(|e| Error::from(&e))?);
                }
                _ => {}
            }
        }
        Ok(result)
    }

    /// Commits, and makes sure that it was a commit: of a failed transaction the server makes a
    /// rollback without calling it an error.
    ///
    /// Nothing else may be in flight on this session.
    pub async fn commit(&self) -> Result<(), Error> {
        self.commit_after("").await
    }

    /// The same after a last statement, in one round trip.
    pub async fn commit_after(&self, sql: &str) -> Result<(), Error> {
        self.execute(&format!("{sql};COMMIT")).await?;
        match self.link.watch().tag() {
            tag if tag == "COMMIT" => Ok(()),
            tag => Err(Error::not_committed(&tag)),
        }
    }

    /// Rolls the transaction back.
    pub async fn rollback(&self) -> Result<(), Error> {
        self.execute("ROLLBACK").await
    }

    /// The notices and warnings since this was last called.
    pub fn take_notices(&self) -> Notices {
        self.link.take_notices()
    }

    /// What can stop the running statement from anywhere.
    pub fn canceller(&self) -> Canceller {
        Canceller::new(self.client.cancel_token(), self.route.clone())
    }

    /// Ends the session and waits until the connection is closed.
    pub async fn close(self) -> Result<(), Error> {
        let Session {
            client, driver, link, ..
        } = self;
        drop(client);
        // The task neither panics nor is it cancelled; if the runtime ends first, so did the session.
        let _ = driver.await;
        match link.end() {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn link(&self) -> &Arc<Link> {
        &self.link
    }
}

impl std::fmt::Debug for Session {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Session")
            .field("version", &self.version)
            .field("encoding", &self.encoding)
            .field("encrypted", &self.encrypted)
            .field("closed", &self.is_closed())
            .finish_non_exhaustive()
    }
}
