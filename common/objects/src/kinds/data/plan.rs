//! Which tables' rows and which sequences' positions are wanted.

use std::collections::HashSet;

use pgx_archive::{CatalogId, Format};

use crate::choose::Choice;
use crate::database::{Body, Database, NodeId, Object, Wanted};
use crate::kinds::extension::Extension;
use crate::kinds::refresh::Refresh;
use crate::kinds::relation::Relation;
use crate::kinds::sequence_set::SequenceSet;

use super::TableData;

/// What a dump wants of rows, beside what is chosen of objects.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Rows, positions of sequences and contents of materialized views, where they are wanted at all.
    pub rows: bool,
    /// Positions of sequences even without rows.
    pub sequences: bool,
    /// Rows of unlogged tables; a standby has none to give.
    pub unlogged: bool,
    /// Rows of partitions go through the partitioned table, always.
    pub via_root: bool,
    /// Foreign servers whose tables' rows are wanted, by OID.
    pub foreign_servers: HashSet<u32>,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            rows: true,
            sequences: false,
            unlogged: true,
            via_root: false,
            foreign_servers: HashSet::new(),
        }
    }
}

/// Adds a node for the rows of each table, the position of each sequence and the contents of each materialized
/// view that is wanted. To be called when it is settled what is wanted of relations, before the locks.
pub fn plan(db: &mut Database, choice: &Choice, plan: &Plan) {
    db.with_rows = plan.rows;
    let configuration = if plan.rows || plan.sequences {
        configuration(db, choice)
    } else {
        Vec::new()
    };
    for (table, condition) in configuration {
        add(db, table, Some(condition), choice, plan);
    }
    for id in db.nodes() {
        let Some(relation) = db.relation(id) else { continue };
        let wanted = plan.rows || (plan.sequences && relation.relkind == 'S');
        if wanted && db.object(id).wanted.any(Wanted::DATA) {
            add(db, id, None, choice, plan);
        }
    }
}

/// The configuration tables of extensions whose rows are wanted, with their conditions, which may be empty.
fn configuration(db: &Database, choice: &Choice) -> Vec<(NodeId, String)> {
    let mut found = Vec::new();
    for id in db.nodes() {
        let Body::Extension(body) = &db.object(id).body else {
            continue;
        };
        let oid = db.object(id).catalog.oid;
        let listed = choice.extensions.as_ref().is_none_or(|list| list.contains(&oid));
        if !listed || choice.without_extensions.contains(&oid) {
            continue;
        }
        for (table, condition) in configured(db, body) {
            if is_chosen(db, db.object(id).wanted, table, choice) {
                found.push((table, condition.to_owned()));
            }
        }
    }
    found
}

fn configured<'a>(db: &'a Database, body: &'a Extension) -> impl Iterator<Item = (NodeId, &'a str)> {
    let conditions = body.conditions.iter().map(String::as_str);
    let tables = body.config.iter().map(|oid| db.relation_by_oid(*oid));
    tables
        .zip(conditions)
        .filter_map(|(table, condition)| Some((table?.0, condition)))
}

/// With its extension, or where the table or its schema is asked for by name; never against an exclusion.
fn is_chosen(db: &Database, extension: Wanted, table: NodeId, choice: &Choice) -> bool {
    let object = db.object(table);
    let schema = object.schema.map(|schema| db.object(schema));
    let by_name = choice
        .tables
        .as_ref()
        .is_some_and(|list| list.contains(&object.catalog.oid));
    let by_schema = schema.is_some_and(|schema| schema.wanted.any(Wanted::DATA));
    let excluded = choice.without_tables.contains(&object.catalog.oid)
        || schema.is_some_and(|schema| choice.without_schemas.contains(&schema.catalog.oid));
    (extension.any(Wanted::DEFINITION) || by_name || by_schema) && !excluded
}

fn add(db: &mut Database, id: NodeId, condition: Option<String>, choice: &Choice, plan: &Plan) {
    let object = db.object(id);
    let Some(relation) = db.relation(id) else { return };
    if relation.data.is_some() || !has_contents(relation, plan) {
        return;
    }
    if choice.without_rows.contains(&object.catalog.oid) {
        return;
    }
    let body = match relation.relkind {
        'S' => Body::SequenceSet(SequenceSet {
            sequence: id,
            last: 1,
            is_called: false,
        }),
        'm' => Body::Refresh(Refresh {
            view: id,
            is_populated: relation.is_populated,
        }),
        _ => Body::TableData(TableData {
            table: id,
            condition: clause(db, id, condition.filter(|condition| !condition.is_empty()), choice),
            format: Format::Text,
            root: root(db, relation, plan.via_root),
        }),
    };
    let data = Object {
        // No row of pg_depend is about contents.
        catalog: CatalogId {
            class: 0,
            oid: if relation.relkind == 'S' { 0 } else { object.catalog.oid },
        },
        schema: object.schema,
        name: object.name.clone(),
        owner: object.owner,
        acl: Default::default(),
        extension: None,
        wanted: Wanted::ALL,
        dependencies: vec![id],
        body,
    };
    let data = db.push(data);
    if let Some(relation) = db.relation_mut(id) {
        relation.data = Some(data);
    }
}

/// The WHERE clause for the rows of a table: that of its extension, and what the user wants to hold.
fn clause(db: &Database, table: NodeId, extension: Option<String>, choice: &Choice) -> Option<String> {
    let Some(conditions) = choice.conditions.get(&db.object(table).catalog.oid) else {
        return extension;
    };
    let mut all: Vec<String> = conditions.iter().map(|condition| format!("({condition})")).collect();
    // An extension may give any clause, so it is left in a query of its own.
    all.extend(extension.map(|clause| format!("ctid IN (SELECT ctid FROM ONLY {} {clause})", db.qualified(table))));
    Some(format!("WHERE {}", all.join(" AND ")))
}

/// Whether a relation of this kind has contents that a dump carries.
fn has_contents(relation: &Relation, plan: &Plan) -> bool {
    if !(plan.rows || (plan.sequences && relation.relkind == 'S')) {
        return false;
    }
    let kept = relation.persistence != 'u' || plan.unlogged;
    match relation.relkind {
        'r' | 'S' | 'm' => kept,
        'f' => plan.foreign_servers.contains(&relation.foreign_server),
        _ => false,
    }
}

/// The partitioned table at the top, if the rows have to go through it: by wish, or because a table on the way
/// up spreads rows in a way that another database does not repeat.
fn root(db: &Database, relation: &Relation, always: bool) -> Option<NodeId> {
    let mut forced = always;
    let mut at = relation;
    let mut top = None;
    while at.is_partition {
        let parent = *at.parents.first()?;
        at = db.relation(parent)?;
        forced |= at.unstable_partitions;
        top = Some(parent);
    }
    top.filter(|_| forced)
}
