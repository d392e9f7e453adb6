//! What follows a table, view, foreign table or sequence: comments, labels and privileges, its columns' too.

use std::fmt::Write;

use pgx_archive::{Entry, Kind};

use crate::database::{NodeId, Wanted};
use crate::emit::Emitter;
use crate::privileges;
use crate::sql::{ident, literal};

use super::names::Names;
use super::relation::Relation;

/// What follows the relation's own entry, in pg_dump's order except for privileges: its comment, those of its
/// columns, its labels. `word` is what COMMENT calls it: `TABLE`, `MATERIALIZED VIEW`, …
pub fn comments_and_labels(relation: &Relation, id: NodeId, word: &str, out: &mut Emitter<'_>) {
    comments(relation, id, word, out);
    labels(relation, id, word, out);
}

/// The relation's privileges, and after them those of its columns. `word` is what GRANT calls it: `TABLE` or
/// `SEQUENCE`.
pub fn all_privileges(id: NodeId, word: &str, out: &mut Emitter<'_>) {
    let names = Names::of(out.db, id);
    let table = out.privileges(word, &names.name, Some(&names.schema), &names.owner);
    let object = out.db.object(id);
    if !out.wants(Wanted::ACL) {
        return;
    }
    for column in out.db.column_acls.get(&object.catalog.oid).into_iter().flatten() {
        let quoted = ident(&column.name);
        let initial = out.db.initial_acls.get(&(object.catalog, column.number));
        // A column starts without privileges of its own.
        let grants = privileges::difference(
            column.actual.as_deref(),
            initial.map(String::as_str),
            Some("{}"),
            &names.owner,
            "TABLE",
            Some(&quoted),
        );
        let tag = format!("COLUMN {}.{quoted}", names.name);
        out.grants(
            grants,
            "TABLE",
            &names.name,
            Some(&names.schema),
            &names.owner,
            &tag,
            table,
        );
    }
}

/// The relation's comment, then those of its columns.
fn comments(relation: &Relation, id: NodeId, word: &str, out: &mut Emitter<'_>) {
    if !out.wants(Wanted::COMMENT) {
        return;
    }
    let names = Names::of(out.db, id);
    for (number, text) in out.db.comments.get(&out.db.object(id).catalog).into_iter().flatten() {
        if *number == 0 {
            out.comment_text(text, word, &names.name, Some(&names.schema), &names.owner);
        } else if let Some(column) = column(relation, *number) {
            let name = format!("{}.{column}", names.name);
            out.comment_text(text, "COLUMN", &name, Some(&names.schema), &names.owner);
        }
    }
}

/// One entry with the labels of the relation and of its columns.
fn labels(relation: &Relation, id: NodeId, word: &str, out: &mut Emitter<'_>) {
    if !out.wants(Wanted::LABEL) {
        return;
    }
    let names = Names::of(out.db, id);
    let mut create = String::new();
    for (number, provider, label) in out.db.labels.get(&out.db.object(id).catalog).into_iter().flatten() {
        let on = match (number, column(relation, *number)) {
            (0, _) => format!("{word} {}", names.qualified),
            (_, Some(column)) => format!("COLUMN {}.{column}", names.qualified),
            (_, None) => continue,
        };
        let _ = writeln!(
            create,
            "SECURITY LABEL FOR {} ON {on} IS {};",
            ident(provider),
            literal(label)
        );
    }
    if !create.is_empty() {
        let tag = format!("{word} {}", names.name);
        let mut entry = Entry::new(Kind::SecurityLabel, Some(&names.schema), tag, &names.owner);
        entry.create = create;
        out.facet(entry);
    }
}

/// The quoted name of a column.
fn column(relation: &Relation, number: i32) -> Option<String> {
    let column = relation.columns.iter().find(|column| column.number == number)?;
    Some(ident(&column.name).into_owned())
}
