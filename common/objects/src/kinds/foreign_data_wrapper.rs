//! Foreign-data wrappers (`pg_foreign_data_wrapper`).

use std::fmt::Write;

use pgx_archive::Kind;

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::spelled::options;
use super::{Phase, Reader, plain};

const WRAPPERS: Select = Select {
    columns: &[
        column("oid", "w.oid"),
        column("name", "w.fdwname"),
        column("owner", "w.fdwowner"),
        column("acl", "w.fdwacl"),
        column("acldefault", "pg_catalog.acldefault('F', w.fdwowner)"),
        column(
            "handler",
            "NULLIF(w.fdwhandler::pg_catalog.regproc::pg_catalog.text, '-')",
        ),
        column(
            "validator",
            "NULLIF(w.fdwvalidator::pg_catalog.regproc::pg_catalog.text, '-')",
        ),
        column("options", options!("w.fdwoptions")),
    ],
    from: "FROM pg_catalog.pg_foreign_data_wrapper w ORDER BY w.oid",
};

/// All foreign-data wrappers.
pub const READER: Reader = Reader {
    name: "foreign-data wrappers",
    phase: Phase::Early,
    query: |db| Some(WRAPPERS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let body = ForeignDataWrapper {
                handler: row.opt("handler")?.map(str::to_owned),
                validator: row.opt("validator")?.map(str::to_owned),
                options: row.opt("options")?.unwrap_or_default().to_owned(),
            };
            db.add(
                class::FOREIGN_DATA_WRAPPER,
                &row,
                Body::ForeignDataWrapper(Box::new(body)),
            )?;
        }
        Ok(())
    },
};

/// A foreign-data wrapper. Functions are spelled.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForeignDataWrapper {
    /// What reads foreign tables.
    pub handler: Option<String>,
    /// What checks options.
    pub validator: Option<String>,
    /// Options as they stand in `OPTIONS (…)`.
    pub options: String,
}

impl ForeignDataWrapper {
    /// The wrapper, its comment and privileges.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let names = plain::emit(id, Kind::ForeignDataWrapper, |names| self.create(&names.name), out);
        out.privileges("FOREIGN DATA WRAPPER", &names.name, None, &names.owner);
    }

    fn create(&self, name: &str) -> String {
        let mut sql = format!("CREATE FOREIGN DATA WRAPPER {name}");
        for (word, function) in [("HANDLER", &self.handler), ("VALIDATOR", &self.validator)] {
            if let Some(function) = function {
                let _ = write!(sql, " {word} {function}");
            }
        }
        sql + &clause(&self.options) + ";\n"
    }
}

/// ` OPTIONS (…)`, or nothing.
pub(super) fn clause(options: &str) -> String {
    if options.is_empty() {
        String::new()
    } else {
        format!(" OPTIONS (\n    {options}\n)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_and_options_are_said_when_there_are_any() {
        let mut wrapper = ForeignDataWrapper::default();
        assert_eq!(wrapper.create("w"), "CREATE FOREIGN DATA WRAPPER w;\n");
        wrapper.validator = Some("public.v".into());
        wrapper.options = "a '1',\n    b '2'".into();
        assert_eq!(
            wrapper.create("w"),
            "CREATE FOREIGN DATA WRAPPER w VALIDATOR public.v OPTIONS (\n    a '1',\n    b '2'\n);\n"
        );
    }
}
