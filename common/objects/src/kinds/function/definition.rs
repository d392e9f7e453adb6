//! What CREATE FUNCTION and CREATE PROCEDURE say.

use std::fmt::Write;

use crate::database::{Body, Database, class};
use crate::error::Error;
use crate::query::{Select, column, since};
use crate::rows::{Row, Rows};
use crate::sql::{dollar_quoted, ident, literal};

use super::super::spelled::{argument_types, arguments, identity, result};
use super::super::{Phase, Reader, settings};
use super::gone::{self, Call};
use super::is_wanted;

const DEFINITIONS: Select = Select {
    columns: &[
        column("oid", "p.oid"),
        arguments!(""),
        identity!(""),
        column("signature", argument_types!("p")),
        result!(),
        column("language", "l.lanname"),
        column("is_trusted", "l.lanpltrusted"),
        column(
            "transforms",
            "SELECT pg_catalog.string_agg('FOR TYPE ' || pg_catalog.format_type(a.type, NULL), ', ' ORDER BY a.place)
        FROM pg_catalog.unnest(p.protrftypes) WITH ORDINALITY AS a(type, place)",
        ),
        column("volatility", "p.provolatile"),
        column("is_strict", "p.proisstrict"),
        column("is_definer", "p.prosecdef"),
        column("is_leakproof", "p.proleakproof"),
        column("returns_set", "p.proretset"),
        column("cost", "p.procost"),
        column("rows", "p.prorows"),
        column("support", "NULLIF(p.prosupport::pg_catalog.text, '-')"),
        column("parallel", "p.proparallel"),
        column("config", "p.proconfig"),
        column("source", "p.prosrc"),
        column("file", "p.probin"),
        since(14, "sql_body", "pg_catalog.pg_get_function_sqlbody(p.oid)", "NULL"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_proc p ON p.oid = w.oid
JOIN pg_catalog.pg_language l ON l.oid = p.prolang",
};

/// How wanted functions are spelled.
pub const READER: Reader = Reader {
    name: "function definitions",
    phase: Phase::Late,
    query: |db| {
        let oids =
            db.oids(|object| matches!(&object.body, Body::Function(body) if is_wanted(object, body.has_own_acl)));
        (!oids.is_empty()).then(|| DEFINITIONS.sql(db.server.major(), &oids))
    },
    read,
};

/// What CREATE FUNCTION says.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(test, derive(Default))]
pub struct Definition {
    /// `pg_get_function_arguments`: with names and defaults.
    pub arguments: String,
    /// `pg_get_function_identity_arguments`: with names, without defaults.
    pub identity: String,
    /// Types of the input arguments only.
    pub signature: String,
    /// What it returns; nothing for procedures.
    pub result: Option<String>,
    /// Name of its language, not quoted.
    pub language: String,
    /// Whether everyone may write functions in it.
    pub is_trusted: bool,
    /// `FOR TYPE …`, for functions with transforms.
    pub transforms: Option<String>,
    /// `provolatile`: i immutable, s stable, v volatile.
    pub volatility: char,
    /// Whether null arguments give null.
    pub is_strict: bool,
    /// SECURITY DEFINER.
    pub is_definer: bool,
    /// LEAKPROOF.
    pub is_leakproof: bool,
    /// Whether it returns a set.
    pub returns_set: bool,
    /// Estimated cost, as the server prints it.
    pub cost: String,
    /// Estimated rows, as the server prints them.
    pub rows: String,
    /// Planner support function, spelled.
    pub support: Option<String>,
    /// `proparallel`: s safe, r restricted, u unsafe.
    pub parallel: char,
    /// Settings while it runs: `name=value`.
    pub config: Vec<String>,
    /// What it does.
    pub source: Source,
    /// Whether its body stands between dollars, as a rule, rather than in single quotes.
    pub dollar_quotes: bool,
}

/// The body of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Text in its language.
    Text(String),
    /// A symbol in an object file; without one, the function's own name.
    Symbol {
        /// The file.
        file: String,
        /// The symbol; empty for none.
        symbol: String,
    },
    /// `RETURN …` or `BEGIN ATOMIC … END`.
    Sql(String),
}

impl Default for Source {
    fn default() -> Source {
        Source::Text(String::new())
    }
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let oid = row.oid("oid")?;
        let id = db
            .by_oid(class::PROC, oid)
            .ok_or_else(|| row.dangling(format!("function {oid}")))?;
        if let Body::Function(body) = &mut db.object_mut(id).body {
            body.definition = Some(Box::new(Definition::read(&row)?));
        }
    }
    Ok(())
}

impl Definition {
    fn read(row: &Row<'_>) -> Result<Definition, Error> {
        let own = |column: &str| Ok(row.opt(column)?.map(str::to_owned));
        let text = |column: &str| Ok(row.opt(column)?.unwrap_or_default().to_owned());
        let source = match (own("sql_body")?, own("file")?.filter(|file| !file.is_empty())) {
            (Some(body), _) => Source::Sql(body),
            (None, Some(file)) => Source::Symbol {
                file,
                symbol: text("source")?,
            },
            (None, None) => Source::Text(text("source")?),
        };
        Ok(Definition {
            arguments: text("arguments")?,
            identity: text("identity")?,
            signature: text("signature")?,
            result: own("result")?,
            language: text("language")?,
            is_trusted: row.flag("is_trusted")?,
            transforms: own("transforms")?,
            volatility: row.letter("volatility")?,
            is_strict: row.flag("is_strict")?,
            is_definer: row.flag("is_definer")?,
            is_leakproof: row.flag("is_leakproof")?,
            returns_set: row.flag("returns_set")?,
            cost: text("cost")?,
            rows: text("rows")?,
            support: own("support")?,
            parallel: row.letter("parallel")?,
            config: row.list("config")?,
            source,
            dollar_quotes: true,
        })
    }

    /// Why only a superuser can make it, if so.
    pub fn needs_superuser(&self) -> Option<String> {
        match (self.is_trusted, self.is_leakproof) {
            (false, _) => Some(format!("language {} is not trusted", self.language)),
            (true, true) => Some("it is leakproof".to_owned()),
            (true, false) => None,
        }
    }

    /// The statement, for a function of this `prokind` with this qualified name.
    pub fn create(&self, kind: char, name: &str) -> String {
        self.create_with(kind, name, &gone::as_it_is)
    }

    /// The same with its settings called otherwise, or left out.
    pub fn create_with(&self, kind: char, name: &str, call: &Call<'_>) -> String {
        let word = if kind == 'p' { "PROCEDURE" } else { "FUNCTION" };
        let mut sql = format!("CREATE {word} {name}({})", self.arguments);
        if let Some(result) = self.result.as_ref().filter(|_| kind != 'p') {
            let _ = write!(sql, " RETURNS {result}");
        }
        let _ = write!(sql, "\n    LANGUAGE {}", ident(&self.language));
        self.attributes(kind, &mut sql);
        for (name, value) in self.settings() {
            let Some(called) = call(name, value) else { continue };
            let value = settings::value(name, value, literal);
            let _ = write!(sql, "\n    SET {} TO {value}", ident(&called));
        }
        let _ = writeln!(sql, "\n    {};", self.source.text(self.dollar_quotes));
        sql
    }

    /// The settings with which it runs: names and values.
    pub fn settings(&self) -> impl Iterator<Item = (&str, &str)> {
        self.config.iter().filter_map(|item| settings::item(item))
    }

    /// What follows the language on its line.
    fn attributes(&self, kind: char, sql: &mut String) {
        let mut add = |condition: bool, text: &str| {
            if condition {
                sql.push(' ');
                *sql += text;
            }
        };
        if let Some(transforms) = &self.transforms {
            add(true, &format!("TRANSFORM {transforms}"));
        }
        add(kind == 'w', "WINDOW");
        add(self.volatility == 'i', "IMMUTABLE");
        add(self.volatility == 's', "STABLE");
        add(self.is_strict, "STRICT");
        add(self.is_definer, "SECURITY DEFINER");
        add(self.is_leakproof, "LEAKPROOF");
        let usual_cost = match self.language.as_str() {
            "internal" | "c" => "1",
            _ => "100",
        };
        let own_cost = self.cost != "0" && self.cost != usual_cost;
        add(own_cost, &format!("COST {}", self.cost));
        let own_rows = self.returns_set && self.rows != "0" && self.rows != "1000";
        add(own_rows, &format!("ROWS {}", self.rows));
        if let Some(support) = &self.support {
            add(true, &format!("SUPPORT {support}"));
        }
        add(self.parallel == 's', "PARALLEL SAFE");
        add(self.parallel == 'r', "PARALLEL RESTRICTED");
    }
}

impl Source {
    fn text(&self, dollar_quotes: bool) -> String {
        match self {
            Source::Text(text) if !dollar_quotes => format!("AS {}", literal(text)),
            Source::Sql(body) => body.clone(),
            Source::Text(text) => format!("AS {}", dollar_quoted(text, "")),
            Source::Symbol { file, symbol } if symbol.is_empty() => format!("AS {}", literal(file)),
            Source::Symbol { file, symbol } if dollar_quotes && symbol.contains(['\'', '\\']) => {
                format!("AS {}, {}", literal(file), dollar_quoted(symbol, ""))
            }
            Source::Symbol { file, symbol } => format!("AS {}, {}", literal(file), literal(symbol)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain() -> Definition {
        Definition {
            arguments: "a integer DEFAULT 1".into(),
            result: Some("integer".into()),
            language: "sql".into(),
            volatility: 'v',
            cost: "100".into(),
            rows: "0".into(),
            parallel: 'u',
            source: Source::Text("select $1".into()),
            dollar_quotes: true,
            ..Definition::default()
        }
    }

    #[test]
    fn defaults_go_unsaid() {
        assert_eq!(
            plain().create('f', "public.f"),
            "CREATE FUNCTION public.f(a integer DEFAULT 1) RETURNS integer\n    LANGUAGE sql\n    AS $_$select $1$_$;\n"
        );
    }

    #[test]
    fn everything_else_is_said_in_order() {
        let definition = Definition {
            transforms: Some("FOR TYPE public.hstore, FOR TYPE jsonb".into()),
            volatility: 'i',
            is_strict: true,
            is_definer: true,
            is_leakproof: true,
            returns_set: true,
            result: Some("SETOF integer".into()),
            cost: "7.5".into(),
            rows: "10".into(),
            support: Some("public.helps".into()),
            parallel: 'r',
            config: vec!["search_path=\"$user\", public".into(), "work_mem=4MB".into()],
            source: Source::Sql("RETURN 1".into()),
            ..plain()
        };
        assert_eq!(
            definition.create('w', "public.f"),
            "CREATE FUNCTION public.f(a integer DEFAULT 1) RETURNS SETOF integer\n    LANGUAGE sql \
             TRANSFORM FOR TYPE public.hstore, FOR TYPE jsonb WINDOW IMMUTABLE STRICT SECURITY DEFINER LEAKPROOF \
             COST 7.5 ROWS 10 SUPPORT public.helps PARALLEL RESTRICTED\n    \
             SET search_path TO '$user', 'public'\n    SET work_mem TO '4MB'\n    RETURN 1;\n"
        );
    }

    #[test]
    fn procedures_return_nothing() {
        let definition = Definition {
            result: None,
            language: "plpgsql".into(),
            ..plain()
        };
        assert!(
            definition
                .create('p', "public.p")
                .starts_with("CREATE PROCEDURE public.p(a integer DEFAULT 1)\n    LANGUAGE plpgsql\n")
        );
    }

    #[test]
    fn symbols_are_quoted_as_they_need() {
        let definition = Definition {
            language: "c".into(),
            cost: "1".into(),
            source: Source::Symbol {
                file: "$libdir/x".into(),
                symbol: "f'".into(),
            },
            ..plain()
        };
        assert!(
            definition
                .create('f', "public.f")
                .ends_with("LANGUAGE c\n    AS '$libdir/x', $$f'$$;\n")
        );
    }
}
