//! Publications (`pg_publication`) and what is in them: tables (`pg_publication_rel`), with columns and a row
//! filter from 15 on, and schemas (`pg_publication_namespace`).
//!
//! What is in a publication is added to it by statements of its own, run as the publication's owner.

use pgx_archive::entry::SUPERUSER;
use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column, since};
use crate::rows::{Row, Rows};

use super::names::Names;
use super::{Phase, Reader};

pub mod schema;
pub mod table;

pub use schema::PublicationSchema;
pub use table::PublicationTable;

const PUBLICATIONS: Select = Select {
    columns: &[
        column("oid", "p.oid"),
        column("name", "p.pubname"),
        column("owner", "p.pubowner"),
        column("all_tables", "p.puballtables"),
        column("inserts", "p.pubinsert"),
        column("updates", "p.pubupdate"),
        column("deletes", "p.pubdelete"),
        column("truncates", "p.pubtruncate"),
        since(13, "via_root", "p.pubviaroot", "false"),
        since(18, "generated", "p.pubgencols", "'n'"),
    ],
    from: "FROM pg_catalog.pg_publication p ORDER BY p.oid",
};

/// All publications.
pub const READER: Reader = Reader {
    name: "publications",
    phase: Phase::Early,
    query: |db| Some(PUBLICATIONS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            db.add(class::PUBLICATION, &row, Body::Publication(Publication::read(&row)?))?;
        }
        Ok(())
    },
};

/// A publication.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Publication {
    /// FOR ALL TABLES.
    pub all_tables: bool,
    /// Whether inserts are published.
    pub inserts: bool,
    /// Whether updates are.
    pub updates: bool,
    /// Whether deletes are.
    pub deletes: bool,
    /// Whether TRUNCATE is.
    pub truncates: bool,
    /// Whether changes of partitions are published as those of their root.
    pub via_root: bool,
    /// `pubgencols`: n no generated columns, s stored ones.
    pub generated: char,
}

impl Publication {
    fn read(row: &Row<'_>) -> Result<Publication, Error> {
        Ok(Publication {
            all_tables: row.flag("all_tables")?,
            inserts: row.flag("inserts")?,
            updates: row.flag("updates")?,
            deletes: row.flag("deletes")?,
            truncates: row.flag("truncates")?,
            via_root: row.flag("via_root")?,
            generated: row.letter("generated")?,
        })
    }

    /// The publication with its facets.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let names = Names::of(out.db, id);
        let mut entry = Entry::new(Kind::Publication, None, names.raw, names.owner.clone());
        entry.create = self.create(&names.name);
        if self.all_tables {
            entry.fields.insert(SUPERUSER.to_owned(), "it is for all tables".into());
        }
        entry.drop = format!("DROP PUBLICATION {};\n", names.name);
        out.main(entry);
        out.comment("PUBLICATION", &names.name, None, &names.owner);
        out.label("PUBLICATION", &names.name, None, &names.owner);
    }

    fn create(&self, name: &str) -> String {
        let all = if self.all_tables { " FOR ALL TABLES" } else { "" };
        let changes: Vec<&str> = [
            (self.inserts, "insert"),
            (self.updates, "update"),
            (self.deletes, "delete"),
            (self.truncates, "truncate"),
        ]
        .iter()
        .filter(|(published, _)| *published)
        .map(|(_, word)| *word)
        .collect();
        let mut options = format!("publish = '{}'", changes.join(", "));
        if self.via_root {
            options += ", publish_via_partition_root = true";
        }
        if self.generated == 's' {
            options += ", publish_generated_columns = stored";
        }
        format!("CREATE PUBLICATION {name}{all} WITH ({options});\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_differs_is_said() {
        let mut publication = Publication {
            inserts: true,
            deletes: true,
            generated: 'n',
            ..Publication::default()
        };
        assert_eq!(
            publication.create("p"),
            "CREATE PUBLICATION p WITH (publish = 'insert, delete');\n"
        );
        publication.all_tables = true;
        publication.via_root = true;
        publication.generated = 's';
        assert_eq!(
            publication.create("p"),
            "CREATE PUBLICATION p FOR ALL TABLES WITH (publish = 'insert, delete', \
             publish_via_partition_root = true, publish_generated_columns = stored);\n"
        );
    }
}
