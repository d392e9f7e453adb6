//! What patterns match: the server decides, so that they mean what they mean in psql.

use std::collections::{HashMap, HashSet};

use pgx_selection::Pattern;

use crate::database::{Database, NodeId, class};
use crate::sql::literal;

/// The query that finds the schemas a pattern matches, by OID.
pub fn schemas(pattern: &Pattern) -> String {
    format!(
        "SELECT n.oid::pg_catalog.text AS oid FROM pg_catalog.pg_namespace n WHERE {}",
        matches("n.nspname", &pattern.name)
    )
}

/// The query that finds the relations a pattern matches, by OID; see [`visible`] for those without schema.
pub fn relations(pattern: &Pattern) -> String {
    let schema = pattern
        .schema
        .as_ref()
        .map(|schema| format!(" AND {}", matches("n.nspname", schema)));
    format!(
        "SELECT c.oid::pg_catalog.text AS oid FROM pg_catalog.pg_class c \
         JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace \
         WHERE c.relkind IN ('r', 'S', 'v', 'm', 'f', 'p') AND {}{}",
        matches("c.relname", &pattern.name),
        schema.unwrap_or_default()
    )
}

/// The query that finds the extensions a pattern matches, by OID.
pub fn extensions(pattern: &Pattern) -> String {
    format!(
        "SELECT e.oid::pg_catalog.text AS oid FROM pg_catalog.pg_extension e WHERE {}",
        matches("e.extname", &pattern.name)
    )
}

/// The query that finds the foreign servers a pattern matches, by OID.
pub fn foreign_servers(pattern: &Pattern) -> String {
    format!(
        "SELECT s.oid::pg_catalog.text AS oid FROM pg_catalog.pg_foreign_server s WHERE {}",
        matches("s.srvname", &pattern.name)
    )
}

fn matches(column: &str, regex: &str) -> String {
    format!(
        "{column} OPERATOR(pg_catalog.~) {} COLLATE pg_catalog.default",
        literal(regex)
    )
}

/// Whether a relation that a pattern matched counts: without schema in the pattern, only what is visible does.
pub fn visible(db: &Database, pattern: &Pattern, oid: u32) -> bool {
    pattern.schema.is_some()
        || db
            .by_oid(class::CLASS, oid)
            .and_then(|id| db.relation(id))
            .is_some_and(|body| body.visible)
}

/// Whether a schema is the server's own: `information_schema`, `pg_catalog` and others that begin with `pg_`.
pub fn is_system_schema(db: &Database, oid: u32) -> bool {
    let name = db.by_oid(class::NAMESPACE, oid).map(|id| db.object(id).name.as_str());
    name.is_none_or(|name| name == "information_schema" || name.starts_with("pg_"))
}

/// These relations and all that inherit from them, partitions among them, at any depth.
pub fn with_children(db: &Database, oids: Vec<u32>) -> Vec<u32> {
    let children = children(db);
    let mut found: Vec<NodeId> = oids.iter().filter_map(|oid| db.by_oid(class::CLASS, *oid)).collect();
    let mut seen: HashSet<NodeId> = found.iter().copied().collect();
    let mut at = 0;
    while let Some(parent) = found.get(at) {
        let below = children.get(parent).into_iter().flatten();
        let new: Vec<NodeId> = below.copied().filter(|child| seen.insert(*child)).collect();
        found.extend(new);
        at += 1;
    }
    found.iter().map(|id| db.object(*id).catalog.oid).collect()
}

/// The relations with rows of their own among these; the partitions of what is partitioned.
pub fn with_rows(db: &Database, oids: &[u32]) -> Vec<u32> {
    let kind = |oid: &u32| db.relation_by_oid(*oid).map(|(_, relation)| relation.relkind);
    let partitioned = oids.iter().copied().filter(|oid| kind(oid) == Some('p')).collect();
    let mut all: Vec<u32> = oids.iter().copied().chain(with_children(db, partitioned)).collect();
    all.sort_unstable();
    all.dedup();
    all.retain(|oid| matches!(kind(oid), Some('r' | 'f')));
    all
}

fn children(db: &Database) -> HashMap<NodeId, Vec<NodeId>> {
    let mut children: HashMap<NodeId, Vec<NodeId>> = HashMap::new();
    for id in db.nodes() {
        for parent in db.relation(id).into_iter().flat_map(|relation| &relation.parents) {
            children.entry(*parent).or_default().push(id);
        }
    }
    children
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kinds::relation::Relation;
    use crate::sample::{database, relation};

    /// A partitioned table with a partition that is partitioned again, and a table by its side.
    fn tree() -> (Database, [u32; 4]) {
        let mut db = database(18);
        let below = |parent: NodeId| Relation {
            is_partition: true,
            parents: vec![parent],
            ..Relation::default()
        };
        let top = relation(&mut db, "top", 'p', Relation::default());
        let middle = relation(&mut db, "middle", 'p', below(top));
        let leaf = relation(&mut db, "leaf", 'r', below(middle));
        let alone = relation(&mut db, "alone", 'r', Relation::default());
        let oids = [top, middle, leaf, alone].map(|id| db.object(id).catalog.oid);
        (db, oids)
    }

    #[test]
    fn children_of_children_come_along() {
        let (db, [top, middle, leaf, alone]) = tree();
        assert_eq!(with_children(&db, vec![top, leaf]), [top, leaf, middle]);
        assert_eq!(with_children(&db, vec![alone]), [alone]);
    }

    #[test]
    fn rows_of_what_is_partitioned_are_in_its_leaves() {
        let (db, [top, middle, leaf, alone]) = tree();
        assert_eq!(with_rows(&db, &[top]), [leaf]);
        assert_eq!(with_rows(&db, &[middle, alone]), {
            let mut both = vec![leaf, alone];
            both.sort_unstable();
            both
        });
    }
}
