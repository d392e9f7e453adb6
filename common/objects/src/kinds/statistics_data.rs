//! What the planner knows of relations (`pg_class`, `pg_stats`), as calls that tell it to a server of 18 or later.
//!
//! Tables, materialized views and indexes have statistics of the relation; their columns have some once they
//! were analyzed, an index only those of its expressions. A column of an index goes by number, as the server
//! makes up its name. Statistics of tables are data; those of indexes and of materialized views, which a refresh
//! would wipe out, come after everything else.

use std::fmt::Write;

use pgx_archive::{CatalogId, Entry, Kind, Section};

use crate::database::{Body, Database, NodeId, Object, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column, since};
use crate::rows::{Row, Rows};
use crate::sql::literal;

use super::{Phase, Reader};

/// Field of an entry: how many columns it has statistics of.
pub const COLUMNS: &str = "columns";

/// The first major whose statistics tell a relation that was never counted from an empty one.
const COUNTED_SINCE: u32 = 14;

/// The first major that counts frozen pages.
const FROZEN_SINCE: u32 = 18;

const STATISTICS: Select = Select {
    columns: &[
        column("oid", "r.oid"),
        column("relpages", "c.relpages"),
        column("reltuples", "c.reltuples"),
        column("relallvisible", "c.relallvisible"),
        since(FROZEN_SINCE, "relallfrozen", "c.relallfrozen", "NULL"),
        column("attname", "s.attname"),
        column("attnum", "a.attnum"),
        column(
            "inherited",
            "CASE WHEN s.inherited THEN 't' WHEN NOT s.inherited THEN 'f' END",
        ),
        column("null_frac", "s.null_frac"),
        column("avg_width", "s.avg_width"),
        column("n_distinct", "s.n_distinct"),
        column("most_common_vals", "s.most_common_vals"),
        column("most_common_freqs", "s.most_common_freqs"),
        column("histogram_bounds", "s.histogram_bounds"),
        column("correlation", "s.correlation"),
        column("most_common_elems", "s.most_common_elems"),
        column("most_common_elem_freqs", "s.most_common_elem_freqs"),
        column("elem_count_histogram", "s.elem_count_histogram"),
        since(17, "range_length_histogram", "s.range_length_histogram", "NULL"),
        since(17, "range_empty_frac", "s.range_empty_frac", "NULL"),
        since(17, "range_bounds_histogram", "s.range_bounds_histogram", "NULL"),
    ],
    // The view goes by names, and shows of columns what the role may read.
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
CROSS JOIN LATERAL (SELECT w.oid UNION ALL SELECT i.indexrelid FROM pg_catalog.pg_index i WHERE i.indrelid = w.oid) r
JOIN pg_catalog.pg_class c ON c.oid = r.oid
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_stats s ON s.schemaname = n.nspname AND s.tablename = c.relname
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid AND a.attname = s.attname
ORDER BY r.oid, s.attname, s.inherited",
};

/// The arguments of `pg_restore_attribute_stats` beside the names, each with its type.
const ARGUMENTS: &[(&str, &str)] = &[
    ("inherited", "boolean"),
    ("null_frac", "real"),
    ("avg_width", "integer"),
    ("n_distinct", "real"),
    ("most_common_vals", "text"),
    ("most_common_freqs", "real[]"),
    ("histogram_bounds", "text"),
    ("correlation", "real"),
    ("most_common_elems", "text"),
    ("most_common_elem_freqs", "real[]"),
    ("elem_count_histogram", "real[]"),
    ("range_length_histogram", "text"),
    ("range_empty_frac", "real"),
    ("range_bounds_histogram", "text"),
];

/// Statistics of wanted relations and their indexes, where statistics are wanted.
pub const READER: Reader = Reader {
    name: "statistics of relations",
    phase: Phase::Late,
    query: |db| {
        let relations = db.wanted_relations("rpmf");
        (db.with_statistics && !relations.is_empty()).then(|| STATISTICS.sql(db.server.major(), &relations))
    },
    read,
};

/// Statistics of a relation and its columns.
#[derive(Clone, Debug)]
pub struct StatisticsData {
    /// The table, view or index.
    pub relation: NodeId,
    /// Whether they come after everything else.
    pub late: bool,
    /// The calls that bring them in.
    pub calls: String,
    /// How many columns there are statistics of.
    pub columns: u32,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    let mut current: Option<(NodeId, u32)> = None;
    for row in rows.iter() {
        let oid = row.oid("oid")?;
        let id = match current {
            Some((id, of)) if of == oid => id,
            // An index that is left out, such as an invalid one.
            _ => match add(db, &row, oid)? {
                Some(id) => id,
                None => continue,
            },
        };
        current = Some((id, oid));
        if let Some(column) = row.opt("attname")? {
            let call = of_column(db, id, &row, column)?;
            if let Body::StatisticsData(body) = &mut db.object_mut(id).body {
                body.calls += &call;
                body.columns += 1;
            }
        }
    }
    Ok(())
}

/// Adds the statistics of a relation, without those of its columns yet.
fn add(db: &mut Database, row: &Row<'_>, oid: u32) -> Result<Option<NodeId>, Error> {
    let Some(relation) = db.by_oid(class::CLASS, oid) else {
        return Ok(None);
    };
    let object = db.object(relation);
    let mut dependencies = vec![relation];
    let late = match &object.body {
        Body::Index(index) => {
            dependencies.extend(index.constraint);
            true
        }
        Body::Relation(body) => {
            let refresh = body.data.filter(|_| body.relkind == 'm');
            dependencies.extend(refresh);
            refresh.is_some()
        }
        _ => return Ok(None),
    };
    let body = StatisticsData {
        relation,
        late,
        calls: of_relation(db, relation, row)?,
        columns: 0,
    };
    let statistics = Object {
        catalog: CatalogId::default(),
        schema: object.schema,
        name: object.name.clone(),
        owner: 0,
        acl: Default::default(),
        extension: None,
        wanted: object.wanted & (Wanted::DEFINITION | Wanted::DATA),
        dependencies,
        body: Body::StatisticsData(body),
    };
    Ok(Some(db.push(statistics)))
}

/// `SELECT * FROM function(` and the arguments that name the relation.
fn call(db: &Database, relation: NodeId, function: &str) -> String {
    format!(
        "SELECT * FROM pg_catalog.{function}(\n\t'version', '{}'::integer,\n\t'schemaname', {},\n\t'relname', {}",
        db.server.version,
        literal(db.schema_name(relation)),
        literal(&db.object(relation).name)
    )
}

fn of_relation(db: &Database, relation: NodeId, row: &Row<'_>) -> Result<String, Error> {
    let major = db.server.major();
    let tuples = match row.text("reltuples")? {
        "0" if major < COUNTED_SINCE => "-1",
        tuples => tuples,
    };
    let mut text = call(db, relation, "pg_restore_relation_stats");
    let mut argument = |name: &str, value: &str, of: &str| {
        let _ = write!(text, ",\n\t'{name}', '{value}'::{of}");
    };
    argument("relpages", row.text("relpages")?, "integer");
    argument("reltuples", tuples, "real");
    argument("relallvisible", row.text("relallvisible")?, "integer");
    if major >= FROZEN_SINCE {
        argument("relallfrozen", row.text("relallfrozen")?, "integer");
    }
    Ok(text + "\n);\n")
}

fn of_column(db: &Database, statistics: NodeId, row: &Row<'_>, column: &str) -> Result<String, Error> {
    let Body::StatisticsData(body) = &db.object(statistics).body else {
        return Err(row.dangling("statistics"));
    };
    let mut text = call(db, body.relation, "pg_restore_attribute_stats");
    let _ = match &db.object(body.relation).body {
        Body::Index(_) => write!(text, ",\n\t'attnum', '{}'::smallint", row.text("attnum")?),
        _ => write!(text, ",\n\t'attname', {}", literal(column)),
    };
    for (name, of) in ARGUMENTS {
        if let Some(value) = row.opt(name)? {
            let _ = write!(text, ",\n\t'{name}', {}::{of}", literal(value));
        }
    }
    Ok(text + "\n);\n")
}

impl StatisticsData {
    /// Their entry, which belongs to the relation or to the constraint that makes the index.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let db = out.db;
        let mut entry = Entry::new(
            Kind::StatisticsData,
            Some(db.schema_name(self.relation)),
            &db.object(id).name,
            "",
        );
        if self.late {
            entry.section = Section::PostData;
        }
        entry.create = self.calls.clone();
        entry.fields.insert(COLUMNS.to_owned(), self.columns.into());
        let of = match &db.object(self.relation).body {
            Body::Index(index) => index.constraint.unwrap_or(self.relation),
            _ => self.relation,
        };
        let after = &db.object(id).dependencies;
        let is_entry = |on: &NodeId| *on == of || matches!(db.object(*on).body, Body::Refresh(_));
        out.after(entry, after.iter().copied().filter(is_entry).collect(), Some(of));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{self, database, rows};

    #[test]
    fn one_call_for_the_relation_and_one_for_each_column() {
        let mut db = database(13);
        let table = sample::table(&mut db, "T", &[]);
        let oid = db.object(table).catalog.oid.to_string();
        let mut columns = vec!["oid", "relpages", "reltuples", "relallvisible", "attname", "attnum"];
        columns.extend(ARGUMENTS.iter().map(|(name, _)| *name));
        let names: [&str; 20] = columns.try_into().expect("there are so many arguments");
        let mut values = ["-"; 20];
        values[..8].copy_from_slice(&[&oid, "3", "0", "1", "it's", "2", "f", "0.5"]);
        read(&mut db, &rows(names, &[values])).expect("the row is well-formed");
        let entries = sample::entries(&db);
        let entry = entries.last().expect("there are statistics");
        assert_eq!(
            entry.create,
            "SELECT * FROM pg_catalog.pg_restore_relation_stats(\n\t'version', '130000'::integer,\n\t\
             'schemaname', 'public',\n\t'relname', 'T',\n\t'relpages', '3'::integer,\n\t\
             'reltuples', '-1'::real,\n\t'relallvisible', '1'::integer\n);\n\
             SELECT * FROM pg_catalog.pg_restore_attribute_stats(\n\t'version', '130000'::integer,\n\t\
             'schemaname', 'public',\n\t'relname', 'T',\n\t'attname', 'it''s',\n\t\
             'inherited', 'f'::boolean,\n\t'null_frac', '0.5'::real\n);\n"
        );
        assert_eq!(
            (entry.section, entry.fields[COLUMNS].as_u64()),
            (Section::Data, Some(1))
        );
    }
}
