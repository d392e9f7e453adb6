//! The statements that make a ledger, write it and take it away.

use pgx_archive::EntryId;
use pgx_archive::spelling::literal;

use super::{Load, Rows};

/// The question whether a ledger is there, and whether this session now holds the advisory lock of whoever works on
/// the database (`pgx`, in a number, and one of our own): two truth values.
pub const STATE: &str = "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'pgx_ledger')::pg_catalog.text, \
     pg_catalog.pg_try_advisory_lock(7366520, 1)::pg_catalog.text";

/// Whether there is a ledger.
pub const IS_THERE: &str =
    "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'pgx_ledger')::pg_catalog.text";

/// What the session that holds the lock asks of the server: to notice soon that the other end is gone.
/// It answers with its process and when that began.
pub const HOLD: &str = "SELECT pid::pg_catalog.text, backend_start::pg_catalog.text, \
     pg_catalog.set_config('tcp_keepalives_idle', '60', false), \
     pg_catalog.set_config('tcp_keepalives_interval', '10', false), \
     pg_catalog.set_config('tcp_keepalives_count', '6', false) \
     FROM pg_catalog.pg_stat_activity WHERE pid = pg_catalog.pg_backend_pid()";

/// Signs this session's name, before anything else that it does; the answer is that name: its process, and when it
/// began.
pub const SIGN: &str = "INSERT INTO pgx_ledger.session SELECT pid, backend_start FROM pg_catalog.pg_stat_activity \
     WHERE pid = pg_catalog.pg_backend_pid() ON CONFLICT (pid, backend_start) DO UPDATE SET pid = EXCLUDED.pid \
     RETURNING pid::pg_catalog.text, backend_start::pg_catalog.text";

/// Ends the sessions that signed, and says how many there still were: 0 when all are gone.
pub const END_ORPHANS: &str = "SELECT pg_catalog.count(pg_catalog.pg_terminate_backend(a.pid))::pg_catalog.text \
     FROM pgx_ledger.session s JOIN pg_catalog.pg_stat_activity a USING (pid, backend_start) \
     WHERE a.pid <> pg_catalog.pg_backend_pid()";

/// How many definitions and rows a ledger tells of.
pub const TOTALS: &str = "SELECT (SELECT pg_catalog.count(*) FROM pgx_ledger.made)::pg_catalog.text, \
     (SELECT COALESCE(pg_catalog.sum(rows), 0) FROM \
       (TABLE pgx_ledger.filled UNION ALL TABLE pgx_ledger.filled_unlogged) f)::pg_catalog.text";

/// Ends one session that signed with this name; 0 when it is gone.
pub fn end_session((pid, began): &(String, String)) -> String {
    format!(
        "SELECT pg_catalog.count(pg_catalog.pg_terminate_backend(pid))::pg_catalog.text FROM pg_catalog.pg_stat_activity \
         WHERE pid::pg_catalog.text = {} AND backend_start::pg_catalog.text = {}",
        literal(pid),
        literal(began)
    )
}

/// How many of some entries are made: all that a transaction made, or none.
pub fn made_of(entries: &[(EntryId, bool)]) -> String {
    let values: Vec<String> = entries
        .iter()
        .map(|(entry, index_only)| format!("({entry}, {index_only})"))
        .collect();
    format!(
        "SELECT pg_catalog.count(*)::pg_catalog.text FROM pgx_ledger.made WHERE (entry, index_only) IN (VALUES {})",
        values.join(", ")
    )
}

/// How many of some rows are in: all that a transaction brought, or no answer.
pub fn rows_of(rows: &Rows) -> String {
    let Rows { entry, part, after, .. } = rows;
    format!(
        "SELECT rows::pg_catalog.text FROM {} WHERE entry = {entry} AND part = {part} AND after = {after}",
        table(rows.logged)
    )
}

/// Takes a ledger away that nobody goes on with.
pub const DISCARD: &str = "DROP SCHEMA pgx_ledger CASCADE";

/// Takes the ledger of a finished load away. Triggers for definitions, which may have come with the load, are not
/// for this one: they are off where the server and the role allow it.
pub fn drop(major: u32) -> String {
    let off = match major {
        17.. => "event_triggers",
        _ => "session_replication_role",
    };
    let value = if major >= 17 { "off" } else { "replica" };
    format!(
        "RESET synchronous_commit; \
         SELECT pg_catalog.set_config('{off}', '{value}', false) FROM pg_catalog.pg_roles \
         WHERE rolname = CURRENT_USER AND rolsuper AND EXISTS (SELECT FROM pg_catalog.pg_event_trigger); {DISCARD}"
    )
}

/// Makes a ledger for a load, whose first definitions, if any, are made already; one text, one transaction.
///
/// Its commit waits for the disk, unlike those after it: whatever crashes from here on, there is a load to go on with.
pub fn create(load: &Load, made: &[EntryId]) -> String {
    let mut sql = format!(
        "SET LOCAL synchronous_commit = on; CREATE SCHEMA pgx_ledger; \
         COMMENT ON SCHEMA pgx_ledger IS 'what a pgx-load has done that is not finished'; \
         CREATE TABLE pgx_ledger.load (archive text PRIMARY KEY, plan text NOT NULL, contents text NOT NULL, \
           transforms text NOT NULL, options text NOT NULL, begun timestamptz NOT NULL DEFAULT pg_catalog.now(), \
           legs int NOT NULL DEFAULT 1); \
         CREATE TABLE pgx_ledger.session (pid int, backend_start timestamptz, PRIMARY KEY (pid, backend_start)); \
         CREATE TABLE pgx_ledger.made (entry bigint, index_only boolean, PRIMARY KEY (entry, index_only)); \
         CREATE TABLE pgx_ledger.filled (entry bigint, part bigint, parts bigint NOT NULL, after bigint, \
           rows bigint NOT NULL, digest text NOT NULL, finished boolean NOT NULL, PRIMARY KEY (entry, part, after)); \
         CREATE UNLOGGED TABLE pgx_ledger.filled_unlogged (LIKE pgx_ledger.filled INCLUDING ALL); \
         INSERT INTO pgx_ledger.load VALUES ({}, {}, '{}', '{}', '{}'); {SIGN}",
        literal(&load.archive),
        literal(&load.plan),
        load.contents,
        load.transforms,
        load.options,
    );
    if !made.is_empty() {
        let entries: Vec<(EntryId, bool)> = made.iter().map(|entry| (*entry, false)).collect();
        sql = format!("{sql}; {}", self::made(&entries));
    }
    sql
}

/// Takes a ledger over, once those that signed are gone.
pub fn take_over() -> String {
    format!("DELETE FROM pgx_ledger.session; {SIGN}; UPDATE pgx_ledger.load SET legs = legs + 1")
}

/// Entries that are made in this transaction: all of each, or only the index of a constraint.
pub fn made(entries: &[(EntryId, bool)]) -> String {
    let rows: Vec<String> = entries
        .iter()
        .map(|(entry, index_only)| format!("({entry}, {index_only})"))
        .collect();
    format!("INSERT INTO pgx_ledger.made VALUES {}", rows.join(", "))
}

fn table(logged: bool) -> &'static str {
    match logged {
        true => "pgx_ledger.filled",
        false => "pgx_ledger.filled_unlogged",
    }
}

/// Claims what is after the rows that went in before; how many there will be is not known yet.
pub fn before_rows(rows: &Rows) -> String {
    let Rows {
        entry,
        part,
        parts,
        after,
        ..
    } = rows;
    format!(
        "INSERT INTO {} VALUES ({entry}, {part}, {parts}, {after}, 0, '', false)",
        table(rows.logged)
    )
}

/// Says what was claimed in this transaction and is in now.
pub fn after_rows(rows: &Rows) -> String {
    let Rows { entry, part, after, .. } = rows;
    let table = table(rows.logged);
    let which = format!("WHERE entry = {entry} AND part = {part} AND after = {after}");
    if rows.rows == 0 && !rows.finished {
        // Whoever comes next begins at the same row.
        return format!("DELETE FROM {table} {which}");
    }
    let Rows {
        rows, digest, finished, ..
    } = rows;
    format!("UPDATE {table} SET rows = {rows}, digest = '{digest}', finished = {finished} {which}")
}

/// Claims rows that have all come, and says what they are; one statement, or one for each of the two tables.
pub fn whole_rows(all: &[Rows]) -> Vec<String> {
    let mut statements = Vec::new();
    for logged in [true, false] {
        let values: Vec<String> = all
            .iter()
            .filter(|rows| rows.logged == logged)
            .map(|row| {
                let Rows {
                    entry,
                    part,
                    parts,
                    after,
                    rows,
                    digest,
                    finished,
                    ..
                } = row;
                format!("({entry}, {part}, {parts}, {after}, {rows}, '{digest}', {finished})")
            })
            .collect();
        if !values.is_empty() {
            statements.push(format!("INSERT INTO {} VALUES {}", table(logged), values.join(", ")));
        }
    }
    statements
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::Digest;

    fn rows(part: u32, logged: bool) -> Rows {
        Rows {
            entry: EntryId(7),
            part,
            parts: 3,
            after: 10,
            rows: 5,
            digest: Digest(1),
            finished: false,
            logged,
        }
    }

    #[test]
    fn rows_are_claimed_before_and_told_after() {
        assert_eq!(
            before_rows(&rows(1, true)),
            "INSERT INTO pgx_ledger.filled VALUES (7, 1, 3, 10, 0, '', false)"
        );
        assert_eq!(
            after_rows(&rows(1, false)),
            "UPDATE pgx_ledger.filled_unlogged SET rows = 5, digest = '00000000000000000000000000000001', \
             finished = false WHERE entry = 7 AND part = 1 AND after = 10"
        );
        let none = Rows {
            rows: 0,
            ..rows(1, true)
        };
        assert_eq!(
            after_rows(&none),
            "DELETE FROM pgx_ledger.filled WHERE entry = 7 AND part = 1 AND after = 10"
        );
        // That no more come is told even where none has come since.
        let end = Rows { finished: true, ..none };
        assert!(after_rows(&end).contains("SET rows = 0, ") && after_rows(&end).contains("finished = true WHERE"));
    }

    #[test]
    fn rows_of_unlogged_tables_have_a_table_of_their_own() {
        let statements = whole_rows(&[rows(1, true), rows(2, false), rows(3, true)]);
        assert_eq!(statements.len(), 2);
        assert!(statements[0].starts_with("INSERT INTO pgx_ledger.filled VALUES (7, 1, 3, 10, 5, '"));
        assert!(statements[0].contains("), (7, 3, 3, 10, 5, '"));
        assert!(statements[1].starts_with("INSERT INTO pgx_ledger.filled_unlogged VALUES (7, 2, 3,"));
        assert_eq!(whole_rows(&[]), [""; 0]);
    }
}
