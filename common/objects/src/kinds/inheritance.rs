//! What a child table need not say, or must say, because of what it inherits.
//!
//! * A parent's not-null is the child's too: before 18, where nothing tells who declared it, the child stays
//!   silent. From 18 on, a child whose parents have it only as NOT VALID, or not at all, speaks for itself.
//! * A child without default under a parent with one would inherit it, so it gets `DEFAULT NULL`.
//! * A generation expression that all parents share is inherited and left out, except in partitions, which
//!   are made on their own and attached later.

use crate::database::{Body, Database, NodeId, Wanted};

use super::columns::Column;
use super::default;
use super::relation::Relation;

/// Applies these rules to the columns of every wanted table.
pub fn settle(db: &mut Database) {
    for id in db.nodes() {
        for change in changes(db, id) {
            apply(db, id, change);
        }
    }
}

/// What has to change about a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Change {
    /// Its place among the table's columns.
    place: usize,
    /// Whether its not-null constraint counts as declared here, if that has to change.
    local_not_null: Option<bool>,
    /// Whether it gets DEFAULT NULL.
    default_null: bool,
    /// Whether its generation expression is left out.
    generated_elsewhere: bool,
}

/// The changes a table needs. They depend on the parents' state as it was read, whatever was changed before:
/// a manufactured `NULL` counts as no default.
fn changes(db: &Database, id: NodeId) -> Vec<Change> {
    let Some(relation) = db.relation(id) else {
        return Vec::new();
    };
    if !matches!(relation.relkind, 'r' | 'p' | 'f') || db.object(id).wanted.is_none() {
        return Vec::new();
    }
    let parents: Vec<&Relation> = relation.parents.iter().filter_map(|id| db.relation(*id)).collect();
    if parents.is_empty() {
        return Vec::new();
    }
    let columns = relation.columns.iter().enumerate();
    columns
        .map(|(place, column)| {
            let inherited: Vec<&Column> = parents
                .iter()
                .filter_map(|parent| of_same_name(parent, place, column))
                .collect();
            change(db, relation, place, column, &inherited)
        })
        .collect()
}

/// The parent's column of that name: most often it stands in the same place.
fn of_same_name<'a>(parent: &'a Relation, place: usize, column: &Column) -> Option<&'a Column> {
    let same = |other: &&Column| other.name == column.name;
    let there = parent.columns.get(place).filter(same);
    there.or_else(|| parent.columns.iter().find(same))
}

fn change(db: &Database, relation: &Relation, place: usize, column: &Column, inherited: &[&Column]) -> Change {
    let expression = |column: &Column| match &db.object(column.default?).body {
        Body::Default(default) => Some(default.expression.as_str()),
        _ => None,
    };
    let own = expression(column);
    let plain_default = |parent: &&&Column| {
        parent.generated.is_none() && expression(parent).is_some_and(|expression| expression != "NULL")
    };
    let mut generated = inherited.iter().filter(|parent| parent.generated.is_some()).peekable();
    let all_alike = generated.peek().is_some() && generated.all(|parent| own.is_some() && expression(parent) == own);
    let not_null_above = inherited.iter().any(|parent| parent.not_null.is_some());
    Change {
        place,
        local_not_null: match db.server.major() {
            18.. => (!not_null_above).then_some(true),
            _ => not_null_above.then_some(false),
        },
        default_null: column.default.is_none() && inherited.iter().any(|parent| plain_default(&parent)),
        generated_elsewhere: all_alike && !relation.is_partition,
    }
}

fn apply(db: &mut Database, id: NodeId, change: Change) {
    let Some(relation) = db.relation_mut(id) else { return };
    let is_partition = relation.is_partition;
    let Some(column) = relation.columns.get_mut(change.place) else {
        return;
    };
    if let (Some(not_null), Some(is_local)) = (&mut column.not_null, change.local_not_null) {
        not_null.is_local = is_local;
    }
    if change.generated_elsewhere
        && let Some(default) = column.default
    {
        db.object_mut(default).wanted = Wanted::NONE;
    } else if change.default_null {
        let (number, separate) = (column.number, !column.is_spelled(is_partition));
        let default = default::push(db, id, number, "NULL".to_owned(), separate, 0);
        if separate {
            db.depend(default, id);
        }
        if let Some(relation) = db.relation_mut(id) {
            relation.columns[change.place].default = Some(default);
        }
    }
}
