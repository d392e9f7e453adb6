//! Text search configurations (`pg_ts_config`) and which dictionaries they ask about which type of token
//! (`pg_ts_config_map`).

use std::fmt::Write;

use pgx_archive::Kind;

use crate::database::{Body, Database, NodeId, Wanted, class};
use crate::emit::Emitter;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::{ident, qualified};

use super::super::{Phase, Reader, plain};

const CONFIGURATIONS: Select = Select {
    columns: &[
        column("oid", "c.oid"),
        column("name", "c.cfgname"),
        column("schema", "c.cfgnamespace"),
        column("owner", "c.cfgowner"),
        column("parser_schema", "n.nspname"),
        column("parser", "p.prsname"),
    ],
    from: "FROM pg_catalog.pg_ts_config c
JOIN pg_catalog.pg_ts_parser p ON p.oid = c.cfgparser
JOIN pg_catalog.pg_namespace n ON n.oid = p.prsnamespace
WHERE c.oid >= 16384
ORDER BY c.oid",
};

// The parser itself is asked for the names of its token types.
const MAPPINGS: Select = Select {
    columns: &[
        column("oid", "c.oid"),
        column("token", "COALESCE(t.alias, '')"),
        column("dictionary", "m.mapdict::pg_catalog.regdictionary"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_ts_config c ON c.oid = w.oid
JOIN pg_catalog.pg_ts_config_map m ON m.mapcfg = c.oid
LEFT JOIN LATERAL pg_catalog.ts_token_type(c.cfgparser) t ON t.tokid = m.maptokentype
ORDER BY m.mapcfg, m.maptokentype, m.mapseqno",
};

/// Users' text search configurations.
pub const READER: Reader = Reader {
    name: "text search configurations",
    phase: Phase::Early,
    query: |db| Some(CONFIGURATIONS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let body = Configuration {
                parser: qualified(row.text("parser_schema")?, row.text("parser")?),
                mappings: Vec::new(),
            };
            db.add(class::TS_CONFIG, &row, Body::TextSearchConfiguration(body))?;
        }
        Ok(())
    },
};

/// What wanted configurations do with tokens.
pub const MAPPING_READER: Reader = Reader {
    name: "text search mappings",
    phase: Phase::Late,
    query: |db| {
        let oids = db.oids(|object| {
            matches!(object.body, Body::TextSearchConfiguration(_)) && object.wanted.any(Wanted::DEFINITION)
        });
        (!oids.is_empty()).then(|| MAPPINGS.sql(db.server.major(), &oids))
    },
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let oid = row.oid("oid")?;
            let id = db
                .by_oid(class::TS_CONFIG, oid)
                .ok_or_else(|| row.dangling(format!("text search configuration {oid}")))?;
            if let Body::TextSearchConfiguration(body) = &mut db.object_mut(id).body {
                body.map(row.text("token")?, row.text("dictionary")?);
            }
        }
        Ok(())
    },
};

/// A text search configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Configuration {
    /// Its parser, spelled.
    pub parser: String,
    /// For each type of token, not quoted, the dictionaries, spelled.
    pub mappings: Vec<(String, Vec<String>)>,
}

impl Configuration {
    fn map(&mut self, token: &str, dictionary: &str) {
        match self.mappings.last_mut() {
            Some((last, dictionaries)) if last == token => dictionaries.push(dictionary.to_owned()),
            _ => self.mappings.push((token.to_owned(), vec![dictionary.to_owned()])),
        }
    }

    /// The configuration and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let create = |names: &super::super::names::Names| self.create(&names.qualified);
        plain::emit(id, Kind::TextSearchConfiguration, create, out);
    }

    fn create(&self, name: &str) -> String {
        let mut sql = format!(
            "CREATE TEXT SEARCH CONFIGURATION {name} (\n    PARSER = {} );\n",
            self.parser
        );
        for (token, dictionaries) in &self.mappings {
            let _ = writeln!(
                sql,
                "\nALTER TEXT SEARCH CONFIGURATION {name}\n    ADD MAPPING FOR {} WITH {};",
                ident(token),
                dictionaries.join(", ")
            );
        }
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_of_token_has_a_statement() {
        let mut configuration = Configuration {
            parser: "pg_catalog.\"default\"".into(),
            mappings: Vec::new(),
        };
        configuration.map("asciiword", "public.mine");
        configuration.map("asciiword", "simple");
        configuration.map("int", "simple");
        assert_eq!(
            configuration.create("public.c"),
            "CREATE TEXT SEARCH CONFIGURATION public.c (\n    PARSER = pg_catalog.\"default\" );\n\n\
             ALTER TEXT SEARCH CONFIGURATION public.c\n    ADD MAPPING FOR asciiword WITH public.mine, simple;\n\n\
             ALTER TEXT SEARCH CONFIGURATION public.c\n    ADD MAPPING FOR \"int\" WITH simple;\n"
        );
    }
}
