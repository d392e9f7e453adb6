//! Constraints that belong into CREATE TABLE: checks, and from 18 on not-null constraints (`pg_constraint`).
//!
//! A valid check stands inside the table's text; one that is NOT VALID comes after the rows, which may break
//! it. A valid not-null constraint is a property of its column (see [`super::columns`]); one that is NOT VALID
//! becomes a constraint of its own here.

use std::collections::HashSet;

use pgx_archive::CatalogId;

use crate::database::{Body, Database, NodeId, Object, class};
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::columns::described;
use super::constraint::Constraint;
use super::{Phase, Reader};

const CHECKS: Select = Select {
    columns: &[
        column("oid", "c.oid"),
        column("table_oid", "c.conrelid"),
        column("name", "c.conname"),
        column("contype", "c.contype"),
        column("definition", "pg_catalog.pg_get_constraintdef(c.oid)"),
        column("is_local", "c.conislocal"),
        column("is_valid", "c.convalidated"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_constraint c ON c.conrelid = w.oid
WHERE c.contype = 'c' OR (c.contype = 'n' AND NOT c.convalidated)
ORDER BY c.conrelid, c.conname",
};

/// Checks, and not-null constraints that are not valid, of all tables whose columns were read.
pub const READER: Reader = Reader {
    name: "check constraints",
    phase: Phase::Late,
    query: |db| Some(CHECKS.sql(db.server.major(), &described(db))),
    read,
};

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    let mut separately = Vec::new();
    for row in rows.iter() {
        let oid = row.oid("table_oid")?;
        let Some((table, _)) = db.relation_by_oid(oid) else {
            return Err(row.dangling(format!("relation {oid}")));
        };
        let separate = !row.flag("is_valid")?;
        let of = db.object(table);
        let object = Object {
            catalog: CatalogId {
                class: class::CONSTRAINT,
                oid: row.oid("oid")?,
            },
            schema: of.schema,
            name: row.text("name")?.to_owned(),
            owner: of.owner,
            acl: Default::default(),
            extension: None,
            wanted: of.wanted,
            dependencies: Vec::new(),
            body: Body::Constraint(Box::new(Constraint {
                contype: row.letter("contype")?,
                table: Some(table),
                definition: row.text("definition")?.to_owned(),
                local: row.flag("is_local")?,
                separate,
                ..Constraint::default()
            })),
        };
        let id = db.push(object);
        if !separate {
            db.depend(table, id);
        }
        if let Some(relation) = db.relation_mut(table) {
            relation.constraints.push(id);
        }
        if separate {
            separately.push((id, table));
        }
    }
    for (id, table) in separately {
        match &db.object(id).body {
            Body::Constraint(body) if !body.local => made_by_parents(db, id, table),
            Body::Constraint(body) if body.contype == 'n' => before_ancestors(db, id, table),
            _ => {}
        }
    }
    Ok(())
}

/// A not-null constraint with a name of its own is made before those of the ancestors: theirs reach the table, too,
/// and of two on one column only the first can be.
fn before_ancestors(db: &mut Database, id: NodeId, table: NodeId) {
    let later = |of: &NodeId| {
        let both = separate(db, id).zip(separate(db, *of));
        both.is_some_and(|(own, theirs)| theirs.local && theirs.definition == own.definition)
            && db.object(*of).name != db.object(id).name
    };
    let ancestors = ancestors(db, table);
    let theirs = ancestors.iter().filter_map(|ancestor| db.relation(*ancestor));
    let after: Vec<NodeId> = theirs
        .flat_map(|ancestor| &ancestor.constraints)
        .copied()
        .filter(later)
        .collect();
    for of in after {
        db.depend(of, id);
    }
}

/// What a table inherits from, directly or not.
fn ancestors(db: &Database, table: NodeId) -> HashSet<NodeId> {
    let mut found = HashSet::new();
    let mut next = vec![table];
    while let Some(relation) = next.pop().and_then(|id| db.relation(id)) {
        next.extend(relation.parents.iter().filter(|parent| found.insert(**parent)));
    }
    found
}

/// A constraint that is made on its own.
fn separate(db: &Database, id: NodeId) -> Option<&Constraint> {
    match &db.object(id).body {
        Body::Constraint(body) if body.separate => Some(body),
        _ => None,
    }
}

/// What is only inherited is made when that of its parents is: what follows it must wait for that.
fn made_by_parents(db: &mut Database, id: NodeId, table: NodeId) {
    let parents = db.relation(table).map_or(&[][..], |relation| &relation.parents);
    let constraints = parents
        .iter()
        .filter_map(|parent| db.relation(*parent))
        .flat_map(|parent| &parent.constraints);
    let same: Vec<NodeId> = constraints
        .copied()
        .filter(|of| db.object(*of).name == db.object(id).name)
        .filter(|of| separate(db, *of).is_some())
        .collect();
    for of in &same {
        db.depend(id, *of);
    }
    if let Body::Constraint(body) = &mut db.object_mut(id).body {
        body.inherited_from = same.first().copied();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::order::order;
    use crate::sample::{column, database, inherit, rows, table};

    const COLUMNS: [&str; 7] = [
        "oid",
        "table_oid",
        "name",
        "contype",
        "definition",
        "is_local",
        "is_valid",
    ];

    #[test]
    fn what_is_not_valid_comes_after_the_rows() {
        let mut db = database(18);
        let id = table(&mut db, "t", &[column(1, "a")]);
        let oid = db.object(id).catalog.oid.to_string();
        let answer = rows(
            COLUMNS,
            &[
                ["30000", &oid, "fine", "c", "CHECK (true)", "t", "t"],
                ["30001", &oid, "late", "n", "NOT NULL a NOT VALID", "t", "f"],
            ],
        );
        read(&mut db, &answer).expect("the rows are well-formed");
        let separate = |oid: u32| {
            let id = db.by_oid(class::CONSTRAINT, oid).expect("it was added");
            (
                id,
                matches!(&db.object(id).body, Body::Constraint(body) if body.separate),
            )
        };
        let ((fine, inside), (late, outside)) = (separate(30_000), separate(30_001));
        assert_eq!((inside, outside), (false, true));
        assert_eq!(db.object(id).dependencies, [fine]);
        assert_eq!(db.relation(id).expect("it is a table").constraints, [fine, late]);
    }

    #[test]
    fn what_is_only_inherited_waits_for_what_makes_it() {
        let mut db = database(18);
        let parent = table(&mut db, "parent", &[column(1, "a")]);
        let child = table(&mut db, "child", &[column(1, "a")]);
        inherit(&mut db, child, parent);
        let of = |id: NodeId| db.object(id).catalog.oid.to_string();
        let check = "CHECK ((a > 0)) NOT VALID";
        let answer = rows(
            COLUMNS,
            &[
                ["30001", &of(child), "positive", "c", check, "f", "f"],
                ["30000", &of(parent), "positive", "c", check, "t", "f"],
            ],
        );
        read(&mut db, &answer).expect("the rows are well-formed");
        let inherited = db.by_oid(class::CONSTRAINT, 30_001).expect("it was added");
        let comment = (0, "inherited".to_owned());
        db.comments.insert(db.object(inherited).catalog, vec![comment]);
        let order = order(&mut db).expect("there is no cycle");
        let entries = crate::emit::entries(&db, &order);
        let at = |text: &str| {
            let found = entries.iter().position(|entry| entry.create.contains(text));
            &entries[found.expect("the entry is there")]
        };
        let (made, told) = (at("ADD CONSTRAINT positive"), at("COMMENT ON CONSTRAINT"));
        assert_eq!(told.dependencies, [made.id]);
        assert_eq!(told.parent, Some(made.id));
        assert!(told.id > made.id);
    }

    #[test]
    fn a_not_null_of_another_name_comes_before_that_of_an_ancestor() {
        let mut db = database(18);
        let tables = ["a", "b", "c"].map(|name| table(&mut db, name, &[column(1, "x")]));
        inherit(&mut db, tables[1], tables[0]);
        inherit(&mut db, tables[2], tables[1]);
        let of = |at: usize| db.object(tables[at]).catalog.oid.to_string();
        let there = "NOT NULL x NOT VALID";
        let answer = rows(
            COLUMNS,
            &[
                ["30000", &of(0), "first", "n", there, "t", "f"],
                ["30001", &of(1), "first", "n", there, "f", "f"],
                ["30002", &of(2), "own", "n", there, "t", "f"],
            ],
        );
        read(&mut db, &answer).expect("the rows are well-formed");
        let [first, inherited, own] =
            [30_000, 30_001, 30_002].map(|oid| db.by_oid(class::CONSTRAINT, oid).expect("it was added"));
        assert_eq!(db.object(first).dependencies, [own]);
        assert_eq!(db.object(inherited).dependencies, [first]);
        assert_eq!(db.object(own).dependencies, []);
    }
}
