//! Roles (`pg_authid`; `pg_roles` shows the same to everybody, without passwords).

use std::fmt::Write;

use pgx_archive::naming::{Naming, alter_role};

use crate::error::Error;
use crate::kinds::settings::escaped_literal;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::literal;

use super::{Globals, Reader};

const COLUMNS: &[crate::query::Column] = &[
    column("oid", "r.oid"),
    column("name", "r.rolname"),
    column("superuser", "r.rolsuper"),
    column("inherit", "r.rolinherit"),
    column("createrole", "r.rolcreaterole"),
    column("createdb", "r.rolcreatedb"),
    column("login", "r.rolcanlogin"),
    column("replication", "r.rolreplication"),
    column("bypassrls", "r.rolbypassrls"),
    column("connections", "r.rolconnlimit"),
    column("password", "r.rolpassword"),
    column("valid_until", "r.rolvaliduntil"),
    column("comment", "pg_catalog.shobj_description(r.oid, 'pg_authid')"),
];

const WITH_PASSWORDS: Select = Select {
    columns: COLUMNS,
    from: "FROM pg_catalog.pg_authid r WHERE r.rolname !~ '^pg_' ORDER BY r.rolname",
};

const WITHOUT_PASSWORDS: Select = Select {
    columns: COLUMNS,
    from: "FROM (SELECT r.oid, r.rolname, r.rolsuper, r.rolinherit, r.rolcreaterole, r.rolcreatedb, r.rolcanlogin,
    r.rolreplication, r.rolbypassrls, r.rolconnlimit, NULL AS rolpassword, r.rolvaliduntil FROM pg_catalog.pg_roles r) r
WHERE r.rolname !~ '^pg_' ORDER BY r.rolname",
};

/// All roles but those that every server has.
pub const READER: Reader = Reader {
    name: "roles",
    query: |major, wish| {
        let select = if wish.passwords {
            WITH_PASSWORDS
        } else {
            WITHOUT_PASSWORDS
        };
        wish.roles.then(|| select.sql(major, &[]))
    },
    read,
};

/// A role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Role {
    /// Its OID.
    pub oid: u32,
    /// Its name.
    pub name: String,
    /// SUPERUSER
    pub superuser: bool,
    /// INHERIT
    pub inherit: bool,
    /// CREATEROLE
    pub createrole: bool,
    /// CREATEDB
    pub createdb: bool,
    /// LOGIN
    pub login: bool,
    /// REPLICATION
    pub replication: bool,
    /// BYPASSRLS
    pub bypassrls: bool,
    /// How many connections it may have; -1 for any number.
    pub connections: i32,
    /// Hash of its password.
    pub password: Option<String>,
    /// Until when its password is valid.
    pub valid_until: Option<String>,
    /// Comment on it.
    pub comment: Option<String>,
}

fn read(globals: &mut Globals, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let text = |column| row.opt(column).map(|value| value.map(str::to_owned));
        globals.roles.push(Role {
            oid: row.oid("oid")?,
            name: row.text("name")?.to_owned(),
            superuser: row.flag("superuser")?,
            inherit: row.flag("inherit")?,
            createrole: row.flag("createrole")?,
            createdb: row.flag("createdb")?,
            login: row.flag("login")?,
            replication: row.flag("replication")?,
            bypassrls: row.flag("bypassrls")?,
            connections: row.number("connections")?,
            password: text("password")?,
            valid_until: text("valid_until")?,
            comment: text("comment")?,
        });
    }
    Ok(())
}

impl Role {
    /// The statement that makes it, with nothing but its name.
    pub fn create(&self) -> Naming {
        Naming::default().text("CREATE ROLE ").role(&self.name).text(";\n")
    }

    /// Its attributes, whether it has them or not, as ALTER ROLE has them.
    pub fn attributes(&self) -> [&'static str; 7] {
        let word = |has, yes, no| if has { yes } else { no };
        [
            word(self.superuser, "SUPERUSER", "NOSUPERUSER"),
            word(self.inherit, "INHERIT", "NOINHERIT"),
            word(self.createrole, "CREATEROLE", "NOCREATEROLE"),
            word(self.createdb, "CREATEDB", "NOCREATEDB"),
            word(self.login, "LOGIN", "NOLOGIN"),
            word(self.replication, "REPLICATION", "NOREPLICATION"),
            word(self.bypassrls, "BYPASSRLS", "NOBYPASSRLS"),
        ]
    }

    /// What follows the attributes in ALTER ROLE.
    pub fn limits(&self) -> String {
        let mut sql = String::new();
        if self.connections != -1 {
            let _ = write!(sql, " CONNECTION LIMIT {}", self.connections);
        }
        if let Some(password) = &self.password {
            let _ = write!(sql, " PASSWORD {}", escaped_literal(password));
        }
        if let Some(until) = &self.valid_until {
            let _ = write!(sql, " VALID UNTIL {}", literal(until));
        }
        sql
    }

    /// The statement that gives it all attributes, whatever it had.
    pub fn alter(&self) -> Naming {
        alter_role(&self.name, &self.attributes(), &self.limits())
    }

    /// The comment on it.
    pub fn comment(&self) -> Option<Naming> {
        let comment = self.comment.as_deref()?;
        let end = format!(" IS {};\n", escaped_literal(comment));
        Some(Naming::default().text("COMMENT ON ROLE ").role(&self.name).text(end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_made_and_then_given_its_attributes() {
        let mut role = Role {
            name: "Odd \"Role".to_owned(),
            inherit: true,
            connections: -1,
            ..Role::default()
        };
        assert_eq!(role.create().sql(), "CREATE ROLE \"Odd \"\"Role\";\n");
        assert_eq!(
            role.alter().sql(),
            "ALTER ROLE \"Odd \"\"Role\" WITH NOSUPERUSER INHERIT NOCREATEROLE NOCREATEDB NOLOGIN NOREPLICATION \
             NOBYPASSRLS;\n"
        );
        role = Role {
            name: "ann".to_owned(),
            login: true,
            connections: 5,
            password: Some("SCRAM-SHA-256$4096:x".to_owned()),
            valid_until: Some("infinity".to_owned()),
            comment: Some("it's ann".to_owned()),
            ..Role::default()
        };
        assert!(role.alter().sql().ends_with(
            " LOGIN NOREPLICATION NOBYPASSRLS CONNECTION LIMIT 5 PASSWORD 'SCRAM-SHA-256$4096:x' VALID UNTIL 'infinity';\n"
        ));
        assert_eq!(
            role.comment().map(|naming| naming.sql()).as_deref(),
            Some("COMMENT ON ROLE ann IS 'it''s ann';\n")
        );
    }
}
