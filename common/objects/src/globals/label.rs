//! Security labels of roles and tablespaces (`pg_shseclabel`).

use pgx_archive::naming::Naming;

use crate::error::Error;
use crate::kinds::settings::escaped_literal;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::{Globals, Reader};

const LABELS: Select = Select {
    columns: &[
        column("oid", "l.objoid"),
        column("is_role", "l.classoid = 'pg_catalog.pg_authid'::pg_catalog.regclass"),
        column("provider", "l.provider"),
        column("label", "l.label"),
    ],
    from: "FROM pg_catalog.pg_shseclabel l
WHERE l.classoid IN ('pg_catalog.pg_authid'::pg_catalog.regclass, 'pg_catalog.pg_tablespace'::pg_catalog.regclass)
ORDER BY l.classoid, l.objoid, l.provider",
};

/// All of them.
pub const READER: Reader = Reader {
    name: "security labels",
    query: |major, wish| wish.labels.then(|| LABELS.sql(major, &[])),
    read,
};

/// A label.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Label {
    /// OID of what bears it.
    pub oid: u32,
    /// Whether that is a role; otherwise it is a tablespace.
    pub is_role: bool,
    /// Who provides labels of its sort.
    pub provider: String,
    /// The label.
    pub label: String,
}

fn read(globals: &mut Globals, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        globals.labels.push(Label {
            oid: row.oid("oid")?,
            is_role: row.flag("is_role")?,
            provider: row.text("provider")?.to_owned(),
            label: row.text("label")?.to_owned(),
        });
    }
    Ok(())
}

impl Globals {
    /// The statements that label a role or a tablespace, which `what` spells: `ROLE ann`.
    pub(super) fn labels_of(&self, oid: u32, is_role: bool, what: &Naming) -> Naming {
        let labels = self
            .labels
            .iter()
            .filter(|label| (label.oid, label.is_role) == (oid, is_role));
        labels.fold(Naming::default(), |sql, label| {
            let (provider, label) = (ident(&label.provider), escaped_literal(&label.label));
            let sql = sql.text(format!("SECURITY LABEL FOR {provider} ON ")).and(what);
            sql.text(format!(" IS {label};\n"))
        })
    }
}
