//! Domains (`pg_type`); see [`super::domain_constraint`] for their constraints.

use std::fmt::Write;

use crate::database::{Body, Database, NodeId};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::{ident, literal, qualified};

use super::super::constraint::Constraint;
use super::super::names::Names;
use super::super::{Phase, Reader};
use super::{Definition, definition, wanted};

const DOMAINS: Select = Select {
    columns: &[
        column("oid", "t.oid"),
        column("name", "t.typname"),
        column("base", "pg_catalog.format_type(t.typbasetype, t.typtypmod)"),
        column("not_null", "t.typnotnull"),
        column(
            "default_expression",
            "pg_catalog.pg_get_expr(t.typdefaultbin, 'pg_catalog.pg_type'::pg_catalog.regclass)",
        ),
        column("default_text", "t.typdefault"),
        column("collation_schema", "n.nspname"),
        column("collation", "c.collname"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_type t ON t.oid = w.oid
LEFT JOIN pg_catalog.pg_type u ON u.oid = t.typbasetype
LEFT JOIN pg_catalog.pg_collation c ON c.oid = t.typcollation AND t.typcollation <> u.typcollation
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.collnamespace",
};

/// Definitions of wanted domains.
pub const READER: Reader = Reader {
    name: "domains",
    phase: Phase::Late,
    query: |db| {
        let oids = wanted(db, 'd');
        (!oids.is_empty()).then(|| DOMAINS.sql(db.server.major(), &oids))
    },
    read,
};

/// A domain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Domain {
    /// Its name, not quoted.
    pub name: String,
    /// What it is a domain of, spelled with modifiers.
    pub base: String,
    /// Whether nulls are refused.
    pub not_null: bool,
    /// Default value, as an expression.
    pub default: Option<String>,
    /// Its collation, spelled, when that is not its base's.
    pub collation: Option<String>,
    /// Its constraints, by name.
    pub constraints: Vec<NodeId>,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let default = match row.opt("default_expression")? {
            Some(expression) => Some(expression.to_owned()),
            None => row.opt("default_text")?.map(literal),
        };
        let collation = row.opt("collation_schema")?.zip(row.opt("collation")?);
        let domain = Domain {
            name: row.text("name")?.to_owned(),
            base: row.text("base")?.to_owned(),
            not_null: row.flag("not_null")?,
            default,
            collation: collation.map(|(schema, name)| qualified(schema, name)),
            constraints: Vec::new(),
        };
        *definition(db, &row)? = Definition::Domain(Box::new(domain));
    }
    Ok(())
}

/// `CREATE DOMAIN`, with the constraints that stand inside.
pub fn create(db: &Database, name: &str, domain: &Domain) -> String {
    domain.create(name, &constraints(db, domain))
}

/// The constraints of a domain with their names, in order.
fn constraints<'a>(db: &'a Database, domain: &Domain) -> Vec<(&'a str, &'a Constraint)> {
    let found = domain.constraints.iter().map(|id| db.object(*id));
    found
        .filter_map(|object| match &object.body {
            Body::Constraint(body) => Some((object.name.as_str(), &**body)),
            _ => None,
        })
        .collect()
}

impl Domain {
    fn create(&self, name: &str, constraints: &[(&str, &Constraint)]) -> String {
        let mut sql = format!("CREATE DOMAIN {name} AS {}", self.base);
        if let Some(collation) = &self.collation {
            let _ = write!(sql, " COLLATE {collation}");
        }
        if self.not_null {
            sql += &self.not_null_clause(constraints);
        }
        if let Some(default) = &self.default {
            let _ = write!(sql, " DEFAULT {default}");
        }
        for (name, check) in constraints.iter().filter(|(_, c)| c.contype == 'c' && !c.separate) {
            let _ = write!(sql, "\n\tCONSTRAINT {} {}", ident(name), check.definition);
        }
        sql + ";\n"
    }

    /// Before 17 NOT NULL has no name; a name that the server would choose itself goes unsaid.
    fn not_null_clause(&self, constraints: &[(&str, &Constraint)]) -> String {
        match constraints.iter().find(|(_, c)| c.contype == 'n') {
            Some((_, constraint)) if constraint.separate => String::new(),
            Some((name, constraint)) if *name != format!("{}_not_null", self.name) => {
                format!(" CONSTRAINT {} {}", ident(name), constraint.definition)
            }
            _ => " NOT NULL".to_owned(),
        }
    }
}

/// Comments on the constraints that stand inside: checks first, then the not-null constraint.
pub fn constraint_comments(domain: &Domain, names: &Names, out: &mut Emitter<'_>) {
    let db = out.db;
    for contype in ['c', 'n'] {
        for object in domain.constraints.iter().map(|id| db.object(*id)) {
            if matches!(&object.body, Body::Constraint(body) if body.contype == contype && !body.separate) {
                let word = format!("CONSTRAINT {} ON DOMAIN", ident(&object.name));
                out.comment_on(object.catalog, 0, &word, &names.name, Some(&names.schema), &names.owner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn constraint(contype: char, definition: &str, separate: bool) -> Constraint {
        Constraint {
            contype,
            definition: definition.into(),
            separate,
            ..Constraint::default()
        }
    }

    #[test]
    fn what_is_not_separate_stands_inside() {
        let domain = Domain {
            name: "price".into(),
            base: "numeric(10,2)".into(),
            default: Some("0".into()),
            not_null: true,
            ..Domain::default()
        };
        let (positive, late) = (
            constraint('c', "CHECK ((VALUE > 0))", false),
            constraint('c', "CHECK ((VALUE < 9)) NOT VALID", true),
        );
        assert_eq!(
            domain.create("public.price", &[("a", &positive), ("b", &late)]),
            "CREATE DOMAIN public.price AS numeric(10,2) NOT NULL DEFAULT 0\n\tCONSTRAINT a CHECK ((VALUE > 0));\n"
        );
    }

    #[test]
    fn a_name_of_ones_own_is_said() {
        let domain = Domain {
            name: "price".into(),
            base: "integer".into(),
            not_null: true,
            ..Domain::default()
        };
        let not_null = constraint('n', "NOT NULL", false);
        assert_eq!(
            domain.create("public.price", &[("price_not_null", &not_null)]),
            "CREATE DOMAIN public.price AS integer NOT NULL;\n"
        );
        assert_eq!(
            domain.create("public.price", &[("Must", &not_null)]),
            "CREATE DOMAIN public.price AS integer CONSTRAINT \"Must\" NOT NULL;\n"
        );
    }
}
