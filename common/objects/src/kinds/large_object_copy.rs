//! Reading large objects by set: one COPY for a group, whatever the sizes.

use pgx_archive::{Entry, Kind};

use crate::query::oid_array;

/// Bytes of an object that one row carries, and one more that tells whether the object goes on.
const CHUNK: u32 = 1 << 20;

/// `COPY … TO STDOUT` for a group of large objects: binary rows of (oid, offset, chunk), objects one after the
/// other and their chunks in order. A chunk is one byte longer than 1 MiB when the object goes on after it.
///
/// The order is that of a nested loop, the only way to run it; sorting would bring all contents into the
/// server's memory. `group` is the entry that makes the objects; `None` for any other entry.
pub fn copy_out(group: &Entry) -> Option<String> {
    if group.kind != Kind::BlobMetadata {
        return None;
    }
    let oids: Vec<u32> = group.create.lines().filter_map(|line| line.parse().ok()).collect();
    Some(format!(
        "COPY (SELECT w.oid, c.at, c.bytes
      FROM pg_catalog.unnest({}) WITH ORDINALITY AS w(oid, place),
           LATERAL (WITH RECURSIVE c(at, bytes) AS (
                        SELECT 0::pg_catalog.int8, pg_catalog.lo_get(w.oid, 0, {CHUNK} + 1)
                        UNION ALL
                        SELECT c.at + {CHUNK}, pg_catalog.lo_get(w.oid, c.at + {CHUNK}, {CHUNK} + 1)
                        FROM c WHERE pg_catalog.length(c.bytes) > {CHUNK})
                    SELECT * FROM c) AS c) TO STDOUT (FORMAT binary)",
        oid_array(&oids)
    ))
}
