//! Tables: ordinary, partitioned and foreign.
//!
//! What a table consists of is read by several queries: its row of `pg_class` by [`super::relation`], columns,
//! defaults and checks by the files of these names, and what needs a deparse function here.

use pgx_archive::{Entry, Kind};

use crate::database::{Database, NodeId, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::relation::Relation;
use super::{Phase, Reader, attach, relation_facets};

pub mod alter;
mod create;
#[cfg(test)]
mod tests;

const DETAILS: Select = Select {
    columns: &[
        column("oid", "c.oid"),
        column(
            "of_type",
            "CASE WHEN c.reloftype <> 0 THEN pg_catalog.format_type(c.reloftype, NULL) END",
        ),
        column(
            "partition_key",
            "CASE WHEN c.relkind = 'p' THEN pg_catalog.pg_get_partkeydef(c.oid) END",
        ),
        column("partition_bound", "pg_catalog.pg_get_expr(c.relpartbound, c.oid)"),
        column("server", "s.srvname"),
        column(
            "foreign_options",
            "CASE WHEN f.ftoptions IS NOT NULL THEN pg_catalog.array_to_string(ARRAY(
           SELECT pg_catalog.quote_ident(o.option_name) || ' ' || pg_catalog.quote_literal(o.option_value)
           FROM pg_catalog.pg_options_to_table(f.ftoptions) o ORDER BY o.option_name), E',\\n    ') END",
        ),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_class c ON c.oid = w.oid
LEFT JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid
LEFT JOIN pg_catalog.pg_foreign_server s ON s.oid = f.ftserver
WHERE c.reloftype <> 0 OR c.relkind IN ('p', 'f') OR c.relpartbound IS NOT NULL
ORDER BY c.oid",
};

/// Partition keys and bounds, types of typed tables, servers and options of foreign tables, for what has any of
/// them; adds the places of partitions under their parents.
pub const READER: Reader = Reader {
    name: "table details",
    phase: Phase::Late,
    query: |db| Some(DETAILS.sql(db.server.major(), &db.wanted_relations("rpf"))),
    read,
};

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let oid = row.oid("oid")?;
        let Some(id) = db.by_oid(class::CLASS, oid) else {
            return Err(row.dangling(format!("relation {oid}")));
        };
        let text = |column: &str| -> Result<Option<String>, Error> { Ok(row.opt(column)?.map(str::to_owned)) };
        if let Some(relation) = db.relation_mut(id) {
            relation.of_type_name = text("of_type")?;
            relation.partition_key = text("partition_key")?;
            relation.partition_bound = text("partition_bound")?;
            relation.foreign_server_name = text("server")?.unwrap_or_default();
            relation.foreign_options = text("foreign_options")?.unwrap_or_default();
        }
        attach::push(db, id);
    }
    Ok(())
}

/// What DDL calls a table: `TABLE` or `FOREIGN TABLE`.
fn word(relation: &Relation) -> &'static str {
    match relation.relkind {
        'f' => "FOREIGN TABLE",
        _ => "TABLE",
    }
}

/// The table, its comments and labels, the comments of constraints that stand inside it, its privileges.
pub fn emit(relation: &Relation, id: NodeId, out: &mut Emitter<'_>) {
    if out.wants(Wanted::DEFINITION) {
        out.main(entry(relation, id, out.db));
        relation_facets::comments_and_labels(relation, id, word(relation), out);
        not_null_comments(relation, id, out);
        check_comments(relation, id, out);
    }
    relation_facets::all_privileges(id, "TABLE", out);
}

fn entry(relation: &Relation, id: NodeId, db: &Database) -> Entry {
    let object = db.object(id);
    let foreign = relation.relkind == 'f';
    let kind = if foreign { Kind::ForeignTable } else { Kind::Table };
    let mut entry = Entry::new(kind, Some(db.schema_name(id)), object.name.clone(), db.owner(id));
    let rest = alter::statements(relation, &db.qualified(id));
    entry.create = create::statement(relation, id, db) + &rest;
    if db.server.major() < 18
        && let Some(statements) = create::before_18(relation, id, db)
    {
        entry.before(18, statements + &rest);
    }
    entry.drop = format!("DROP {} {};\n", word(relation), db.qualified(id));
    entry.tablespace = (!foreign).then(|| relation.tablespace.clone());
    entry.access_method = relation.access_method.clone();
    entry.relkind = Some(relation.relkind);
    entry.visible = relation.visible;
    entry
}

/// Comments on not-null constraints that are properties of columns.
fn not_null_comments(relation: &Relation, id: NodeId, out: &mut Emitter<'_>) {
    for column in &relation.columns {
        if let Some(not_null) = &column.not_null
            && let Some(name) = &not_null.name
        {
            comment_on_constraint(id, not_null.oid, name, out);
        }
    }
}

/// Comments on checks that stand inside the table and are declared there.
fn check_comments(relation: &Relation, id: NodeId, out: &mut Emitter<'_>) {
    let db = out.db;
    for (node, check) in create::inline_checks(relation, db) {
        if check.local {
            let object = db.object(node);
            comment_on_constraint(id, object.catalog.oid, &object.name, out);
        }
    }
}

fn comment_on_constraint(table: NodeId, oid: u32, name: &str, out: &mut Emitter<'_>) {
    let db = out.db;
    let of = pgx_archive::CatalogId {
        class: class::CONSTRAINT,
        oid,
    };
    let word = format!("CONSTRAINT {} ON", ident(name));
    let name = ident(&db.object(table).name);
    out.comment_on(of, 0, &word, &name, Some(db.schema_name(table)), db.owner(table));
}
