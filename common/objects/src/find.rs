//! What patterns match: the server decides, so that they mean what they mean in psql.

use pgx_selection::Pattern;

use crate::database::{Database, class};
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
