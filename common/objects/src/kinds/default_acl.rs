//! Default privileges (`pg_default_acl`): what objects that a role will make begin with.
//!
//! A row without schema replaces the built-in defaults, so it is the difference from these; a row for one
//! schema only adds to them.

use pgx_archive::naming::DEFAULTS_FOR;
use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::privileges;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::{Phase, Reader};

const DEFAULT_ACLS: Select = Select {
    columns: &[
        column("oid", "d.oid"),
        column("name", "d.defaclobjtype"),
        column("schema", "d.defaclnamespace"),
        column("role", "d.defaclrole"),
        column("acl", "d.defaclacl"),
        column(
            "acldefault",
            "CASE WHEN d.defaclnamespace = 0
             THEN pg_catalog.acldefault(CASE WHEN d.defaclobjtype = 'S' THEN 's' ELSE d.defaclobjtype END, d.defaclrole)
             ELSE '{}' END",
        ),
    ],
    from: "FROM pg_catalog.pg_default_acl d ORDER BY d.oid",
};

/// All default privileges.
pub const READER: Reader = Reader {
    name: "default privileges",
    phase: Phase::Early,
    query: |db| Some(DEFAULT_ACLS.sql(db.server.major(), &[])),
    read,
};

/// Default privileges of a role, for one kind of object, everywhere or in one schema.
#[derive(Clone, Debug, Default)]
pub struct DefaultAcl {
    /// The role whose objects they are for.
    pub role: u32,
    /// `defaclobjtype`: r tables, S sequences, f functions, T types, n schemas, L large objects (from 18 on).
    pub kind: char,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let body = DefaultAcl {
            role: row.oid("role")?,
            kind: row.letter("name")?,
        };
        db.add(class::DEFAULT_ACL, &row, Body::DefaultAcl(body))?;
    }
    Ok(())
}

impl DefaultAcl {
    /// The entry, which counts as privileges.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        if !out.wants(Wanted::ACL) {
            return;
        }
        let object = out.db.object(id);
        let (role, word) = (out.db.role(self.role), self.word());
        let schema = object.schema.map(|schema| out.db.object(schema).name.as_str());
        let (actual, default) = object.acl.as_ref().map_or((None, None), |acl| acl.lists());
        let grants = privileges::difference(actual, default, None, role, word, None);
        let mut entry = Entry::new(Kind::DefaultAcl, schema, format!("{DEFAULTS_FOR}{word}"), role);
        entry.roles = privileges::roles(&grants);
        entry.grants = grants;
        entry.spell_grants();
        out.always(entry);
    }

    fn word(&self) -> &'static str {
        match self.kind {
            'S' => "SEQUENCES",
            'f' => "FUNCTIONS",
            'T' => "TYPES",
            'n' => "SCHEMAS",
            'L' => "LARGE OBJECTS",
            _ => "TABLES",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::Acl;
    use crate::sample;

    #[test]
    fn everywhere_is_a_difference_and_in_a_schema_an_addition() {
        let mut db = sample::database(18);
        for (acl, default, schema) in [
            ("{ann=r/joe,joe=arwdDxtm/joe}", "{joe=arwdDxtm/joe}", false),
            ("{ann=r*/joe}", "{}", true),
        ] {
            let body = Body::DefaultAcl(DefaultAcl { role: 10, kind: 'r' });
            let mut object = sample::object(&db, class::DEFAULT_ACL, "r", body);
            object.acl = Some(Box::new(Acl {
                actual: Some(acl.to_owned()),
                default: Some(default.to_owned()),
            }));
            object.schema = object.schema.filter(|_| schema);
            db.push(object);
        }
        let texts: Vec<String> = sample::entries(&db)
            .into_iter()
            .filter(|entry| entry.kind == Kind::DefaultAcl)
            .map(|entry| entry.create)
            .collect();
        assert_eq!(
            texts,
            [
                "ALTER DEFAULT PRIVILEGES FOR ROLE joe GRANT SELECT ON TABLES TO ann;\n",
                "ALTER DEFAULT PRIVILEGES FOR ROLE joe IN SCHEMA public GRANT SELECT ON TABLES TO ann WITH GRANT OPTION;\n",
            ]
        );
    }
}
