//! The globals as entries of a stream.
//!
//! What may be there already in the target carries, beside its text, what makes it and what alters it apart.

use pgx_archive::entry::{IF_THERE, MAKE};
use pgx_archive::{CatalogId, Entry, EntryId, Grant, Kind};

use crate::error::Error;
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
            entry.create = role.create() + &role.alter();
            entry.drop = format!("DROP ROLE {};\n", ident(&role.name));
            entry.fields.insert(MAKE.to_owned(), role.create().into());
            entry.fields.insert(IF_THERE.to_owned(), role.alter().into());
            let what = format!("ROLE {}", ident(&role.name));
            let id = list.push(entry);
            list.facet(id, Kind::Comment, &what, role.comment().unwrap_or_default());
            list.facet(id, Kind::SecurityLabel, &what, self.labels_of(role.oid, true, &what));
        }
        for setting in &self.settings {
            let role = setting.role.clone().unwrap_or_default();
            let name = format!("{} {}", if role.is_empty() { "ALL" } else { &role }, setting.name);
            let mut entry = Entry::new(Kind::RoleSetting, None, name, "");
            entry.create = setting.alter();
            entry.roles.extend((!role.is_empty()).then_some(role));
            list.push(entry);
        }
        for membership in &self.memberships {
            let name = format!("{} {}", membership.role, membership.member);
            let mut entry = Entry::new(Kind::RoleMembership, None, name, "");
            entry.create = membership.grant();
            let named = [&membership.role, &membership.member]
                .into_iter()
                .chain(&membership.grantor);
            entry.roles = named.cloned().collect();
            list.push(entry);
        }
        for parameter in &self.parameters {
            let what = format!("PARAMETER {}", parameter.name);
            list.grants(None, &what, &parameter.owner, parameter.grant(), &parameter.grants);
        }
        for space in &self.tablespaces {
            let mut entry = Entry::new(Kind::Tablespace, None, space.name.clone(), space.owner.clone());
            entry.catalog = CatalogId {
                class: TABLESPACE,
                oid: space.oid,
            };
            entry.create = space.create() + &space.set();
            entry.drop = format!("DROP TABLESPACE {};\n", ident(&space.name));
            let alter = space.own() + &space.set();
            entry.fields.insert(MAKE.to_owned(), space.create().into());
            entry.fields.insert(IF_THERE.to_owned(), alter.into());
            let what = format!("TABLESPACE {}", ident(&space.name));
            let id = list.push(entry);
            list.grants(Some(id), &what, &space.owner, space.grant(), &space.grants);
            list.facet(id, Kind::Comment, &what, space.comment().unwrap_or_default());
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

    fn facet(&mut self, parent: EntryId, kind: Kind, what: &str, create: String) {
        if !create.is_empty() {
            let mut entry = Entry::new(kind, None, what, "");
            entry.create = create;
            entry.parent = Some(parent);
            entry.dependencies.push(parent);
            self.push(entry);
        }
    }

    fn grants(&mut self, parent: Option<EntryId>, what: &str, owner: &str, create: String, grants: &[Grant]) {
        if !create.is_empty() {
            let mut entry = Entry::new(Kind::Acl, None, what, owner);
            entry.create = create;
            entry.roles = privileges::roles(grants);
            entry.grants = grants.to_vec();
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
