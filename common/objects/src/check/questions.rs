//! What is asked of a source beside the early queries: a few questions about sets.

use crate::choose::is_locked;
use crate::database::{Database, NodeId};
use crate::query::oid_array;

/// The tables that a dump locks.
pub fn locked(db: &Database) -> Vec<NodeId> {
    db.nodes().filter(|id| is_locked(db, *id)).collect()
}

/// Tables that somebody holds so that a dump would have to wait, and whether that is a prepared transaction.
pub fn held(db: &Database) -> Option<String> {
    let oids: Vec<u32> = locked(db).into_iter().map(|id| db.object(id).catalog.oid).collect();
    (!oids.is_empty()).then(|| {
        format!(
            "SELECT l.relation AS oid, pg_catalog.bool_or(l.pid IS NULL) AS prepared
FROM pg_catalog.pg_locks l JOIN pg_catalog.pg_database d ON d.oid = l.database
WHERE d.datname = pg_catalog.current_database() AND l.locktype = 'relation' AND l.granted
  AND l.mode = 'AccessExclusiveLock' AND l.relation = ANY ({})
GROUP BY l.relation",
            oid_array(&oids)
        )
    })
}

/// User mappings whose options the view on them hides from the role.
pub const MAPPINGS: &str = "\
SELECT m.usename, m.srvname
FROM pg_catalog.pg_user_mappings m JOIN pg_catalog.pg_foreign_server s ON s.oid = m.srvid
JOIN pg_catalog.pg_roles me ON me.rolname = current_user
WHERE NOT me.rolsuper
  AND NOT (m.umuser <> 0 AND m.usename = current_user
           AND (pg_catalog.pg_has_role(s.srvowner, 'USAGE') OR pg_catalog.has_server_privilege(s.oid, 'USAGE')))
  AND NOT (m.umuser = 0 AND pg_catalog.pg_has_role(s.srvowner, 'USAGE'))
ORDER BY m.srvname, m.usename";

/// Facts about the server: one row.
pub const FACTS: &str = "\
SELECT (SELECT GREATEST(max(pg_catalog.age(a.datfrozenxid)), max(pg_catalog.mxid_age(a.datminmxid)))
        FROM pg_catalog.pg_database a) AS age,
  (SELECT count(*) FROM pg_catalog.pg_prepared_xacts x WHERE x.database = pg_catalog.current_database()) AS prepared,
  pg_catalog.current_setting('max_locks_per_transaction')::pg_catalog.int8
    * (pg_catalog.current_setting('max_connections')::pg_catalog.int8
       + pg_catalog.current_setting('max_prepared_transactions')::pg_catalog.int8) AS locks,
  (SELECT s.setting FROM pg_catalog.pg_settings s WHERE s.name = 'max_standby_streaming_delay') AS standby_delay,
  pg_catalog.current_setting('hot_standby_feedback')::pg_catalog.bool AS feedback,
  (SELECT pg_catalog.array_agg(s.name || ' = ' || s.reset_val || COALESCE(' ' || s.unit, '') ORDER BY s.name)
   FROM pg_catalog.pg_settings s
   WHERE s.name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout',
                    'idle_session_timeout', 'transaction_timeout') AND s.reset_val <> '0')::pg_catalog.text AS timeouts";
