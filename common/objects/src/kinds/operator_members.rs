//! Operators and functions of operator classes and families (`pg_amop`, `pg_amproc`).
//!
//! Every member is in a family; `pg_depend` knows whether it came with one of the classes.

use crate::database::{Body, Database, Wanted};
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::{Row, Rows};
use crate::sql::qualified;

use super::{Phase, Reader};

const OPERATORS: Select = Select {
    columns: &[
        column("class", "d.refclassid"),
        column("oid", "d.refobjid"),
        column("number", "o.amopstrategy"),
        column("operator", "o.amopopr::pg_catalog.regoperator"),
        column("sort_schema", "n.nspname"),
        column("sort_family", "f.opfname"),
    ],
    from: "FROM pg_catalog.pg_amop o
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass AND d.objid = o.oid
LEFT JOIN pg_catalog.pg_opclass c
       ON d.refclassid = 'pg_catalog.pg_opclass'::pg_catalog.regclass AND c.oid = d.refobjid
LEFT JOIN pg_catalog.pg_opfamily f ON f.oid = o.amopsortfamily
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
WHERE d.refobjid >= 16384
  AND (c.opcfamily = o.amopfamily
       OR (d.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass AND d.refobjid = o.amopfamily))
ORDER BY d.refclassid, d.refobjid, o.amopstrategy, o.oid",
};

const FUNCTIONS: Select = Select {
    columns: &[
        column("class", "d.refclassid"),
        column("oid", "d.refobjid"),
        column("number", "p.amprocnum"),
        column("function", "p.amproc::pg_catalog.regprocedure"),
        column("left_type", "p.amproclefttype::pg_catalog.regtype"),
        column("right_type", "p.amprocrighttype::pg_catalog.regtype"),
    ],
    from: "FROM pg_catalog.pg_amproc p
JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass AND d.objid = p.oid
WHERE d.refobjid >= 16384
  AND d.refclassid IN ('pg_catalog.pg_opclass'::pg_catalog.regclass, 'pg_catalog.pg_opfamily'::pg_catalog.regclass)
ORDER BY d.refclassid, d.refobjid, p.amprocnum, p.oid",
};

/// Operators of users' operator classes and families.
pub const OPERATOR_READER: Reader = Reader {
    name: "operators of operator classes",
    phase: Phase::Late,
    query: |db| any_wanted(db).then(|| OPERATORS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let order = row.opt("sort_schema")?.zip(row.opt("sort_family")?);
            let order = order.map(|(schema, name)| format!(" FOR ORDER BY {}", qualified(schema, name)));
            let (number, operator) = (row.text("number")?, row.text("operator")?);
            let member = format!("OPERATOR {number} {operator}{}", order.unwrap_or_default());
            add(db, &row, member)?;
        }
        Ok(())
    },
};

/// Functions of users' operator classes and families.
pub const FUNCTION_READER: Reader = Reader {
    name: "functions of operator classes",
    phase: Phase::Late,
    query: |db| any_wanted(db).then(|| FUNCTIONS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let types = (row.text("left_type")?, row.text("right_type")?);
            let (number, function) = (row.text("number")?, row.text("function")?);
            let member = format!("FUNCTION {number} ({}, {}) {function}", types.0, types.1);
            add(db, &row, member)?;
        }
        Ok(())
    },
};

fn any_wanted(db: &Database) -> bool {
    db.objects.iter().any(|object| {
        matches!(object.body, Body::OperatorClass(_) | Body::OperatorFamily(_)) && object.wanted.any(Wanted::DEFINITION)
    })
}

fn add(db: &mut Database, row: &Row<'_>, member: String) -> Result<(), Error> {
    let Some(id) = db.by_oid(row.oid("class")?, row.oid("oid")?) else {
        return Ok(());
    };
    match &mut db.object_mut(id).body {
        Body::OperatorClass(body) => body.members.push(member),
        Body::OperatorFamily(body) => body.members.push(member),
        _ => {}
    }
    Ok(())
}
