//! Aggregates (`pg_proc` and `pg_aggregate`).
//!
//! COMMENT and DROP spell one without arguments `name(*)`; GRANT treats it as a function.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::names::Names;
use super::{Phase, Reader};

pub mod definition;

use definition::Definition;

const AGGREGATES: Select = Select {
    columns: &[
        column("oid", "p.oid"),
        column("name", "p.proname"),
        column("schema", "p.pronamespace"),
        column("owner", "p.proowner"),
        column("acl", "p.proacl"),
        column("acldefault", "pg_catalog.acldefault('f', p.proowner)"),
        column("arguments", "p.proargtypes"),
        column("has_own_acl", "p.proacl IS DISTINCT FROM i.initprivs"),
    ],
    from: "FROM pg_catalog.pg_proc p
LEFT JOIN pg_catalog.pg_init_privs i
       ON i.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND i.objoid = p.oid AND i.objsubid = 0
WHERE p.prokind = 'a' AND (p.oid >= 16384 OR p.proacl IS DISTINCT FROM i.initprivs)
ORDER BY p.oid",
};

/// Users' aggregates, and built-in ones whose privileges were changed.
pub const READER: Reader = Reader {
    name: "aggregates",
    phase: Phase::Early,
    query: |db| Some(AGGREGATES.sql(db.server.major(), &[])),
    read,
};

/// An aggregate.
#[derive(Clone, Debug, Default)]
pub struct Aggregate {
    /// OIDs of the argument types; ties in the order go by their names.
    pub arguments: Vec<u32>,
    /// Whether its privileges differ from those it was made with.
    pub has_own_acl: bool,
    /// How it is spelled; late, for what is wanted.
    pub definition: Option<Box<Definition>>,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let body = Aggregate {
            arguments: row.numbers("arguments")?,
            has_own_acl: row.flag("has_own_acl")?,
            definition: None,
        };
        db.add(class::PROC, &row, Body::Aggregate(Box::new(body)))?;
    }
    Ok(())
}

impl Aggregate {
    /// The aggregate with its facets.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let Some(definition) = &self.definition else {
            return;
        };
        let names = Names::of(out.db, id);
        let list = |arguments: &str| if self.arguments.is_empty() { "*" } else { arguments }.to_owned();
        let tag = format!("{}({})", names.raw, list(&definition.signature));
        let mut entry = Entry::new(Kind::Aggregate, Some(&names.schema), tag, names.owner.clone());
        let (schema, signature) = (
            ident(&names.schema),
            format!("{}({})", names.name, list(&definition.identity)),
        );
        entry.create = format!(
            "CREATE AGGREGATE {}({}) (\n{}\n);\n",
            names.qualified,
            list(&definition.arguments),
            definition.options()
        );
        entry.drop = format!("DROP AGGREGATE {schema}.{signature};\n");
        out.main(entry);
        let (schema, owner) = (Some(names.schema.as_str()), names.owner.as_str());
        out.comment("AGGREGATE", &signature, schema, owner);
        out.label("AGGREGATE", &signature, schema, owner);
        let as_function = format!("{}({})", names.name, definition.signature);
        out.privileges("FUNCTION", &as_function, schema, owner);
    }
}
