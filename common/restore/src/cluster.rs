//! Statements for what belongs to a cluster, where some of it may be there already.

use pgx_archive::Entry;
use pgx_archive::entry::{IF_THERE, MAKE};

/// The query for what a cluster has: kind and name.
pub const NAMES: &str = "SELECT 'ROLE', rolname::pg_catalog.text FROM pg_catalog.pg_roles
UNION ALL
SELECT 'TABLESPACE', spcname::pg_catalog.text FROM pg_catalog.pg_tablespace";

/// What to run for an entry on a server of `major`, each by itself: CREATE TABLESPACE may not share a transaction.
pub fn statements(entry: &Entry, is_there: bool, major: u32) -> Vec<&str> {
    let field = |name| entry.fields.get(name).and_then(|field| field.as_str());
    match (field(MAKE), field(IF_THERE)) {
        (Some(_), Some(alter)) if is_there => vec![alter],
        (Some(make), Some(alter)) => vec![make, alter],
        _ => Vec::from_iter(Some(entry.create_on(Some(major))).filter(|sql| !sql.is_empty())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::Kind;

    #[test]
    fn what_is_there_is_altered() {
        let mut role = Entry::new(Kind::Role, None, "ann", "");
        role.create = "CREATE ROLE ann;\nALTER ROLE ann WITH LOGIN;\n".to_owned();
        role.fields.insert(MAKE.to_owned(), "CREATE ROLE ann;\n".into());
        role.fields
            .insert(IF_THERE.to_owned(), "ALTER ROLE ann WITH LOGIN;\n".into());
        assert_eq!(statements(&role, true, 18), ["ALTER ROLE ann WITH LOGIN;\n"]);
        assert_eq!(
            statements(&role, false, 18),
            ["CREATE ROLE ann;\n", "ALTER ROLE ann WITH LOGIN;\n"]
        );
    }

    #[test]
    fn what_cannot_be_there_is_made() {
        let mut grant = Entry::new(Kind::RoleMembership, None, "team ann", "");
        grant.create = "GRANT team TO ann;\n".to_owned();
        assert_eq!(statements(&grant, false, 18), ["GRANT team TO ann;\n"]);
    }

    #[test]
    fn what_the_server_refuses_is_not_run() {
        let mut setting = Entry::new(Kind::RoleSetting, None, "ann old", "");
        setting.create = "ALTER ROLE ann SET old TO 'on';\n".to_owned();
        setting.since(14, &pgx_archive::naming::Naming::default());
        assert_eq!(statements(&setting, false, 13), [&setting.create]);
        assert!(statements(&setting, false, 14).is_empty());
    }
}
