//! Extensions (`pg_extension`) and their members (`pg_depend` rows of type `e`).
//!
//! A dump makes an extension with CREATE EXTENSION and leaves its members to that; of a member only
//! changed privileges are kept, and the rows of tables that the extension registered as configuration.

use pgx_archive::entry::VERSION;
use pgx_archive::{CatalogId, Entry, Kind};

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::{Phase, Reader};

const EXTENSIONS: Select = Select {
    columns: &[
        column("oid", "e.oid"),
        column("name", "e.extname"),
        column("namespace", "n.nspname"),
        column("version", "e.extversion"),
        column("config", "e.extconfig"),
        column("conditions", "e.extcondition"),
    ],
    from: "FROM pg_catalog.pg_extension e JOIN pg_catalog.pg_namespace n ON n.oid = e.extnamespace",
};

const MEMBERSHIPS: Select = Select {
    columns: &[
        column("class", "d.classid"),
        column("oid", "d.objid"),
        column("extension", "d.refobjid"),
    ],
    from: "FROM pg_catalog.pg_depend d
WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.deptype = 'e'",
};

/// The extensions.
pub const READER: Reader = Reader {
    name: "extensions",
    phase: Phase::Early,
    query: |db| Some(EXTENSIONS.sql(db.server.major(), &[])),
    read,
};

/// Who is a member of which.
pub const MEMBERS: Reader = Reader {
    name: "extension members",
    phase: Phase::Early,
    query: |db| Some(MEMBERSHIPS.sql(db.server.major(), &[])),
    read: read_members,
};

/// An extension.
#[derive(Clone, Debug, Default)]
pub struct Extension {
    /// The schema its objects are in.
    pub namespace: String,
    /// Its version.
    pub version: String,
    /// OIDs of the relations whose rows belong to a dump.
    pub config: Vec<u32>,
    /// For each of them the WHERE clause that says which rows, or nothing.
    pub conditions: Vec<String>,
    /// What is wanted of its members.
    pub contents: crate::database::Wanted,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let body = Extension {
            namespace: row.text("namespace")?.to_owned(),
            version: row.text("version")?.to_owned(),
            config: row.numbers("config")?,
            conditions: row.list("conditions")?,
            ..Extension::default()
        };
        db.add(class::EXTENSION, &row, Body::Extension(Box::new(body)))?;
    }
    Ok(())
}

fn read_members(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let member = CatalogId {
            class: row.oid("class")?,
            oid: row.oid("oid")?,
        };
        if let Some(extension) = db.by_oid(class::EXTENSION, row.oid("extension")?) {
            db.members.insert(member, extension);
        }
    }
    Ok(())
}

impl Extension {
    /// The extension and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let name = ident(&out.db.object(id).name).into_owned();
        let mut entry = Entry::new(Kind::Extension, None, out.db.object(id).name.clone(), "");
        entry.create = format!(
            "CREATE EXTENSION IF NOT EXISTS {name} WITH SCHEMA {};\n",
            ident(&self.namespace)
        );
        entry.fields.insert(VERSION.to_owned(), self.version.as_str().into());
        entry.drop = format!("DROP EXTENSION {name};\n");
        out.main(entry);
        out.comment("EXTENSION", &name, None, "");
        out.label("EXTENSION", &name, None, "");
    }
}
