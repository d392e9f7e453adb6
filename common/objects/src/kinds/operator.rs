//! Operators (`pg_operator`).
//!
//! An operator that another one names as its commutator before it exists has a row without function: that is
//! no operator yet, and says nothing.

use std::fmt::Write;

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::{Row, Rows};
use crate::sql::ident;

use super::names::Names;
use super::{Phase, Reader};

const OPERATORS: Select = Select {
    columns: &[
        column("oid", "o.oid"),
        column("name", "o.oprname"),
        column("schema", "o.oprnamespace"),
        column("owner", "o.oprowner"),
        column("kind", "o.oprkind"),
        column("left_oid", "o.oprleft"),
        column("right_oid", "o.oprright"),
        column("left_type", "o.oprleft::pg_catalog.regtype"),
        column("right_type", "o.oprright::pg_catalog.regtype"),
        column("function", "o.oprcode::pg_catalog.regprocedure"),
        column("commutator_schema", "cn.nspname"),
        column("commutator", "c.oprname"),
        column("negator_schema", "nn.nspname"),
        column("negator", "n.oprname"),
        column("merges", "o.oprcanmerge"),
        column("hashes", "o.oprcanhash"),
        column("restriction", "o.oprrest::pg_catalog.regprocedure"),
        column("join_estimate", "o.oprjoin::pg_catalog.regprocedure"),
    ],
    from: "FROM pg_catalog.pg_operator o
LEFT JOIN pg_catalog.pg_operator c ON c.oid = o.oprcom
LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.oprnamespace
LEFT JOIN pg_catalog.pg_operator n ON n.oid = o.oprnegate
LEFT JOIN pg_catalog.pg_namespace nn ON nn.oid = n.oprnamespace
WHERE o.oid >= 16384 AND o.oprcode <> 0
ORDER BY o.oid",
};

/// Users' operators.
pub const READER: Reader = Reader {
    name: "operators",
    phase: Phase::Early,
    query: |db| Some(OPERATORS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let body = Operator::read(&row)?;
            db.add(class::OPERATOR, &row, Body::Operator(Box::new(body)))?;
        }
        Ok(())
    },
};

/// An operator. Types, functions and other operators are spelled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Operator {
    /// `oprkind`: b between two operands, l before one, r (before 14) after one.
    pub kind: char,
    /// OIDs of the operands' types, 0 for none; ties in the order go by their names.
    pub arguments: [u32; 2],
    /// Type of the left operand.
    pub left: String,
    /// Type of the right operand.
    pub right: String,
    /// What computes it.
    pub function: Option<String>,
    /// The operator that is the same with operands changed over.
    pub commutator: Option<String>,
    /// The operator that says the opposite.
    pub negator: Option<String>,
    /// Whether it can drive a merge join.
    pub merges: bool,
    /// Whether it can drive a hash join.
    pub hashes: bool,
    /// Estimates how many rows a condition keeps.
    pub restriction: Option<String>,
    /// Estimates how many rows a join gives.
    pub join: Option<String>,
}

impl Operator {
    fn read(row: &Row<'_>) -> Result<Operator, Error> {
        let other = |schema: &str, name: &str| -> Result<Option<String>, Error> {
            let pair = row.opt(schema)?.zip(row.opt(name)?);
            Ok(pair.map(|(schema, name)| format!("OPERATOR({}.{name})", ident(schema))))
        };
        Ok(Operator {
            kind: row.letter("kind")?,
            arguments: [row.oid("left_oid")?, row.oid("right_oid")?],
            left: row.text("left_type")?.to_owned(),
            right: row.text("right_type")?.to_owned(),
            function: without_arguments(row.text("function")?),
            commutator: other("commutator_schema", "commutator")?,
            negator: other("negator_schema", "negator")?,
            merges: row.flag("merges")?,
            hashes: row.flag("hashes")?,
            restriction: without_arguments(row.text("restriction")?),
            join: without_arguments(row.text("join_estimate")?),
        })
    }

    /// The operator and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let names = Names::of(out.db, id);
        let schema = ident(&names.schema).into_owned();
        let operands = format!("{} ({}, {})", names.raw, self.operand('l'), self.operand('r'));
        let mut entry = Entry::new(
            Kind::Operator,
            Some(&names.schema),
            names.raw.clone(),
            names.owner.clone(),
        );
        entry.create = self.create(&format!("{schema}.{}", names.raw));
        entry.drop = format!("DROP OPERATOR {schema}.{operands};\n");
        out.main(entry);
        out.comment("OPERATOR", &operands, Some(&names.schema), &names.owner);
    }

    /// Type of the left or right operand; a prefix operator (kind `l`) has a right one only.
    fn operand(&self, side: char) -> &str {
        match (side, self.kind) {
            ('l', 'l') | ('r', 'r') => "NONE",
            ('l', _) => &self.left,
            _ => &self.right,
        }
    }

    fn create(&self, name: &str) -> String {
        let mut options = Vec::new();
        let mut option = |word: &str, value: Option<&str>| {
            if let Some(value) = value {
                options.push(format!("    {word} = {value}"));
            }
        };
        option("FUNCTION", self.function.as_deref());
        option("LEFTARG", Some(self.operand('l')).filter(|_| self.kind != 'l'));
        option("RIGHTARG", Some(self.operand('r')).filter(|_| self.kind != 'r'));
        option("COMMUTATOR", self.commutator.as_deref());
        option("NEGATOR", self.negator.as_deref());
        let mut sql = format!("CREATE OPERATOR {name} (\n{}", options.join(",\n"));
        for (word, holds) in [("MERGES", self.merges), ("HASHES", self.hashes)] {
            if holds {
                let _ = write!(sql, ",\n    {word}");
            }
        }
        for (word, function) in [("RESTRICT", &self.restriction), ("JOIN", &self.join)] {
            if let Some(function) = function {
                let _ = write!(sql, ",\n    {word} = {function}");
            }
        }
        sql + "\n);\n"
    }
}

/// A function as `regprocedure` prints it, without its arguments; `None` for `-`.
fn without_arguments(function: &str) -> Option<String> {
    if function == "-" {
        return None;
    }
    let mut quoted = false;
    let end = function.find(|c| {
        quoted ^= c == '"';
        c == '(' && !quoted
    });
    Some(function[..end.unwrap_or(function.len())].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_come_in_pg_dumps_order() {
        let operator = Operator {
            kind: 'b',
            left: "integer".into(),
            right: "public.pair".into(),
            function: Some("public.same".into()),
            commutator: Some("OPERATOR(public.==)".into()),
            negator: Some("OPERATOR(public.<>)".into()),
            merges: true,
            hashes: true,
            restriction: Some("eqsel".into()),
            join: Some("eqjoinsel".into()),
            ..Operator::default()
        };
        assert_eq!(
            operator.create("public.=="),
            "CREATE OPERATOR public.== (\n    FUNCTION = public.same,\n    LEFTARG = integer,\n    \
             RIGHTARG = public.pair,\n    COMMUTATOR = OPERATOR(public.==),\n    NEGATOR = OPERATOR(public.<>),\n    \
             MERGES,\n    HASHES,\n    RESTRICT = eqsel,\n    JOIN = eqjoinsel\n);\n"
        );
    }

    #[test]
    fn a_prefix_operator_has_nothing_on_its_left() {
        let operator = Operator {
            kind: 'l',
            left: "-".into(),
            right: "integer".into(),
            function: Some("public.f".into()),
            ..Operator::default()
        };
        assert_eq!(operator.operand('l'), "NONE");
        assert_eq!(
            operator.create("public.!!"),
            "CREATE OPERATOR public.!! (\n    FUNCTION = public.f,\n    RIGHTARG = integer\n);\n"
        );
    }

    #[test]
    fn arguments_are_taken_off() {
        assert_eq!(
            without_arguments("public.\"f(\"(integer,text)").as_deref(),
            Some("public.\"f(\"")
        );
        assert_eq!(without_arguments("-"), None);
    }
}
