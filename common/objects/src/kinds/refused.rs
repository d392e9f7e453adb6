//! What the role may not read of what is wanted.
//!
//! The server refuses the first table that it may not lock, and one of which row security hides rows when it comes to
//! its rows. Asked before the locks, it names all of them at once.

use crate::choose::is_locked;
use crate::cycles::describe;
use crate::database::{Body, Database, Wanted};
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::{Phase, Reader};

const RELATIONS: Select = Select {
    columns: &[
        column("oid", "c.oid").as_it_is(),
        column("usable", "pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE')"),
        column("readable", "pg_catalog.has_table_privilege(c.oid, 'SELECT')"),
        column(
            "lockable",
            "pg_catalog.has_table_privilege(c.oid, 'SELECT, UPDATE, DELETE, TRUNCATE')",
        ),
        column("guarded", "c.relrowsecurity AND pg_catalog.row_security_active(c.oid)"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_class c ON c.oid = w.oid
WHERE NOT pg_catalog.has_schema_privilege(c.relnamespace, 'USAGE')
   OR NOT pg_catalog.has_table_privilege(c.oid, 'SELECT')
   OR (c.relrowsecurity AND pg_catalog.row_security_active(c.oid))
ORDER BY c.oid",
};

/// There is no function that tells before 18.
const LARGE_OBJECTS: Select = Select {
    columns: &[column("oid", "m.oid").as_it_is()],
    from: "FROM pg_catalog.pg_largeobject_metadata m
WHERE pg_catalog.current_setting('lo_compat_privileges') = 'off'
  AND NOT pg_catalog.pg_has_role(m.lomowner, 'USAGE')
  AND NOT EXISTS (SELECT FROM pg_catalog.aclexplode(m.lomacl) a
                  WHERE a.privilege_type = 'SELECT'
                    AND CASE a.grantee WHEN 0 THEN true ELSE pg_catalog.pg_has_role(a.grantee, 'USAGE') END)
ORDER BY m.oid",
};

/// Tables that cannot be locked, tables and sequences that cannot be read.
pub const READER: Reader = Reader {
    name: "privileges on relations",
    phase: Phase::Chosen,
    query: |db| {
        let relations = asked(db);
        (!db.server.superuser && !relations.is_empty()).then(|| RELATIONS.sql(db.server.major(), &relations))
    },
    read,
};

/// Large objects that cannot be read.
pub const LARGE_OBJECT_READER: Reader = Reader {
    name: "privileges on large objects",
    phase: Phase::Chosen,
    query: |db| {
        let wanted = db
            .objects
            .iter()
            .any(|object| matches!(object.body, Body::LargeObjectData(_)) && object.wanted.any(Wanted::DATA));
        (!db.server.superuser && db.with_rows && wanted).then(|| LARGE_OBJECTS.sql(db.server.major(), &[]))
    },
    read: |db, rows| {
        for row in rows.iter() {
            db.denied.push(format!("large object {}", row.oid("oid")?));
        }
        Ok(())
    },
};

/// OIDs of the relations that are locked, or whose rows or position are read.
fn asked(db: &Database) -> Vec<u32> {
    let is_asked = |id| {
        let is_read = |relation: &super::relation::Relation| relation.data.is_some() && relation.relkind != 'm';
        is_locked(db, id) || db.relation(id).is_some_and(is_read)
    };
    let asked = db.nodes().filter(|id| is_asked(*id));
    asked.map(|id| db.object(id).catalog.oid).collect()
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let Some((id, relation)) = db.relation_by_oid(row.oid("oid")?) else {
            continue;
        };
        let with_rows = relation.data.is_some();
        // From 18 on sequences are read by OID.
        let by_oid = relation.relkind == 'S' && db.server.major() >= 18;
        let needed = if with_rows { "readable" } else { "lockable" };
        if !(row.flag("usable")? || by_oid) || !row.flag(needed)? {
            let denied = describe(db, id);
            db.denied.push(denied);
        } else if with_rows && row.flag("guarded")? {
            let guarded = db.qualified(id);
            db.guarded.push(guarded);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn a_definition_takes_a_lock_and_rows_take_more() {
        let mut db = sample::database(15);
        for name in ["locked", "closed"] {
            sample::table(&mut db, name, &[]);
        }
        let loaded = sample::table(&mut db, "loaded", &[]);
        db.relation_mut(loaded).expect("it is a table").data = Some(loaded);
        assert!((READER.query)(&db).is_some());
        let oids = asked(&db).iter().map(u32::to_string).collect::<Vec<_>>();
        let columns = ["oid", "usable", "readable", "lockable", "guarded"];
        let rows = [
            [&oids[0], "true", "false", "true", "true"],
            [&oids[1], "false", "true", "true", "false"],
            [&oids[2], "true", "false", "true", "true"],
        ];
        read(&mut db, &sample::rows(columns, &rows)).expect("rows as the server gives them");
        assert_eq!(db.denied, ["table public.closed", "table public.loaded"]);
        assert!(db.guarded.is_empty());
        db.server.superuser = true;
        assert!((READER.query)(&db).is_none());
    }
}
