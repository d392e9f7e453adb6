//! What the role that loads may do, as the target says.

use std::collections::{HashMap, HashSet};
use std::fmt;

/// The first major in which roles are administered by those who have been given them, and attributes given by those
/// who have them.
const ADMINISTERED_SINCE: u32 = 16;
/// The first major in which the owner of a database owns its schema public.
const PUBLIC_OF_OWNER_SINCE: u32 = 15;

/// What the role that loads may do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Its name.
    pub name: String,
    /// Whether it may do everything.
    pub superuser: bool,
    /// CREATEROLE
    pub createrole: bool,
    /// CREATEDB
    pub createdb: bool,
    /// REPLICATION
    pub replication: bool,
    /// BYPASSRLS
    pub bypassrls: bool,
    /// Whether it may make subscriptions.
    pub subscribes: bool,
    /// Whether the schema public is its own.
    pub owns_public: bool,
    /// Major version of the target.
    pub major: u32,
    /// The roles that there are.
    pub roles: HashMap<String, Standing>,
    /// The tablespaces that it may use.
    pub tablespaces: HashSet<String>,
    /// The parameters that it may set.
    pub parameters: HashSet<String>,
}

/// What it may do with another role.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// It may act as the role, so it may give it things.
    pub may_be: bool,
    /// It may alter the role, and grant it.
    pub may_alter: bool,
}

/// An answer that does not say what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RightsError;

impl fmt::Display for RightsError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the server does not say what the role may do that loads")
    }
}

impl std::error::Error for RightsError {}

/// The questions, whose answers [`Rights::read`] takes in the same order.
pub fn questions(major: u32) -> [String; 4] {
    let subscribes = match major >= ADMINISTERED_SINCE {
        true => "pg_catalog.pg_has_role('pg_create_subscription', 'USAGE')",
        false => "false",
    };
    let (may_be, may_alter) = match major >= ADMINISTERED_SINCE {
        true => (
            "pg_catalog.pg_has_role(r.oid, 'SET') AND pg_catalog.pg_has_role(r.oid, 'USAGE')",
            "pg_catalog.pg_has_role(r.oid, 'MEMBER WITH ADMIN OPTION')",
        ),
        false => ("pg_catalog.pg_has_role(r.oid, 'USAGE')", "NOT r.rolreplication"),
    };
    let may_set = match major >= PUBLIC_OF_OWNER_SINCE {
        true => "OR pg_catalog.has_parameter_privilege(name, 'SET')",
        false => "",
    };
    [
        format!(
            "SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication, rolbypassrls, {subscribes},
    EXISTS (SELECT FROM pg_catalog.pg_namespace
            WHERE nspname = 'public' AND pg_catalog.pg_has_role(nspowner, 'USAGE'))
FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER"
        ),
        format!(
            "SELECT r.rolname, {may_be}, NOT r.rolsuper AND me.rolcreaterole AND {may_alter}
FROM pg_catalog.pg_roles r, pg_catalog.pg_roles me WHERE me.rolname = CURRENT_USER"
        ),
        "SELECT spcname FROM pg_catalog.pg_tablespace
WHERE spcname = 'pg_default' OR pg_catalog.has_tablespace_privilege(oid, 'CREATE')"
            .to_owned(),
        format!(
            "SELECT pg_catalog.lower(name) FROM pg_catalog.pg_settings WHERE context IN ('user', 'backend') {may_set}"
        ),
    ]
}

impl Rights {
    /// What the answers say; `create` when a database is made, which is its maker's then.
    pub fn read(major: u32, create: bool, answers: [Vec<Vec<Option<String>>>; 4]) -> Result<Rights, RightsError> {
        let [own, roles, tablespaces, parameters] = answers;
        let is = |value: &Option<String>| value.as_deref() == Some("t");
        let names = |rows: Vec<Vec<Option<String>>>| rows.into_iter().flatten().flatten().collect();
        let Some([Some(name), own @ ..]) = own.first().map(Vec::as_slice) else {
            return Err(RightsError);
        };
        let has = |at: usize| own.get(at).is_some_and(is);
        let roles = roles.into_iter().filter_map(|row| {
            let [Some(role), may_be, may_alter] = <[Option<String>; 3]>::try_from(row).ok()? else {
                return None;
            };
            let standing = Standing {
                may_be: is(&may_be),
                may_alter: is(&may_alter),
            };
            Some((role, standing))
        });
        Ok(Rights {
            name: name.clone(),
            superuser: has(0),
            createrole: has(1),
            createdb: has(2),
            replication: has(3),
            bypassrls: has(4),
            subscribes: has(5),
            owns_public: match create {
                true => major >= PUBLIC_OF_OWNER_SINCE,
                false => has(6),
            },
            major,
            roles: roles.collect(),
            tablespaces: names(tablespaces),
            parameters: names(parameters),
        })
    }

    /// Whether it may act as a role.
    pub fn may_be(&self, role: &str) -> bool {
        self.roles.get(role).is_some_and(|standing| standing.may_be)
    }

    /// Whether a role may be altered, or is not there and may be made.
    pub fn may_alter(&self, role: &str) -> bool {
        match self.roles.get(role) {
            Some(standing) => standing.may_alter,
            None => self.createrole,
        }
    }

    /// Whether it may set a parameter for databases and roles. Those that have a dot are anybody's.
    pub fn may_set(&self, parameter: &str) -> bool {
        parameter.contains('.') || self.parameters.contains(&parameter.to_lowercase())
    }

    /// Whether it may give a role an attribute, or take it away.
    pub fn may_give(&self, attribute: &str) -> bool {
        let administered = self.major >= ADMINISTERED_SINCE;
        match attribute.strip_prefix("NO").unwrap_or(attribute) {
            "SUPERUSER" => false,
            "REPLICATION" => administered && self.replication,
            "BYPASSRLS" => administered && self.bypassrls,
            "CREATEDB" => !administered || self.createdb,
            _ => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_become_rights() {
        let text =
            |words: &str| -> Vec<Option<String>> { words.split(' ').map(|word| Some(word.to_owned())).collect() };
        let answers = [
            vec![text("me f t t f f f f")],
            vec![text("me t f"), text("ann f t")],
            vec![text("pg_default")],
            vec![text("work_mem")],
        ];
        let rights = Rights::read(18, true, answers.clone()).expect("it is all there");
        assert!(rights.owns_public && rights.createdb && !rights.superuser);
        assert!(rights.may_be("me") && !rights.may_be("ann") && !rights.may_be("nobody"));
        assert!(rights.may_alter("ann") && rights.may_alter("new") && !rights.may_alter("me"));
        assert!(rights.may_set("Work_Mem") && rights.may_set("app.x") && !rights.may_set("log_statement"));
        assert!(rights.may_give("NOCREATEDB") && !rights.may_give("NOSUPERUSER") && !rights.may_give("BYPASSRLS"));
        assert!(!Rights::read(14, true, answers).expect("it is all there").owns_public);
        assert_eq!(Rights::read(18, true, Default::default()), Err(RightsError));
    }

    #[test]
    fn only_what_a_major_knows() {
        assert!(!questions(14).concat().contains("has_parameter_privilege"));
        assert!(
            !questions(15).concat().contains("pg_create_subscription")
                && !questions(15).concat().contains("r.oid, 'SET'")
        );
        assert!(questions(16).concat().contains("pg_create_subscription"));
    }
}
