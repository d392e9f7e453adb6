//! Privileges on parameters (`pg_parameter_acl`, from 15 on).

use pgx_archive::Grant;

use crate::error::Error;
use crate::privileges;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::{Globals, Reader};

const PARAMETERS: Select = Select {
    columns: &[
        column("name", "p.parname"),
        // Parameters belong to the first superuser.
        column("owner", "pg_catalog.pg_get_userbyid(10)"),
        column("acl", "p.paracl"),
        column("acldefault", "pg_catalog.acldefault('p', 10)"),
    ],
    from: "FROM pg_catalog.pg_parameter_acl p ORDER BY p.parname",
};

/// All parameters on which somebody has privileges.
pub const READER: Reader = Reader {
    name: "privileges on parameters",
    query: |major, wish| (wish.roles && wish.privileges && major >= 15).then(|| PARAMETERS.sql(major, &[])),
    read,
};

/// A parameter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// The role that counts as its owner.
    pub owner: String,
    /// What was granted.
    pub grants: Vec<Grant>,
}

fn read(globals: &mut Globals, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let owner = row.text("owner")?;
        let (acl, default) = (row.opt("acl")?, row.opt("acldefault")?);
        globals.parameters.push(Parameter {
            name: row.text("name")?.to_owned(),
            owner: owner.to_owned(),
            grants: privileges::difference(acl, default, None, owner, "PARAMETER", None),
        });
    }
    Ok(())
}
