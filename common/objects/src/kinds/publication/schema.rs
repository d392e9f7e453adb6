//! Schemas in publications (`pg_publication_namespace`, from 15 on).

use pgx_archive::entry::PUBLICATION;
use pgx_archive::{CatalogId, Entry, Kind};

use crate::database::{Body, Database, NodeId, Object, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::super::names::Names;
use super::super::{Phase, Reader};
use super::table::{Way, is_publication, wanted};

const SCHEMAS: Select = Select {
    columns: &[
        column("oid", "s.oid"),
        column("publication", "s.pnpubid"),
        column("namespace", "s.pnnspid"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_publication_namespace s ON s.pnpubid = w.oid
ORDER BY s.oid",
};

/// The same by schema.
const OF_SCHEMAS: Select = Select {
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_publication_namespace s ON s.pnnspid = w.oid
ORDER BY s.oid",
    ..SCHEMAS
};

/// Schemas of wanted publications, or publications of wanted schemas.
pub const READER: Reader = Reader {
    name: "schemas of publications",
    phase: Phase::Late,
    query: |db| {
        let is_schema = |object: &Object| matches!(object.body, Body::Schema(_));
        let (select, oids) = match Way::of(db) {
            Way::ByPublication => (SCHEMAS, wanted(db, is_publication)),
            Way::ByMember => (OF_SCHEMAS, wanted(db, is_schema)),
        };
        (db.server.major() >= 15 && !oids.is_empty()).then(|| select.sql(db.server.major(), &oids))
    },
    read,
};

/// A schema in a publication.
#[derive(Clone, Debug)]
pub struct PublicationSchema {
    /// The publication.
    pub publication: NodeId,
    /// The schema.
    pub schema: NodeId,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    let way = Way::of(db);
    for row in rows.iter() {
        let (Some(publication), Some(schema)) = (
            db.by_oid(class::PUBLICATION, row.oid("publication")?),
            db.by_oid(class::NAMESPACE, row.oid("namespace")?),
        ) else {
            continue;
        };
        let object = Object {
            catalog: CatalogId {
                class: class::PUBLICATION_NAMESPACE,
                oid: row.oid("oid")?,
            },
            schema: None,
            name: db.object(schema).name.clone(),
            owner: db.object(publication).owner,
            acl: Default::default(),
            extension: None,
            wanted: way.membership(db, publication, schema),
            dependencies: Vec::new(),
            body: Body::PublicationSchema(PublicationSchema { publication, schema }),
        };
        db.push(object);
    }
    Ok(())
}

impl PublicationSchema {
    /// Its entry. It goes when its schema goes.
    pub fn emit(&self, _id: NodeId, out: &mut Emitter<'_>) {
        let (publication, schema) = (Names::of(out.db, self.publication), Names::of(out.db, self.schema));
        let tag = format!("{} {}", publication.raw, schema.raw);
        let mut entry = Entry::new(
            Kind::PublicationTablesInSchema,
            Some(&schema.raw),
            tag,
            publication.owner,
        );
        entry.create = format!(
            "ALTER PUBLICATION {} ADD TABLES IN SCHEMA {};\n",
            publication.name, schema.name
        );
        entry.fields.insert(PUBLICATION.to_owned(), publication.raw.into());
        out.main(entry);
        out.part_of(self.schema);
    }
}
