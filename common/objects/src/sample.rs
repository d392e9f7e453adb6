//! A small database made by hand, for tests: role `joe` owns schema `public` and what is in it.

use pgx_archive::CatalogId;

use crate::database::{Body, Database, NodeId, Object, Server, Wanted, class};
use crate::kinds::columns::Column;
use crate::kinds::constraint::Constraint;
use crate::kinds::default;
use crate::kinds::relation::Relation;
use crate::kinds::schema::Schema;
use crate::rows::Rows;

const JOE: u32 = 10;
const FIRST_OID: u32 = 20_000;

/// A database of a server of that major, with nothing but the schema `public`.
pub fn database(major: u32) -> Database {
    let mut db = Database::new(Server {
        version: major * 10_000,
        encoding: "UTF8".to_owned(),
        client_encoding: "UTF8".to_owned(),
        ..Server::default()
    });
    db.roles.insert(JOE, "joe".to_owned());
    let mut schema = object(&db, class::NAMESPACE, "public", Body::Schema(Schema::default()));
    schema.schema = None;
    db.push(schema);
    db
}

/// Adds a relation of which everything is wanted.
pub fn relation(db: &mut Database, name: &str, relkind: char, relation: Relation) -> NodeId {
    let body = Body::Relation(Box::new(Relation {
        relkind,
        persistence: 'p',
        ..relation
    }));
    let object = object(db, class::CLASS, name, body);
    db.push(object)
}

/// Adds a table with these columns.
pub fn table(db: &mut Database, name: &str, columns: &[Column]) -> NodeId {
    let body = Relation {
        columns: columns.to_vec(),
        ..Relation::default()
    };
    relation(db, name, 'r', body)
}

/// Makes a table inherit from another.
pub fn inherit(db: &mut Database, child: NodeId, parent: NodeId) {
    db.relation_mut(child)
        .expect("child is a relation")
        .parents
        .push(parent);
}

/// A local column of type integer.
pub fn column(number: i32, name: &str) -> Column {
    Column {
        number,
        name: name.to_owned(),
        type_oid: 23,
        type_name: "integer".into(),
        storage: 'p',
        type_storage: 'p',
        is_local: true,
        ..Column::default()
    }
}

/// Gives a column a default.
pub fn set_default(db: &mut Database, table: NodeId, place: usize, expression: &str, separate: bool) -> NodeId {
    let oid = FIRST_OID + db.objects.len() as u32;
    let number = db.relation(table).expect("it is a relation").columns[place].number;
    let id = default::push(db, table, number, expression.to_owned(), separate, oid);
    db.relation_mut(table).expect("it is a relation").columns[place].default = Some(id);
    id
}

/// Gives a table a local check.
pub fn set_check(db: &mut Database, table: NodeId, name: &str, definition: &str, separate: bool) -> NodeId {
    let body = Body::Constraint(Box::new(Constraint {
        contype: 'c',
        table: Some(table),
        definition: definition.to_owned(),
        local: true,
        separate,
        ..Constraint::default()
    }));
    let check = object(db, class::CONSTRAINT, name, body);
    let id = db.push(check);
    db.relation_mut(table).expect("it is a relation").constraints.push(id);
    id
}

/// An object in the schema `public`, not yet added.
pub fn object(db: &Database, class: u32, name: &str, body: Body) -> Object {
    Object {
        catalog: CatalogId {
            class,
            oid: FIRST_OID + db.objects.len() as u32,
        },
        schema: Some(NodeId(0)),
        name: name.to_owned(),
        owner: JOE,
        acl: Default::default(),
        extension: None,
        wanted: Wanted::ALL,
        dependencies: Vec::new(),
        body,
    }
}

/// The entries of a database whose objects are in order.
pub fn entries(db: &Database) -> Vec<pgx_archive::Entry> {
    let order: Vec<NodeId> = db.nodes().collect();
    crate::emit::entries(db, &order)
}

/// An answer of the server; `-` stands for null.
pub fn rows<const N: usize>(columns: [&str; N], values: &[[&str; N]]) -> Rows {
    let value = |value| Some(value).filter(|value| *value != "-");
    let mut answer = Rows::new("by hand", columns);
    for row in values {
        answer.push(row.iter().copied().map(value));
    }
    answer
}
