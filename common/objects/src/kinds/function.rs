//! Functions and procedures (`pg_proc`).
//!
//! Functions that something else made by itself (the constructors of range types) are left to it. The body is
//! a string, a symbol in an object file, or an expression of SQL that the server deparses.

use pgx_archive::entry::SUPERUSER;
use pgx_archive::naming::Naming;
use pgx_archive::{Entry, Kind, Section};

use crate::database::NodeId;
use crate::database::{Body, Database, Object, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::gone::{self, Place};
use super::names::Names;
use super::{Phase, Reader};

pub mod definition;

use definition::Definition;

// Built-in functions are here when their privileges were changed, or when a user's cast or transform names
// them.
const FUNCTIONS: Select = Select {
    columns: &[
        column("oid", "p.oid"),
        column("name", "p.proname"),
        column("schema", "p.pronamespace"),
        column("owner", "p.proowner"),
        column("acl", "p.proacl"),
        column("acldefault", "pg_catalog.acldefault('f', p.proowner)"),
        column("kind", "p.prokind"),
        column("arguments", "p.proargtypes"),
        column("has_own_acl", "p.proacl IS DISTINCT FROM i.initprivs"),
    ],
    from: "FROM pg_catalog.pg_proc p
LEFT JOIN pg_catalog.pg_init_privs i
       ON i.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND i.objoid = p.oid AND i.objsubid = 0
WHERE p.prokind <> 'a'
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                  WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass
                    AND d.objid = p.oid AND d.deptype = 'i')
  AND (p.oid >= 16384
       OR p.proacl IS DISTINCT FROM i.initprivs
       OR EXISTS (SELECT FROM pg_catalog.pg_cast c WHERE c.oid >= 16384 AND c.castfunc = p.oid)
       OR EXISTS (SELECT FROM pg_catalog.pg_transform t
                  WHERE t.oid >= 16384 AND p.oid IN (t.trffromsql, t.trftosql)))
ORDER BY p.oid",
};

/// Users' functions and procedures, and built-in ones that matter.
pub const READER: Reader = Reader {
    name: "functions",
    phase: Phase::Early,
    query: |db| Some(FUNCTIONS.sql(db.server.major(), &[])),
    read,
};

/// A function or procedure.
#[derive(Clone, Debug, Default)]
pub struct Function {
    /// `prokind`: f function, p procedure, w window function.
    pub kind: char,
    /// OIDs of the argument types; ties in the order go by their names.
    pub arguments: Vec<u32>,
    /// Whether its privileges differ from those it was made with.
    pub has_own_acl: bool,
    /// Moved to post-data by a cycle.
    pub postponed: bool,
    /// How it is spelled; late, for what is wanted.
    pub definition: Option<Box<Definition>>,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let body = Function {
            kind: row.letter("kind")?,
            arguments: row.numbers("arguments")?,
            has_own_acl: row.flag("has_own_acl")?,
            postponed: false,
            definition: None,
        };
        db.add(class::PROC, &row, Body::Function(Box::new(body)))?;
    }
    Ok(())
}

/// Whether something will be said of a function or aggregate: its definition, or changed privileges.
pub(super) fn is_wanted(object: &Object, has_own_acl: bool) -> bool {
    let wanted = object.wanted;
    wanted.any(Wanted::DEFINITION | Wanted::COMMENT | Wanted::LABEL) || (has_own_acl && wanted.any(Wanted::ACL))
}

impl Function {
    /// The word of the statements that make, drop and grant it.
    fn word(&self) -> &'static str {
        if self.kind == 'p' { "PROCEDURE" } else { "FUNCTION" }
    }

    /// The function with its facets.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let Some(definition) = &self.definition else {
            return;
        };
        let (names, word) = (Names::of(out.db, id), self.word());
        let kind = if self.kind == 'p' {
            Kind::Procedure
        } else {
            Kind::Function
        };
        let tag = format!("{}({})", names.raw, definition.signature);
        let mut entry = Entry::new(kind, Some(&names.schema), tag, names.owner.clone());
        if self.postponed {
            entry.section = Section::PostData;
        }
        let signature = format!("{}({})", names.name, definition.identity);
        let qualified = format!("{}.{signature}", ident(&names.schema));
        let bound = out.bound_to_extensions(word, &qualified);
        entry.create = definition.create(self.kind, &names.qualified) + &bound;
        gone::mark(&mut entry, Place::Function, definition.settings(), |call| {
            let create = definition.create_with(self.kind, &names.qualified, call);
            Naming::default().text(create + &bound)
        });
        if let Some(reason) = definition.needs_superuser() {
            entry.fields.insert(SUPERUSER.to_owned(), reason.into());
        }
        entry.drop = format!("DROP {word} {qualified};\n");
        out.main(entry);
        let (schema, owner) = (Some(names.schema.as_str()), names.owner.as_str());
        out.comment(word, &signature, schema, owner);
        out.label(word, &signature, schema, owner);
        out.privileges(word, &signature, schema, owner);
    }
}
