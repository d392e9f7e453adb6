//! Column defaults and generation expressions (`pg_attrdef`).
//!
//! A default stands inside CREATE TABLE where its column does, and the table then comes after whatever the
//! expression needs. It is a statement of its own on a view, on a column that is only inherited, and where
//! a cycle demands it. There is no statement that adds a generation expression later, so those stay inside.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, Object, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::columns::described;
use super::{Phase, Reader, inheritance};

const DEFAULTS: Select = Select {
    columns: &[
        column("oid", "d.oid"),
        column("table_oid", "d.adrelid"),
        column("number", "d.adnum"),
        column("expression", "pg_catalog.pg_get_expr(d.adbin, d.adrelid)"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_attrdef d ON d.adrelid = w.oid
ORDER BY d.adrelid, d.adnum",
};

/// Defaults of all columns that were read; after them, what columns inherit is worked out.
pub const READER: Reader = Reader {
    name: "column defaults",
    phase: Phase::Late,
    query: |db| Some(DEFAULTS.sql(db.server.major(), &described(db))),
    read,
};

/// A column's default or generation expression.
#[derive(Clone, Debug)]
pub struct ColumnDefault {
    /// The table.
    pub table: NodeId,
    /// The column's number.
    pub number: i32,
    /// `pg_get_expr`.
    pub expression: String,
    /// Made on its own rather than inside CREATE TABLE.
    pub separate: bool,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let (oid, number) = (row.oid("table_oid")?, row.number("number")?);
        let Some((table, relation)) = db.relation_by_oid(oid) else {
            return Err(row.dangling(format!("relation {oid}")));
        };
        let Some(place) = relation.columns.iter().position(|column| column.number == number) else {
            continue;
        };
        let column = &relation.columns[place];
        let separate =
            column.generated.is_none() && (relation.relkind == 'v' || !column.is_spelled(relation.is_partition));
        let expression = row.text("expression")?.to_owned();
        let id = push(db, table, number, expression, separate, row.oid("oid")?);
        if !separate {
            db.depend(table, id);
        }
        if let Some(relation) = db.relation_mut(table) {
            relation.columns[place].default = Some(id);
        }
    }
    inheritance::settle(db);
    Ok(())
}

/// Adds a default; `oid` is 0 for one that no row of the catalog stands for.
pub fn push(db: &mut Database, table: NodeId, number: i32, expression: String, separate: bool, oid: u32) -> NodeId {
    let of = db.object(table);
    let catalog = match oid {
        0 => Default::default(),
        oid => pgx_archive::CatalogId {
            class: class::ATTRDEF,
            oid,
        },
    };
    let object = Object {
        catalog,
        schema: of.schema,
        name: of.name.clone(),
        owner: of.owner,
        acl: Default::default(),
        extension: None,
        wanted: of.wanted,
        dependencies: Vec::new(),
        body: Body::Default(ColumnDefault {
            table,
            number,
            expression,
            separate,
        }),
    };
    db.push(object)
}

impl ColumnDefault {
    /// Its entry, unless it stands inside CREATE TABLE.
    pub fn emit(&self, _id: NodeId, out: &mut Emitter<'_>) {
        if !self.separate || !out.wants(Wanted::DEFINITION) {
            return;
        }
        if let Some(entry) = self.entry(out.db) {
            out.main(entry);
            out.part_of(self.table);
        }
    }

    fn entry(&self, db: &Database) -> Option<Entry> {
        let relation = db.relation(self.table)?;
        let column = relation.columns.iter().find(|column| column.number == self.number)?;
        let foreign = if relation.relkind == 'f' { "FOREIGN " } else { "" };
        let (table, name) = (db.qualified(self.table), ident(&column.name));
        let tag = format!("{} {}", db.object(self.table).name, column.name);
        let schema = db.schema_name(self.table);
        let mut entry = Entry::new(Kind::Default, Some(schema), tag, db.owner(self.table));
        entry.create = format!(
            "ALTER {foreign}TABLE ONLY {table} ALTER COLUMN {name} SET DEFAULT {};\n",
            self.expression
        );
        entry.drop = format!("ALTER {foreign}TABLE {table} ALTER COLUMN {name} DROP DEFAULT;\n");
        Some(entry)
    }
}
