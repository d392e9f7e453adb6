//! Indexes (`pg_index`), and with them the constraints that they serve.
//!
//! `pg_get_indexdef` gives everything but what only ALTER can say: CLUSTER ON, statistics targets of
//! expressions, replica identity. An index behind a constraint is made by the constraint; its own comment is
//! all that is left of it. Invalid indexes are left out, except on partitioned tables, where an index is
//! invalid while a partition lacks it.
//!
//! A partition's index needs its partitioned index, so the indexes of parents are read too: from plain columns
//! unless the parent is wanted, and thereby locked, itself.

use std::collections::BTreeSet;

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column, oid_array, since};
use crate::rows::{Row, Rows};
use crate::sql::ident;

use super::names::Names;
use super::{Phase, Reader, index_attach, key};

const INDEXES: Select = Select {
    columns: &[
        column("oid", "i.indexrelid").as_it_is(),
        column("name", "x.relname").as_it_is(),
        column("schema", "x.relnamespace").as_it_is(),
        column("owner", "x.relowner").as_it_is(),
        column("table", "i.indrelid").as_it_is(),
        column("parent", "h.inhparent").as_it_is(),
        column(
            "definition",
            "CASE WHEN d.oid IS NOT NULL AND c.contype IS DISTINCT FROM 'p' AND c.contype IS DISTINCT FROM 'u' THEN pg_catalog.pg_get_indexdef(i.indexrelid) END",
        ),
        column("tablespace", "s.spcname").as_it_is(),
        column("clustered", "i.indisclustered").as_it_is(),
        column("replica_identity", "i.indisreplident").as_it_is(),
        // Only expressions can have statistics targets.
        column(
            "target_columns",
            "CASE WHEN i.indexprs IS NOT NULL THEN (SELECT pg_catalog.array_agg(a.attnum ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0) END",
        ),
        column(
            "targets",
            "CASE WHEN i.indexprs IS NOT NULL THEN (SELECT pg_catalog.array_agg(a.attstattarget ORDER BY a.attnum) FROM pg_catalog.pg_attribute a WHERE a.attrelid = i.indexrelid AND a.attstattarget >= 0) END",
        ),
        // The constraint that it serves.
        column("constraint", "c.oid").as_it_is(),
        column("constraint_name", "c.conname").as_it_is(),
        column("contype", "c.contype").as_it_is(),
        column("deferrable", "c.condeferrable").as_it_is(),
        column("deferred", "c.condeferred").as_it_is(),
        column(
            "exclusion",
            "CASE WHEN d.oid IS NOT NULL AND c.contype = 'x' THEN pg_catalog.pg_get_constraintdef(c.oid, false) END",
        ),
        column("columns", "i.indkey"),
        column("key_columns", "i.indnkeyatts").as_it_is(),
        column("options", "x.reloptions"),
        since(15, "nulls_not_distinct", "i.indnullsnotdistinct", "false").as_it_is(),
        since(18, "without_overlaps", "c.conperiod", "false").as_it_is(),
        column(
            "plain",
            "x.relkind = 'i' AND m.amname = 'btree' AND 0 = ALL (i.indoption) AND NOT i.indclass::pg_catalog.oid[] && ARRAY(SELECT o.oid FROM pg_catalog.pg_opclass o WHERE NOT o.opcdefault)",
        )
        .as_it_is(),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
LEFT JOIN pg_catalog.unnest($defined) AS d(oid) ON d.oid = w.oid
JOIN pg_catalog.pg_index i ON i.indrelid = w.oid
JOIN pg_catalog.pg_class x ON x.oid = i.indexrelid
JOIN pg_catalog.pg_class t ON t.oid = i.indrelid
JOIN pg_catalog.pg_am m ON m.oid = x.relam
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = x.reltablespace
LEFT JOIN pg_catalog.pg_inherits h ON h.inhrelid = i.indexrelid
LEFT JOIN pg_catalog.pg_constraint c ON c.conrelid = i.indrelid AND c.conindid = i.indexrelid AND c.contype IN ('p', 'u', 'x')
WHERE (i.indisvalid OR t.relkind = 'p') AND i.indisready
ORDER BY i.indrelid, x.relname",
};

/// The indexes of wanted tables and of their parents.
pub const READER: Reader = Reader {
    name: "indexes",
    phase: Phase::Late,
    query,
    read,
};

/// An index.
#[derive(Clone, Debug)]
pub struct Index {
    /// The table.
    pub table: NodeId,
    /// OID of the partitioned index it belongs to, or 0.
    pub parent: u32,
    /// The constraint that makes it.
    pub constraint: Option<NodeId>,
    /// `pg_get_indexdef`; empty for an index of a table that is not wanted itself, and for that of a key, which
    /// says it all.
    pub definition: String,
    /// Tablespace; empty for the database's default.
    pub tablespace: String,
    /// CLUSTER goes by it.
    pub clustered: bool,
    /// It tells rows apart for logical replication.
    pub replica_identity: bool,
    /// Statistics targets: number of the column, target.
    pub targets: Vec<(i32, i32)>,
    /// What attaches indexes of partitions to it.
    pub attached: Vec<NodeId>,
}

fn query(db: &Database) -> Option<String> {
    let mut tables = BTreeSet::new();
    let mut defined = Vec::new();
    for id in db.nodes() {
        let object = db.object(id);
        let Some(relation) = db.relation(id).filter(|relation| relation.has_index) else {
            continue;
        };
        if object.wanted.any(Wanted::DEFINITION | Wanted::DATA) {
            tables.insert(object.catalog.oid);
            if relation.is_partition {
                tables.extend(relation.parents.iter().map(|parent| db.object(*parent).catalog.oid));
            }
        }
        if object.wanted.any(Wanted::DEFINITION) {
            defined.push(object.catalog.oid);
        }
    }
    if tables.is_empty() {
        return None;
    }
    let tables: Vec<u32> = tables.into_iter().collect();
    let sql = INDEXES.sql(db.server.major(), &tables);
    Some(sql.replace("$defined", &oid_array(&defined)))
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    let mut parts = Vec::new();
    for row in rows.iter() {
        let oid = row.oid("table")?;
        let (table, relation) = db
            .relation_by_oid(oid)
            .ok_or_else(|| row.dangling(format!("table {oid}")))?;
        let in_partition = relation.is_partition;
        let wanted = db.object(table).wanted;
        let index = index(&row, table)?;
        let parent = index.parent;
        let id = db.add(class::CLASS, &row, Body::Index(Box::new(index)))?;
        db.object_mut(id).wanted = wanted;
        if parent != 0 && in_partition {
            parts.push((parent, id));
        }
        if row.opt("constraint")?.is_some() {
            let constraint = key::add(db, &row, id)?;
            if let Body::Index(index) = &mut db.object_mut(id).body {
                index.constraint = Some(constraint);
            }
        }
    }
    for (parent, id) in parts {
        if let Some(parent) = db.by_oid(class::CLASS, parent) {
            index_attach::add(db, parent, id);
        }
    }
    Ok(())
}

fn index(row: &Row<'_>, table: NodeId) -> Result<Index, Error> {
    let columns = row.numbers("target_columns")?;
    Ok(Index {
        table,
        parent: row.oid("parent")?,
        constraint: None,
        definition: row.opt("definition")?.unwrap_or_default().to_owned(),
        tablespace: row.opt("tablespace")?.unwrap_or_default().to_owned(),
        clustered: row.flag("clustered")?,
        replica_identity: row.flag("replica_identity")?,
        targets: columns.into_iter().zip(row.numbers("targets")?).collect(),
        attached: Vec::new(),
    })
}

impl Index {
    /// The index and its comment; only the comment if a constraint makes it.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let (table, own) = (Names::of(out.db, self.table), Names::of(out.db, id));
        match self.constraint {
            Some(constraint) => out.speak_for(constraint),
            None => {
                let bindings = out.bound_to_extensions("INDEX", &own.qualified);
                let mut entry = Entry::new(Kind::Index, Some(&table.schema), &own.raw, &table.owner);
                entry.create = self.create(&table.qualified, &own, &bindings);
                // What is part of a partitioned index goes with it and cannot be dropped on its own.
                if self.parent == 0 {
                    entry.drop = format!("DROP INDEX {};\n", own.qualified);
                }
                entry.tablespace = Some(self.tablespace.clone());
                out.main(entry);
                out.part_of(self.table);
            }
        }
        let catalog = out.db.object(id).catalog;
        out.comment_on(catalog, 0, "INDEX", &own.name, Some(&table.schema), &table.owner);
    }

    fn create(&self, table: &str, own: &Names, bindings: &str) -> String {
        let mut create = format!("{};\n", self.definition);
        create += &self.cluster(table, &own.raw);
        for (column, target) in &self.targets {
            create += &format!(
                "ALTER INDEX {} ALTER COLUMN {column} SET STATISTICS {target};\n",
                own.qualified
            );
        }
        create += bindings;
        create += &self.identity(table, &own.raw);
        create
    }

    /// CLUSTER ON, if the table is clustered by this index, called `name`.
    pub fn cluster(&self, table: &str, name: &str) -> String {
        match self.clustered {
            true => format!("\nALTER TABLE {table} CLUSTER ON {};\n", ident(name)),
            false => String::new(),
        }
    }

    /// REPLICA IDENTITY, if this index, called `name`, is the table's.
    pub fn identity(&self, table: &str, name: &str) -> String {
        match self.replica_identity {
            true => format!(
                "\nALTER TABLE ONLY {table} REPLICA IDENTITY USING INDEX {};\n",
                ident(name)
            ),
            false => String::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{emit, sample};

    fn index(table: NodeId) -> Index {
        Index {
            table,
            parent: 0,
            constraint: None,
            definition: "CREATE INDEX i ON public.t USING btree (((a + 1)))".into(),
            tablespace: String::new(),
            clustered: false,
            replica_identity: false,
            targets: Vec::new(),
            attached: Vec::new(),
        }
    }

    fn with_table() -> (Database, NodeId) {
        let mut db = sample::database(18);
        let table = sample::table(&mut db, "t", &[]);
        (db, table)
    }

    #[test]
    fn what_only_alter_can_say_follows() {
        let (mut db, table) = with_table();
        let mut body = index(table);
        body.clustered = true;
        body.replica_identity = true;
        body.targets = vec![(1, 400)];
        let id = db.push(sample::object(&db, class::CLASS, "i", Body::Index(Box::new(body))));
        let comment = (0, "it's one".to_owned());
        db.comments.insert(db.object(id).catalog, vec![comment]);
        let entries = emit::entries(&db, &[id]).split_off(3);
        assert_eq!(
            entries[0].create,
            "CREATE INDEX i ON public.t USING btree (((a + 1)));\n\nALTER TABLE public.t CLUSTER ON i;\n\
             ALTER INDEX public.i ALTER COLUMN 1 SET STATISTICS 400;\n\n\
             ALTER TABLE ONLY public.t REPLICA IDENTITY USING INDEX i;\n"
        );
        assert_eq!(entries[0].drop, "DROP INDEX public.i;\n");
        assert_eq!(entries[0].tablespace.as_deref(), Some(""));
        assert_eq!(entries[1].create, "COMMENT ON INDEX public.i IS 'it''s one';\n");
        assert_eq!(entries[1].parent, Some(entries[0].id));
    }

    #[test]
    fn what_belongs_to_a_partitioned_index_is_not_dropped_alone() {
        let (mut db, table) = with_table();
        let mut body = index(table);
        body.parent = 99;
        let id = db.push(sample::object(&db, class::CLASS, "i", Body::Index(Box::new(body))));
        assert_eq!(emit::entries(&db, &[id])[3].drop, "");
    }

    #[test]
    fn parents_are_not_deparsed() {
        let sql = INDEXES.sql(14, &[1, 2]);
        assert!(sql.contains("CASE WHEN d.oid IS NOT NULL AND c.contype"));
        assert!(sql.contains("(false) AS nulls_not_distinct"));
    }
}
