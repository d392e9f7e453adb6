//! The database and its settings as entries.

use std::fmt::Write;

use pgx_archive::naming::Naming;
use pgx_archive::{CatalogId, Entry, Kind};
use serde_json::{Value, json};

use crate::database::class;
use crate::privileges;
use crate::sql::{ident, literal};

use super::super::gone::{self, Call, Place};
use super::super::settings::{self, escaped_literal};
use super::DatabaseEntry;

impl DatabaseEntry {
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
        let (actual, default) = self.acl.lists();
        let grants = privileges::difference(actual, default, None, owner, "DATABASE", None);
        if !grants.is_empty() {
            let mut entry = facet(Kind::Acl, String::new());
            entry.roles = privileges::roles(&grants);
            entry.set_grants(grants, &tag);
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
        let mut entry = Entry::new(Kind::DatabaseProperties, None, self.name.clone(), owner);
        let sql = self.properties_with(&gone::as_it_is);
        if sql == Naming::default() {
            return None;
        }
        if self.is_template {
            // DROP DATABASE refuses templates.
            entry.drop = format!(
                "UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = {};\n",
                literal(&self.name)
            );
        }
        let mut fields = Vec::new();
        for (role, parameter, value) in self.all_settings() {
            let value = settings::value(parameter, value, escaped_literal);
            fields.push(json!({ "role": role, "name": parameter, "value": value }));
            let role = role.filter(|role| !entry.roles.contains(role));
            entry.roles.extend(role.cloned());
        }
        entry.fields = [
            ("connection_limit", json!(self.connection_limit)),
            ("is_template", json!(self.is_template)),
            ("settings", Value::Array(fields)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        entry.set_naming("create", &sql);
        let all = self.all_settings().map(|(_, name, value)| (name, value));
        gone::mark(&mut entry, Place::Session, all, |call| self.properties_with(call));
        Some(entry)
    }

    /// Its settings and those of roles in it: role, name, value.
    fn all_settings(&self) -> impl Iterator<Item = (Option<&String>, &str, &str)> {
        let own = self.settings.iter().map(|setting| (None, setting));
        let of_roles = self.role_settings.iter().map(|(role, setting)| (Some(role), setting));
        own.chain(of_roles).filter_map(|(role, setting)| {
            let (name, value) = settings::item(setting)?;
            Some((role, name, value))
        })
    }

    /// The statements that set its properties, with settings called otherwise, or left out.
    fn properties_with(&self, call: &Call<'_>) -> Naming {
        let name = ident(&self.name);
        let mut sql = Naming::default();
        if self.connection_limit != -1 {
            sql.push(&format!(
                "ALTER DATABASE {name} CONNECTION LIMIT = {};\n",
                self.connection_limit
            ));
        }
        if self.is_template {
            sql.push(&format!("ALTER DATABASE {name} IS_TEMPLATE = true;\n"));
        }
        for (role, parameter, value) in self.all_settings() {
            let Some(called) = call(parameter, value) else {
                continue;
            };
            sql = match role {
                None => sql.text("ALTER "),
                Some(role) => sql.text("ALTER ROLE ").role(role).text(" IN "),
            };
            let value = settings::value(parameter, value, escaped_literal);
            sql.push(&format!("DATABASE {name} SET {} TO {value};\n", ident(&called)));
        }
        sql
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
