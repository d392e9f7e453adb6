//! Text search dictionaries (`pg_ts_dict`). Their options are kept as they were written.

use pgx_archive::Kind;

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::qualified;

use super::super::{Phase, Reader, plain};

const DICTIONARIES: Select = Select {
    columns: &[
        column("oid", "d.oid"),
        column("name", "d.dictname"),
        column("schema", "d.dictnamespace"),
        column("owner", "d.dictowner"),
        column("template_schema", "n.nspname"),
        column("template", "t.tmplname"),
        column("options", "d.dictinitoption"),
    ],
    from: "FROM pg_catalog.pg_ts_dict d
JOIN pg_catalog.pg_ts_template t ON t.oid = d.dicttemplate
JOIN pg_catalog.pg_namespace n ON n.oid = t.tmplnamespace
WHERE d.oid >= 16384
ORDER BY d.oid",
};

/// Users' text search dictionaries.
pub const READER: Reader = Reader {
    name: "text search dictionaries",
    phase: Phase::Early,
    query: |db| Some(DICTIONARIES.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let body = Dictionary {
                template: qualified(row.text("template_schema")?, row.text("template")?),
                options: row.opt("options")?.map(str::to_owned),
            };
            db.add(class::TS_DICT, &row, Body::TextSearchDictionary(body))?;
        }
        Ok(())
    },
};

/// A text search dictionary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dictionary {
    /// The template it is made from, spelled.
    pub template: String,
    /// Its options.
    pub options: Option<String>,
}

impl Dictionary {
    /// The dictionary and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let create = |names: &super::super::names::Names| self.create(&names.qualified);
        plain::emit(id, Kind::TextSearchDictionary, create, out);
    }

    fn create(&self, name: &str) -> String {
        let options = self.options.as_ref().map(|options| format!(",\n    {options}"));
        format!(
            "CREATE TEXT SEARCH DICTIONARY {name} (\n    TEMPLATE = {}{} );\n",
            self.template,
            options.unwrap_or_default()
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_follow_the_template() {
        let mut dictionary = Dictionary {
            template: "pg_catalog.snowball".into(),
            options: Some("language = 'english', stopwords = 'english'".into()),
        };
        assert_eq!(
            dictionary.create("public.d"),
            "CREATE TEXT SEARCH DICTIONARY public.d (\n    TEMPLATE = pg_catalog.snowball,\n    \
             language = 'english', stopwords = 'english' );\n"
        );
        dictionary.options = None;
        assert_eq!(
            dictionary.create("public.d"),
            "CREATE TEXT SEARCH DICTIONARY public.d (\n    TEMPLATE = pg_catalog.snowball );\n"
        );
    }
}
