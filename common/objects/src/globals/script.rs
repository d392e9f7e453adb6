//! The globals as a script for psql, as pg_dumpall writes it.

use std::fmt::Write;

use super::{Globals, Setting};

impl Globals {
    /// The script; `encoding` is that of its text, `key` guards it against meta-commands.
    pub fn script(&self, encoding: &str, key: &str) -> String {
        let mut sql = format!(
            "--\n-- PostgreSQL database cluster dump\n--\n\n\\restrict {key}\n\n\
             SET default_transaction_read_only = off;\n\n\
             SET client_encoding = '{encoding}';\nSET standard_conforming_strings = on;\n\n"
        );
        if self.roles_were_read() {
            self.roles_section(&mut sql);
        }
        if !self.tablespaces.is_empty() {
            section(&mut sql, "Tablespaces");
            for space in &self.tablespaces {
                let what = format!("TABLESPACE {}", crate::sql::ident(&space.name));
                sql += &space.create();
                sql += &space.set();
                sql += &space.grant();
                sql += &space.comment().unwrap_or_default();
                sql += &self.labels_of(space.oid, false, &what);
            }
        }
        let _ = write!(
            sql,
            "\n\n\\unrestrict {key}\n\n--\n-- PostgreSQL database cluster dump complete\n--\n\n"
        );
        sql
    }

    /// A cluster has at least one role.
    fn roles_were_read(&self) -> bool {
        !self.roles.is_empty()
    }

    fn roles_section(&self, sql: &mut String) {
        section(sql, "Roles");
        for role in &self.roles {
            let what = format!("ROLE {}", crate::sql::ident(&role.name));
            *sql += &role.create();
            *sql += &role.alter();
            *sql += &role.comment().unwrap_or_default();
            *sql += &self.labels_of(role.oid, true, &what);
        }
        sql.push_str("\n--\n-- User Configurations\n--\n");
        for settings in self.settings.chunk_by(|one, next| one.role == next.role) {
            let role = settings.first().and_then(|setting| setting.role.as_deref());
            let _ = match role {
                Some(role) => write!(sql, "\n--\n-- User Config \"{}\"\n--\n\n", one_line(role)),
                None => write!(sql, "\n--\n-- Config of all users\n--\n\n"),
            };
            sql.extend(settings.iter().map(Setting::alter));
        }
        sql.push_str("\n\n");
        if !self.memberships.is_empty() {
            section(sql, "Role memberships");
        }
        sql.extend(self.memberships.iter().map(|membership| membership.grant()));
        sql.push_str("\n\n");
        if !self.parameters.is_empty() {
            section(sql, "Role privileges on configuration parameters");
        }
        sql.extend(self.parameters.iter().map(|parameter| parameter.grant()));
        sql.push_str("\n\n");
    }
}

fn section(sql: &mut String, title: &str) {
    let _ = write!(sql, "--\n-- {title}\n--\n\n");
}

/// A name fit for a comment.
fn one_line(name: &str) -> String {
    name.replace(['\n', '\r'], " ")
}
