//! Operator families (`pg_opfamily`), with the members that belong to none of their classes.

use std::fmt::Write;

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::names::Names;
use super::{Phase, Reader};

const OPERATOR_FAMILIES: Select = Select {
    columns: &[
        column("oid", "f.oid"),
        column("name", "f.opfname"),
        column("schema", "f.opfnamespace"),
        column("owner", "f.opfowner"),
        column("method", "a.amname"),
    ],
    from: "FROM pg_catalog.pg_opfamily f JOIN pg_catalog.pg_am a ON a.oid = f.opfmethod
WHERE f.oid >= 16384
ORDER BY f.oid",
};

/// Users' operator families.
pub const READER: Reader = Reader {
    name: "operator families",
    phase: Phase::Early,
    query: |db| Some(OPERATOR_FAMILIES.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let body = OperatorFamily {
                method: row.text("method")?.to_owned(),
                members: Vec::new(),
            };
            db.add(class::OPFAMILY, &row, Body::OperatorFamily(body))?;
        }
        Ok(())
    },
};

/// An operator family.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperatorFamily {
    /// The access method, not quoted; ties in the order go by it.
    pub method: String,
    /// Operators and functions of its own, spelled: operators first; see [`super::operator_members`].
    pub members: Vec<String>,
}

impl OperatorFamily {
    /// The operator family and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let names = Names::of(out.db, id);
        let method = ident(&self.method);
        let mut entry = Entry::new(
            Kind::OperatorFamily,
            Some(&names.schema),
            names.raw.clone(),
            names.owner.clone(),
        );
        entry.create = self.create(&names.qualified);
        entry.drop = format!("DROP OPERATOR FAMILY {} USING {method};\n", names.qualified);
        out.main(entry);
        let name = format!("{} USING {method}", names.name);
        out.comment("OPERATOR FAMILY", &name, Some(&names.schema), &names.owner);
    }

    fn create(&self, name: &str) -> String {
        let method = ident(&self.method);
        let mut sql = format!("CREATE OPERATOR FAMILY {name} USING {method};\n");
        if !self.members.is_empty() {
            let members = self.members.join(" ,\n    ");
            let _ = writeln!(sql, "ALTER OPERATOR FAMILY {name} USING {method} ADD\n    {members};");
        }
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_added() {
        let mut family = OperatorFamily {
            method: "btree".into(),
            members: Vec::new(),
        };
        assert_eq!(
            family.create("public.ops"),
            "CREATE OPERATOR FAMILY public.ops USING btree;\n"
        );
        family.members = vec!["OPERATOR 1 <(integer,bigint)".into()];
        assert_eq!(
            family.create("public.ops"),
            "CREATE OPERATOR FAMILY public.ops USING btree;\nALTER OPERATOR FAMILY public.ops USING btree ADD\n    \
             OPERATOR 1 <(integer,bigint);\n"
        );
    }
}
