//! A session to read from: its settings, its snapshot, and what its server is.
//!
//! Every session of a dump is set up the same way, so that what it reads depends on nothing that a
//! database or role has set: no search path, lossless text, no timeouts. Row security is off, so
//! that a table that would give only some of its rows gives an error.

use std::collections::BTreeMap;

use crate::error::Error;
use crate::session::Session;
use crate::sql;
use crate::text::Text;

/// Settings that decide how a server spells definitions, and that are the user's own, as stock has them.
const SPELLING: [&str; 4] = ["TimeZone", "bytea_output", "lc_monetary", "quote_all_identifiers"];

/// How a session for reading is to be.
#[derive(Debug, Clone, Default)]
pub struct SourceOptions {
    /// The role to act as (`--role`).
    pub role: Option<String>,
    /// What the session sees.
    pub isolation: Isolation,
    /// Whether rows are filtered by policies instead of refused (`--enable-row-security`).
    pub row_security: bool,
    /// Whether the server quotes every name (`--quote-all-identifiers`).
    pub quote_all_identifiers: bool,
    /// The encoding in which text is wanted, as bytes; none for UTF-8, or bytes as they are where the database
    /// knows no encoding.
    pub encoding: Option<String>,
}

/// What a session sees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Isolation {
    /// The database as it is at the first statement.
    #[default]
    RepeatableRead,
    /// The same, at a moment that no serializable transaction can find inconsistent.
    SerializableDeferrable,
    /// What the session that exported this snapshot sees.
    Snapshot(String),
}

/// What is known of a server and its database, all of it read in the session's own transaction.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerFacts {
    /// As the server gives it, `18.1 (Debian 18.1-1)`.
    pub version: String,
    /// As `server_version_num` gives it, 180001.
    pub version_num: u32,
    /// The database.
    pub database: String,
    /// The database's OID.
    pub database_oid: u32,
    /// The role that reads, after `SET ROLE`.
    pub user: String,
    /// Whether that role is a superuser.
    pub superuser: bool,
    /// The database's encoding, `UTF8`.
    pub encoding: String,
    /// The encoding in which the session gives text.
    pub client_encoding: String,
    /// `libc`, `icu` or `builtin`.
    pub locale_provider: String,
    /// `LC_COLLATE` of the database.
    pub collate: String,
    /// `LC_CTYPE` of the database.
    pub ctype: String,
    /// The locale of providers other than libc.
    pub locale: Option<String>,
    /// Further rules of an ICU locale.
    pub icu_rules: Option<String>,
    /// The version of the collation when the database was made.
    pub collation_version: Option<String>,
    /// What tells this cluster from every other, where the role may read it.
    pub system_identifier: Option<String>,
    /// Whether the server is a standby.
    pub in_recovery: bool,
    /// The snapshot, as `xmin:xmax:running`.
    pub snapshot: String,
    /// Where the write-ahead log stood, where the role may read it.
    pub lsn: Option<String>,
    /// The search path of the role's own sessions, system schemas included; empty when the session had begun before.
    pub search_path: Vec<String>,
    /// The user's own settings of [`SPELLING`], by name.
    pub spelling: BTreeMap<String, String>,
}

/// Sets the session up, begins its transaction and reads what the server is.
///
/// # Errors
/// [`Error::Version`] for servers that this program does not know; the server's own otherwise.
pub async fn begin(session: &Session, options: &SourceOptions) -> Result<ServerFacts, Error> {
    session.version().check()?;
    let own = (session.encoding() == "SQL_ASCII").then_some("SQL_ASCII");
    let encoding = options.encoding.as_deref().or(own);
    if encoding.is_some() {
        session.set_text(Text::Bytes);
    }
    let major = session.version().major();
    let identity = identity(encoding, options);
    let settings = settings(major, options);
    let begin = begin_statement(&options.isolation);
    let facts = facts_query(major);
    // In this order in one round trip. The identifier may be refused, so it is asked for outside
    // the transaction, which would not survive that.
    let (identified, path, settings, identifier, begun, facts) = tokio::join!(
        biased;
        session.execute(&identity),
        session.rows("SELECT s::text FROM pg_catalog.unnest(pg_catalog.current_schemas(true)) AS s"),
        session.execute(&settings),
        session.rows("SELECT system_identifier::text FROM pg_catalog.pg_control_system()"),
        session.execute(&begin),
        session.rows(&facts),
    );
    identified?;
    settings?;
    begun?;
    let mut facts = read(&facts?, session);
    facts.search_path = path?.rows.into_iter().flatten().flatten().collect();
    facts.system_identifier = match identifier {
        Ok(rows) => rows.into_value(),
        Err(error) if error.sqlstate() == Some("42501") => None,
        Err(error) => return Err(error),
    };
    Ok(facts)
}

/// The same for a session whose transaction is to be read in while it is open: what it has written is seen.
pub async fn within(session: &Session, options: &SourceOptions) -> Result<ServerFacts, Error> {
    session.execute(&settings(session.version().major(), options)).await?;
    let facts = session.rows(&facts_query(session.version().major())).await?;
    Ok(read(&facts, session))
}

/// Makes what the session sees available to others, as [`Isolation::Snapshot`].
///
/// To be called right after [`begin`], outside any savepoint. Where the server or a pooler cannot
/// do that, the error is given and the transaction has failed: roll back and begin again, alone.
pub async fn export_snapshot(session: &Session) -> Result<String, Error> {
    let rows = session.rows("SELECT pg_catalog.pg_export_snapshot()").await?;
    Ok(rows.text(0, 0).to_owned())
}

/// Makes the server quote every name in what it spells from now on.
pub async fn quote_all_names(session: &Session) -> Result<(), Error> {
    session.execute("SET quote_all_identifiers = on").await
}

/// Makes the server spell definitions as it did for a session with these settings, in a transaction. A value that it
/// does not know (a locale, a time zone) is left out, as is a name that is none of [`SPELLING`].
pub async fn spell_as(session: &Session, spelling: &BTreeMap<String, String>) -> Result<(), Error> {
    for (name, value) in spelling.iter().filter(|(name, _)| SPELLING.contains(&name.as_str())) {
        let set = format!("SAVEPOINT pgx_spelling; SET {name} = {}", sql::literal(value));
        match session.execute(&set).await {
            Err(error) if error.is_connection() => return Err(error),
            Err(_) => session.execute("ROLLBACK TO SAVEPOINT pgx_spelling").await?,
            Ok(()) => {}
        }
    }
    Ok(())
}

/// Lets the session read foreign tables: to be called when it holds its locks, as until then nothing must be
/// taken for a table that became a foreign one.
pub async fn allow_foreign_tables(session: &Session) -> Result<(), Error> {
    session
        .execute(
            "SELECT pg_catalog.set_config(name, 'view', false) \
             FROM pg_catalog.pg_settings WHERE name = 'restrict_nonsystem_relation_kind'",
        )
        .await
}

/// The form of COPY that is to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CopyForm {
    /// Lines of text for a script: in the encoding that the session speaks, and with the settings of the role, as
    /// stock's.
    Script,
    /// Rows for a stream: binary fields, text among them in the encoding that [`row_encoding`] gives.
    Stream,
}

/// Changes the settings that queries and data want different: to be called before COPY.
///
/// Rows of a stream are written with TimeZone UTC and bytea_output hex, so that text and digests do not depend on
/// where they are made; definitions and scripts are spelled as the role has it, as stock does. Rows of a stream keep
/// the database's encoding, as no server converts what it does not read.
pub async fn copy_settings(session: &Session, form: CopyForm) -> Result<(), Error> {
    let encoding = (form == CopyForm::Stream).then(|| row_encoding(session));
    session.execute(&copy_settings_sql(encoding)).await
}

/// The encoding in which rows are sent after [`CopyForm::Stream`]: the database's own.
///
/// Statements are read in it too, and name what is not ASCII by escapes. Before 13 a server had these only for
/// UTF-8, so there rows are converted.
pub fn row_encoding(session: &Session) -> &str {
    match session.encoding() {
        own @ ("UTF8" | "SQL_ASCII") => own,
        _ if session.version().major() < 13 => "UTF8",
        own => own,
    }
}

/// The settings for a script, or with an encoding for a stream.
fn copy_settings_sql(encoding: Option<&str>) -> String {
    // Rows of a part come in one order, and no proof about a partition's constraints locks its parent.
    let mut sql = "SET max_parallel_workers_per_gather = 0; SET constraint_exclusion = partition".to_owned();
    if let Some(encoding) = encoding {
        sql += "; SET TimeZone = 'UTC'; SET bytea_output = hex";
        sql += &format!("; SET client_encoding = {}", sql::literal(encoding));
    }
    sql
}

/// Who reads, and in which encoding.
fn identity(encoding: Option<&str>, options: &SourceOptions) -> String {
    let encoding = encoding.map(|name| format!("SET client_encoding = {}", sql::literal(name)));
    let role = options
        .role
        .as_ref()
        .map(|name| format!("SET ROLE {}", sql::name(name)));
    let statements: Vec<String> = encoding.into_iter().chain(role).collect();
    statements.join("; ")
}

fn settings(major: u32, options: &SourceOptions) -> String {
    let mut statements = vec!["SELECT pg_catalog.set_config('search_path', '', false)".to_owned()];
    let mut set = |setting: &str| statements.push(format!("SET {setting}"));
    for setting in [
        "standard_conforming_strings = on",
        "DateStyle = ISO",
        "IntervalStyle = postgres",
        "extra_float_digits = 3",
        "synchronize_seqscans = off",
        "statement_timeout = 0",
        "lock_timeout = 0",
        "idle_in_transaction_session_timeout = 0",
    ] {
        set(setting);
    }
    if major >= 14 {
        set("idle_session_timeout = 0");
    }
    if major >= 17 {
        set("transaction_timeout = 0");
    }
    set(if options.row_security {
        "row_security = on"
    } else {
        "row_security = off"
    });
    if options.quote_all_identifiers {
        set("quote_all_identifiers = on");
    }
    // Came with minor releases of August 2024, so the version does not tell whether it is there.
    statements.push(
        "SELECT pg_catalog.set_config(name, 'view, foreign-table', false) \
         FROM pg_catalog.pg_settings WHERE name = 'restrict_nonsystem_relation_kind'"
            .into(),
    );
    statements.join("; ")
}

fn begin_statement(isolation: &Isolation) -> String {
    match isolation {
        Isolation::RepeatableRead => "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY".into(),
        Isolation::SerializableDeferrable => "BEGIN ISOLATION LEVEL SERIALIZABLE, READ ONLY, DEFERRABLE".into(),
        Isolation::Snapshot(id) => format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY; SET TRANSACTION SNAPSHOT {}",
            sql::literal(id)
        ),
    }
}

fn facts_query(major: u32) -> String {
    let since = |version, column: &'static str, stand_in: &'static str| {
        if major >= version { column } else { stand_in }
    };
    let provider = since(
        15,
        "CASE d.datlocprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu' WHEN 'b' THEN 'builtin' \
         ELSE d.datlocprovider::text END",
        "'libc'",
    );
    let locale = since(17, "d.datlocale", since(15, "d.daticulocale", "NULL"));
    let rules = since(16, "d.daticurules", "NULL");
    let collation_version = since(15, "d.datcollversion", "NULL");
    let snapshot = since(
        13,
        "pg_catalog.pg_current_snapshot()",
        "pg_catalog.txid_current_snapshot()",
    );
    let spelling = SPELLING.map(|name| format!(", pg_catalog.current_setting('{name}')"));
    let spelling = spelling.concat();
    format!(
        "SELECT d.datname::text, d.oid::text, current_user::text, \
         (SELECT r.rolsuper::text FROM pg_catalog.pg_roles r WHERE r.rolname = current_user), \
         pg_catalog.pg_encoding_to_char(d.encoding)::text, {provider}::text, d.datcollate::text, \
         d.datctype::text, {locale}::text, {rules}::text, {collation_version}::text, \
         pg_catalog.pg_is_in_recovery()::text, {snapshot}::text, \
         CASE WHEN pg_catalog.pg_is_in_recovery() THEN pg_catalog.pg_last_wal_replay_lsn() \
         ELSE pg_catalog.pg_current_wal_insert_lsn() END::text, \
         pg_catalog.current_setting('client_encoding'){spelling} \
         FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database()"
    )
}

fn read(rows: &crate::rows::Rows, session: &Session) -> ServerFacts {
    let text = |column| rows.text(0, column).to_owned();
    let maybe = |column| rows.get(0, column).map(str::to_owned);
    ServerFacts {
        version: session.version().text.clone(),
        version_num: session.version().number,
        database: text(0),
        database_oid: rows.text(0, 1).parse().unwrap_or(0),
        user: text(2),
        superuser: rows.text(0, 3) == "true",
        encoding: text(4),
        client_encoding: text(14),
        locale_provider: text(5),
        collate: text(6),
        ctype: text(7),
        locale: maybe(8),
        icu_rules: maybe(9),
        collation_version: maybe(10),
        system_identifier: None,
        in_recovery: rows.text(0, 11) == "true",
        snapshot: text(12),
        lsn: maybe(13),
        search_path: Vec::new(),
        spelling: (15..)
            .zip(SPELLING)
            .map(|(column, name)| (name.to_owned(), text(column)))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_that_the_server_knows() {
        let sql = |major| settings(major, &SourceOptions::default());
        assert!(!sql(13).contains("idle_session_timeout"));
        assert!(sql(14).contains("SET idle_session_timeout = 0"));
        assert!(!sql(16).contains("transaction_timeout"));
        assert!(sql(17).contains("SET transaction_timeout = 0"));
    }

    #[test]
    fn a_role_is_quoted() {
        let options = SourceOptions {
            role: Some("a\"b".into()),
            ..SourceOptions::default()
        };
        assert!(identity(None, &options).contains("SET ROLE \"a\"\"b\""));
    }

    #[test]
    fn text_comes_in_one_encoding_and_binary_rows_in_another() {
        let options = SourceOptions::default();
        assert_eq!(identity(Some("LATIN1"), &options), "SET client_encoding = 'LATIN1'");
        assert_eq!(identity(None, &options), "");
        assert!(!copy_settings_sql(None).contains("client_encoding"));
        assert!(!copy_settings_sql(None).contains("TimeZone"));
        assert!(copy_settings_sql(Some("EUC_JP")).ends_with("; SET client_encoding = 'EUC_JP'"));
    }

    #[test]
    fn a_snapshot_is_adopted_in_the_transaction_that_begins() {
        let sql = begin_statement(&Isolation::Snapshot("0003-1".into()));
        assert!(sql.ends_with("; SET TRANSACTION SNAPSHOT '0003-1'"));
    }
}
