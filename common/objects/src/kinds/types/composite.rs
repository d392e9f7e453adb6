//! Composite types: attributes of their relation (`pg_attribute`).

use pgx_archive::CatalogId;

use crate::database::{Database, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::{ident, qualified};

use super::super::names::Names;
use super::super::{Phase, Reader};
use super::{Definition, definition, wanted};

// A composite type may have no attributes at all.
const ATTRIBUTES: Select = Select {
    columns: &[
        column("oid", "t.oid"),
        column("number", "a.attnum"),
        column("name", "a.attname"),
        column("type", "pg_catalog.format_type(a.atttypid, a.atttypmod)"),
        column("collation_schema", "n.nspname"),
        column("collation", "c.collname"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_type t ON t.oid = w.oid
LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = t.typrelid AND NOT a.attisdropped
LEFT JOIN pg_catalog.pg_type u ON u.oid = a.atttypid
LEFT JOIN pg_catalog.pg_collation c ON c.oid = a.attcollation AND a.attcollation <> u.typcollation
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace
ORDER BY t.oid, a.attnum",
};

/// Attributes of wanted composite types.
pub const READER: Reader = Reader {
    name: "composite types",
    phase: Phase::Late,
    query: |db| {
        let oids = wanted(db, 'c');
        (!oids.is_empty()).then(|| ATTRIBUTES.sql(db.server.major(), &oids))
    },
    read,
};

/// An attribute of a composite type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Attribute {
    /// `attnum`
    pub number: i32,
    /// Its name.
    pub name: String,
    /// Its type, spelled.
    pub type_name: String,
    /// Its collation when that is not its type's: schema and name.
    pub collation: Option<(String, String)>,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let definition = definition(db, &row)?;
        if !matches!(definition, Definition::Composite(_)) {
            *definition = Definition::Composite(Vec::new());
        }
        if let (Definition::Composite(list), Some(name)) = (definition, row.opt("name")?) {
            let collation = row.opt("collation_schema")?.zip(row.opt("collation")?);
            list.push(Attribute {
                number: row.number("number")?,
                name: name.to_owned(),
                type_name: row.text("type")?.to_owned(),
                collation: collation.map(|(schema, name)| (schema.to_owned(), name.to_owned())),
            });
        }
    }
    Ok(())
}

/// `CREATE TYPE … AS (…)`.
pub fn create(name: &str, attributes: &[Attribute]) -> String {
    let attributes: Vec<String> = attributes
        .iter()
        .map(|attribute| {
            let collation = match &attribute.collation {
                Some((schema, name)) => format!(" COLLATE {}", qualified(schema, name)),
                None => String::new(),
            };
            format!("\n\t{} {}{collation}", ident(&attribute.name), attribute.type_name)
        })
        .collect();
    format!("CREATE TYPE {name} AS ({}\n);\n", attributes.join(","))
}

/// Comments on the attributes: the catalogs keep them with the type's relation.
pub fn comments(relation: u32, attributes: &[Attribute], names: &Names, out: &mut Emitter<'_>) {
    let of = CatalogId {
        class: class::CLASS,
        oid: relation,
    };
    for attribute in attributes {
        let name = format!("{}.{}", names.name, ident(&attribute.name));
        out.comment_on(of, attribute.number, "COLUMN", &name, Some(&names.schema), &names.owner);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_types_and_collations() {
        let attributes = [
            Attribute {
                number: 1,
                name: "x".into(),
                type_name: "integer".into(),
                collation: None,
            },
            Attribute {
                number: 3,
                name: "Y z".into(),
                type_name: "text".into(),
                collation: Some(("pg_catalog".into(), "C".into())),
            },
        ];
        assert_eq!(
            create("public.pair", &attributes),
            "CREATE TYPE public.pair AS (\n\tx integer,\n\t\"Y z\" text COLLATE pg_catalog.\"C\"\n);\n"
        );
        assert_eq!(create("public.none", &[]), "CREATE TYPE public.none AS (\n);\n");
    }
}
