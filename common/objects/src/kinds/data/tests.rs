//! Plans made for databases made by hand, and the entries that come of them.

use pgx_archive::{Entry, Format, Kind};

use crate::choose::{Choice, to_lock};
use crate::database::{Body, Database, NodeId, Wanted, class};
use crate::kinds::columns::{Column, Generated};
use crate::kinds::constraint::Constraint;
use crate::kinds::copy_format;
use crate::kinds::data::{self, Plan, plan};
use crate::kinds::extension::Extension;
use crate::kinds::relation::Relation;
use crate::sample::{column, database, entries, object, relation, table};

fn planned(db: &Database) -> Vec<&str> {
    let with_data = |id: &NodeId| db.relation(*id).is_some_and(|relation| relation.data.is_some());
    db.nodes()
        .filter(with_data)
        .map(|id| db.object(id).name.as_str())
        .collect()
}

fn rows_of(db: &Database, name: &str) -> Entry {
    let mut entries = entries(db).into_iter();
    let found = entries.find(|entry| entry.kind == Kind::TableData && entry.name == name);
    found.expect("its rows are planned")
}

#[test]
fn what_has_rows_of_its_own() {
    let mut db = database(18);
    for (name, relkind) in [("t", 'r'), ("p", 'p'), ("v", 'v'), ("f", 'f'), ("s", 'S'), ("m", 'm')] {
        relation(&mut db, name, relkind, Relation::default());
    }
    plan(&mut db, &Choice::default(), &Plan::default());
    assert_eq!(planned(&db), ["t", "s", "m"]);
}

#[test]
fn rows_that_are_left_behind() {
    let mut db = database(18);
    let unlogged = table(&mut db, "unlogged", &[]);
    db.relation_mut(unlogged).expect("it is a table").persistence = 'u';
    let excluded = table(&mut db, "excluded", &[]);
    let unwanted = table(&mut db, "unwanted", &[]);
    db.object_mut(unwanted).wanted = Wanted::DEFINITION;
    let choice = Choice {
        without_rows: [db.object(excluded).catalog.oid].into(),
        ..Choice::default()
    };
    let without_unlogged = Plan {
        unlogged: false,
        ..Plan::default()
    };
    plan(&mut db, &choice, &without_unlogged);
    assert_eq!(planned(&db), [""; 0]);
    plan(&mut db, &choice, &Plan::default());
    assert_eq!(planned(&db), ["unlogged"]);
}

#[test]
fn positions_of_sequences_may_come_without_rows() {
    let mut db = database(18);
    table(&mut db, "t", &[]);
    relation(&mut db, "s", 'S', Relation::default());
    let mut without_rows = Plan {
        rows: false,
        ..Plan::default()
    };
    plan(&mut db, &Choice::default(), &without_rows);
    assert_eq!(planned(&db), [""; 0]);
    without_rows.sequences = true;
    plan(&mut db, &Choice::default(), &without_rows);
    assert_eq!(planned(&db), ["s"]);
}

#[test]
fn the_entry_of_rows() {
    let mut db = database(18);
    let generated = Column {
        generated: Some(Generated::Stored),
        ..column(2, "g")
    };
    let id = table(&mut db, "Order", &[column(1, "id"), generated, column(3, "to")]);
    let body = db.relation_mut(id).expect("it is a table");
    (body.pages, body.toast_pages, body.tuples) = (3, 2, -1.0);
    plan(&mut db, &Choice::default(), &Plan::default());
    assert_eq!(data::choose_format(&mut db, copy_format::Choice::Auto), []);
    let entry = rows_of(&db, "Order");
    assert_eq!(entry.copy, "COPY public.\"Order\" (id, \"to\") FROM stdin;\n");
    assert_eq!((entry.create.as_str(), entry.catalog.class), ("", 0));
    assert_eq!(entry.dependencies.len(), 1);
    assert_eq!(entry.parent, entry.dependencies.first().copied());
    let data = entry.data.expect("rows are described");
    assert_eq!(data.columns, ["id", "to"]);
    assert_eq!(data.types, ["int4", "int4"]);
    assert_eq!((data.format, data.encoding.as_str()), (Format::Binary, "UTF8"));
    assert_eq!((data.estimated_rows, data.logged, data.via_root), (0, true, false));
}

#[test]
fn a_table_of_generated_columns_has_an_empty_list() {
    let mut db = database(18);
    let generated = Column {
        generated: Some(Generated::Virtual),
        ..column(1, "g")
    };
    table(&mut db, "t", &[generated]);
    plan(&mut db, &Choice::default(), &Plan::default());
    assert_eq!(rows_of(&db, "t").copy, "COPY public.t  FROM stdin;\n");
}

/// A partition of a partition.
fn leaf(db: &mut Database) -> (NodeId, NodeId) {
    let top = relation(db, "top", 'p', Relation::default());
    let below = |parent: NodeId| Relation {
        is_partition: true,
        parents: vec![parent],
        ..Relation::default()
    };
    let middle = relation(db, "middle", 'p', below(top));
    relation(db, "leaf", 'r', below(middle));
    (top, middle)
}

#[test]
fn rows_go_through_the_root_where_an_enum_is_hashed_anywhere_above() {
    let mut db = database(18);
    let (top, _) = leaf(&mut db);
    plan(&mut db, &Choice::default(), &Plan::default());
    assert_eq!(rows_of(&db, "leaf").create, "");

    let mut db = database(18);
    leaf(&mut db);
    db.relation_mut(top).expect("it is a table").unstable_partitions = true;
    plan(&mut db, &Choice::default(), &Plan::default());
    let entry = rows_of(&db, "leaf");
    assert_eq!(entry.create, "-- load via partition root public.top");
    assert_eq!(entry.copy, "COPY public.top  FROM stdin;\n");
    assert!(entry.data.is_some_and(|data| data.via_root));
}

/// A table of an extension that calls it configuration.
fn configured(db: &mut Database) -> NodeId {
    let config = table(db, "settings", &[column(1, "id")]);
    db.object_mut(config).wanted = Wanted::ACL;
    let body = Extension {
        config: vec![db.object(config).catalog.oid],
        conditions: vec!["WHERE id > 9".to_owned()],
        ..Extension::default()
    };
    let mut extension = object(db, class::EXTENSION, "shelf", Body::Extension(Box::new(body)));
    extension.schema = None;
    db.push(extension)
}

#[test]
fn configuration_of_extensions_comes_with_rows_alone() {
    let mut db = database(18);
    configured(&mut db);
    let without_rows = Plan {
        rows: false,
        ..Plan::default()
    };
    plan(&mut db, &Choice::default(), &without_rows);
    assert!(planned(&db).is_empty());
    plan(&mut db, &Choice::default(), &Plan::default());
    assert_eq!(planned(&db), ["settings"]);
    assert_eq!(to_lock(&db), ["public.settings"]);
    let copy = data::copy_out(&rows_of(&db, "settings"), None);
    assert_eq!(
        copy.as_deref(),
        Some("COPY (SELECT id FROM ONLY public.settings WHERE id > 9) TO STDOUT")
    );
}

#[test]
fn configuration_of_extensions_that_are_left_out_stays_behind() {
    let mut db = database(18);
    let extension = configured(&mut db);
    let choice = Choice {
        without_extensions: [db.object(extension).catalog.oid].into(),
        ..Choice::default()
    };
    plan(&mut db, &choice, &Plan::default());
    assert_eq!(planned(&db), [""; 0]);
}

#[test]
fn without_definitions_rows_come_after_the_rows_they_refer_to() {
    let mut db = database(18);
    let (from, to) = (table(&mut db, "from", &[]), table(&mut db, "to", &[]));
    let key = Constraint {
        contype: 'f',
        table: Some(from),
        references: db.object(to).catalog.oid,
        ..Constraint::default()
    };
    let key = object(&db, class::CONSTRAINT, "key", Body::Constraint(Box::new(key)));
    db.push(key);
    plan(&mut db, &Choice::default(), &Plan::default());
    data::order_by_foreign_keys(&mut db);
    let data = |table| {
        db.relation(table)
            .and_then(|relation| relation.data)
            .expect("its rows are planned")
    };
    assert_eq!(db.object(data(from)).dependencies, [from, data(to)]);
}
