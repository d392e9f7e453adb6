//! Who waits for a session, and what its snapshot costs: for whoever holds one for long.
//!
//! These queries are asked in the transaction that holds the snapshot, or in another one that sees the same
//! moment: what they read is not part of any snapshot.

use std::fmt;
use std::time::Duration;

use crate::error::Error;
use crate::session::Session;

/// A session that waits for a lock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// Its process on the server.
    pub pid: u32,
    /// Its role.
    pub user: String,
    /// What it calls itself.
    pub application: String,
    /// For how long it has been waiting.
    pub since: Duration,
    /// What it wants to lock: the names of relations, where it is that.
    pub relation: Option<String>,
    /// The beginning of its statement, where the role may see it.
    pub statement: String,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "session {} of \"{}\"", self.pid, self.user)?;
        if !self.application.is_empty() {
            write!(f, " ({})", self.application)?;
        }
        write!(f, " has waited for {} s", self.since.as_secs())?;
        if let Some(relation) = &self.relation {
            write!(f, " to lock {relation}")?;
        }
        match self.statement.is_empty() {
            true => Ok(()),
            false => write!(f, ": {}", self.statement),
        }
    }
}

/// The server's process for a session.
pub async fn pid(session: &Session) -> Result<u32, Error> {
    let rows = session.rows("SELECT pg_catalog.pg_backend_pid()::text").await?;
    Ok(rows.text(0, 0).parse().unwrap_or(0))
}

/// How many transactions have begun since the oldest that this session's snapshot may have to see.
pub async fn xmin_age(session: &Session) -> Result<Option<u64>, Error> {
    let sql = "SELECT pg_catalog.age(a.backend_xmin)::text FROM pg_catalog.pg_stat_activity a \
               WHERE a.pid = pg_catalog.pg_backend_pid()";
    fresh(session).await?;
    let rows = session.rows(sql).await?;
    Ok(rows.get(0, 0).and_then(|age| age.parse().ok()))
}

/// The sessions that wait for a lock that one of these has; those that have waited longest first.
pub async fn waiting_for(session: &Session, pids: &[u32]) -> Result<Vec<Waiting>, Error> {
    fresh(session).await?;
    let rows = session.rows(&waiting_query(session.version().major(), pids)).await?;
    let text = |row: usize, column| rows.text(row, column).to_owned();
    let waiting = |row| Waiting {
        pid: rows.text(row, 0).parse().unwrap_or(0),
        user: text(row, 1),
        application: text(row, 2),
        since: Duration::from_secs(rows.text(row, 3).parse().unwrap_or(0)),
        relation: rows.get(row, 4).map(str::to_owned),
        statement: text(row, 5),
    };
    Ok((0..rows.rows.len()).map(waiting).collect())
}

/// What a transaction has read of other sessions it would read again the same way.
async fn fresh(session: &Session) -> Result<(), Error> {
    session.execute("SELECT pg_catalog.pg_stat_clear_snapshot()").await
}

fn waiting_query(major: u32, pids: &[u32]) -> String {
    let pids: Vec<String> = pids.iter().map(u32::to_string).collect();
    let since = match major {
        14.. => "coalesce(l.waitstart, a.query_start)",
        _ => "a.query_start",
    };
    format!(
        "SELECT a.pid::text, coalesce(a.usename::text, ''), coalesce(a.application_name, ''), \
         greatest(0, pg_catalog.floor(extract(epoch FROM pg_catalog.clock_timestamp() - pg_catalog.min({since}))))::text, \
         pg_catalog.string_agg(DISTINCT l.relation::pg_catalog.regclass::text, ', ') \
         FILTER (WHERE l.database = (SELECT d.oid FROM pg_catalog.pg_database d \
         WHERE d.datname = pg_catalog.current_database())), \
         pg_catalog.\"left\"(coalesce(pg_catalog.regexp_replace(a.query, '\\s+', ' ', 'g'), ''), 100) \
         FROM pg_catalog.pg_stat_activity a \
         LEFT JOIN pg_catalog.pg_locks l ON l.pid = a.pid AND NOT l.granted \
         WHERE a.wait_event_type = 'Lock' \
         AND pg_catalog.pg_blocking_pids(a.pid) && '{{{}}}'::pg_catalog.int4[] \
         GROUP BY a.pid, a.usename, a.application_name, a.query ORDER BY pg_catalog.min({since})",
        pids.join(",")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_that_waits_is_named_with_all_that_is_known() {
        let mut waiting = Waiting {
            pid: 17,
            user: "app".into(),
            application: "psql".into(),
            since: Duration::from_secs(90),
            relation: Some("public.orders".into()),
            statement: "ALTER TABLE orders ADD x int".into(),
        };
        assert_eq!(
            waiting.to_string(),
            "session 17 of \"app\" (psql) has waited for 90 s to lock public.orders: ALTER TABLE orders ADD x int"
        );
        (waiting.application, waiting.relation, waiting.statement) = Default::default();
        assert_eq!(waiting.to_string(), "session 17 of \"app\" has waited for 90 s");
    }

    #[test]
    fn only_newer_servers_know_since_when() {
        assert!(waiting_query(14, &[1, 2]).contains("waitstart"));
        let older = waiting_query(13, &[1, 2]);
        assert!(!older.contains("waitstart") && older.contains("'{1,2}'"));
    }
}
