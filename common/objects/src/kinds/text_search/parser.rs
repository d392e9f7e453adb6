//! Text search parsers (`pg_ts_parser`).

use std::fmt::Write;

use pgx_archive::Kind;

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::super::{Phase, Reader, plain};

const PARSERS: Select = Select {
    columns: &[
        column("oid", "p.oid"),
        column("name", "p.prsname"),
        column("schema", "p.prsnamespace"),
        column("start", "p.prsstart"),
        column("token", "p.prstoken"),
        column("finish", "p.prsend"),
        column("headline", "NULLIF(p.prsheadline::pg_catalog.text, '-')"),
        column("types", "p.prslextype"),
    ],
    from: "FROM pg_catalog.pg_ts_parser p WHERE p.oid >= 16384 ORDER BY p.oid",
};

/// Users' text search parsers.
pub const READER: Reader = Reader {
    name: "text search parsers",
    phase: Phase::Early,
    query: |db| Some(PARSERS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let body = Parser {
                start: row.text("start")?.to_owned(),
                token: row.text("token")?.to_owned(),
                finish: row.text("finish")?.to_owned(),
                headline: row.opt("headline")?.map(str::to_owned),
                types: row.text("types")?.to_owned(),
            };
            db.add(class::TS_PARSER, &row, Body::TextSearchParser(Box::new(body)))?;
        }
        Ok(())
    },
};

/// A text search parser: its functions, spelled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parser {
    /// Begins a text.
    pub start: String,
    /// Gives the next token.
    pub token: String,
    /// Ends a text.
    pub finish: String,
    /// Makes excerpts.
    pub headline: Option<String>,
    /// Lists the types of tokens.
    pub types: String,
}

impl Parser {
    /// The parser and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        plain::emit(id, Kind::TextSearchParser, |names| self.create(&names.qualified), out);
    }

    fn create(&self, name: &str) -> String {
        let mut sql = format!(
            "CREATE TEXT SEARCH PARSER {name} (\n    START = {},\n    GETTOKEN = {},\n    END = {},\n",
            self.start, self.token, self.finish
        );
        if let Some(headline) = &self.headline {
            let _ = writeln!(sql, "    HEADLINE = {headline},");
        }
        let _ = writeln!(sql, "    LEXTYPES = {} );", self.types);
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parser_may_do_without_headlines() {
        let mut parser = Parser {
            start: "s".into(),
            token: "t".into(),
            finish: "e".into(),
            headline: None,
            types: "l".into(),
        };
        assert_eq!(
            parser.create("public.p"),
            "CREATE TEXT SEARCH PARSER public.p (\n    START = s,\n    GETTOKEN = t,\n    END = e,\n    LEXTYPES = l );\n"
        );
        parser.headline = Some("h".into());
        assert!(
            parser
                .create("public.p")
                .contains("    END = e,\n    HEADLINE = h,\n    LEXTYPES")
        );
    }
}
