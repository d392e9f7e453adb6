//! Conversions between encodings (`pg_conversion`).

use pgx_archive::Kind;

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::literal;

use super::{Phase, Reader, plain};

const CONVERSIONS: Select = Select {
    columns: &[
        column("oid", "c.oid"),
        column("name", "c.conname"),
        column("schema", "c.connamespace"),
        column("owner", "c.conowner"),
        column("source", "pg_catalog.pg_encoding_to_char(c.conforencoding)"),
        column("target", "pg_catalog.pg_encoding_to_char(c.contoencoding)"),
        column("function", "c.conproc"),
        column("is_default", "c.condefault"),
    ],
    from: "FROM pg_catalog.pg_conversion c WHERE c.oid >= 16384 ORDER BY c.oid",
};

/// Users' conversions.
pub const READER: Reader = Reader {
    name: "conversions",
    phase: Phase::Early,
    query: |db| Some(CONVERSIONS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let body = Conversion {
                source: row.text("source")?.to_owned(),
                target: row.text("target")?.to_owned(),
                function: row.text("function")?.to_owned(),
                is_default: row.flag("is_default")?,
            };
            db.add(class::CONVERSION, &row, Body::Conversion(Box::new(body)))?;
        }
        Ok(())
    },
};

/// A conversion.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conversion {
    /// From this encoding.
    pub source: String,
    /// To this encoding.
    pub target: String,
    /// The function behind it, spelled.
    pub function: String,
    /// Whether it is used when none is named.
    pub is_default: bool,
}

impl Conversion {
    /// The conversion and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        plain::emit(id, Kind::Conversion, |names| self.create(&names.qualified), out);
    }

    fn create(&self, name: &str) -> String {
        let default = if self.is_default { "DEFAULT " } else { "" };
        let (source, target) = (literal(&self.source), literal(&self.target));
        format!(
            "CREATE {default}CONVERSION {name} FOR {source} TO {target} FROM {};\n",
            self.function
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_literals() {
        let conversion = Conversion {
            source: "LATIN1".into(),
            target: "UTF8".into(),
            function: "iso8859_1_to_utf8".into(),
            is_default: true,
        };
        assert_eq!(
            conversion.create("public.c"),
            "CREATE DEFAULT CONVERSION public.c FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;\n"
        );
    }
}
