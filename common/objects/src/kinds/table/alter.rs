//! What only ALTER TABLE can say, right after CREATE TABLE and in the same entry.

use std::fmt::Write;

use crate::kinds::columns::Column;
use crate::kinds::relation::Relation;
use crate::sql::ident;

/// The statements, each with a newline; empty when there is nothing to say. `table` is qualified and quoted.
pub fn statements(relation: &Relation, table: &str) -> String {
    let mut sql: String = relation
        .columns
        .iter()
        .map(|column| of_column(relation, table, column))
        .collect();
    // With REPLICA IDENTITY USING INDEX, the index says so.
    let replica_identity = match relation.replica_identity {
        'n' => Some("NOTHING"),
        'f' => Some("FULL"),
        _ => None,
    };
    if let (Some(identity), 'r' | 'p' | 'm') = (replica_identity, relation.relkind) {
        let _ = write!(sql, "\nALTER TABLE ONLY {table} REPLICA IDENTITY {identity};\n");
    }
    if relation.force_row_security {
        let _ = write!(sql, "\nALTER TABLE ONLY {table} FORCE ROW LEVEL SECURITY;\n");
    }
    sql
}

/// Statistics target, storage, compression and options of one column, where they are not the default.
///
/// Materialized views have such columns too.
pub fn of_column(relation: &Relation, table: &str, column: &Column) -> String {
    let foreign = if relation.relkind == 'f' { "FOREIGN " } else { "" };
    let start = format!("ALTER {foreign}TABLE ONLY {table} ALTER COLUMN {}", ident(&column.name));
    let mut sql = String::new();
    if let Some(target) = column.statistics {
        let _ = writeln!(sql, "{start} SET STATISTICS {target};");
    }
    if column.storage != column.type_storage
        && let Some(storage) = storage(column.storage)
    {
        let _ = writeln!(sql, "{start} SET STORAGE {storage};");
    }
    if let Some(method) = compression(column.compression) {
        let _ = writeln!(sql, "{start} SET COMPRESSION {method};");
    }
    if !column.options.is_empty() {
        let _ = writeln!(sql, "{start} SET ({});", column.options);
    }
    if !column.foreign_options.is_empty() && relation.relkind == 'f' {
        let _ = writeln!(sql, "{start} OPTIONS (\n    {}\n);", column.foreign_options);
    }
    sql
}

fn storage(code: char) -> Option<&'static str> {
    match code {
        'p' => Some("PLAIN"),
        'e' => Some("EXTERNAL"),
        'm' => Some("MAIN"),
        'x' => Some("EXTENDED"),
        _ => None,
    }
}

fn compression(code: char) -> Option<&'static str> {
    match code {
        'p' => Some("pglz"),
        'l' => Some("lz4"),
        _ => None,
    }
}
