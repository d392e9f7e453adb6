//! Large objects (`pg_largeobject_metadata`), in groups of up to 1000 with one owner and one access list.
//!
//! Databases may have millions of them: the server makes the groups, and a group is a row. Comments and
//! labels stay with the single object.

use pgx_archive::{CatalogId, Entry, Kind};

use crate::database::{Body, Database, NodeId, Object, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::large_object_data::LargeObjectData;
use super::{Phase, Reader};

// 1000 is pg_dump's size of a group.
const GROUPS: Select = Select {
    columns: &[
        column("oid", "pg_catalog.min(g.oid)"),
        column(
            "name",
            "CASE WHEN pg_catalog.count(*) = 1 THEN pg_catalog.min(g.oid)::pg_catalog.text
             ELSE pg_catalog.min(g.oid)::pg_catalog.text || '..' || pg_catalog.max(g.oid)::pg_catalog.text END",
        ),
        column("owner", "g.lomowner"),
        column("acl", "g.acl"),
        column("acldefault", "pg_catalog.acldefault('L', g.lomowner)"),
        column("oids", "pg_catalog.array_agg(g.oid ORDER BY g.oid)"),
    ],
    from: "FROM (
    SELECT l.oid, l.lomowner, l.lomacl::pg_catalog.text AS acl,
           (pg_catalog.row_number() OVER (PARTITION BY l.lomowner, l.lomacl::pg_catalog.text ORDER BY l.oid) - 1) / 1000
               AS number
    FROM pg_catalog.pg_largeobject_metadata l
) g
GROUP BY g.lomowner, g.acl, g.number
ORDER BY g.lomowner, g.acl, g.number",
};

/// All large objects, in groups.
pub const READER: Reader = Reader {
    name: "large objects",
    phase: Phase::Early,
    query: |db| Some(GROUPS.sql(db.server.major(), &[])),
    read,
};

/// A group of large objects.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LargeObjects {
    /// Their OIDs, ascending.
    pub oids: Vec<u32>,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let body = LargeObjects {
            oids: row.numbers("oids")?,
        };
        let group = db.add(class::LARGEOBJECT, &row, Body::LargeObjects(body))?;
        let data = Object {
            catalog: CatalogId::default(),
            schema: None,
            name: row.text("name")?.to_owned(),
            owner: db.object(group).owner,
            acl: Default::default(),
            extension: None,
            wanted: Wanted::NONE,
            dependencies: vec![group],
            body: Body::LargeObjectData(LargeObjectData { group }),
        };
        db.push(data);
    }
    Ok(())
}

impl LargeObjects {
    /// The group with the facets of its members.
    ///
    /// Where other entries have a statement, this one lists OIDs; a loader makes the objects from that. The
    /// privileges entry shows the statements for the first object and counts for all.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let (name, owner) = (out.db.object(id).name.clone(), out.db.owner(id).to_owned());
        let mut entry = Entry::new(Kind::BlobMetadata, None, name.clone(), owner.clone());
        entry.create = self.list();
        entry.drop = "-- dummy".to_owned();
        out.main(entry);
        self.facets_of_members(&owner, out);
        if let [first, rest @ ..] = self.oids.as_slice() {
            let first = first.to_string();
            let tag = if rest.is_empty() {
                format!("LARGE OBJECT {first}")
            } else {
                format!("LARGE OBJECTS {name}")
            };
            out.privileges_tagged("LARGE OBJECT", &first, None, &owner, &tag);
        }
    }

    fn list(&self) -> String {
        self.oids.iter().map(|oid| format!("{oid}\n")).collect()
    }

    fn facets_of_members(&self, owner: &str, out: &mut Emitter<'_>) {
        for &oid in &self.oids {
            let of = CatalogId {
                class: class::LARGEOBJECT,
                oid,
            };
            let name = oid.to_string();
            out.comment_on(of, 0, "LARGE OBJECT", &name, None, owner);
            out.label_on(of, "LARGE OBJECT", &name, None, owner);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::database::Acl;
    use crate::sample;

    #[test]
    fn a_group_has_one_entry_for_privileges_and_one_for_each_comment() {
        let mut db = sample::database(18);
        let oids = vec![7, 16400];
        let body = Body::LargeObjects(LargeObjects { oids });
        let mut object = sample::object(&db, class::LARGEOBJECT, "7..16400", body);
        object.schema = None;
        object.acl = Some(Box::new(Acl {
            actual: Some("{joe=rw/joe,ann=r/joe}".into()),
            default: Some("{joe=rw/joe}".into()),
        }));
        db.push(object);
        let of = CatalogId {
            class: class::LARGEOBJECT,
            oid: 16400,
        };
        db.comments.insert(of, vec![(0, "the second".into())]);
        let entries = sample::entries(&db);
        let texts: Vec<(&str, &str)> = entries
            .iter()
            .filter(|entry| entry.parent.is_some() || entry.kind == Kind::BlobMetadata)
            .map(|entry| (entry.name.as_str(), entry.create.as_str()))
            .collect();
        assert_eq!(
            texts,
            [
                ("7..16400", "7\n16400\n"),
                ("LARGE OBJECT 16400", "COMMENT ON LARGE OBJECT 16400 IS 'the second';\n"),
                ("LARGE OBJECTS 7..16400", "GRANT SELECT ON LARGE OBJECT 7 TO ann;\n"),
            ]
        );
    }
}
