//! Rows into tables that stand already: what must be true of these before any row goes in, and what is done to them.
//!
//! - [`Destination`] is where the rows of an entry go, [`Standing`] what the target has there: one question for
//!   all tables, one answer each, and [`Standing::objections`] from the two.
//! - [`truncate_all`] empties them, [`triggers_off`] keeps their triggers from firing.
//! - [`Merge`] has rows come into a table that has some of them already.

mod destination;
mod merge;
mod standing;

pub(crate) use destination::parts;
pub use destination::{Destination, destinations};
pub use merge::{CannotMerge, Conflict, Merge};
pub use standing::{Column, Standing, question};

use pgx_archive::spelling::{ident, literal};

/// Empties tables in one statement, so that foreign keys between them do not matter; those that inherit from
/// an ordinary table stay as they are, the partitions of a partitioned one do not. None when there are none.
///
/// ```
/// use pgx_restore::existing::{Standing, truncate_all};
///
/// let standing = |name: &str, relkind| Standing { table: name.to_owned(), relkind: Some(relkind), ..Standing::default() };
/// assert_eq!(
///     truncate_all(&[standing("public.a", 'r'), standing("public.b", 'p')]).as_deref(),
///     Some("TRUNCATE TABLE ONLY public.a, public.b;")
/// );
/// assert_eq!(truncate_all(&[]), None);
/// ```
pub fn truncate_all<'a>(tables: impl IntoIterator<Item = &'a Standing>) -> Option<String> {
    let name = |table: &Standing| match table.relkind {
        Some('p') => table.table.clone(),
        _ => format!("ONLY {}", table.table),
    };
    let mut names: Vec<String> = tables.into_iter().map(name).collect();
    names.sort_unstable();
    names.dedup();
    (!names.is_empty()).then(|| format!("TRUNCATE TABLE {};", names.join(", ")))
}

/// The question which tables besides these refer to them by foreign keys, so that they cannot be emptied: the
/// table that refers and the one it refers to, a pair a row.
pub fn referrers<'a>(tables: impl IntoIterator<Item = &'a Standing>) -> String {
    let names: Vec<String> = tables.into_iter().map(|table| literal(&table.table)).collect();
    format!(
        "WITH RECURSIVE emptied (oid) AS (
    SELECT pg_catalog.to_regclass(name)::pg_catalog.oid FROM pg_catalog.unnest(ARRAY[{}]::pg_catalog.text[]) AS name
  UNION
    SELECT i.inhrelid FROM emptied e JOIN pg_catalog.pg_class c ON c.oid = e.oid AND c.relkind = 'p'
    JOIN pg_catalog.pg_inherits i ON i.inhparent = e.oid)
SELECT DISTINCT k.conrelid::pg_catalog.regclass::pg_catalog.text, k.confrelid::pg_catalog.regclass::pg_catalog.text
FROM pg_catalog.pg_constraint k
WHERE k.contype = 'f' AND k.confrelid IN (SELECT oid FROM emptied) AND k.conrelid NOT IN (SELECT oid FROM emptied)
ORDER BY 1, 2",
        names.join(", ")
    )
}

/// Keeps triggers, foreign keys among them, from firing for as long as the session lasts; `superuser` is the
/// role that may do so, when whoever is connected may not, and `role` the one that rows go in as.
///
/// Nothing of it stays behind in the target, and no table is locked: unlike ALTER TABLE … DISABLE TRIGGER it is the
/// session that changes. Triggers that are enabled ALWAYS or for REPLICA do fire.
///
/// ```
/// use pgx_restore::existing::triggers_off;
///
/// assert_eq!(triggers_off(None, None), "SET session_replication_role = replica;");
/// assert_eq!(
///     triggers_off(Some("boss"), Some("app")),
///     "SET ROLE boss; SET session_replication_role = replica; SET ROLE app;"
/// );
/// ```
pub fn triggers_off(superuser: Option<&str>, role: Option<&str>) -> String {
    const OFF: &str = "SET session_replication_role = replica;";
    let name = |role: Option<&str>| role.map_or("NONE".to_owned(), |role| ident(role).into_owned());
    match (superuser, role) {
        (None, None) => OFF.to_owned(),
        _ => format!("SET ROLE {}; {OFF} SET ROLE {};", name(superuser), name(role)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_emptied_once() {
        let table = Standing {
            table: "public.root".to_owned(),
            relkind: Some('p'),
            ..Standing::default()
        };
        assert_eq!(
            truncate_all(&[table.clone(), table]).as_deref(),
            Some("TRUNCATE TABLE public.root;")
        );
    }

    #[test]
    fn whoever_is_connected_switches_triggers_off_for_the_role_that_rows_go_in_as() {
        assert_eq!(
            triggers_off(None, Some("app")),
            "SET ROLE NONE; SET session_replication_role = replica; SET ROLE app;"
        );
        assert_eq!(
            triggers_off(Some("Boss"), None),
            "SET ROLE \"Boss\"; SET session_replication_role = replica; SET ROLE NONE;"
        );
    }
}
