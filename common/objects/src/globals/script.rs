//! The globals as a script for psql, as pg_dumpall writes it.

use std::fmt::Write;

use pgx_archive::naming::{Naming, grant_statements};

use crate::query::Major;
use crate::sql::ident;

use super::{Clean, Globals, Wish};

/// What a script says of itself.
#[derive(Clone, Copy, Debug)]
pub struct Heading<'a> {
    /// The encoding of its text.
    pub encoding: &'a str,
    /// The key that guards it against meta-commands.
    pub key: &'a str,
    /// The source's major version.
    pub major: Major,
}

/// The first major that has privileges on parameters.
const PARAMETERS: Major = 15;

impl Globals {
    /// The script of what was wanted and read.
    pub fn script(&self, heading: Heading<'_>, clean: Clean, wish: &Wish) -> String {
        let Heading { encoding, key, major } = heading;
        let mut sql = format!(
            "--\n-- PostgreSQL database cluster dump\n--\n\n\\restrict {key}\n\n\
             SET default_transaction_read_only = off;\n\n\
             SET client_encoding = '{encoding}';\nSET standard_conforming_strings = on;\n\n"
        );
        self.drop_sections(&mut sql, wish, clean);
        if wish.roles {
            self.roles_section(&mut sql);
            self.memberships_section(&mut sql);
            if wish.privileges && major >= PARAMETERS {
                self.parameters_section(&mut sql);
            }
        }
        if wish.tablespaces {
            self.tablespaces_section(&mut sql);
        }
        let _ = write!(
            sql,
            "\\unrestrict {key}\n\n--\n-- PostgreSQL database cluster dump complete\n--\n\n"
        );
        sql
    }

    fn roles_section(&self, sql: &mut String) {
        section(sql, "Roles");
        for role in &self.roles {
            let what = Naming::default().text("ROLE ").role(&role.name);
            let statements = role
                .create()
                .and(&role.alter())
                .and(&role.comment().unwrap_or_default());
            *sql += &statements.and(&self.labels_of(role.oid, true, &what)).sql();
        }
        sql.push_str("\n--\n-- User Configurations\n--\n");
        for settings in self.settings.chunk_by(|one, next| one.role == next.role) {
            let role = settings.first().and_then(|setting| setting.role.as_deref());
            let _ = match role {
                Some(role) => write!(sql, "\n--\n-- User Config \"{}\"\n--\n\n", one_line(role)),
                None => write!(sql, "\n--\n-- Config of all users\n--\n\n"),
            };
            sql.extend(settings.iter().map(|setting| setting.alter().sql()));
        }
        sql.push_str("\n\n");
    }

    fn memberships_section(&self, sql: &mut String) {
        if !self.memberships.is_empty() {
            section(sql, "Role memberships");
        }
        sql.extend(self.memberships.iter().map(|membership| membership.grant().sql()));
        sql.push_str("\n\n");
    }

    fn parameters_section(&self, sql: &mut String) {
        if !self.parameters.is_empty() {
            section(sql, "Role privileges on configuration parameters");
        }
        for parameter in &self.parameters {
            *sql += &grant_statements(&parameter.grants, "", &format!("PARAMETER {}", ident(&parameter.name)));
        }
        sql.push_str("\n\n");
    }

    fn tablespaces_section(&self, sql: &mut String) {
        if !self.tablespaces.is_empty() {
            section(sql, "Tablespaces");
        }
        for space in &self.tablespaces {
            let what = format!("TABLESPACE {}", ident(&space.name));
            *sql += &space.create().sql();
            *sql += &space.set();
            *sql += &grant_statements(&space.grants, "", &what);
            *sql += &space.comment().unwrap_or_default();
            *sql += &self.labels_of(space.oid, false, &Naming::default().text(what)).sql();
        }
        sql.push_str("\n\n");
    }
}

/// The title of a part.
pub(super) fn section(sql: &mut String, title: &str) {
    let _ = write!(sql, "--\n-- {title}\n--\n\n");
}

/// A name fit for a comment.
fn one_line(name: &str) -> String {
    name.replace(['\n', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_that_are_not_wanted_leave_no_trace() {
        let heading = |major| Heading {
            encoding: "UTF8",
            key: "k",
            major,
        };
        let body = |major, wish| {
            let script = Globals::default().script(heading(major), Clean::No, &wish);
            let body = script
                .split_once("SET standard_conforming_strings = on;\n\n")
                .expect("it is there");
            body.1.replace(
                "\\unrestrict k\n\n--\n-- PostgreSQL database cluster dump complete\n--\n\n",
                "",
            )
        };
        let only = |roles, tablespaces| Wish {
            roles,
            tablespaces,
            ..Wish::default()
        };
        assert_eq!(body(18, only(false, true)), "\n\n");
        assert_eq!(body(18, only(true, true)).len() - body(18, only(true, false)).len(), 2);
        assert_eq!(body(15, only(true, false)).len() - body(14, only(true, false)).len(), 2);
    }
}
