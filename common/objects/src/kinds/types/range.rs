//! Range types (`pg_range`).

use crate::database::Database;
use crate::error::Error;
use crate::query::{Select, column, since};
use crate::rows::Rows;
use crate::sql::qualified;

use super::super::{Phase, Reader};
use super::{Definition, definition, wanted};

const RANGES: Select = Select {
    columns: &[
        column("oid", "r.rngtypid"),
        column("subtype", "pg_catalog.format_type(r.rngsubtype, NULL)"),
        since(
            14,
            "multirange",
            "pg_catalog.format_type(r.rngmultitypid, NULL)",
            "NULL",
        ),
        column("opclass_schema", "CASE WHEN NOT o.opcdefault THEN on_.nspname END"),
        column("opclass", "CASE WHEN NOT o.opcdefault THEN o.opcname END"),
        column("collation_schema", "cn.nspname"),
        column("collation", "c.collname"),
        column("canonical", "NULLIF(r.rngcanonical::pg_catalog.text, '-')"),
        column("difference", "NULLIF(r.rngsubdiff::pg_catalog.text, '-')"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_range r ON r.rngtypid = w.oid
JOIN pg_catalog.pg_type t ON t.oid = r.rngsubtype
JOIN pg_catalog.pg_opclass o ON o.oid = r.rngsubopc
JOIN pg_catalog.pg_namespace on_ ON on_.oid = o.opcnamespace
LEFT JOIN pg_catalog.pg_collation c ON c.oid = r.rngcollation AND r.rngcollation <> t.typcollation
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.collnamespace",
};

/// Definitions of wanted range types.
pub const READER: Reader = Reader {
    name: "range types",
    phase: Phase::Late,
    query: |db| {
        let oids = wanted(db, 'r');
        (!oids.is_empty()).then(|| RANGES.sql(db.server.major(), &oids))
    },
    read,
};

/// A range type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// The type it is a range of, spelled.
    pub subtype: String,
    /// Its multirange, spelled; from 14 on.
    pub multirange: Option<String>,
    /// Its operator class, spelled, when that is not the default.
    pub opclass: Option<String>,
    /// Its collation, spelled, when that is not the subtype's.
    pub collation: Option<String>,
    /// The function that makes values canonical, spelled.
    pub canonical: Option<String>,
    /// The function that subtracts two values of the subtype, spelled.
    pub difference: Option<String>,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let spelled = |schema: &str, name: &str| -> Result<Option<String>, Error> {
            let pair = row.opt(schema)?.zip(row.opt(name)?);
            Ok(pair.map(|(schema, name)| qualified(schema, name)))
        };
        let range = Range {
            subtype: row.text("subtype")?.to_owned(),
            multirange: row.opt("multirange")?.map(str::to_owned),
            opclass: spelled("opclass_schema", "opclass")?,
            collation: spelled("collation_schema", "collation")?,
            canonical: row.opt("canonical")?.map(str::to_owned),
            difference: row.opt("difference")?.map(str::to_owned),
        };
        *definition(db, &row)? = Definition::Range(Box::new(range));
    }
    Ok(())
}

impl Range {
    /// `CREATE TYPE … AS RANGE`.
    pub fn create(&self, name: &str) -> String {
        let options = [
            ("subtype", Some(&self.subtype)),
            ("multirange_type_name", self.multirange.as_ref()),
            ("subtype_opclass", self.opclass.as_ref()),
            ("collation", self.collation.as_ref()),
            ("canonical", self.canonical.as_ref()),
            ("subtype_diff", self.difference.as_ref()),
        ];
        let options: Vec<String> = options
            .iter()
            .filter_map(|(word, value)| Some(format!("\n    {word} = {}", (*value)?)))
            .collect();
        format!("CREATE TYPE {name} AS RANGE ({}\n);\n", options.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_names_what_is_not_default() {
        let mut range = Range {
            subtype: "double precision".into(),
            ..Range::default()
        };
        assert_eq!(
            range.create("public.span"),
            "CREATE TYPE public.span AS RANGE (\n    subtype = double precision\n);\n"
        );
        range.multirange = Some("public.spans".into());
        range.difference = Some("float8mi".into());
        assert_eq!(
            range.create("public.span"),
            "CREATE TYPE public.span AS RANGE (\n    subtype = double precision,\n    \
             multirange_type_name = public.spans,\n    subtype_diff = float8mi\n);\n"
        );
    }
}
