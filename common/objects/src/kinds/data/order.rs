//! What the rows of tables have to come after, and what keeps them from going back into their partition.

use crate::database::{Body, Database, NodeId};
use crate::error::Error;
use crate::kinds::{Phase, Reader};
use crate::query::{Select, column};
use crate::rows::Rows;

const HASHED_ENUMS_QUERY: Select = Select {
    columns: &[column("oid", "p.partrelid")],
    from: "FROM pg_catalog.pg_partitioned_table p
WHERE (SELECT o.oid FROM pg_catalog.pg_opclass o JOIN pg_catalog.pg_am a ON a.oid = o.opcmethod
       WHERE o.opcname = 'enum_ops' AND a.amname = 'hash'
         AND o.opcnamespace = 'pg_catalog'::pg_catalog.regnamespace) = ANY (p.partclass)",
};

const CONFIGURATION_KEYS_QUERY: Select = Select {
    columns: &[column("from_oid", "c.conrelid"), column("to_oid", "c.confrelid")],
    from: "FROM pg_catalog.pg_constraint c
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.objid = c.confrelid
     AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
WHERE c.contype = 'f'",
};

/// Partitioned tables that hash an enum.
pub const HASHED_ENUMS: Reader = Reader {
    name: "partitioned tables that hash an enum",
    phase: Phase::Early,
    query: |db| Some(HASHED_ENUMS_QUERY.sql(db.server.major(), &[])),
    read: read_hashed_enums,
};

/// Foreign keys between tables of extensions: CREATE EXTENSION makes them before the rows of configuration
/// tables arrive. Those of users' tables come after all rows.
pub const CONFIGURATION_KEYS: Reader = Reader {
    name: "foreign keys of extensions",
    phase: Phase::Late,
    query: |db| Some(CONFIGURATION_KEYS_QUERY.sql(db.server.major(), &[])),
    read: read_configuration_keys,
};

fn read_hashed_enums(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let table = db.relation_by_oid(row.oid("oid")?).map(|(id, _)| id);
        if let Some(relation) = table.and_then(|id| db.relation_mut(id)) {
            relation.unstable_partitions = true;
        }
    }
    Ok(())
}

fn read_configuration_keys(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let (from, to) = (row.oid("from_oid")?, row.oid("to_oid")?);
        let of_extension = |(id, _)| db.object(id).extension.is_some();
        if db.relation_by_oid(from).is_some_and(of_extension) {
            depend(db, from, to);
        }
    }
    Ok(())
}

/// Makes rows come after the rows that they refer to: for a dump without definitions, whose foreign keys stand
/// on the target already.
pub fn order_by_foreign_keys(db: &mut Database) {
    let keys = db.objects.iter().filter_map(|object| match &object.body {
        Body::Constraint(body) if body.is_foreign_key() => Some((db.object(body.table?).catalog.oid, body.references)),
        _ => None,
    });
    for (from, to) in keys.collect::<Vec<_>>() {
        depend(db, from, to);
    }
}

fn depend(db: &mut Database, from: u32, to: u32) {
    let data = |oid: u32| -> Option<NodeId> { db.relation_by_oid(oid)?.1.data };
    if let (Some(from), Some(to)) = (data(from), data(to)) {
        db.depend(from, to);
    }
}
