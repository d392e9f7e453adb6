//! The part of the globals that something refers to.

use std::collections::HashSet;

use pgx_archive::Entry;

use super::Globals;

/// Names that entries refer to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Referred {
    /// Roles.
    pub roles: HashSet<String>,
    /// Tablespaces.
    pub tablespaces: HashSet<String>,
}

impl Referred {
    /// The roles and tablespaces that these entries name.
    pub fn by(entries: &[Entry]) -> Referred {
        let mut referred = Referred::default();
        for entry in entries {
            let granted = entry.grants.iter().flat_map(|grant| [&grant.grantee, &grant.grantor]);
            let roles = entry.roles.iter().chain([&entry.owner]).chain(granted);
            referred.roles.extend(roles.filter(|role| !role.is_empty()).cloned());
            let field = entry.fields.get("tablespace").and_then(|value| value.as_str());
            let spaces = entry.tablespace.as_deref().into_iter().chain(field);
            referred.tablespaces.extend(spaces.map(str::to_owned));
        }
        referred
    }
}

impl Globals {
    /// Keeps what is referred to, with the roles that those roles are members of, and those that granted it.
    pub fn keep(&mut self, referred: &Referred) {
        self.tablespaces
            .retain(|space| referred.tablespaces.contains(&space.name));
        let mut roles = referred.roles.clone();
        roles.extend(self.tablespaces.iter().map(|space| space.owner.clone()));
        loop {
            let before = roles.len();
            for membership in &self.memberships {
                if roles.contains(&membership.member) {
                    roles.insert(membership.role.clone());
                    roles.extend(membership.grantor.clone());
                }
            }
            if roles.len() == before {
                break;
            }
        }
        self.roles.retain(|role| roles.contains(&role.name));
        self.memberships.retain(|membership| roles.contains(&membership.member));
        self.settings
            .retain(|setting| setting.role.as_ref().is_some_and(|role| roles.contains(role)));
        let kept: HashSet<(u32, bool)> = (self.roles.iter().map(|role| (role.oid, true)))
            .chain(self.tablespaces.iter().map(|space| (space.oid, false)))
            .collect();
        self.labels.retain(|label| kept.contains(&(label.oid, label.is_role)));
        for parameter in &mut self.parameters {
            parameter.grants.retain(|grant| roles.contains(&grant.grantee));
        }
        for space in &mut self.tablespaces {
            space
                .grants
                .retain(|grant| grant.grantee.is_empty() || roles.contains(&grant.grantee));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::globals::{Membership, Role};
    use pgx_archive::Kind;

    #[test]
    fn what_a_role_is_a_member_of_comes_along() {
        let role = |name: &str| Role {
            name: name.to_owned(),
            ..Role::default()
        };
        let member = |role: &str, member: &str| Membership {
            role: role.to_owned(),
            member: member.to_owned(),
            ..Membership::default()
        };
        let mut globals = Globals {
            roles: ["ann", "bob", "company", "team"].map(role).into(),
            memberships: vec![member("company", "team"), member("team", "ann"), member("team", "bob")],
            ..Globals::default()
        };
        let table = Entry::new(Kind::Table, Some("public"), "t", "ann");
        globals.keep(&Referred::by(&[table]));
        let names: Vec<_> = globals.roles.iter().map(|role| role.name.as_str()).collect();
        assert_eq!(names, ["ann", "company", "team"]);
        assert_eq!(globals.memberships, [member("company", "team"), member("team", "ann")]);
    }
}
