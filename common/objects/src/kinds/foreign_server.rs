//! Foreign servers (`pg_foreign_server`) and who connects to them as whom (`pg_user_mappings`).
//!
//! The view on user mappings hides options, passwords among them, from roles that may not see them: such a
//! mapping is dumped without options, and named.

use std::fmt::Write;

use pgx_archive::naming::Naming;
use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::{Row, Rows};
use crate::sql::{ident, literal};

use super::foreign_data_wrapper::clause;
use super::names::Names;
use super::spelled::options;
use super::{Phase, Reader, plain};

/// What the catalog calls those who have no mapping of their own.
const PUBLIC: &str = "public";

const SERVERS: Select = Select {
    columns: &[
        column("oid", "s.oid"),
        column("name", "s.srvname"),
        column("owner", "s.srvowner"),
        column("acl", "s.srvacl"),
        column("acldefault", "pg_catalog.acldefault('S', s.srvowner)"),
        column("wrapper", "w.fdwname"),
        column("type", "s.srvtype"),
        column("version", "s.srvversion"),
        column("options", options!("s.srvoptions")),
    ],
    from: "FROM pg_catalog.pg_foreign_server s
JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw
ORDER BY s.oid",
};

const MAPPINGS: Select = Select {
    columns: &[
        column("server", "m.srvid"),
        column("user_name", "m.usename"),
        column("options", options!("m.umoptions")),
        // As the view decides it.
        column(
            "hidden",
            "NOT (r.rolsuper
             OR (m.umuser <> 0 AND m.usename = r.rolname
                 AND (pg_catalog.pg_has_role(s.srvowner, 'USAGE') OR pg_catalog.has_server_privilege(s.oid, 'USAGE')))
             OR (m.umuser = 0 AND pg_catalog.pg_has_role(s.srvowner, 'USAGE')))",
        ),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_foreign_server s ON s.oid = w.oid
JOIN pg_catalog.pg_user_mappings m ON m.srvid = s.oid
JOIN pg_catalog.pg_roles r ON r.rolname = current_user
ORDER BY m.srvid, m.usename",
};

/// All foreign servers.
pub const READER: Reader = Reader {
    name: "foreign servers",
    phase: Phase::Early,
    query: |db| Some(SERVERS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let body = ForeignServer::read(&row)?;
            db.add(class::FOREIGN_SERVER, &row, Body::ForeignServer(Box::new(body)))?;
        }
        Ok(())
    },
};

/// User mappings of wanted servers.
pub const MAPPING_READER: Reader = Reader {
    name: "user mappings",
    phase: Phase::Late,
    query: |db| {
        let oids =
            db.oids(|object| matches!(object.body, Body::ForeignServer(_)) && object.wanted.any(Wanted::DEFINITION));
        (!oids.is_empty()).then(|| MAPPINGS.sql(db.server.major(), &oids))
    },
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let oid = row.oid("server")?;
            let id = db
                .by_oid(class::FOREIGN_SERVER, oid)
                .ok_or_else(|| row.dangling(format!("foreign server {oid}")))?;
            let mapping = UserMapping {
                user: row.text("user_name")?.to_owned(),
                options: row.opt("options")?.unwrap_or_default().to_owned(),
            };
            if row.flag("hidden")? {
                db.left_out.push(format!(
                    "options of the user mapping for {} on server {} are left out: this role cannot read them",
                    mapping.user,
                    db.object(id).name
                ));
            }
            if let Body::ForeignServer(body) = &mut db.object_mut(id).body {
                body.mappings.push(mapping);
            }
        }
        Ok(())
    },
};

/// A foreign server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ForeignServer {
    /// Its wrapper, not quoted.
    pub wrapper: String,
    /// What its wrapper calls its type; empty for nothing.
    pub kind: String,
    /// Its version; empty for none.
    pub version: String,
    /// Options as they stand in `OPTIONS (…)`.
    pub options: String,
    /// Who connects to it as whom.
    pub mappings: Vec<UserMapping>,
}

/// How a role connects to a foreign server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserMapping {
    /// The role, not quoted; `public` for all others.
    pub user: String,
    /// Options as they stand in `OPTIONS (…)`.
    pub options: String,
}

impl ForeignServer {
    fn read(row: &Row<'_>) -> Result<ForeignServer, Error> {
        let text = |column: &str| Ok(row.opt(column)?.unwrap_or_default().to_owned());
        Ok(ForeignServer {
            wrapper: text("wrapper")?,
            kind: text("type")?,
            version: text("version")?,
            options: text("options")?,
            mappings: Vec::new(),
        })
    }

    /// The server, its comment and privileges, and its user mappings.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let names = plain::emit(id, Kind::Server, |names| self.create(&names.name), out);
        out.privileges("FOREIGN SERVER", &names.name, None, &names.owner);
        if out.wants(Wanted::DEFINITION) {
            for mapping in &self.mappings {
                out.facet(mapping.entry(&names));
            }
        }
    }

    fn create(&self, name: &str) -> String {
        let mut sql = format!("CREATE SERVER {name}");
        for (word, value) in [("TYPE", &self.kind), ("VERSION", &self.version)] {
            if !value.is_empty() {
                let _ = write!(sql, " {word} {}", literal(value));
            }
        }
        let _ = write!(sql, " FOREIGN DATA WRAPPER {}", ident(&self.wrapper));
        sql + &clause(&self.options) + ";\n"
    }
}

impl UserMapping {
    fn entry(&self, server: &Names) -> Entry {
        let tag = format!("USER MAPPING {} SERVER {}", self.user, server.raw);
        let mut entry = Entry::new(Kind::UserMapping, None, tag, server.owner.clone());
        let target = |word: &str, rest: &str| {
            let rest = format!(" SERVER {}{rest};\n", server.name);
            let start = Naming::default().text(format!("{word} USER MAPPING FOR "));
            match self.user.as_str() {
                PUBLIC => start.text(ident(PUBLIC)).text(rest),
                user => start.role(user).text(rest),
            }
        };
        entry.set_naming("create", &target("CREATE", &clause(&self.options)));
        entry.set_naming("drop", &target("DROP", ""));
        if self.user != PUBLIC {
            entry.roles = vec![self.user.clone()];
        }
        entry
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn type_and_version_are_said_when_there_are_any() {
        let mut server = ForeignServer {
            wrapper: "files".into(),
            ..ForeignServer::default()
        };
        assert_eq!(server.create("s"), "CREATE SERVER s FOREIGN DATA WRAPPER files;\n");
        server.kind = "oracle".into();
        server.version = "1'2".into();
        server.options = "host 'h'".into();
        assert_eq!(
            server.create("s"),
            "CREATE SERVER s TYPE 'oracle' VERSION '1''2' FOREIGN DATA WRAPPER files OPTIONS (\n    host 'h'\n);\n"
        );
    }

    #[test]
    fn a_mapping_names_its_role() {
        let mapping = UserMapping {
            user: "Joe".into(),
            options: "password 'x'".into(),
        };
        let server = Names {
            schema: String::new(),
            raw: "S 1".into(),
            name: "\"S 1\"".into(),
            qualified: "\"S 1\"".into(),
            owner: "ann".into(),
        };
        let entry = mapping.entry(&server);
        assert_eq!(entry.name, "USER MAPPING Joe SERVER S 1");
        assert_eq!(
            entry.create,
            "CREATE USER MAPPING FOR \"Joe\" SERVER \"S 1\" OPTIONS (\n    password 'x'\n);\n"
        );
        assert_eq!(entry.roles, ["Joe"]);
    }
}
