//! Locks on the tables that are to be read.

use crate::error::Error;
use crate::session::Session;
use crate::sql;

/// How much SQL one LOCK TABLE has at most; the server's memory for a statement is a multiple.
const STATEMENT: usize = 100_000;

/// The SQLSTATE of a lock table that is full, among other shortages of memory.
const OUT_OF_MEMORY: &str = "53200";

/// The SQLSTATE of a lock that did not come in time.
const NOT_AVAILABLE: &str = "55P03";

/// How long to wait for tables that others hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LockWait {
    /// As long as it takes.
    Forever,
    /// Not longer than this, in whatever form `SET lock_timeout` takes: `10s`, `5000`.
    Timeout(String),
    /// Not at all.
    NoWait,
}

/// Takes ACCESS SHARE on every relation, in as few statements as have a reasonable size.
///
/// Names come quoted and qualified, with `ONLY` before them where children are not to be locked.
/// The session must be in a transaction; the locks last until its end.
///
/// # Errors
/// SQLSTATE 55P03 where a table was not free in time, with a hint that says who has it; 53200, with a hint, where the
/// server has no room for so many locks. The transaction has failed then.
pub async fn lock(session: &Session, names: &[impl AsRef<str>], wait: &LockWait) -> Result<(), Error> {
    if let LockWait::Timeout(limit) = wait {
        session
            .execute(&format!("SET LOCAL lock_timeout = {}", sql::literal(limit)))
            .await?;
    }
    for statement in statements(names, STATEMENT, wait == &LockWait::NoWait) {
        if let Err(error) = session.execute(&statement).await {
            return Err(match error.sqlstate() {
                Some(OUT_OF_MEMORY) => error.with_hint(format!(
                    "{} tables need a lock each; raise max_locks_per_transaction on the server, or select fewer tables",
                    names.len()
                )),
                Some(NOT_AVAILABLE) => match holder(session, names).await {
                    Some(holder) => error.with_hint(holder),
                    None => error,
                },
                _ => error,
            });
        }
    }
    if let LockWait::Timeout(_) = wait {
        session.execute("SET LOCAL lock_timeout = 0").await?;
    }
    Ok(())
}

/// Who has, or waits for, one of these tables in the mode that nobody can read beside: as a sentence with the remedy.
async fn holder(session: &Session, names: &[impl AsRef<str>]) -> Option<String> {
    session.rollback().await.ok()?;
    let plain = |name: &str| sql::literal(name.strip_prefix("ONLY ").unwrap_or(name));
    let names: Vec<String> = names.iter().map(|name| plain(name.as_ref())).collect();
    let rows = session
        .rows(&format!(
            "SELECT l.relation::pg_catalog.regclass::text, COALESCE('session ' || l.pid || COALESCE(' (' || \
               NULLIF(a.application_name, '') || ')', ''), 'a prepared transaction') \
             FROM pg_catalog.pg_locks l LEFT JOIN pg_catalog.pg_stat_activity a ON a.pid = l.pid \
             WHERE l.mode = 'AccessExclusiveLock' AND l.relation = ANY (ARRAY[{}]::pg_catalog.regclass[]) \
             ORDER BY l.granted DESC LIMIT 1",
            names.join(", ")
        ))
        .await
        .ok()?;
    let (table, who) = (rows.get(0, 0)?, rows.get(0, 1)?);
    Some(format!(
        "{who} has locked table {table}: end it, wait longer with --lock-wait-timeout, or leave the table out"
    ))
}

/// The tables whose files are others by now than the snapshot says, by their OIDs: the catalog is a part of the
/// snapshot, what the server goes by is not.
///
/// Of these, what was emptied by TRUNCATE, or written anew by ALTER TABLE, shows no row to the snapshot: neither keeps
/// what older snapshots see. VACUUM FULL and CLUSTER do, see [`shows_rows`].
pub async fn rewritten(session: &Session) -> Result<Vec<u32>, Error> {
    let rows = session
        .rows(
            "SELECT oid::pg_catalog.text FROM pg_catalog.pg_class WHERE relkind = 'r' AND oid >= 16384 \
             AND pg_catalog.pg_relation_filenode(oid) <> relfilenode",
        )
        .await?;
    Ok((0..rows.rows.len())
        .filter_map(|row| rows.text(row, 0).parse().ok())
        .collect())
}

/// Whether the snapshot sees any row of a table.
pub async fn shows_rows(session: &Session, table: &str) -> Result<bool, Error> {
    let shows = session
        .rows(&format!("SELECT EXISTS (SELECT FROM ONLY {table})::pg_catalog.text"))
        .await?;
    Ok(shows.into_value().as_deref() == Some("true"))
}

fn statements(names: &[impl AsRef<str>], size: usize, no_wait: bool) -> Vec<String> {
    let tail = if no_wait {
        " IN ACCESS SHARE MODE NOWAIT"
    } else {
        " IN ACCESS SHARE MODE"
    };
    let mut statements: Vec<String> = Vec::new();
    for name in names.iter().map(AsRef::as_ref) {
        match statements.last_mut() {
            Some(last) if last.len() + name.len() < size => {
                last.push_str(", ");
                last.push_str(name);
            }
            _ => statements.push(format!("LOCK TABLE {name}")),
        }
    }
    for statement in &mut statements {
        statement.push_str(tail);
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statements_hold_as_much_as_fits() {
        let names = ["public.a", "public.b", "public.c"];
        assert_eq!(
            statements(&names, 1000, false),
            ["LOCK TABLE public.a, public.b, public.c IN ACCESS SHARE MODE"]
        );
        assert_eq!(
            statements(&names, 30, true),
            [
                "LOCK TABLE public.a, public.b IN ACCESS SHARE MODE NOWAIT",
                "LOCK TABLE public.c IN ACCESS SHARE MODE NOWAIT"
            ]
        );
        assert!(statements(&[""; 0], 30, false).is_empty());
    }
}
