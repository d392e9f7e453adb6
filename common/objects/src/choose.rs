//! What is wanted of each object, by pg_dump's rules.
//!
//! A schema, an extension or a list of tables says what is wanted of what belongs to it; membership in an
//! extension overrides everything: of a member only changed privileges are kept.

use std::collections::{HashMap, HashSet};

use crate::database::{Body, Database, FIRST_USER_OID, NodeId, Object, Wanted};

/// OID of the role `pg_database_owner`, which owns the schema `public` from version 15 on.
const DATABASE_OWNER_ROLE: u32 = 6171;

/// What the user chose, with patterns resolved to OIDs.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// `-n`: only these schemas.
    pub schemas: Option<HashSet<u32>>,
    /// `-N`
    pub without_schemas: HashSet<u32>,
    /// `-t`: only these relations.
    pub tables: Option<HashSet<u32>>,
    /// `-T`
    pub without_tables: HashSet<u32>,
    /// `-e`: only these extensions.
    pub extensions: Option<HashSet<u32>>,
    /// `--exclude-extension`
    pub without_extensions: HashSet<u32>,
    /// `--exclude-table-data`
    pub without_rows: HashSet<u32>,
    /// `-b` and `-B`: whether large objects are wanted; when nothing is said, they are with everything.
    pub large_objects: Option<bool>,
    /// `--where`: conditions that the rows of a relation have to meet, all of them.
    pub conditions: HashMap<u32, Vec<String>>,
}

impl Choice {
    /// Whether nothing is limited to a list, so that what has no schema belongs to the dump.
    pub fn everything(&self) -> bool {
        self.schemas.is_none() && self.tables.is_none() && self.extensions.is_none()
    }
}

/// Sets what is wanted of every object read so far.
pub fn choose(db: &mut Database, choice: &Choice) {
    // What others look at comes first: extensions, then schemas, then relations.
    for id in db.nodes() {
        if matches!(db.object(id).body, Body::Extension(_)) {
            let wanted = extension(db.object(id), choice);
            let object = db.object_mut(id);
            object.wanted = wanted;
            if let Body::Extension(body) = &mut object.body {
                body.contents = wanted;
            }
        }
    }
    for id in db.nodes() {
        if matches!(db.object(id).body, Body::Schema(_)) {
            let is_public = db.object(id).name == "public";
            let (wanted, contents) = schema(db.object(id), choice);
            let member = membership(db, id);
            let object = db.object_mut(id);
            object.wanted = member.unwrap_or(wanted);
            if let Body::Schema(body) = &mut object.body {
                body.contents = contents;
                body.exists = is_public && choice.schemas.is_none();
            }
        }
    }
    for id in db.nodes() {
        if let Some(wanted) = relation(db, id, choice) {
            db.object_mut(id).wanted = wanted;
        }
    }
    for id in db.nodes() {
        if let Some(wanted) = other(db, id, choice) {
            db.object_mut(id).wanted = wanted;
        }
    }
}

/// What is wanted of an extension's member, if the object is one.
fn membership(db: &Database, id: NodeId) -> Option<Wanted> {
    let extension = db.object(id).extension?;
    match &db.object(extension).body {
        Body::Extension(body) => Some(body.contents & Wanted::ACL),
        _ => None,
    }
}

/// What is wanted of the objects in the schema of an object; `None` without schema.
fn contents(db: &Database, id: NodeId) -> Option<Wanted> {
    match &db.object(db.object(id).schema?).body {
        Body::Schema(body) => Some(body.contents),
        _ => None,
    }
}

fn all_if(condition: bool) -> Wanted {
    if condition { Wanted::ALL } else { Wanted::NONE }
}

fn extension(object: &Object, choice: &Choice) -> Wanted {
    let oid = object.catalog.oid;
    if oid < FIRST_USER_OID {
        return Wanted::ACL;
    }
    let chosen = choice
        .extensions
        .as_ref()
        .map_or(choice.everything(), |list| list.contains(&oid));
    all_if(chosen && !choice.without_extensions.contains(&oid))
}

/// What is wanted of a schema itself and of what is in it.
fn schema(object: &Object, choice: &Choice) -> (Wanted, Wanted) {
    let oid = object.catalog.oid;
    let (wanted, contents) = match object.name.as_str() {
        _ if choice.tables.is_some() => (Wanted::NONE, Wanted::NONE),
        _ if choice.schemas.is_some() => {
            let wanted = all_if(choice.schemas.as_ref().is_some_and(|list| list.contains(&oid)));
            (wanted, wanted)
        }
        "pg_catalog" => (Wanted::ACL, Wanted::ACL),
        "information_schema" => (Wanted::NONE, Wanted::NONE),
        name if name.starts_with("pg_") => (Wanted::NONE, Wanted::NONE),
        "public" if object.owner == DATABASE_OWNER_ROLE => (Wanted::ALL & !Wanted::DEFINITION, Wanted::ALL),
        _ => (Wanted::ALL, Wanted::ALL),
    };
    if choice.without_schemas.contains(&oid) {
        (Wanted::NONE, Wanted::NONE)
    } else {
        (wanted, contents)
    }
}

fn relation(db: &Database, id: NodeId, choice: &Choice) -> Option<Wanted> {
    let object = db.object(id);
    let Body::Relation(body) = &object.body else {
        return None;
    };
    if body.relkind == 'c' {
        return Some(Wanted::NONE);
    }
    if let Some(wanted) = membership(db, id) {
        return Some(wanted);
    }
    let oid = object.catalog.oid;
    let wanted = match &choice.tables {
        Some(list) => all_if(list.contains(&oid)),
        None => contents(db, id).unwrap_or_default(),
    };
    Some(if choice.without_tables.contains(&oid) {
        Wanted::NONE
    } else {
        wanted
    })
}

fn other(db: &Database, id: NodeId, choice: &Choice) -> Option<Wanted> {
    let object = db.object(id);
    let builtin = object.catalog.oid < FIRST_USER_OID;
    match &object.body {
        Body::Schema(_) | Body::Extension(_) | Body::Relation(_) => None,
        Body::ShellType(_) => Some(Wanted::NONE),
        Body::Type(body) if body.relation != 0 && body.relkind != 'c' => {
            let table = db.relation_by_oid(body.relation);
            Some(table.map_or(Wanted::NONE, |(table, _)| db.object(table).wanted))
        }
        Body::Language(_) => Some(membership(db, id).unwrap_or(match choice.everything() {
            true if builtin => Wanted::ACL,
            everything => all_if(everything),
        })),
        Body::LargeObjects(_) | Body::LargeObjectData(_) => {
            Some(all_if(choice.large_objects.unwrap_or(choice.everything())))
        }
        _ => Some(
            membership(db, id)
                .or_else(|| contents(db, id))
                .unwrap_or_else(|| all_if(choice.everything() && !builtin)),
        ),
    }
}

/// The tables to lock before anything more is asked about them, by name, in the order of their OIDs; those of
/// extensions too whose rows are planned.
pub fn to_lock(db: &Database) -> Vec<String> {
    let locked = db.nodes().filter(|&id| is_locked(db, id));
    locked.map(|id| db.qualified(id)).collect()
}

/// Whether an object is a table that is locked before anything more is asked about it.
pub fn is_locked(db: &Database, id: NodeId) -> bool {
    let needs_lock = Wanted::DEFINITION | Wanted::DATA | Wanted::POLICY;
    db.relation(id).is_some_and(|body| {
        let is_read = db.object(id).wanted.any(needs_lock) || body.data.is_some();
        is_read && matches!(body.relkind, 'r' | 'p')
    })
}
