//! What follows other objects: comments (`pg_description`), security labels (`pg_seclabel`), privileges of
//! columns (`pg_attribute.attacl`) and initial privileges (`pg_init_privs`). One query each, whatever the size.

use std::collections::hash_map::Entry;

use pgx_archive::CatalogId;

use crate::database::{Database, class};
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::{Row, Rows};

use super::{Phase, Reader};

const COMMENTS_QUERY: Select = Select {
    columns: &[
        column("class", "d.classoid"),
        column("oid", "d.objoid"),
        column("sub", "d.objsubid"),
        column("description", "d.description"),
    ],
    from: "FROM pg_catalog.pg_description d
WHERE d.objoid >= 16384
   OR d.classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass
   OR (d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
       AND d.objoid = (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = 'public'))
ORDER BY d.classoid, d.objoid, d.objsubid",
};

const LABELS_QUERY: Select = Select {
    columns: &[
        column("class", "l.classoid"),
        column("oid", "l.objoid"),
        column("sub", "l.objsubid"),
        column("provider", "l.provider"),
        column("label", "l.label"),
    ],
    from: "FROM pg_catalog.pg_seclabel l ORDER BY l.classoid, l.objoid, l.objsubid, l.provider",
};

const INITIAL_QUERY: Select = Select {
    columns: &[
        column("class", "p.classoid"),
        column("oid", "p.objoid"),
        column("sub", "p.objsubid"),
        column("acl", "p.initprivs"),
    ],
    from: "FROM pg_catalog.pg_init_privs p",
};

const COLUMNS_QUERY: Select = Select {
    columns: &[
        column("oid", "a.attrelid"),
        column("number", "a.attnum"),
        column("name", "a.attname"),
        column("acl", "a.attacl"),
    ],
    from: "FROM (
    SELECT attrelid, attnum FROM pg_catalog.pg_attribute WHERE attacl IS NOT NULL
    UNION
    SELECT objoid, objsubid FROM pg_catalog.pg_init_privs
    WHERE classoid = 'pg_catalog.pg_class'::pg_catalog.regclass AND objsubid <> 0
) k
JOIN pg_catalog.pg_attribute a ON a.attrelid = k.attrelid AND a.attnum = k.attnum
WHERE NOT a.attisdropped
ORDER BY a.attrelid, a.attnum",
};

/// Comments on users' objects, on large objects, whose OIDs users may choose, and on the schema `public`.
pub const COMMENTS: Reader = Reader {
    name: "comments",
    phase: Phase::Late,
    query: |db| Some(COMMENTS_QUERY.sql(db.server.major(), &[])),
    read: |db, rows| {
        for row in rows.iter() {
            let comment = (row.number("sub")?, row.text("description")?.to_owned());
            // Most objects have one comment, and no room for more.
            match db.comments.entry(id(&row)?) {
                Entry::Occupied(list) => list.into_mut().push(comment),
                Entry::Vacant(list) => drop(list.insert(vec![comment])),
            }
        }
        Ok(())
    },
};

/// Security labels.
pub const LABELS: Reader = Reader {
    name: "security labels",
    phase: Phase::Late,
    query: |db| Some(LABELS_QUERY.sql(db.server.major(), &[])),
    read: |db, rows| {
        for row in rows.iter() {
            let label = (
                row.number("sub")?,
                row.text("provider")?.to_owned(),
                row.text("label")?.to_owned(),
            );
            db.labels.entry(id(&row)?).or_default().push(label);
        }
        Ok(())
    },
};

/// What initdb and extensions gave their objects. The schema `public` counts as the user's own.
pub const INITIAL_PRIVILEGES: Reader = Reader {
    name: "initial privileges",
    phase: Phase::Late,
    query: |db| Some(INITIAL_QUERY.sql(db.server.major(), &[])),
    read: read_initial,
};

/// Privileges of columns.
pub const COLUMN_PRIVILEGES: Reader = Reader {
    name: "column privileges",
    phase: Phase::Late,
    query: |db| Some(COLUMNS_QUERY.sql(db.server.major(), &[])),
    read: |db, rows| {
        for row in rows.iter() {
            let acl = ColumnAcl {
                number: row.number("number")?,
                name: row.text("name")?.to_owned(),
                actual: row.opt("acl")?.map(str::to_owned),
            };
            db.column_acls.entry(row.oid("oid")?).or_default().push(acl);
        }
        Ok(())
    },
};

/// Privileges of one column; system columns have them too.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ColumnAcl {
    /// `attnum`
    pub number: i32,
    /// `attname`
    pub name: String,
    /// The list in array form; `None` when it only has a row in `pg_init_privs`.
    pub actual: Option<String>,
}

fn read_initial(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let of = id(&row)?;
        let public = of.class == class::NAMESPACE
            && db
                .by_oid(of.class, of.oid)
                .is_some_and(|node| db.object(node).name == "public");
        if !public {
            db.initial_acls
                .insert((of, row.number("sub")?), row.text("acl")?.to_owned());
        }
    }
    Ok(())
}

fn id(row: &Row<'_>) -> Result<CatalogId, Error> {
    Ok(CatalogId {
        class: row.oid("class")?,
        oid: row.oid("oid")?,
    })
}
