//! The databases (`pg_database`) that make up a cluster, by name.

use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::{Globals, Reader};

// A limit of -2 marks a database whose making or dropping was broken off.
const DATABASES: Select = Select {
    columns: &[column("name", "d.datname")],
    from: "FROM pg_catalog.pg_database d
WHERE d.datallowconn AND d.datconnlimit <> -2 AND d.datname NOT IN ('template0', 'template1', 'postgres')
ORDER BY d.datname",
};

/// The databases that can be read, but for those that initdb makes.
pub const READER: Reader = Reader {
    name: "databases",
    query: |major, _| Some(DATABASES.sql(major, &[])),
    read,
};

fn read(globals: &mut Globals, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        globals.databases.push(row.text("name")?.to_owned());
    }
    Ok(())
}
