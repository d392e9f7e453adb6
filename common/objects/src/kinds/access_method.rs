//! Access methods for tables and indexes (`pg_am`). They have no owner.

use pgx_archive::Kind;

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::{Phase, Reader, plain};

const ACCESS_METHODS: Select = Select {
    columns: &[
        column("oid", "a.oid"),
        column("name", "a.amname"),
        column("kind", "a.amtype"),
        column("handler", "a.amhandler::pg_catalog.regproc"),
    ],
    from: "FROM pg_catalog.pg_am a WHERE a.oid >= 16384 ORDER BY a.oid",
};

/// Users' access methods.
pub const READER: Reader = Reader {
    name: "access methods",
    phase: Phase::Early,
    query: |db| Some(ACCESS_METHODS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let body = AccessMethod {
                kind: row.letter("kind")?,
                handler: row.text("handler")?.to_owned(),
            };
            db.add(class::AM, &row, Body::AccessMethod(body))?;
        }
        Ok(())
    },
};

/// An access method.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AccessMethod {
    /// `amtype`: i for indexes, t for tables.
    pub kind: char,
    /// The function behind it, spelled.
    pub handler: String,
}

impl AccessMethod {
    /// The access method and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        plain::emit(id, Kind::AccessMethod, |names| self.create(&names.name), out);
    }

    fn create(&self, name: &str) -> String {
        let kind = if self.kind == 't' { "TABLE" } else { "INDEX" };
        format!("CREATE ACCESS METHOD {name} TYPE {kind} HANDLER {};\n", self.handler)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_access_method_names_its_handler() {
        let method = AccessMethod {
            kind: 't',
            handler: "heap_tableam_handler".into(),
        };
        assert_eq!(
            method.create("pile"),
            "CREATE ACCESS METHOD pile TYPE TABLE HANDLER heap_tableam_handler;\n"
        );
    }
}
