//! Operator classes (`pg_opclass`): how an index treats a type.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::{Row, Rows};
use crate::sql::{ident, qualified};

use super::names::Names;
use super::{Phase, Reader};

const OPERATOR_CLASSES: Select = Select {
    columns: &[
        column("oid", "c.oid"),
        column("name", "c.opcname"),
        column("schema", "c.opcnamespace"),
        column("owner", "c.opcowner"),
        column("method", "a.amname"),
        column("is_default", "c.opcdefault"),
        column("type", "c.opcintype::pg_catalog.regtype"),
        column("storage", "NULLIF(c.opckeytype, 0)::pg_catalog.regtype"),
        column("family_schema", "n.nspname"),
        column("family", "f.opfname"),
    ],
    from: "FROM pg_catalog.pg_opclass c
JOIN pg_catalog.pg_am a ON a.oid = c.opcmethod
LEFT JOIN pg_catalog.pg_opfamily f ON f.oid = c.opcfamily
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = f.opfnamespace
WHERE c.oid >= 16384
ORDER BY c.oid",
};

/// Users' operator classes.
pub const READER: Reader = Reader {
    name: "operator classes",
    phase: Phase::Early,
    query: |db| Some(OPERATOR_CLASSES.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let body = OperatorClass::read(&row)?;
            db.add(class::OPCLASS, &row, Body::OperatorClass(Box::new(body)))?;
        }
        Ok(())
    },
};

/// An operator class.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OperatorClass {
    /// The access method, not quoted; ties in the order go by it.
    pub method: String,
    /// Whether indexes use it when none is named.
    pub is_default: bool,
    /// The type, spelled.
    pub type_name: String,
    /// What an index stores instead of the type, spelled.
    pub storage: Option<String>,
    /// The family it is in, spelled.
    pub family: Option<String>,
    /// Its operators and functions, spelled: operators first; see [`super::operator_members`].
    pub members: Vec<String>,
}

impl OperatorClass {
    fn read(row: &Row<'_>) -> Result<OperatorClass, Error> {
        let family = row.opt("family_schema")?.zip(row.opt("family")?);
        Ok(OperatorClass {
            method: row.text("method")?.to_owned(),
            is_default: row.flag("is_default")?,
            type_name: row.text("type")?.to_owned(),
            storage: row.opt("storage")?.map(str::to_owned),
            family: family.map(|(schema, name)| qualified(schema, name)),
            members: Vec::new(),
        })
    }

    /// The operator class and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let names = Names::of(out.db, id);
        let method = ident(&self.method);
        let mut entry = Entry::new(
            Kind::OperatorClass,
            Some(&names.schema),
            names.raw.clone(),
            names.owner.clone(),
        );
        entry.create = self.create(&names.qualified);
        entry.drop = format!("DROP OPERATOR CLASS {} USING {method};\n", names.qualified);
        out.main(entry);
        let name = format!("{} USING {method}", names.name);
        out.comment("OPERATOR CLASS", &name, Some(&names.schema), &names.owner);
    }

    fn create(&self, name: &str) -> String {
        let default = if self.is_default { "DEFAULT " } else { "" };
        let family = self.family.as_ref().map(|family| format!(" FAMILY {family}"));
        let mut items: Vec<String> = self
            .storage
            .iter()
            .map(|storage| format!("STORAGE {storage}"))
            .collect();
        items.extend_from_slice(&self.members);
        if items.is_empty() {
            // The grammar wants something: that the type is stored as itself changes nothing.
            items.push(format!("STORAGE {}", self.type_name));
        }
        format!(
            "CREATE OPERATOR CLASS {name}\n    {default}FOR TYPE {} USING {}{} AS\n    {};\n",
            self.type_name,
            ident(&self.method),
            family.unwrap_or_default(),
            items.join(" ,\n    ")
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_follow_the_storage() {
        let mut class = OperatorClass {
            method: "gist".into(),
            is_default: true,
            type_name: "integer".into(),
            storage: Some("bytea".into()),
            family: Some("public.ops".into()),
            members: vec![
                "OPERATOR 1 <(integer,integer)".into(),
                "FUNCTION 1 (integer, integer) btint4cmp(integer,integer)".into(),
            ],
        };
        assert_eq!(
            class.create("public.ops"),
            "CREATE OPERATOR CLASS public.ops\n    DEFAULT FOR TYPE integer USING gist FAMILY public.ops AS\n    \
             STORAGE bytea ,\n    OPERATOR 1 <(integer,integer) ,\n    \
             FUNCTION 1 (integer, integer) btint4cmp(integer,integer);\n"
        );
        class.storage = None;
        class.members.clear();
        assert!(class.create("public.ops").ends_with(" AS\n    STORAGE integer;\n"));
    }
}
