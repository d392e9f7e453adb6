//! What CREATE AGGREGATE says.

use std::fmt::Write;

use crate::database::{Body, Database, class};
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::{Row, Rows};
use crate::sql::{ident, literal};

use super::super::function::is_wanted;
use super::super::spelled::{argument_types, arguments, identity};
use super::super::{Phase, Reader};

const DEFINITIONS: Select = Select {
    columns: &[
        column("oid", "p.oid"),
        arguments!("a.aggkind = 'n' AND "),
        identity!("a.aggkind = 'n' AND "),
        column("signature", argument_types!("p")),
        column("kind", "a.aggkind"),
        column("step", "a.aggtransfn"),
        column("state", "a.aggtranstype::pg_catalog.regtype"),
        column("space", "NULLIF(a.aggtransspace, 0)"),
        column("initial", "a.agginitval"),
        column("final", "NULLIF(a.aggfinalfn::pg_catalog.text, '-')"),
        column("final_extra", "a.aggfinalextra"),
        column("final_modify", "a.aggfinalmodify"),
        column("combine", "NULLIF(a.aggcombinefn::pg_catalog.text, '-')"),
        column("serialize", "NULLIF(a.aggserialfn::pg_catalog.text, '-')"),
        column("deserialize", "NULLIF(a.aggdeserialfn::pg_catalog.text, '-')"),
        column("moving_step", "NULLIF(a.aggmtransfn::pg_catalog.text, '-')"),
        column("moving_inverse", "a.aggminvtransfn"),
        column("moving_state", "a.aggmtranstype::pg_catalog.regtype"),
        column("moving_space", "NULLIF(a.aggmtransspace, 0)"),
        column("moving_initial", "a.aggminitval"),
        column("moving_final", "NULLIF(a.aggmfinalfn::pg_catalog.text, '-')"),
        column("moving_final_extra", "a.aggmfinalextra"),
        column("moving_final_modify", "a.aggmfinalmodify"),
        column("sort_schema", "n.nspname"),
        column("sort_operator", "o.oprname"),
        column("parallel", "p.proparallel"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_proc p ON p.oid = w.oid
JOIN pg_catalog.pg_aggregate a ON a.aggfnoid = p.oid
LEFT JOIN pg_catalog.pg_operator o ON o.oid = a.aggsortop
LEFT JOIN pg_catalog.pg_namespace n ON n.oid = o.oprnamespace",
};

/// How wanted aggregates are spelled.
pub const READER: Reader = Reader {
    name: "aggregate definitions",
    phase: Phase::Late,
    query: |db| {
        let oids =
            db.oids(|object| matches!(&object.body, Body::Aggregate(body) if is_wanted(object, body.has_own_acl)));
        (!oids.is_empty()).then(|| DEFINITIONS.sql(db.server.major(), &oids))
    },
    read,
};

/// What CREATE AGGREGATE says. Functions and types are spelled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Definition {
    /// `pg_get_function_arguments`
    pub arguments: String,
    /// `pg_get_function_identity_arguments`
    pub identity: String,
    /// Types of all arguments.
    pub signature: String,
    /// `aggkind`: n normal, o ordered-set, h hypothetical-set.
    pub kind: char,
    /// How the state is built and finished.
    pub state: State,
    /// Two states into one.
    pub combine: Option<String>,
    /// A state to bytes.
    pub serialize: Option<String>,
    /// A state from bytes.
    pub deserialize: Option<String>,
    /// The same for moving windows, with the function that takes a row out again.
    pub moving: Option<(State, String)>,
    /// The operator by which an index answers it: schema and name.
    pub sort_operator: Option<(String, String)>,
    /// `proparallel`: s safe, r restricted, u unsafe.
    pub parallel: char,
}

/// How a state is built and finished.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// Takes a row in.
    pub step: String,
    /// Type of the state.
    pub type_name: String,
    /// Estimated bytes of it.
    pub space: Option<String>,
    /// What it begins with.
    pub initial: Option<String>,
    /// Makes the result.
    pub last: Option<String>,
    /// Whether that function takes the arguments' types too.
    pub last_extra: bool,
    /// Whether it changes the state: r read-only, s shareable, w writes.
    pub last_modify: char,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let oid = row.oid("oid")?;
        let id = db
            .by_oid(class::PROC, oid)
            .ok_or_else(|| row.dangling(format!("aggregate {oid}")))?;
        if let Body::Aggregate(body) = &mut db.object_mut(id).body {
            body.definition = Some(Box::new(Definition::read(&row)?));
        }
    }
    Ok(())
}

impl Definition {
    fn read(row: &Row<'_>) -> Result<Definition, Error> {
        let own = |column: &str| Ok(row.opt(column)?.map(str::to_owned));
        let text = |column: &str| Ok(row.opt(column)?.unwrap_or_default().to_owned());
        let moving = match own("moving_step")? {
            None => None,
            Some(step) => Some((
                State {
                    step,
                    type_name: text("moving_state")?,
                    space: own("moving_space")?,
                    initial: own("moving_initial")?,
                    last: own("moving_final")?,
                    last_extra: row.flag("moving_final_extra")?,
                    last_modify: row.letter("moving_final_modify")?,
                },
                text("moving_inverse")?,
            )),
        };
        Ok(Definition {
            arguments: text("arguments")?,
            identity: text("identity")?,
            signature: text("signature")?,
            kind: row.letter("kind")?,
            state: State {
                step: text("step")?,
                type_name: text("state")?,
                space: own("space")?,
                initial: own("initial")?,
                last: own("final")?,
                last_extra: row.flag("final_extra")?,
                last_modify: row.letter("final_modify")?,
            },
            combine: own("combine")?,
            serialize: own("serialize")?,
            deserialize: own("deserialize")?,
            moving,
            sort_operator: own("sort_schema")?.zip(own("sort_operator")?),
            parallel: row.letter("parallel")?,
        })
    }

    /// What stands between the parentheses.
    pub(super) fn options(&self) -> String {
        // What the server assumes of the final function when nothing is said.
        let usual_modify = if self.kind == 'n' { 'r' } else { 'w' };
        let state = &self.state;
        let mut sql = format!("    SFUNC = {},\n    STYPE = {}", state.step, state.type_name);
        state.rest("", usual_modify, &mut sql, |sql| {
            option(sql, "COMBINEFUNC", self.combine.as_deref());
            option(sql, "SERIALFUNC", self.serialize.as_deref());
            option(sql, "DESERIALFUNC", self.deserialize.as_deref());
        });
        if let Some((state, inverse)) = &self.moving {
            option(&mut sql, "MSFUNC", Some(&state.step));
            option(&mut sql, "MINVFUNC", Some(inverse));
            option(&mut sql, "MSTYPE", Some(&state.type_name));
            state.rest("M", usual_modify, &mut sql, |_| {});
        }
        if let Some((schema, name)) = &self.sort_operator {
            let _ = write!(sql, ",\n    SORTOP = OPERATOR({}.{name})", ident(schema));
        }
        if self.kind == 'h' {
            sql += ",\n    HYPOTHETICAL";
        }
        let parallel = match self.parallel {
            's' => Some("safe"),
            'r' => Some("restricted"),
            _ => None,
        };
        option(&mut sql, "PARALLEL", parallel);
        sql
    }
}

impl State {
    /// Space, initial value and final function, words with a prefix; `then` adds what follows these.
    fn rest(&self, prefix: &str, usual_modify: char, sql: &mut String, then: impl Fn(&mut String)) {
        option(sql, &format!("{prefix}SSPACE"), self.space.as_deref());
        option(
            sql,
            &format!("{prefix}INITCOND"),
            self.initial.as_deref().map(literal).as_deref(),
        );
        if let Some(last) = &self.last {
            option(sql, &format!("{prefix}FINALFUNC"), Some(last));
            if self.last_extra {
                let _ = write!(sql, ",\n    {prefix}FINALFUNC_EXTRA");
            }
            let modify = match self.last_modify {
                usual if usual == usual_modify => None,
                'r' => Some("READ_ONLY"),
                's' => Some("SHAREABLE"),
                'w' => Some("READ_WRITE"),
                _ => None,
            };
            option(sql, &format!("{prefix}FINALFUNC_MODIFY"), modify);
        }
        then(sql);
    }
}

fn option(sql: &mut String, word: &str, value: Option<&str>) {
    if let Some(value) = value {
        let _ = write!(sql, ",\n    {word} = {value}");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Definition {
        Definition {
            kind: 'n',
            state: State {
                step: "int4pl".into(),
                type_name: "integer".into(),
                last_modify: 'r',
                ..State::default()
            },
            parallel: 'u',
            ..Definition::default()
        }
    }

    #[test]
    fn defaults_go_unsaid() {
        assert_eq!(plain().options(), "    SFUNC = int4pl,\n    STYPE = integer");
    }

    #[test]
    fn everything_else_is_said_in_order() {
        let state = State {
            space: Some("64".into()),
            initial: Some("it's".into()),
            last: Some("f".into()),
            last_extra: true,
            last_modify: 's',
            ..plain().state
        };
        let definition = Definition {
            state: state.clone(),
            combine: Some("c".into()),
            serialize: Some("s".into()),
            deserialize: Some("d".into()),
            moving: Some((state, "back".into())),
            sort_operator: Some(("pg_catalog".into(), "<".into())),
            parallel: 's',
            ..plain()
        };
        assert_eq!(
            definition.options(),
            "    SFUNC = int4pl,\n    STYPE = integer,\n    SSPACE = 64,\n    INITCOND = 'it''s',\n    \
             FINALFUNC = f,\n    FINALFUNC_EXTRA,\n    FINALFUNC_MODIFY = SHAREABLE,\n    COMBINEFUNC = c,\n    \
             SERIALFUNC = s,\n    DESERIALFUNC = d,\n    MSFUNC = int4pl,\n    MINVFUNC = back,\n    \
             MSTYPE = integer,\n    MSSPACE = 64,\n    MINITCOND = 'it''s',\n    MFINALFUNC = f,\n    \
             MFINALFUNC_EXTRA,\n    MFINALFUNC_MODIFY = SHAREABLE,\n    \
             SORTOP = OPERATOR(pg_catalog.<),\n    PARALLEL = safe"
        );
    }

    #[test]
    fn a_hypothetical_set_writes_its_state_unless_it_says_otherwise() {
        let mut definition = Definition { kind: 'h', ..plain() };
        definition.state.last = Some("f".into());
        definition.state.last_modify = 'w';
        assert!(definition.options().ends_with("FINALFUNC = f,\n    HYPOTHETICAL"));
    }
}
