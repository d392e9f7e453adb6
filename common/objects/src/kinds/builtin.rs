//! Names of built-in types (`pg_type`): functions that share a name are ordered by the names of their
//! argument types.

use crate::database::Database;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::{Phase, Reader};

const TYPES: Select = Select {
    columns: &[
        column("oid", "t.oid"),
        column("schema", "n.nspname"),
        column("name", "t.typname"),
    ],
    from: "FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
WHERE t.oid < 16384 AND t.typtype <> 'c'",
};

/// Schema and name of every built-in type.
pub const READER: Reader = Reader {
    name: "built-in types",
    phase: Phase::Early,
    query: |db| Some(TYPES.sql(db.server.major(), &[])),
    read,
};

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let name = (row.text("schema")?.to_owned(), row.text("name")?.to_owned());
        db.builtin_types.insert(row.oid("oid")?, name);
    }
    Ok(())
}
