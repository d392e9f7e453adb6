//! The database itself (`pg_database`) and its settings (`pg_db_role_setting`): what `-C` makes.
//!
//! A dump always carries these entries; a loader that fills a database which exists already passes over them.
//! CREATE DATABASE stands alone in its entry, because it refuses to run in a transaction; what can be changed
//! later is in the properties. The text is for servers as new as pg_dump 18; for older ones, and for another
//! name, it is made again from the fields.

use crate::database::{Acl, Database};
use crate::error::Error;
use crate::query::{Select, column, since};
use crate::rows::{Row, Rows};

use super::{Phase, Reader};

mod text;

// The column of the provider's locale was renamed in 17; as JSON, the row has one or the other.
const DATABASE: Select = Select {
    columns: &[
        column("oid", "d.oid"),
        column("name", "d.datname"),
        column("owner", "d.datdba"),
        column("acl", "d.datacl"),
        column("acldefault", "pg_catalog.acldefault('d', d.datdba)"),
        column("encoding", "pg_catalog.pg_encoding_to_char(d.encoding)"),
        since(15, "provider", "d.datlocprovider", "'c'"),
        column("collate", "d.datcollate"),
        column("ctype", "d.datctype"),
        since(
            15,
            "locale",
            "COALESCE(pg_catalog.to_jsonb(d) ->> 'datlocale', pg_catalog.to_jsonb(d) ->> 'daticulocale')",
            "NULL",
        ),
        since(16, "icu_rules", "d.daticurules", "NULL"),
        column("tablespace", "t.spcname"),
        column("is_template", "d.datistemplate"),
        column("connection_limit", "d.datconnlimit"),
        column("comment", "pg_catalog.shobj_description(d.oid, 'pg_database')"),
        column(
            "settings",
            "SELECT s.setconfig FROM pg_catalog.pg_db_role_setting s WHERE s.setrole = 0 AND s.setdatabase = d.oid",
        ),
    ],
    from: "FROM pg_catalog.pg_database d LEFT JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
WHERE d.datname = pg_catalog.current_database()",
};

const ROLES: Select = Select {
    columns: &[column("role", "s.setrole"), column("settings", "s.setconfig")],
    from: "FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
WHERE d.datname = pg_catalog.current_database() AND s.setrole <> 0
ORDER BY s.setrole",
};

const LABELS: Select = Select {
    columns: &[column("provider", "l.provider"), column("label", "l.label")],
    from: "FROM pg_catalog.pg_shseclabel l JOIN pg_catalog.pg_database d ON d.oid = l.objoid
WHERE l.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass
  AND d.datname = pg_catalog.current_database()
ORDER BY l.provider",
};

/// The database, its comment and settings.
pub const READER: Reader = Reader {
    name: "database",
    phase: Phase::Late,
    query: |db| Some(DATABASE.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            db.own = Some(Box::new(DatabaseEntry::read(&row)?));
        }
        Ok(())
    },
};

/// Settings of roles in the database.
pub const ROLE_SETTINGS: Reader = Reader {
    name: "settings of roles in the database",
    phase: Phase::Late,
    query: |db| Some(ROLES.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            let role = db.role(row.oid("role")?).to_owned();
            if let Some(own) = &mut db.own {
                let settings = row.list("settings")?.into_iter();
                own.role_settings
                    .extend(settings.map(|setting| (role.clone(), setting)));
            }
        }
        Ok(())
    },
};

/// Security labels of the database.
pub const SECURITY_LABELS: Reader = Reader {
    name: "security labels of the database",
    phase: Phase::Late,
    query: |db| Some(LABELS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            if let Some(own) = &mut db.own {
                let label = (row.text("provider")?.to_owned(), row.text("label")?.to_owned());
                own.labels.push(label);
            }
        }
        Ok(())
    },
};

/// The database that is described.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DatabaseEntry {
    /// Its OID.
    pub oid: u32,
    /// Its name, not quoted.
    pub name: String,
    /// OID of its owner.
    pub owner: u32,
    /// Its privileges.
    pub acl: Acl,
    /// Name of its encoding.
    pub encoding: String,
    /// `datlocprovider`: c libc, i ICU, b builtin.
    pub provider: char,
    /// `LC_COLLATE`
    pub collate: String,
    /// `LC_CTYPE`
    pub ctype: String,
    /// The provider's locale, unless that is libc.
    pub locale: Option<String>,
    /// Rules beside an ICU locale.
    pub icu_rules: Option<String>,
    /// Its tablespace.
    pub tablespace: String,
    /// Whether everyone may copy it.
    pub is_template: bool,
    /// Connections it allows; -1 for no limit.
    pub connection_limit: i32,
    /// Its comment.
    pub comment: Option<String>,
    /// Its security labels: provider, label.
    pub labels: Vec<(String, String)>,
    /// Its settings: `name=value`.
    pub settings: Vec<String>,
    /// Settings of roles while they use it: role, `name=value`.
    pub role_settings: Vec<(String, String)>,
}

impl DatabaseEntry {
    fn read(row: &Row<'_>) -> Result<DatabaseEntry, Error> {
        let own = |column: &str| Ok(row.opt(column)?.map(str::to_owned));
        let text = |column: &str| Ok(row.opt(column)?.unwrap_or_default().to_owned());
        Ok(DatabaseEntry {
            oid: row.oid("oid")?,
            name: text("name")?,
            owner: row.oid("owner")?,
            acl: Acl {
                actual: own("acl")?,
                default: own("acldefault")?,
            },
            encoding: text("encoding")?,
            provider: row.letter("provider")?,
            collate: text("collate")?,
            ctype: text("ctype")?,
            locale: own("locale")?,
            icu_rules: own("icu_rules")?,
            tablespace: text("tablespace")?,
            is_template: row.flag("is_template")?,
            connection_limit: row.number("connection_limit")?,
            comment: own("comment")?.filter(|comment| !comment.is_empty()),
            labels: Vec::new(),
            settings: row.list("settings")?,
            role_settings: Vec::new(),
        })
    }
}
