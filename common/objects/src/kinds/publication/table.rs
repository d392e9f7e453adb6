//! Tables in publications (`pg_publication_rel`).

use std::fmt::Write;

use pgx_archive::entry::PUBLICATION;
use pgx_archive::{CatalogId, Entry, Kind};

use crate::database::{Body, Database, NodeId, Object, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column, since};
use crate::rows::Rows;
use crate::sql::ident;

use super::super::names::Names;
use super::super::{Phase, Reader};

const TABLES: Select = Select {
    columns: &[
        column("oid", "r.oid"),
        column("publication", "r.prpubid"),
        column("relation", "r.prrelid"),
        since(15, "filter", "pg_catalog.pg_get_expr(r.prqual, r.prrelid)", "NULL"),
        since(
            15,
            "columns",
            "SELECT pg_catalog.array_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = r.prrelid AND a.attnum = ANY (r.prattrs::pg_catalog.int2[])",
            "NULL",
        ),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_publication_rel r ON r.prpubid = w.oid
ORDER BY r.oid",
};

/// The same by table.
const OF_TABLES: Select = Select {
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_publication_rel r ON r.prrelid = w.oid
ORDER BY r.oid",
    ..TABLES
};

/// Tables of wanted publications, or publications of wanted tables.
pub const READER: Reader = Reader {
    name: "tables of publications",
    phase: Phase::Late,
    query: |db| {
        let is_table = |object: &Object| matches!(object.body, Body::Relation(_));
        let (select, oids) = match Way::of(db) {
            Way::ByPublication => (TABLES, wanted(db, is_publication)),
            Way::ByMember => (OF_TABLES, wanted(db, is_table)),
        };
        (!oids.is_empty()).then(|| select.sql(db.server.major(), &oids))
    },
    read,
};

/// Whose memberships are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Those of publications, which are wanted themselves, or of which there are none.
    ByPublication,
    /// Those of what was chosen by name: it takes its place in publications along, for whoever loads it where these are.
    ByMember,
}

impl Way {
    pub(super) fn of(db: &Database) -> Way {
        let mut publications = db
            .nodes()
            .map(|id| db.object(id))
            .filter(|object| is_publication(object));
        match publications.any(|object| object.extension.is_none() && object.wanted.is_none()) {
            true => Way::ByMember,
            false => Way::ByPublication,
        }
    }

    /// What is wanted of the membership of a table or schema: nothing when that itself is left out, since whoever loads
    /// the dump could not add it. What an extension brings is there without being dumped.
    pub(super) fn membership(self, db: &Database, publication: NodeId, member: NodeId) -> Wanted {
        let object = db.object(member);
        match self {
            _ if object.wanted.is_none() && object.extension.is_none() => Wanted::NONE,
            Way::ByPublication => db.object(publication).wanted,
            Way::ByMember => object.wanted & Wanted::DEFINITION,
        }
    }
}

pub(super) fn is_publication(object: &Object) -> bool {
    matches!(object.body, Body::Publication(_))
}

/// OIDs of objects of a kind whose definition is wanted.
pub(super) fn wanted(db: &Database, is_of_kind: impl Fn(&Object) -> bool) -> Vec<u32> {
    db.oids(|object| is_of_kind(object) && object.wanted.any(Wanted::DEFINITION))
}

/// A table in a publication.
#[derive(Clone, Debug)]
pub struct PublicationTable {
    /// The publication.
    pub publication: NodeId,
    /// The table.
    pub table: NodeId,
    /// The columns that are published, when not all are.
    pub columns: Vec<String>,
    /// The condition on rows that are published.
    pub filter: Option<String>,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    let way = Way::of(db);
    for row in rows.iter() {
        let (Some(publication), Some((table, _))) = (
            db.by_oid(class::PUBLICATION, row.oid("publication")?),
            db.relation_by_oid(row.oid("relation")?),
        ) else {
            continue;
        };
        let body = PublicationTable {
            publication,
            table,
            columns: row.list("columns")?,
            filter: row.opt("filter")?.map(str::to_owned),
        };
        let of = db.object(table);
        let object = Object {
            catalog: CatalogId {
                class: class::PUBLICATION_REL,
                oid: row.oid("oid")?,
            },
            schema: of.schema,
            name: of.name.clone(),
            owner: db.object(publication).owner,
            acl: Default::default(),
            extension: None,
            wanted: way.membership(db, publication, table),
            dependencies: Vec::new(),
            body: Body::PublicationTable(body),
        };
        db.push(object);
    }
    Ok(())
}

impl PublicationTable {
    /// Its entry. It goes when its table goes.
    pub fn emit(&self, _id: NodeId, out: &mut Emitter<'_>) {
        let (publication, table) = (Names::of(out.db, self.publication), Names::of(out.db, self.table));
        let tag = format!("{} {}", publication.raw, table.raw);
        let mut entry = Entry::new(Kind::PublicationTable, Some(&table.schema), tag, publication.owner);
        entry.create = self.create(&publication.name, &table.qualified);
        entry.fields.insert(PUBLICATION.to_owned(), publication.raw.into());
        out.main(entry);
        out.part_of(self.table);
    }

    fn create(&self, publication: &str, table: &str) -> String {
        let mut sql = format!("ALTER PUBLICATION {publication} ADD TABLE ONLY {table}");
        if !self.columns.is_empty() {
            let columns: Vec<_> = self.columns.iter().map(|name| ident(name)).collect();
            let _ = write!(sql, " ({})", columns.join(", "));
        }
        if let Some(filter) = &self.filter {
            let _ = write!(sql, " WHERE ({filter})");
        }
        sql + ";\n"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_filter_follow_the_table() {
        let mut table = PublicationTable {
            publication: NodeId(0),
            table: NodeId(1),
            columns: Vec::new(),
            filter: None,
        };
        assert_eq!(
            table.create("p", "public.t"),
            "ALTER PUBLICATION p ADD TABLE ONLY public.t;\n"
        );
        table.columns = vec!["id".into(), "Name".into()];
        table.filter = Some("(id > 0)".into());
        assert_eq!(
            table.create("p", "public.t"),
            "ALTER PUBLICATION p ADD TABLE ONLY public.t (id, \"Name\") WHERE ((id > 0));\n"
        );
    }
}
