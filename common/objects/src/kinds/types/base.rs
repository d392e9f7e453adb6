//! Base types: how values are read, written and stored (`pg_type`).

use std::fmt::Write;

use crate::database::Database;
use crate::error::Error;
use crate::query::{Select, column, since};
use crate::rows::{Row, Rows};
use crate::sql::literal;

use super::super::{Phase, Reader};
use super::{Definition, definition, wanted};

const BASES: Select = Select {
    columns: &[
        column("oid", "t.oid"),
        column("length", "t.typlen"),
        column("input", "t.typinput"),
        column("output", "t.typoutput"),
        column("receive", "NULLIF(t.typreceive::pg_catalog.text, '-')"),
        column("send", "NULLIF(t.typsend::pg_catalog.text, '-')"),
        column("modifier_in", "NULLIF(t.typmodin::pg_catalog.text, '-')"),
        column("modifier_out", "NULLIF(t.typmodout::pg_catalog.text, '-')"),
        column("analyze", "NULLIF(t.typanalyze::pg_catalog.text, '-')"),
        since(14, "subscript", "NULLIF(t.typsubscript::pg_catalog.text, '-')", "NULL"),
        column("is_collatable", "t.typcollation <> 0"),
        column("default_expression", "pg_catalog.pg_get_expr(t.typdefaultbin, 0)"),
        column("default_text", "t.typdefault"),
        column(
            "element",
            "CASE WHEN t.typelem <> 0 THEN pg_catalog.format_type(t.typelem, NULL) END",
        ),
        column("category", "t.typcategory"),
        column("is_preferred", "t.typispreferred"),
        column("delimiter", "t.typdelim"),
        column("alignment", "t.typalign"),
        column("storage", "t.typstorage"),
        column("by_value", "t.typbyval"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid) JOIN pg_catalog.pg_type t ON t.oid = w.oid",
};

/// Definitions of wanted base types.
pub const READER: Reader = Reader {
    name: "base types",
    phase: Phase::Late,
    query: |db| {
        let oids = wanted(db, 'b');
        (!oids.is_empty()).then(|| BASES.sql(db.server.major(), &oids))
    },
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let base = Base::read(&row)?;
            *definition(db, &row)? = Definition::Base(Box::new(base));
        }
        Ok(())
    },
};

/// A base type. Functions are spelled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// Bytes of a value; -1 when they vary.
    pub length: i16,
    /// From text.
    pub input: String,
    /// To text.
    pub output: String,
    /// From the binary form.
    pub receive: Option<String>,
    /// To the binary form.
    pub send: Option<String>,
    /// Modifiers from text.
    pub modifier_in: Option<String>,
    /// Modifiers to text.
    pub modifier_out: Option<String>,
    /// What ANALYZE does with it.
    pub analyze: Option<String>,
    /// What subscripts do.
    pub subscript: Option<String>,
    /// Whether collations apply.
    pub is_collatable: bool,
    /// Default value, as an expression.
    pub default: Option<String>,
    /// Type of its elements, spelled, for types that can be subscripted.
    pub element: Option<String>,
    /// `typcategory`
    pub category: char,
    /// Whether casts within the category prefer it.
    pub is_preferred: bool,
    /// Between the elements of its arrays.
    pub delimiter: char,
    /// `typalign`: c, s, i, d.
    pub alignment: char,
    /// `typstorage`: p, e, x, m.
    pub storage: char,
    /// Whether values are passed by value.
    pub by_value: bool,
}

impl Base {
    fn read(row: &Row<'_>) -> Result<Base, Error> {
        let own = |column: &str| Ok(row.opt(column)?.map(str::to_owned));
        let default = match row.opt("default_expression")? {
            Some(expression) => Some(expression.to_owned()),
            None => row.opt("default_text")?.map(literal),
        };
        Ok(Base {
            length: row.number("length")?,
            input: row.text("input")?.to_owned(),
            output: row.text("output")?.to_owned(),
            receive: own("receive")?,
            send: own("send")?,
            modifier_in: own("modifier_in")?,
            modifier_out: own("modifier_out")?,
            analyze: own("analyze")?,
            subscript: own("subscript")?,
            is_collatable: row.flag("is_collatable")?,
            default,
            element: own("element")?,
            category: row.letter("category")?,
            is_preferred: row.flag("is_preferred")?,
            delimiter: row.letter("delimiter")?,
            alignment: row.letter("alignment")?,
            storage: row.letter("storage")?,
            by_value: row.flag("by_value")?,
        })
    }

    /// `CREATE TYPE … ( … )`.
    pub fn create(&self, name: &str) -> String {
        let length = match self.length {
            -1 => "variable".to_owned(),
            length => length.to_string(),
        };
        let mut sql = format!("CREATE TYPE {name} (\n    INTERNALLENGTH = {length}");
        let mut option = |word: &str, value: Option<&str>| {
            if let Some(value) = value {
                let _ = write!(sql, ",\n    {word} = {value}");
            }
        };
        option("INPUT", Some(&self.input));
        option("OUTPUT", Some(&self.output));
        option("RECEIVE", self.receive.as_deref());
        option("SEND", self.send.as_deref());
        option("TYPMOD_IN", self.modifier_in.as_deref());
        option("TYPMOD_OUT", self.modifier_out.as_deref());
        option("ANALYZE", self.analyze.as_deref());
        option("COLLATABLE", self.is_collatable.then_some("true"));
        option("DEFAULT", self.default.as_deref());
        option("SUBSCRIPT", self.subscript.as_deref());
        option("ELEMENT", self.element.as_deref());
        let letter = |letter: char, usual: char| (letter != usual).then(|| literal(&letter.to_string()));
        option("CATEGORY", letter(self.category, 'U').as_deref());
        option("PREFERRED", self.is_preferred.then_some("true"));
        option("DELIMITER", letter(self.delimiter, ',').as_deref());
        option("ALIGNMENT", alignment(self.alignment));
        option("STORAGE", storage(self.storage));
        if self.by_value {
            sql += ",\n    PASSEDBYVALUE";
        }
        sql + "\n);\n"
    }
}

fn alignment(letter: char) -> Option<&'static str> {
    match letter {
        'c' => Some("char"),
        's' => Some("int2"),
        'i' => Some("int4"),
        'd' => Some("double"),
        _ => None,
    }
}

fn storage(letter: char) -> Option<&'static str> {
    match letter {
        'p' => Some("plain"),
        'e' => Some("external"),
        'x' => Some("extended"),
        'm' => Some("main"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Base {
        Base {
            length: 8,
            input: "public.box_in".into(),
            output: "public.box_out".into(),
            category: 'U',
            delimiter: ',',
            alignment: 'd',
            storage: 'p',
            by_value: true,
            ..Base::default()
        }
    }

    #[test]
    fn a_base_type_names_what_is_not_default() {
        assert_eq!(
            plain().create("public.box"),
            "CREATE TYPE public.box (\n    INTERNALLENGTH = 8,\n    INPUT = public.box_in,\n    \
             OUTPUT = public.box_out,\n    ALIGNMENT = double,\n    STORAGE = plain,\n    PASSEDBYVALUE\n);\n"
        );
    }

    #[test]
    fn a_base_type_names_the_rest_in_pg_dumps_order() {
        let base = Base {
            length: -1,
            receive: Some("public.box_recv".into()),
            is_collatable: true,
            default: Some(literal("0")),
            element: Some("real".into()),
            category: 'B',
            is_preferred: true,
            delimiter: ';',
            alignment: 'i',
            storage: 'x',
            by_value: false,
            ..plain()
        };
        assert_eq!(
            base.create("public.box"),
            "CREATE TYPE public.box (\n    INTERNALLENGTH = variable,\n    INPUT = public.box_in,\n    \
             OUTPUT = public.box_out,\n    RECEIVE = public.box_recv,\n    COLLATABLE = true,\n    DEFAULT = '0',\n    \
             ELEMENT = real,\n    CATEGORY = 'B',\n    PREFERRED = true,\n    DELIMITER = ';',\n    \
             ALIGNMENT = int4,\n    STORAGE = extended\n);\n"
        );
    }
}
