//! Memberships (`pg_auth_members`), each with its options and who granted it.
//!
//! From 16 on a grantor needs the ADMIN option on the role, from someone else than himself; only the first superuser
//! needs nothing. So grants are put in an order in which each grantor has been given what he needs. Servers before
//! that kept grantors carelessly, and have no options but ADMIN.

use std::collections::HashSet;

use pgx_archive::naming::Naming;

use crate::error::Error;
use crate::query::{Select, column, since};
use crate::rows::Rows;

use super::{Globals, Reader};

/// The first superuser, whatever his name.
const BOOTSTRAP_SUPERUSER: u32 = 10;

const MEMBERSHIPS: Select = Select {
    columns: &[
        column("role", "r.rolname"),
        column("member", "m.rolname"),
        since(16, "grantor_oid", "a.grantor", "0"),
        since(16, "grantor", "g.rolname", "NULL"),
        column("admin", "a.admin_option"),
        since(16, "inherit", "a.inherit_option", "NULL"),
        since(16, "set", "a.set_option", "true"),
    ],
    from: "FROM pg_catalog.pg_auth_members a
JOIN pg_catalog.pg_roles r ON r.oid = a.roleid
JOIN pg_catalog.pg_roles m ON m.oid = a.member
LEFT JOIN pg_catalog.pg_roles g ON g.oid = a.grantor
WHERE NOT (r.rolname ~ '^pg_' AND m.rolname ~ '^pg_')
ORDER BY r.rolname, m.rolname, g.rolname",
};

/// All memberships, save those among the roles that every server has.
pub const READER: Reader = Reader {
    name: "role memberships",
    query: |major, wish| wish.roles.then(|| MEMBERSHIPS.sql(major, &[])),
    read,
};

/// A membership.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Membership {
    /// The role.
    pub role: String,
    /// Who is a member of it.
    pub member: String,
    /// Who granted it, where that is known.
    pub grantor: Option<String>,
    /// Whether the grantor is the first superuser, or unknown.
    pub unconditional: bool,
    /// ADMIN
    pub admin: bool,
    /// INHERIT, where the server knows the option.
    pub inherit: Option<bool>,
    /// SET
    pub set: bool,
}

fn read(globals: &mut Globals, rows: &Rows) -> Result<(), Error> {
    let mut found = Vec::new();
    for row in rows.iter() {
        let grantor = row.opt("grantor")?.map(str::to_owned);
        found.push(Membership {
            role: row.text("role")?.to_owned(),
            member: row.text("member")?.to_owned(),
            unconditional: grantor.is_none() || row.oid("grantor_oid")? == BOOTSTRAP_SUPERUSER,
            grantor,
            admin: row.flag("admin")?,
            inherit: match row.opt("inherit")? {
                None => None,
                Some(_) => Some(row.flag("inherit")?),
            },
            set: row.flag("set")?,
        });
    }
    globals.memberships = in_order(found)?;
    Ok(())
}

/// The grants of each role, which stand together, in an order that works.
fn in_order(grants: Vec<Membership>) -> Result<Vec<Membership>, Error> {
    let mut ordered: Vec<Membership> = Vec::with_capacity(grants.len());
    for grants in grants.chunk_by(|one, next| one.role == next.role) {
        let mut admins = HashSet::new();
        let mut waiting: Vec<&Membership> = grants.iter().collect();
        while let Some(first) = waiting.first() {
            let role = first.role.clone();
            let before = waiting.len();
            waiting.retain(|grant| {
                let may = grant.unconditional || grant.grantor.as_ref().is_some_and(|grantor| admins.contains(grantor));
                if may {
                    ordered.push((*grant).clone());
                    if grant.admin {
                        admins.insert(grant.member.clone());
                    }
                }
                !may
            });
            if waiting.len() == before {
                return Err(Error::Dangling {
                    query: READER.name.to_owned(),
                    what: format!("a grantor of role {role} who may grant it"),
                });
            }
        }
    }
    Ok(ordered)
}

impl Membership {
    /// The same, granted by whoever makes it.
    pub fn without_grantor(&self) -> Membership {
        Membership {
            grantor: None,
            ..self.clone()
        }
    }

    /// The statement that makes it, or gives one that is there already these options.
    pub fn grant(&self) -> Naming {
        let mut options = Vec::new();
        if self.admin {
            options.push("ADMIN OPTION");
        }
        match self.inherit {
            Some(true) => options.push("INHERIT TRUE"),
            Some(false) => options.push("INHERIT FALSE"),
            None => {}
        }
        if !self.set {
            options.push("SET FALSE");
        }
        let mut sql = Naming::default()
            .text("GRANT ")
            .role(&self.role)
            .text(" TO ")
            .role(&self.member);
        if !options.is_empty() {
            sql.push(&format!(" WITH {}", options.join(", ")));
        }
        if let Some(grantor) = &self.grantor {
            sql = sql.text(" GRANTED BY ").role(grantor);
        }
        sql.text(";\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(member: &str, grantor: &str, admin: bool) -> Membership {
        Membership {
            role: "team".to_owned(),
            member: member.to_owned(),
            grantor: Some(grantor.to_owned()),
            unconditional: grantor == "postgres",
            admin,
            inherit: Some(true),
            set: true,
        }
    }

    #[test]
    fn nobody_grants_what_he_may_not_grant_yet() {
        let grants = vec![
            grant("ann", "carl", false),
            grant("bob", "postgres", true),
            grant("carl", "bob", true),
            grant("dora", "carl", true),
            grant("ann", "dora", false),
        ];
        let ordered = in_order(grants).unwrap();
        let pairs = ordered
            .iter()
            .map(|grant| (grant.member.as_str(), grant.grantor.as_deref().unwrap_or("")));
        assert_eq!(
            pairs.collect::<Vec<_>>(),
            [
                ("bob", "postgres"),
                ("carl", "bob"),
                ("dora", "carl"),
                ("ann", "dora"),
                ("ann", "carl")
            ]
        );
    }

    #[test]
    fn a_grantor_from_nowhere_is_named() {
        let error = in_order(vec![grant("ann", "bob", true), grant("bob", "ann", true)]).unwrap_err();
        assert!(error.to_string().contains("role team"), "{error}");
    }

    #[test]
    fn options_are_spelled_where_they_are_known() {
        let mut membership = grant("ann", "postgres", true);
        membership.set = false;
        assert_eq!(
            membership.grant().sql(),
            "GRANT team TO ann WITH ADMIN OPTION, INHERIT TRUE, SET FALSE GRANTED BY postgres;\n"
        );
        let old = Membership {
            role: "team".to_owned(),
            member: "ann".to_owned(),
            set: true,
            ..Membership::default()
        };
        assert_eq!(old.grant().sql(), "GRANT team TO ann;\n");
    }
}
