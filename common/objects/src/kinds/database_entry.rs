//! The database itself (`pg_database`) and its settings (`pg_db_role_setting`): what `-C` makes.
//!
//! A dump always carries these entries; a loader that fills a database which exists already passes over them.
//! CREATE DATABASE stands alone in its entry, because it refuses to run in a transaction; what can be changed
//! later is in the properties. The text is for servers as new as pg_dump 18; for older ones, and for another
//! name, it is made again from the fields.

use std::fmt::Write;

use pgx_archive::{CatalogId, Entry, Kind};
use serde_json::{Value, json};

use crate::database::{Acl, Database, class};
use crate::error::Error;
use crate::privileges;
use crate::query::{Select, column, since};
use crate::rows::{Row, Rows};
use crate::sql::{ident, literal};

use super::settings::{self, escaped_literal};
use super::{Phase, Reader};

// The name of the provider's locale changed with 17.
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

    /// The entry of the database, and those that come after it: comment, labels, privileges, properties, as
    /// far as there are any.
    pub fn entries(&self, owner: &str) -> (Entry, Vec<Entry>) {
        let tag = format!("DATABASE {}", ident(&self.name));
        let facet = |kind: Kind, create: String| {
            let mut entry = Entry::new(kind, None, tag.clone(), owner);
            entry.create = create;
            entry
        };
        let mut rest = Vec::new();
        if let Some(comment) = &self.comment {
            let create = format!("COMMENT ON {tag} IS {};\n", literal(comment));
            rest.push(facet(Kind::Comment, create));
        }
        if !self.labels.is_empty() {
            rest.push(facet(Kind::SecurityLabel, self.label_statements(&tag)));
        }
        let (actual, default) = (self.acl.actual.as_deref(), self.acl.default.as_deref());
        let grants = privileges::difference(actual, default, None, owner, "DATABASE", None);
        if !grants.is_empty() {
            let create = privileges::statements(&grants, "", "DATABASE", &ident(&self.name), owner);
            let mut entry = facet(Kind::Acl, create);
            entry.roles = privileges::roles(&grants);
            entry.grants = grants;
            rest.push(entry);
        }
        rest.extend(self.properties(owner));
        (self.database(owner), rest)
    }

    fn database(&self, owner: &str) -> Entry {
        let mut entry = Entry::new(Kind::Database, None, self.name.clone(), owner);
        entry.catalog = CatalogId {
            class: class::DATABASE,
            oid: self.oid,
        };
        entry.create = self.create();
        entry.drop = format!("DROP DATABASE {};\n", ident(&self.name));
        entry.fields = [
            ("encoding", json!(self.encoding)),
            ("locale_provider", json!(self.provider_name())),
            ("lc_collate", json!(self.collate)),
            ("lc_ctype", json!(self.ctype)),
            ("locale", json!(self.locale)),
            ("icu_rules", json!(self.icu_rules)),
            ("tablespace", json!(self.tablespace)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        entry
    }

    fn provider_name(&self) -> &'static str {
        match self.provider {
            'b' => "builtin",
            'i' => "icu",
            _ => "libc",
        }
    }

    fn create(&self) -> String {
        let mut sql = format!("CREATE DATABASE {} WITH TEMPLATE = template0", ident(&self.name));
        let mut option = |word: &str, value: &str| {
            if !value.is_empty() {
                let _ = write!(sql, " {word} = {value}");
            }
        };
        let quoted = |text: &str| if text.is_empty() { String::new() } else { literal(text) };
        option("ENCODING", &quoted(&self.encoding));
        option("LOCALE_PROVIDER", self.provider_name());
        if self.collate == self.ctype {
            option("LOCALE", &quoted(&self.collate));
        } else {
            option("LC_COLLATE", &quoted(&self.collate));
            option("LC_CTYPE", &quoted(&self.ctype));
        }
        let locale = if self.provider == 'b' {
            "BUILTIN_LOCALE"
        } else {
            "ICU_LOCALE"
        };
        option(locale, &self.locale.as_deref().map(literal).unwrap_or_default());
        option("ICU_RULES", &self.icu_rules.as_deref().map(literal).unwrap_or_default());
        if self.tablespace != "pg_default" {
            option("TABLESPACE", &ident(&self.tablespace));
        }
        sql + ";\n"
    }

    fn label_statements(&self, tag: &str) -> String {
        let labels = self.labels.iter().map(|(provider, label)| {
            let (provider, label) = (ident(provider), escaped_literal(label));
            format!("SECURITY LABEL FOR {provider} ON {tag} IS {label};\n")
        });
        labels.collect()
    }

    fn properties(&self, owner: &str) -> Option<Entry> {
        let name = ident(&self.name);
        let mut entry = Entry::new(Kind::DatabaseProperties, None, self.name.clone(), owner);
        let mut sql = String::new();
        if self.connection_limit != -1 {
            let _ = writeln!(
                sql,
                "ALTER DATABASE {name} CONNECTION LIMIT = {};",
                self.connection_limit
            );
        }
        if self.is_template {
            let _ = writeln!(sql, "ALTER DATABASE {name} IS_TEMPLATE = true;");
            // DROP DATABASE refuses templates.
            entry.drop = format!(
                "UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = {};\n",
                literal(&self.name)
            );
        }
        let own = self.settings.iter().map(|setting| (None, setting));
        let of_roles = self.role_settings.iter().map(|(role, setting)| (Some(role), setting));
        let mut fields = Vec::new();
        for (role, setting) in own.chain(of_roles) {
            let Some((parameter, value)) = settings::item(setting) else {
                continue;
            };
            let target = match role {
                None => format!("DATABASE {name}"),
                Some(role) => format!("ROLE {} IN DATABASE {name}", ident(role)),
            };
            let value = settings::value(parameter, value, escaped_literal);
            let _ = writeln!(sql, "ALTER {target} SET {} TO {value};", ident(parameter));
            fields.push(json!({ "role": role, "name": parameter, "value": value }));
            entry
                .roles
                .extend(role.filter(|role| !entry.roles.contains(role)).cloned());
        }
        if sql.is_empty() {
            return None;
        }
        entry.create = sql;
        entry.fields = [
            ("connection_limit", json!(self.connection_limit)),
            ("is_template", json!(self.is_template)),
            ("settings", Value::Array(fields)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> DatabaseEntry {
        DatabaseEntry {
            name: "shop".into(),
            encoding: "UTF8".into(),
            provider: 'c',
            collate: "C.UTF-8".into(),
            ctype: "C.UTF-8".into(),
            tablespace: "pg_default".into(),
            connection_limit: -1,
            ..DatabaseEntry::default()
        }
    }

    #[test]
    fn a_plain_database_has_no_properties() {
        let (entry, rest) = shop().entries("joe");
        assert_eq!(
            entry.create,
            "CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = libc \
             LOCALE = 'C.UTF-8';\n"
        );
        assert_eq!(entry.drop, "DROP DATABASE shop;\n");
        assert!(rest.is_empty());
    }

    #[test]
    fn locales_of_other_providers_are_named() {
        let mut database = DatabaseEntry {
            provider: 'i',
            ctype: "de_DE".into(),
            locale: Some("de".into()),
            icu_rules: Some("&a < b".into()),
            tablespace: "Fast".into(),
            ..shop()
        };
        assert_eq!(
            database.create(),
            "CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8' LOCALE_PROVIDER = icu \
             LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'de_DE' ICU_LOCALE = 'de' ICU_RULES = '&a < b' TABLESPACE = \"Fast\";\n"
        );
        database.provider = 'b';
        assert!(database.create().contains(" LOCALE_PROVIDER = builtin "));
        assert!(database.create().contains(" BUILTIN_LOCALE = 'de'"));
    }

    #[test]
    fn properties_come_in_one_entry() {
        let database = DatabaseEntry {
            is_template: true,
            connection_limit: 5,
            settings: vec!["search_path=a, \"B\"".into(), "app.x=a\\b".into()],
            role_settings: vec![("Joe".into(), "work_mem=1MB".into())],
            ..shop()
        };
        let entry = database.properties("joe").expect("there are some");
        assert_eq!(
            entry.create,
            "ALTER DATABASE shop CONNECTION LIMIT = 5;\nALTER DATABASE shop IS_TEMPLATE = true;\n\
             ALTER DATABASE shop SET search_path TO 'a', 'B';\nALTER DATABASE shop SET \"app.x\" TO E'a\\\\b';\n\
             ALTER ROLE \"Joe\" IN DATABASE shop SET work_mem TO '1MB';\n"
        );
        assert_eq!(entry.roles, ["Joe"]);
        assert!(
            entry
                .drop
                .starts_with("UPDATE pg_catalog.pg_database SET datistemplate = false")
        );
    }
}
