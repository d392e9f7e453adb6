//! Relations (`pg_class`): tables, views, materialized views, foreign tables, sequences; the relations of
//! composite types too, because `pg_depend` points at them.
//!
//! Early: names and plain columns of all of them. Late, by other files: `columns`, and per kind the rest.
//! Relations of system schemas are read when their privileges were changed.

use std::collections::HashMap;

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::{Row, Rows};

use super::{Phase, Reader};

const RELATIONS: Select = Select {
    columns: &[
        column("oid", "c.oid").as_it_is(),
        column("name", "c.relname").as_it_is(),
        column("schema", "c.relnamespace").as_it_is(),
        column("owner", "c.relowner").as_it_is(),
        column("acl", "c.relacl"),
        column(
            "acldefault",
            "CASE WHEN c.relacl IS NOT NULL OR c.oid IN (SELECT p.objoid FROM pg_catalog.pg_init_privs p WHERE p.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass) THEN pg_catalog.acldefault(CASE WHEN c.relkind = 'S' THEN 's'::\"char\" ELSE 'r'::\"char\" END, c.relowner) END",
        ),
        column("relkind", "c.relkind").as_it_is(),
        column("persistence", "c.relpersistence").as_it_is(),
        column("row_type", "c.reltype").as_it_is(),
        column("of_type", "c.reloftype").as_it_is(),
        column("pages", "c.relpages").as_it_is(),
        column("tuples", "c.reltuples"),
        column("toast_pages", "t.relpages").as_it_is(),
        column("has_index", "c.relhasindex").as_it_is(),
        column("has_triggers", "c.relhastriggers").as_it_is(),
        column("has_rules", "c.relhasrules").as_it_is(),
        column("is_partition", "c.relispartition").as_it_is(),
        column("is_populated", "c.relispopulated").as_it_is(),
        column("replica_identity", "c.relreplident").as_it_is(),
        column("row_security", "c.relrowsecurity").as_it_is(),
        column("force_row_security", "c.relforcerowsecurity").as_it_is(),
        column(
            "options",
            "pg_catalog.array_remove(pg_catalog.array_remove(c.reloptions, 'check_option=local'), 'check_option=cascaded')",
        ),
        column(
            "check_option",
            "CASE WHEN 'check_option=local' = ANY (c.reloptions) THEN 'LOCAL' WHEN 'check_option=cascaded' = ANY (c.reloptions) THEN 'CASCADED' END",
        ),
        column("toast_options", "t.reloptions"),
        column("tablespace", "s.spcname").as_it_is(),
        column("access_method", "a.amname").as_it_is(),
        column("foreign_server", "f.ftserver").as_it_is(),
        column("owning_table", "d.refobjid").as_it_is(),
        column("owning_column", "d.refobjsubid").as_it_is(),
        column("is_identity", "d.deptype = 'i'").as_it_is(),
    ],
    from: "FROM pg_catalog.pg_class c
LEFT JOIN pg_catalog.pg_class t ON t.oid = c.reltoastrelid AND t.relkind = 't' AND c.relkind <> 'p'
LEFT JOIN pg_catalog.pg_tablespace s ON s.oid = c.reltablespace
LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
LEFT JOIN pg_catalog.pg_foreign_table f ON f.ftrelid = c.oid
LEFT JOIN pg_catalog.pg_depend d ON c.relkind = 'S' AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass
     AND d.objid = c.oid AND d.objsubid = 0
     AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i')
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S', 'c')
  AND c.relpersistence <> 't'
  AND (c.oid >= 16384
       OR c.relacl IS DISTINCT FROM (SELECT p.initprivs FROM pg_catalog.pg_init_privs p
                                     WHERE p.classoid = 'pg_catalog.pg_class'::pg_catalog.regclass
                                       AND p.objoid = c.oid AND p.objsubid = 0)
       OR c.oid IN (SELECT x.attrelid FROM pg_catalog.pg_attribute x
                    WHERE x.attrelid < 16384 AND x.attacl IS NOT NULL))
ORDER BY c.oid",
};

const INHERITS: Select = Select {
    columns: &[column("child", "i.inhrelid"), column("parent", "i.inhparent")],
    from: "FROM pg_catalog.pg_inherits i ORDER BY i.inhrelid, i.inhseqno",
};

/// Every relation.
pub const READER: Reader = Reader {
    name: "relations",
    phase: Phase::Early,
    query: |db| Some(RELATIONS.sql(db.server.major(), &[])),
    read,
};

/// Who inherits from whom; the rows of indexes are passed over.
pub const INHERITANCE: Reader = Reader {
    name: "inheritance",
    phase: Phase::Early,
    query: |db| Some(INHERITS.sql(db.server.major(), &[])),
    read: read_inheritance,
};

/// A relation.
#[derive(Clone, Debug, Default)]
pub struct Relation {
    /// `r` table, `p` partitioned table, `v` view, `m` materialized view, `f` foreign table, `S` sequence,
    /// `c` relation of a composite type.
    pub relkind: char,
    /// `p` permanent, `u` unlogged.
    pub persistence: char,
    /// OID of its row type; 0 for sequences.
    pub row_type: u32,
    /// OID of the composite type that a typed table is made of, or 0.
    pub of_type: u32,
    /// That type as DDL spells it; late.
    pub of_type_name: Option<String>,
    /// Pages on disk, as of the last VACUUM or ANALYZE.
    pub pages: u64,
    /// Rows, likewise; negative when never counted.
    pub tuples: f64,
    /// Pages of its TOAST table, likewise.
    pub toast_pages: u64,
    /// Whether it may have indexes.
    pub has_index: bool,
    /// Whether it may have triggers.
    pub has_triggers: bool,
    /// Whether it may have rules.
    pub has_rules: bool,
    /// Whether it is a partition.
    pub is_partition: bool,
    /// Whether a materialized view has contents.
    pub is_populated: bool,
    /// `d` default, `n` nothing, `f` full, `i` index.
    pub replica_identity: char,
    /// Row security is on.
    pub row_security: bool,
    /// Row security is on for the owner too.
    pub force_row_security: bool,
    /// Storage parameters without a view's check option.
    pub options: Vec<String>,
    /// A view's check option: LOCAL or CASCADED.
    pub check_option: Option<String>,
    /// Storage parameters of its TOAST table.
    pub toast_options: Vec<String>,
    /// Tablespace; empty for the database's default.
    pub tablespace: String,
    /// Table access method, for relations that have one.
    pub access_method: Option<String>,
    /// OID of a foreign table's server, or 0.
    pub foreign_server: u32,
    /// Name of that server; late.
    pub foreign_server_name: String,
    /// OID of the table that owns the sequence, or 0.
    pub owning_table: u32,
    /// Number of the column that owns the sequence.
    pub owning_column: i32,
    /// Whether the sequence is a column's identity.
    pub is_identity: bool,
    /// Whether an unqualified name finds it.
    pub visible: bool,
    /// What it inherits from, in order.
    pub parents: Vec<NodeId>,
    /// Columns, dropped ones left out; late, for what is wanted and its parents.
    pub columns: Vec<super::columns::Column>,
    /// Its check constraints and, from 18 on, what else is a constraint row.
    pub constraints: Vec<NodeId>,
    /// For partitioned tables: `pg_get_partkeydef`.
    pub partition_key: Option<String>,
    /// For partitioned tables: whether another database may put the same row into another partition, as it
    /// does when an enum is hashed: hashes of enums come from their OIDs.
    pub unstable_partitions: bool,
    /// For partitions: `pg_get_expr(relpartbound)`.
    pub partition_bound: Option<String>,
    /// For views and materialized views: `pg_get_viewdef`.
    pub view_definition: Option<String>,
    /// For foreign tables: options as they stand in OPTIONS ( … ).
    pub foreign_options: String,
    /// For sequences: what `pg_sequence` says.
    pub sequence: Option<Box<super::sequence::Sequence>>,
    /// A view that stands first with columns only, because its body needs what comes later.
    pub dummy_view: bool,
    /// A materialized view that a cycle moved to post-data.
    pub postponed: bool,
    /// Its rows, when they are wanted.
    pub data: Option<NodeId>,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let relation = relation(&row)?;
        db.add(class::CLASS, &row, Body::Relation(Box::new(relation)))?;
    }
    mark_visible(db);
    Ok(())
}

/// Finds out which relations an unqualified name reaches: the first of a name along the user's search path.
fn mark_visible(db: &mut Database) {
    let place = |db: &Database, id: NodeId| db.server.search_path.iter().position(|name| name == db.schema_name(id));
    let mut first: HashMap<String, (usize, NodeId)> = HashMap::new();
    for id in db.nodes() {
        let Some(at) = db.relation(id).and_then(|_| place(db, id)) else {
            continue;
        };
        let found = first.entry(db.object(id).name.clone()).or_insert((at, id));
        if at < found.0 {
            *found = (at, id);
        }
    }
    for (_, id) in first.into_values() {
        if let Some(relation) = db.relation_mut(id) {
            relation.visible = true;
        }
    }
}

fn relation(row: &Row<'_>) -> Result<Relation, Error> {
    Ok(Relation {
        relkind: row.letter("relkind")?,
        persistence: row.letter("persistence")?,
        row_type: row.oid("row_type")?,
        of_type: row.oid("of_type")?,
        pages: pages(row, "pages")?,
        tuples: row.number("tuples")?,
        toast_pages: pages(row, "toast_pages")?,
        has_index: row.flag("has_index")?,
        has_triggers: row.flag("has_triggers")?,
        has_rules: row.flag("has_rules")?,
        is_partition: row.flag("is_partition")?,
        is_populated: row.flag("is_populated")?,
        replica_identity: row.letter("replica_identity")?,
        row_security: row.flag("row_security")?,
        force_row_security: row.flag("force_row_security")?,
        options: row.list("options")?,
        check_option: row.opt("check_option")?.map(str::to_owned),
        toast_options: row.list("toast_options")?,
        tablespace: row.opt("tablespace")?.unwrap_or_default().to_owned(),
        access_method: row.opt("access_method")?.map(str::to_owned),
        foreign_server: row.oid("foreign_server")?,
        owning_table: row.oid("owning_table")?,
        owning_column: row
            .opt("owning_column")?
            .and_then(|number| number.parse().ok())
            .unwrap_or(0),
        is_identity: row.flag("is_identity")?,
        ..Relation::default()
    })
}

/// Pages as the server counts them: an unsigned number printed as a signed one.
fn pages(row: &Row<'_>, column: &str) -> Result<u64, Error> {
    match row.opt(column)? {
        None => Ok(0),
        Some(_) => Ok(u64::from(row.number::<i64>(column)? as u32)),
    }
}

fn read_inheritance(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let (child, parent) = (
            db.by_oid(class::CLASS, row.oid("child")?),
            db.by_oid(class::CLASS, row.oid("parent")?),
        );
        if let (Some(child), Some(parent)) = (child, parent)
            && let Some(relation) = db.relation_mut(child)
        {
            relation.parents.push(parent);
        }
    }
    Ok(())
}

impl Relation {
    /// The relation with its facets.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        match self.relkind {
            'S' => super::sequence::emit(self, id, out),
            'v' | 'm' => super::view::emit(self, id, out),
            'r' | 'p' | 'f' => super::table::emit(self, id, out),
            _ => {}
        }
    }
}
