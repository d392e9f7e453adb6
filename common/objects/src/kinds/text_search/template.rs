//! Text search templates (`pg_ts_template`).

use pgx_archive::Kind;

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::super::{Phase, Reader, plain};

const TEMPLATES: Select = Select {
    columns: &[
        column("oid", "t.oid"),
        column("name", "t.tmplname"),
        column("schema", "t.tmplnamespace"),
        column("initialize", "NULLIF(t.tmplinit::pg_catalog.text, '-')"),
        column("lexize", "t.tmpllexize"),
    ],
    from: "FROM pg_catalog.pg_ts_template t WHERE t.oid >= 16384 ORDER BY t.oid",
};

/// Users' text search templates.
pub const READER: Reader = Reader {
    name: "text search templates",
    phase: Phase::Early,
    query: |db| Some(TEMPLATES.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let body = Template {
                initialize: row.opt("initialize")?.map(str::to_owned),
                lexize: row.text("lexize")?.to_owned(),
            };
            db.add(class::TS_TEMPLATE, &row, Body::TextSearchTemplate(body))?;
        }
        Ok(())
    },
};

/// A text search template: its functions, spelled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template {
    /// Prepares a dictionary.
    pub initialize: Option<String>,
    /// Looks a word up.
    pub lexize: String,
}

impl Template {
    /// The template and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        plain::emit(id, Kind::TextSearchTemplate, |names| self.create(&names.qualified), out);
    }

    fn create(&self, name: &str) -> String {
        let initialize = self
            .initialize
            .as_ref()
            .map(|function| format!("    INIT = {function},\n"));
        format!(
            "CREATE TEXT SEARCH TEMPLATE {name} (\n{}    LEXIZE = {} );\n",
            initialize.unwrap_or_default(),
            self.lexize
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_template_may_need_no_preparation() {
        let mut template = Template {
            initialize: Some("dsimple_init".into()),
            lexize: "dsimple_lexize".into(),
        };
        assert_eq!(
            template.create("public.t"),
            "CREATE TEXT SEARCH TEMPLATE public.t (\n    INIT = dsimple_init,\n    LEXIZE = dsimple_lexize );\n"
        );
        template.initialize = None;
        assert_eq!(
            template.create("public.t"),
            "CREATE TEXT SEARCH TEMPLATE public.t (\n    LEXIZE = dsimple_lexize );\n"
        );
    }
}
