//! What depends on what, as `pg_depend` has it.
//!
//! Sub-objects are ignored: a dependency of a column counts for its table. Pins say nothing, and members of
//! extensions are known already.

use std::collections::HashMap;

use pgx_archive::CatalogId;

use crate::database::{Body, Database, class};
use crate::error::Error;
use crate::kinds::{Phase, Reader};
use crate::query::{Select, column};
use crate::rows::Rows;

const DEPENDENCIES: Select = Select {
    columns: &[
        column("class", "d.classid").as_it_is(),
        column("oid", "d.objid").as_it_is(),
        column("on_class", "d.refclassid").as_it_is(),
        column("on_oid", "d.refobjid").as_it_is(),
        column("kind", "d.deptype").as_it_is(),
    ],
    from: "FROM (
    SELECT classid, objid, refclassid, refobjid, deptype FROM pg_catalog.pg_depend
    WHERE deptype NOT IN ('p', 'e')
    UNION ALL
    -- members of operator families stand for their family
    SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, o.amopfamily, d.refclassid, d.refobjid, d.deptype
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_amop o ON d.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass AND d.objid = o.oid
    WHERE d.deptype NOT IN ('p', 'e', 'i')
      AND NOT (d.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass AND d.refobjid = o.amopfamily)
    UNION ALL
    SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, p.amprocfamily, d.refclassid, d.refobjid, d.deptype
    FROM pg_catalog.pg_depend d
    JOIN pg_catalog.pg_amproc p ON d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass AND d.objid = p.oid
    WHERE d.deptype NOT IN ('p', 'e', 'i')
      AND NOT (d.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass AND d.refobjid = p.amprocfamily)
) d
WHERE d.objid >= 16384
  AND (d.refobjid >= 16384 OR d.refclassid = 'pg_catalog.pg_namespace'::pg_catalog.regclass
       OR d.deptype = 'x') -- plpgsql comes with initdb
ORDER BY d.classid, d.objid",
};

/// All dependencies between users' objects.
pub const READER: Reader = Reader {
    name: "dependencies",
    phase: Phase::Late,
    query: |db| Some(DEPENDENCIES.sql(db.server.major(), &[])),
    read,
};

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    let between = triggers_between(db, rows)?;
    for row in rows.iter() {
        let Some(id) = db.by_oid(row.oid("class")?, row.oid("oid")?) else {
            continue;
        };
        let mut on = CatalogId {
            class: row.oid("on_class")?,
            oid: row.oid("on_oid")?,
        };
        while let Some(next) = between.get(&on) {
            on = *next;
        }
        // Rows about TOAST tables and the like have no object here.
        let Some(on) = db.by_oid(on.class, on.oid) else {
            continue;
        };
        let kind = row.letter("kind")?;
        if kind == 'x' && db.object(on).catalog.class == class::EXTENSION {
            db.bound_to_extensions.entry(id).or_default().push(on);
        }
        // A composite type's relation depends on the type in the catalog, which serves DROP; for CREATE it is
        // the other way round.
        let of_composite = kind == 'i'
            && matches!(db.object(id).body, Body::Relation(_))
            && matches!(&db.object(on).body, Body::Type(body) if !body.is_dummy());
        if of_composite {
            db.depend(on, id);
        } else {
            db.depend(id, on);
        }
    }
    Ok(())
}

/// Triggers of partitions that are as their parents', and so no objects here, each with the trigger it comes
/// from: what depends on one depends on the other.
fn triggers_between(db: &Database, rows: &Rows) -> Result<HashMap<CatalogId, CatalogId>, Error> {
    let mut between = HashMap::new();
    for row in rows.iter() {
        if row.oid("class")? != class::TRIGGER || row.oid("on_class")? != class::TRIGGER {
            continue;
        }
        let of = |column: &str| -> Result<CatalogId, Error> {
            Ok(CatalogId {
                class: class::TRIGGER,
                oid: row.oid(column)?,
            })
        };
        let (id, on) = (of("oid")?, of("on_oid")?);
        if id != on && db.by_oid(id.class, id.oid).is_none() {
            between.insert(id, on);
        }
    }
    Ok(between)
}
