//! Casts (`pg_cast`). They have neither name nor schema nor owner; the order goes by the names of their types.
//!
//! The cast from a range to its multirange is made with these.

use pgx_archive::entry::SUPERUSER;
use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::{Row, Rows};
use crate::sql::qualified;

use super::spelled::argument_types;
use super::{Phase, Reader};

const CASTS: Select = Select {
    columns: &[
        column("oid", "c.oid"),
        column(
            "name",
            "s.typname::pg_catalog.text || ' ' || t.typname::pg_catalog.text",
        ),
        column("source", "pg_catalog.format_type(s.oid, NULL)"),
        column("target", "pg_catalog.format_type(t.oid, NULL)"),
        column("method", "c.castmethod"),
        column("context", "c.castcontext"),
        column("function_schema", "n.nspname"),
        column("function", "p.proname"),
        column("arguments", argument_types!("p")),
    ],
    from: "FROM pg_catalog.pg_cast c
JOIN pg_catalog.pg_type s ON s.oid = c.castsource
JOIN pg_catalog.pg_type t ON t.oid = c.casttarget
LEFT JOIN pg_catalog.pg_proc p ON p.oid = c.castfunc
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace
WHERE c.oid >= 16384
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_cast'::pg_catalog.regclass
                    AND d.objid = c.oid AND d.deptype = 'i')
ORDER BY c.castsource, c.casttarget",
};

/// Users' casts.
pub const READER: Reader = Reader {
    name: "casts",
    phase: Phase::Early,
    query: |db| Some(CASTS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            db.add(class::CAST, &row, Body::Cast(Box::new(Cast::read(&row)?)))?;
        }
        Ok(())
    },
};

/// A cast.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cast {
    /// From this type, spelled.
    pub source: String,
    /// To this type, spelled.
    pub target: String,
    /// `castmethod`: f function, i through text, b the same bytes.
    pub method: char,
    /// `castcontext`: e explicit, a in assignments, i everywhere.
    pub context: char,
    /// The function with the types of its arguments, qualified.
    pub function: Option<String>,
}

impl Cast {
    fn read(row: &Row<'_>) -> Result<Cast, Error> {
        let arguments = row.opt("arguments")?.unwrap_or_default();
        let function = row.opt("function_schema")?.zip(row.opt("function")?);
        Ok(Cast {
            source: row.text("source")?.to_owned(),
            target: row.text("target")?.to_owned(),
            method: row.letter("method")?,
            context: row.letter("context")?,
            function: function.map(|(schema, name)| format!("{}({arguments})", qualified(schema, name))),
        })
    }

    /// The cast and its comment.
    pub fn emit(&self, _id: NodeId, out: &mut Emitter<'_>) {
        let types = format!("({} AS {})", self.source, self.target);
        let mut entry = Entry::new(Kind::Cast, None, format!("CAST {types}"), "");
        entry.create = self.create(&types);
        entry.drop = format!("DROP CAST {types};\n");
        if self.method == 'b' {
            let reason = "casts without a function are made by superusers";
            entry.fields.insert(SUPERUSER.to_owned(), reason.into());
        }
        out.main(entry);
        out.comment("CAST", &types, None, "");
    }

    fn create(&self, types: &str) -> String {
        let how = match (self.method, &self.function) {
            ('f', Some(function)) => format!("WITH FUNCTION {function}"),
            ('i', _) => "WITH INOUT".to_owned(),
            _ => "WITHOUT FUNCTION".to_owned(),
        };
        let when = match self.context {
            'a' => " AS ASSIGNMENT",
            'i' => " AS IMPLICIT",
            _ => "",
        };
        format!("CREATE CAST {types} {how}{when};\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cast_says_how_and_when() {
        let mut cast = Cast {
            method: 'f',
            context: 'a',
            function: Some("public.to_pair(text)".into()),
            ..Cast::default()
        };
        let types = "(text AS public.pair)";
        assert_eq!(
            cast.create(types),
            "CREATE CAST (text AS public.pair) WITH FUNCTION public.to_pair(text) AS ASSIGNMENT;\n"
        );
        cast.method = 'i';
        cast.context = 'i';
        assert_eq!(
            cast.create(types),
            "CREATE CAST (text AS public.pair) WITH INOUT AS IMPLICIT;\n"
        );
        cast.method = 'b';
        cast.context = 'e';
        assert_eq!(
            cast.create(types),
            "CREATE CAST (text AS public.pair) WITHOUT FUNCTION;\n"
        );
    }
}
