//! The globals as entries of a stream.
//!
//! What may be there already in the target carries, beside its text, what makes it and what alters it apart.

use pgx_archive::entry::{IF_THERE, MAKE};
use pgx_archive::naming::{ATTRIBUTES, LIMITS, Naming, WITHOUT_GRANTOR};
use pgx_archive::{CatalogId, Entry, EntryId, Grant, Kind};

use crate::error::Error;
use crate::kinds::gone::{self, Place};
use crate::privileges;
use crate::sql::ident;

use super::Globals;

/// `pg_authid`
const AUTHID: u32 = 1260;
/// `pg_tablespace`
const TABLESPACE: u32 = 1213;

impl Globals {
    /// The entries, numbered, in an order that works.
    pub fn entries(&self) -> Result<Vec<Entry>, Error> {
        let mut list = List::default();
        for role in &self.roles {
            let mut entry = Entry::new(Kind::Role, None, role.name.clone(), "");
            entry.catalog = CatalogId {
                class: AUTHID,
                oid: role.oid,
            };
            let what = Naming::default().text("ROLE ").role(&role.name);
            entry.set_naming("create", &role.create().and(&role.alter()));
            entry.set_naming("drop", &Naming::default().text("DROP ").and(&what).text(";\n"));
            entry.set_naming(MAKE, &role.create());
            entry.set_naming(IF_THERE, &role.alter());
            entry
                .fields
                .insert(ATTRIBUTES.to_owned(), role.attributes().as_slice().into());
            entry.fields.insert(LIMITS.to_owned(), role.limits().into());
            let id = list.push(entry);
            list.facet(id, Kind::Comment, &what, role.comment().unwrap_or_default());
            list.facet(id, Kind::SecurityLabel, &what, self.labels_of(role.oid, true, &what));
        }
        for setting in &self.settings {
            let role = setting.role.clone().unwrap_or_default();
            let name = format!("{} {}", if role.is_empty() { "ALL" } else { &role }, setting.name);
            let mut entry = Entry::new(Kind::RoleSetting, None, name, "");
            entry.set_naming("create", &setting.alter());
            let settings = [(setting.name.as_str(), setting.value.as_str())].into_iter();
            gone::mark(&mut entry, Place::Session, settings, |call| setting.alter_with(call));
            entry.roles.extend((!role.is_empty()).then_some(role));
            list.push(entry);
        }
        for membership in &self.memberships {
            let name = format!("{} {}", membership.role, membership.member);
            let mut entry = Entry::new(Kind::RoleMembership, None, name, "");
            entry.set_naming("create", &membership.grant());
            if membership.grantor.is_some() {
                entry.set_naming(WITHOUT_GRANTOR, &membership.without_grantor().grant());
            }
            let named = [&membership.role, &membership.member]
                .into_iter()
                .chain(&membership.grantor);
            entry.roles = named.cloned().collect();
            list.push(entry);
        }
        for parameter in &self.parameters {
            let what = format!("PARAMETER {}", parameter.name);
            let on = format!("PARAMETER {}", ident(&parameter.name));
            list.grants(None, (&what, &on), &parameter.owner, &parameter.grants);
        }
        for space in &self.tablespaces {
            let mut entry = Entry::new(Kind::Tablespace, None, space.name.clone(), space.owner.clone());
            entry.catalog = CatalogId {
                class: TABLESPACE,
                oid: space.oid,
            };
            entry.set_naming("create", &space.create().text(space.set()));
            entry.drop = format!("DROP TABLESPACE {};\n", ident(&space.name));
            entry.set_naming(MAKE, &space.create());
            entry.set_naming(IF_THERE, &space.own().text(space.set()));
            let id = list.push(entry);
            let what = format!("TABLESPACE {}", ident(&space.name));
            list.grants(Some(id), (&what, &what), &space.owner, &space.grants);
            let what = Naming::default().text(what);
            let comment = Naming::default().text(space.comment().unwrap_or_default());
            list.facet(id, Kind::Comment, &what, comment);
            list.facet(id, Kind::SecurityLabel, &what, self.labels_of(space.oid, false, &what));
        }
        Ok(list.entries)
    }
}

#[derive(Default)]
struct List {
    entries: Vec<Entry>,
}

impl List {
    fn push(&mut self, mut entry: Entry) -> EntryId {
        entry.id = EntryId(self.entries.len() as u32 + 1);
        let id = entry.id;
        self.entries.push(entry);
        id
    }

    fn facet(&mut self, parent: EntryId, kind: Kind, what: &Naming, create: Naming) {
        if !create.sql().is_empty() {
            let mut entry = Entry::new(kind, None, what.sql(), "");
            entry.set_naming("create", &create);
            entry.parent = Some(parent);
            entry.dependencies.push(parent);
            self.push(entry);
        }
    }

    fn grants(&mut self, parent: Option<EntryId>, (what, on): (&str, &str), owner: &str, grants: &[Grant]) {
        if !grants.is_empty() {
            let mut entry = Entry::new(Kind::Acl, None, what, owner);
            entry.roles = privileges::roles(grants);
            entry.set_grants(grants.to_vec(), on);
            entry.parent = parent;
            entry.dependencies.extend(parent);
            self.push(entry);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::globals::{Membership, Role, Setting, Tablespace};

    #[test]
    fn entries_say_what_to_do_where_the_object_is_there() {
        let globals = Globals {
            roles: vec![Role {
                name: "ann".to_owned(),
                connections: -1,
                comment: Some("x".to_owned()),
                ..Role::default()
            }],
            memberships: vec![Membership {
                role: "team".to_owned(),
                member: "ann".to_owned(),
                set: true,
                ..Membership::default()
            }],
            settings: vec![Setting {
                role: None,
                name: "work_mem".to_owned(),
                value: "8MB".to_owned(),
            }],
            tablespaces: vec![Tablespace {
                name: "fast".to_owned(),
                owner: "ann".to_owned(),
                ..Tablespace::default()
            }],
            ..Globals::default()
        };
        let entries = globals.entries().unwrap();
        let names: Vec<_> = entries
            .iter()
            .map(|entry| format!("{} {}", entry.kind, entry.name))
            .collect();
        assert_eq!(
            names,
            [
                "ROLE ann",
                "COMMENT ROLE ann",
                "ROLE SETTING ALL work_mem",
                "ROLE MEMBERSHIP team ann",
                "TABLESPACE fast"
            ]
        );
        assert_eq!(entries[1].parent, Some(EntryId(1)));
        assert!(entries[0].create.starts_with("CREATE ROLE ann;\nALTER ROLE ann WITH "));
        let if_there = entries[0].fields[IF_THERE].as_str().unwrap();
        assert!(if_there.starts_with("ALTER ROLE ann WITH "));
        assert_eq!(entries[4].fields[IF_THERE], "ALTER TABLESPACE fast OWNER TO ann;\n");
    }
}
