//! Roles (`pg_roles`): names only, so that owners, grantees and policy roles can be spelled.

use crate::database::Database;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::{Phase, Reader};

const ROLES: Select = Select {
    columns: &[column("oid", "r.oid"), column("name", "r.rolname")],
    from: "FROM pg_catalog.pg_roles r",
};

/// Names of all roles.
pub const READER: Reader = Reader {
    name: "roles",
    phase: Phase::Early,
    query: |db| Some(ROLES.sql(db.server.major(), &[])),
    read,
};

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        db.roles.insert(row.oid("oid")?, row.text("name")?.to_owned());
    }
    Ok(())
}
