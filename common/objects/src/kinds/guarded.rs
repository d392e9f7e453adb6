//! Tables of which row security may hide rows from the role that reads.
//!
//! The server refuses such a table when it comes to its rows; asked beforehand, it names all of them at once.

use crate::database::{Body, Database};
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::{Phase, Reader};

const GUARDED: Select = Select {
    columns: &[column("oid", "w.oid")],
    from: "FROM pg_catalog.unnest($oids) AS w(oid) WHERE pg_catalog.row_security_active(w.oid) ORDER BY w.oid",
};

/// The tables whose rows are wanted and that have row security on.
pub const READER: Reader = Reader {
    name: "tables under row security",
    phase: Phase::Late,
    query: |db| {
        let tables =
            db.oids(|object| matches!(&object.body, Body::Relation(body) if body.row_security && body.data.is_some()));
        (!tables.is_empty()).then(|| GUARDED.sql(db.server.major(), &tables))
    },
    read,
};

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        if let Some((table, _)) = db.relation_by_oid(row.oid("oid")?) {
            let name = db.qualified(table);
            db.guarded.push(name);
        }
    }
    Ok(())
}
