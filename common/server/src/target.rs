//! A session to write to: its settings, against whatever databases and roles may have set.

use crate::error::Error;
use crate::session::Session;
use crate::sql;
use crate::text::Text;

/// How a session for writing is to be.
#[derive(Debug, Clone, Default)]
pub struct TargetOptions {
    /// The role to act as (`--role`).
    pub role: Option<String>,
    /// How text stands in the statements to come: [`Text::Bytes`] if the source was SQL_ASCII.
    pub text: Text,
    /// Whether rows are written under the policies of row security (`--enable-row-security`).
    pub row_security: bool,
}

/// Sets the session up: no search path, no timeouts, no triggers of replication, writing allowed,
/// text that means what it says.
///
/// `TimeZone`, `DateStyle` and `IntervalStyle` stay the target's own, as when psql or pg_restore load: what a stream
/// brings reads the same under all of them, and what is computed from it depends on them (a materialized view by days,
/// a check of a date that is a time's).
///
/// # Errors
/// [`Error::Version`] for servers that this program does not know; the server's own otherwise.
pub async fn set_up(session: &Session, options: &TargetOptions) -> Result<(), Error> {
    session.version().check()?;
    session.execute(&settings(session.version().major(), options)).await?;
    session.set_text(options.text);
    Ok(())
}

/// Makes bulk loading fast, at nobody's cost: commits need not wait for the disk until [`settle`], and an index
/// build may use memory that the server counts on, shared among so many sessions.
///
/// `maintenance_work_mem` becomes a sixteenth of `effective_cache_size` for all sessions together, at most
/// 1 GiB each, and never less than what is set.
pub async fn prepare_for_bulk(session: &Session, sessions: usize) -> Result<(), Error> {
    let share = 16 * sessions.max(1);
    session
        .execute(&format!(
            "SELECT pg_catalog.set_config('synchronous_commit', 'off', false), \
             pg_catalog.set_config('maintenance_work_mem', \
               (GREATEST(pg_catalog.pg_size_bytes(pg_catalog.current_setting('maintenance_work_mem')), \
                  LEAST(pg_catalog.pg_size_bytes(pg_catalog.current_setting('effective_cache_size')) / {share}, \
                    1073741824)) / 1024)::pg_catalog.text || 'kB', false)"
        ))
        .await
}

/// Waits until everything that was committed is as safe as the server's own settings ask for.
pub async fn settle(session: &Session) -> Result<(), Error> {
    session
        .execute("RESET synchronous_commit; SELECT pg_catalog.txid_current()")
        .await
}

/// Waits for an answer of the server, whatever it is about.
pub async fn answers(session: &Session) -> Result<(), Error> {
    session.execute("SELECT").await
}

/// The statement that changes `client_encoding` to that of the rows to come: the source database's for binary
/// rows, `UTF8` for text.
pub fn rows_in(encoding: &str) -> String {
    format!("SET client_encoding = {}", sql::literal(encoding))
}

/// The settings as one text of statements, for servers of this major version.
fn settings(major: u32, options: &TargetOptions) -> String {
    let mut statements = Vec::new();
    let mut set = |setting: &str| statements.push(format!("SET {setting}"));
    set("default_transaction_read_only = off");
    set("default_transaction_isolation = 'read committed'");
    set("default_transaction_deferrable = off");
    set("statement_timeout = 0");
    set("lock_timeout = 0");
    set("idle_in_transaction_session_timeout = 0");
    if major >= 14 {
        set("idle_session_timeout = 0");
    }
    if major >= 17 {
        set("transaction_timeout = 0");
    }
    match options.text {
        Text::Utf8 => set("client_encoding = 'UTF8'"),
        Text::Bytes => set("client_encoding = 'SQL_ASCII'"),
    }
    set("standard_conforming_strings = on");
    set("check_function_bodies = off");
    set("xmloption = content");
    set("array_nulls = on");
    set("client_min_messages = warning");
    set(if options.row_security {
        "row_security = on"
    } else {
        "row_security = off"
    });
    if let Some(role) = &options.role {
        set(&format!("ROLE {}", sql::name(role)));
    }
    statements.push("SELECT pg_catalog.set_config('search_path', '', false)".to_owned());
    // Few roles may change this one, and it matters only where somebody has changed it before.
    statements.push(
        "SELECT pg_catalog.set_config(name, 'origin', false) FROM pg_catalog.pg_settings \
         WHERE name = 'session_replication_role' AND setting <> 'origin'"
            .to_owned(),
    );
    statements.join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_settings_that_the_server_knows() {
        let sql = |major| settings(major, &TargetOptions::default());
        assert!(!sql(12).contains("idle_session_timeout"));
        assert!(!sql(16).contains("transaction_timeout"));
        assert!(sql(18).contains("SET transaction_timeout = 0"));
        assert!(sql(18).starts_with("SET default_transaction_read_only = off"));
    }
}
