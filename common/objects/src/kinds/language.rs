//! Procedural languages (`pg_language`).
//!
//! Most come with an extension, which makes them. One that was made by hand names its functions, if these are
//! in the dump; otherwise the server is trusted to know them.

use std::fmt::Write;

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::names::Names;
use super::{Phase, Reader};

const LANGUAGES: Select = Select {
    columns: &[
        column("oid", "l.oid"),
        column("name", "l.lanname"),
        column("owner", "l.lanowner"),
        column("acl", "l.lanacl"),
        column("acldefault", "pg_catalog.acldefault('l', l.lanowner)"),
        column("is_trusted", "l.lanpltrusted"),
        column("handler", "l.lanplcallfoid"),
        column("inline", "l.laninline"),
        column("validator", "l.lanvalidator"),
    ],
    from: "FROM pg_catalog.pg_language l WHERE l.lanispl ORDER BY l.oid",
};

/// All procedural languages.
pub const READER: Reader = Reader {
    name: "languages",
    phase: Phase::Early,
    query: |db| Some(LANGUAGES.sql(db.server.major(), &[])),
    read,
};

/// A procedural language.
#[derive(Clone, Debug, Default)]
pub struct Language {
    /// Whether everyone may use it.
    pub is_trusted: bool,
    /// OID of the function that runs its functions.
    pub handler: u32,
    /// OID of the function that runs DO blocks, or 0.
    pub inline: u32,
    /// OID of the function that checks new functions, or 0.
    pub validator: u32,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let body = Language {
            is_trusted: row.flag("is_trusted")?,
            handler: row.oid("handler")?,
            inline: row.oid("inline")?,
            validator: row.oid("validator")?,
        };
        db.add(class::LANGUAGE, &row, Body::Language(body))?;
    }
    Ok(())
}

impl Language {
    /// The language with its facets.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let names = Names::of(out.db, id);
        let mut entry = Entry::new(Kind::ProceduralLanguage, None, names.raw, names.owner.clone());
        entry.create = self.create(&names.name, |oid| dumped_function(out.db, oid));
        entry.drop = format!("DROP PROCEDURAL LANGUAGE {};\n", names.name);
        out.main(entry);
        out.comment("LANGUAGE", &names.name, None, &names.owner);
        out.label("LANGUAGE", &names.name, None, &names.owner);
        if self.is_trusted {
            out.privileges("LANGUAGE", &names.name, None, &names.owner);
        }
    }

    fn create(&self, name: &str, function: impl Fn(u32) -> Option<String>) -> String {
        let functions = [
            ("HANDLER", self.handler),
            ("INLINE", self.inline),
            ("VALIDATOR", self.validator),
        ];
        let trusted = if self.is_trusted { "TRUSTED " } else { "" };
        let mut sql = format!("CREATE {trusted}PROCEDURAL LANGUAGE {name}");
        for (word, oid) in functions {
            if word != "HANDLER" && oid == 0 {
                continue;
            }
            match function(oid) {
                Some(function) => {
                    let _ = write!(sql, " {word} {function}");
                }
                None => return format!("CREATE OR REPLACE PROCEDURAL LANGUAGE {name};\n"),
            }
        }
        sql + ";\n"
    }
}

/// Qualified name of a function, if anything of it is in the dump.
fn dumped_function(db: &Database, oid: u32) -> Option<String> {
    let id = db.by_oid(class::PROC, oid)?;
    (!db.object(id).wanted.is_none()).then(|| db.qualified(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn functions_are_named_when_all_are_known() {
        let language = Language {
            is_trusted: true,
            handler: 1,
            inline: 2,
            validator: 0,
        };
        let all = |oid| Some(format!("public.f{oid}"));
        assert_eq!(
            language.create("plx", all),
            "CREATE TRUSTED PROCEDURAL LANGUAGE plx HANDLER public.f1 INLINE public.f2;\n"
        );
        assert_eq!(
            language.create("plx", |oid| all(oid).filter(|_| oid == 1)),
            "CREATE OR REPLACE PROCEDURAL LANGUAGE plx;\n"
        );
    }
}
