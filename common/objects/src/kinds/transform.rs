//! Transforms (`pg_transform`): how a language sees values of a type. They have neither name nor owner.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::{Row, Rows};
use crate::sql::{ident, qualified};

use super::spelled::argument_types;
use super::{Phase, Reader};

const TRANSFORMS: Select = Select {
    columns: &[
        column("oid", "r.oid"),
        column(
            "name",
            "t.typname::pg_catalog.text || ' ' || l.lanname::pg_catalog.text",
        ),
        column("type", "pg_catalog.format_type(t.oid, NULL)"),
        column("language", "l.lanname"),
        column("from_schema", "fn.nspname"),
        column("from_name", "f.proname"),
        column("from_arguments", argument_types!("f")),
        column("to_schema", "gn.nspname"),
        column("to_name", "g.proname"),
        column("to_arguments", argument_types!("g")),
    ],
    from: "FROM pg_catalog.pg_transform r
JOIN pg_catalog.pg_type t ON t.oid = r.trftype
JOIN pg_catalog.pg_language l ON l.oid = r.trflang
LEFT JOIN pg_catalog.pg_proc f ON f.oid = r.trffromsql
LEFT JOIN pg_catalog.pg_namespace fn ON fn.oid = f.pronamespace
LEFT JOIN pg_catalog.pg_proc g ON g.oid = r.trftosql
LEFT JOIN pg_catalog.pg_namespace gn ON gn.oid = g.pronamespace
WHERE r.oid >= 16384
ORDER BY r.trftype, r.trflang",
};

/// Users' transforms.
pub const READER: Reader = Reader {
    name: "transforms",
    phase: Phase::Early,
    query: |db| Some(TRANSFORMS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            db.add(
                class::TRANSFORM,
                &row,
                Body::Transform(Box::new(Transform::read(&row)?)),
            )?;
        }
        Ok(())
    },
};

/// A transform. Functions are spelled with the types of their arguments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Transform {
    /// The type, spelled.
    pub type_name: String,
    /// The language, not quoted.
    pub language: String,
    /// From SQL to the language.
    pub from_sql: Option<String>,
    /// From the language to SQL.
    pub to_sql: Option<String>,
}

impl Transform {
    fn read(row: &Row<'_>) -> Result<Transform, Error> {
        let function = |schema: &str, name: &str, arguments: &str| -> Result<Option<String>, Error> {
            let arguments = row.opt(arguments)?.unwrap_or_default();
            let name = row.opt(schema)?.zip(row.opt(name)?);
            Ok(name.map(|(schema, name)| format!("{}({arguments})", qualified(schema, name))))
        };
        Ok(Transform {
            type_name: row.text("type")?.to_owned(),
            language: row.text("language")?.to_owned(),
            from_sql: function("from_schema", "from_name", "from_arguments")?,
            to_sql: function("to_schema", "to_name", "to_arguments")?,
        })
    }

    /// The transform and its comment.
    pub fn emit(&self, _id: NodeId, out: &mut Emitter<'_>) {
        let target = format!("FOR {} LANGUAGE {}", self.type_name, ident(&self.language));
        let mut entry = Entry::new(Kind::Transform, None, format!("TRANSFORM {target}"), "");
        entry.create = self.create(&target);
        entry.drop = format!("DROP TRANSFORM {target};\n");
        out.main(entry);
        out.comment("TRANSFORM", &target, None, "");
    }

    fn create(&self, target: &str) -> String {
        let functions = [("FROM", &self.from_sql), ("TO", &self.to_sql)];
        let functions: Vec<String> = functions
            .iter()
            .filter_map(|(word, function)| Some(format!("{word} SQL WITH FUNCTION {}", function.as_ref()?)))
            .collect();
        format!("CREATE TRANSFORM {target} ({});\n", functions.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transform_has_one_function_or_two() {
        let mut transform = Transform {
            from_sql: Some("public.f(internal)".into()),
            ..Transform::default()
        };
        assert_eq!(
            transform.create("FOR integer LANGUAGE sql"),
            "CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION public.f(internal));\n"
        );
        transform.to_sql = Some("public.t(internal)".into());
        assert_eq!(
            transform.create("FOR integer LANGUAGE sql"),
            "CREATE TRANSFORM FOR integer LANGUAGE sql (FROM SQL WITH FUNCTION public.f(internal), \
             TO SQL WITH FUNCTION public.t(internal));\n"
        );
    }
}
