//! Constraints of domains (`pg_constraint`): checks, and from 17 on NOT NULL with a name.
//!
//! A valid one stands inside CREATE DOMAIN, which comes after whatever the constraint needs; one that is
//! NOT VALID, or that a cycle put off, is added in post-data (see [`super::super::constraint`]).

use pgx_archive::CatalogId;

use crate::database::{Body, Database, Object, Wanted, class};
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::super::constraint::Constraint;
use super::super::{Phase, Reader};
use super::{Definition, wanted};

const CONSTRAINTS: Select = Select {
    columns: &[
        column("oid", "c.oid"),
        column("domain", "c.contypid"),
        column("name", "c.conname"),
        column("contype", "c.contype"),
        column("definition", "pg_catalog.pg_get_constraintdef(c.oid)"),
        column("is_valid", "c.convalidated"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_constraint c ON c.contypid = w.oid
WHERE c.contype IN ('c', 'n')
ORDER BY c.contypid, c.conname",
};

/// Constraints of wanted domains.
pub const READER: Reader = Reader {
    name: "constraints of domains",
    phase: Phase::Late,
    query: |db| {
        let oids = wanted(db, 'd');
        (!oids.is_empty()).then(|| CONSTRAINTS.sql(db.server.major(), &oids))
    },
    read,
};

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let oid = row.oid("domain")?;
        let domain = db
            .by_oid(class::TYPE, oid)
            .ok_or_else(|| row.dangling(format!("domain {oid}")))?;
        let separate = !row.flag("is_valid")?;
        let object = Object {
            catalog: CatalogId {
                class: class::CONSTRAINT,
                oid: row.oid("oid")?,
            },
            schema: db.object(domain).schema,
            name: row.text("name")?.to_owned(),
            owner: db.object(domain).owner,
            acl: Default::default(),
            extension: None,
            wanted: Wanted::ALL,
            dependencies: Vec::new(),
            body: Body::Constraint(Box::new(Constraint {
                contype: row.letter("contype")?,
                domain: Some(domain),
                definition: row.text("definition")?.to_owned(),
                local: true,
                separate,
                ..Constraint::default()
            })),
        };
        let id = db.push(object);
        if !separate {
            db.depend(domain, id);
        }
        if let Body::Type(body) = &mut db.object_mut(domain).body
            && let Definition::Domain(definition) = &mut body.definition
        {
            definition.constraints.push(id);
        }
    }
    Ok(())
}
