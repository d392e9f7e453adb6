//! Rows of tables: which are wanted, and the entry that announces them.
//!
//! The rows of an extension's table belong to a dump where the extension registered it as configuration: CREATE
//! EXTENSION brings the table, not what users put into it.

use std::collections::BTreeMap;

use pgx_archive::{Data, Entry, Format, Kind};

use crate::database::{Body, Database, NodeId};
use crate::emit::Emitter;
use crate::sql::ident;

use super::columns::Column;
use super::relation::Relation;
use super::size::Cut;

mod insert;
mod order;
mod plan;
mod read;

#[cfg(test)]
mod tests;

pub use insert::{Insert, inserts};
pub use order::{CONFIGURATION_KEYS, HASHED_ENUMS, order_by_foreign_keys};
pub use plan::{Plan, plan};
pub use read::{Blocks, CONDITION, FOREIGN, copy_out};

/// Settings under which rows are read as text, so that the same values give the same bytes everywhere.
const SETTINGS: &[(&str, &str)] = &[
    ("DateStyle", "ISO, MDY"),
    ("IntervalStyle", "postgres"),
    ("TimeZone", "UTC"),
    ("bytea_output", "hex"),
    ("extra_float_digits", "3"),
];

/// The rows of a table.
#[derive(Clone, Debug)]
pub struct TableData {
    /// The table.
    pub table: NodeId,
    /// WHERE clause with its key word, for configuration tables of extensions.
    pub condition: Option<String>,
    /// Text or binary rows.
    pub format: Format,
    /// The partitioned table that rows go through, where they may not belong into the same partition again.
    pub root: Option<NodeId>,
}

/// Chooses text or binary rows for every table; gives the tables that have to be text although binary is
/// wished for, each with the column that stands against it.
pub fn choose_format(db: &mut Database, choice: super::copy_format::Choice) -> Vec<(NodeId, String)> {
    let mut refused = Vec::new();
    for id in db.nodes() {
        let Body::TableData(body) = &db.object(id).body else {
            continue;
        };
        let table = body.table;
        let Some(relation) = db.relation(table) else { continue };
        let format = super::copy_format::decide(&db.type_forms, sent(relation), choice).unwrap_or_else(|column| {
            refused.push((table, column.name.clone()));
            Format::Text
        });
        if let Body::TableData(body) = &mut db.object_mut(id).body {
            body.format = format;
        }
    }
    refused
}

/// Tables with rows inside their rows, or with a condition: whoever reads them locks more than the table itself.
/// Foreign tables, too: they cannot be locked, and only the holder of the locks may read them.
pub fn read_with_others(db: &Database) -> Vec<NodeId> {
    let inside = |column: &Column| super::copy_format::contains_rows(&db.type_forms, column.type_oid);
    let conditional = |relation: &Relation| {
        let data = relation.data.map(|id| &db.object(id).body);
        matches!(data, Some(Body::TableData(data)) if data.condition.is_some())
    };
    db.nodes()
        .filter(|&id| {
            let relation = db.relation(id);
            relation
                .is_some_and(|relation| relation.relkind == 'f' || conditional(relation) || sent(relation).any(inside))
        })
        .collect()
}

/// The columns that COPY carries: all but generated ones.
fn sent(relation: &Relation) -> impl Iterator<Item = &Column> {
    relation.columns.iter().filter(|column| column.generated.is_none())
}

impl TableData {
    /// Its entry, which comes after the table and, where foreign keys stand already, after rows that these rows
    /// refer to.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let Some(entry) = self.entry(out.db) else { return };
        let is_rows = |id: &NodeId| matches!(out.db.object(*id).body, Body::TableData(_));
        let rows = out.db.object(id).dependencies.iter().copied().filter(is_rows);
        let after = std::iter::once(self.table).chain(rows).collect();
        out.after(entry, after, Some(self.table));
    }

    fn entry(&self, db: &Database) -> Option<Entry> {
        let relation = db.relation(self.table)?;
        let object = db.object(self.table);
        let mut entry = Entry::new(
            Kind::TableData,
            Some(db.schema_name(self.table)),
            object.name.clone(),
            db.owner(self.table),
        );
        entry.visible = relation.visible;
        if let Some(root) = self.root {
            // pg_restore knows such entries by this comment, which has no newline at its end.
            entry.create = format!("-- load via partition root {}", one_line(&db.qualified(root)));
        }
        let names: Vec<&str> = sent(relation).map(|column| column.name.as_str()).collect();
        let into = db.qualified(self.root.unwrap_or(self.table));
        entry.copy = format!("COPY {into} {} FROM stdin;\n", column_list(&names));
        if let Some(condition) = &self.condition {
            entry
                .fields
                .insert(read::CONDITION.to_owned(), condition.clone().into());
        }
        if relation.relkind == 'f' {
            entry.fields.insert(read::FOREIGN.to_owned(), true.into());
        }
        let cut = match self.condition {
            // A condition may look into other tables: it is read once, by the session that holds the locks.
            Some(_) => Cut::WHOLE,
            None => db.cut(self.table),
        };
        entry.data = Some(Box::new(Data {
            columns: names.iter().map(|name| (*name).to_owned()).collect(),
            types: match self.format {
                Format::Binary => sent(relation).map(|column| built_of(db, column)).collect(),
                _ => Vec::new(),
            },
            format: self.format,
            encoding: db.server.encoding.clone(),
            settings: settings(),
            parts: cut.parts,
            part_blocks: cut.blocks,
            logged: relation.persistence != 'u',
            via_root: self.root.is_some(),
            estimated_rows: relation.tuples.max(0.0) as u64,
            estimated_bytes: db.sizes.get(&object.catalog.oid).map_or(0, |size| size.bytes),
        }));
        Some(entry)
    }
}

/// How the values of a column are built; the name of its type where there is no word for that.
fn built_of(db: &Database, column: &Column) -> String {
    super::copy_format::spelling(&db.type_forms, column.type_oid).unwrap_or_else(|| column.type_name.to_string())
}

/// `(a, b)`, or nothing for a table without columns to send.
fn column_list(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        names => format!(
            "({})",
            names.iter().map(|name| ident(name)).collect::<Vec<_>>().join(", ")
        ),
    }
}

fn settings() -> BTreeMap<String, String> {
    let pairs = SETTINGS.iter();
    pairs
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect()
}

/// A name fit for a comment.
fn one_line(name: &str) -> String {
    name.replace(['\n', '\r'], " ")
}
