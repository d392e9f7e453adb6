//! Schemas (`pg_namespace`).
//!
//! `public` is made by initdb: a dump does not create it, but keeps its owner, comment and privileges when
//! they differ from what initdb gives. System schemas keep changed privileges only.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::{Phase, Reader};

const SCHEMAS: Select = Select {
    columns: &[
        column("oid", "n.oid"),
        column("name", "n.nspname"),
        column("owner", "n.nspowner"),
        column("acl", "n.nspacl"),
        column("acldefault", "pg_catalog.acldefault('n', n.nspowner)"),
        // What `public` has in a new database of 15 or later, whatever it began with here.
        column(
            "initial",
            "CASE WHEN n.nspname = 'public' THEN pg_catalog.acldefault('n', n.nspowner) || pg_catalog.makeaclitem(0, n.nspowner, 'USAGE', false) END",
        ),
    ],
    from: "FROM pg_catalog.pg_namespace n",
};

/// All schemas, system schemas too: objects look theirs up.
pub const READER: Reader = Reader {
    name: "schemas",
    phase: Phase::Early,
    query: |db| Some(SCHEMAS.sql(db.server.major(), &[])),
    read,
};

/// A schema.
#[derive(Clone, Debug, Default)]
pub struct Schema {
    /// What is wanted of the objects in it.
    pub contents: Wanted,
    /// It is `public`, and every database has one: it is not created unless it was asked for by name.
    pub exists: bool,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let id = db.add(class::NAMESPACE, &row, Body::Schema(Schema::default()))?;
        if let Some(initial) = row.opt("initial")? {
            let catalog = db.object(id).catalog;
            db.initial_acls.insert((catalog, 0), initial.to_owned());
        }
    }
    Ok(())
}

impl Schema {
    /// The schema, its comment and privileges.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let object = out.db.object(id);
        let (raw, owner) = (object.name.clone(), out.db.owner(id).to_owned());
        let name = ident(&raw).into_owned();
        let mut entry = Entry::new(Kind::Schema, None, raw.clone(), owner.clone());
        if self.exists {
            entry.create = "-- *not* creating schema, since initdb creates it\n".into();
            entry.drop = "-- *not* dropping schema, since initdb creates it\n".into();
        } else {
            entry.create = format!("CREATE SCHEMA {name};\n");
            entry.drop = format!("DROP SCHEMA {name};\n");
        }
        out.main(entry);
        if self.exists {
            self.comment_of_public(id, &owner, out);
        } else {
            out.comment("SCHEMA", &name, None, &owner);
        }
        out.label("SCHEMA", &name, None, &owner);
        out.privileges("SCHEMA", &name, None, &owner);
    }

    /// The comment of `public`, when it is not the one that initdb gives: an empty one takes that away.
    fn comment_of_public(&self, id: NodeId, owner: &str, out: &mut Emitter<'_>) {
        if !out.wants(Wanted::COMMENT) {
            return;
        }
        let comments = out.db.comments.get(&out.db.object(id).catalog);
        let text = comments.and_then(|list| list.first()).map_or("", |(_, text)| text);
        if text != "standard public schema" {
            out.comment_text(text, "SCHEMA", &ident("public"), None, owner);
        }
    }
}
