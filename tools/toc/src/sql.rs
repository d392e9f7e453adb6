//! `--sql` and `--roles`: the definitions, and whom they need.

use std::collections::BTreeSet;
use std::io::{self, Write};

use pgx_selection::Kept;

use crate::contents::Contents;
use crate::list::one_line;

/// Writes the statements of all entries that are kept.
pub fn write(contents: &Contents, kept: &Kept, safe: bool, out: &mut impl Write) -> io::Result<()> {
    for entry in contents.kept(kept).filter(|entry| !entry.create.is_empty()) {
        match safe {
            true => writeln!(out, "{}", pgx_cli::sanitize_lines(&entry.create))?,
            false => writeln!(out, "{}", entry.create)?,
        }
    }
    Ok(())
}

/// Writes the roles that the entries name: owners, who was granted something and who granted it, and the roles of
/// policies and the like. One a line, by name.
pub fn roles(contents: &Contents, kept: &Kept, safe: bool, out: &mut impl Write) -> io::Result<()> {
    let mut roles = BTreeSet::new();
    for entry in contents.kept(kept) {
        let grants = entry.grants.iter().flat_map(|grant| [&grant.grantee, &grant.grantor]);
        let named = [&entry.owner].into_iter().chain(&entry.roles).chain(grants);
        roles.extend(named.filter(|role| !role.is_empty()));
    }
    for role in roles {
        let role = one_line(role);
        match safe {
            true => writeln!(out, "{}", pgx_cli::sanitize_lines(&role))?,
            false => writeln!(out, "{role}")?,
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;
    use pgx_archive::Grant;
    use pgx_selection::{Selection, select};

    #[test]
    fn each_role_is_named_once() {
        let mut entries = example::entries();
        entries[3].grants.push(Grant {
            revoke: false,
            privileges: "SELECT".into(),
            grantee: "bob".into(),
            grantor: String::new(),
            grant_option: false,
        });
        entries[3].roles.push("carol".into());
        let contents = Contents::of(example::head(), entries);
        let kept = select(&contents.entries, &Selection::default(), "shop").expect("there are no patterns");
        let mut out = Vec::new();
        roles(&contents, &kept, false, &mut out).expect("memory");
        assert_eq!(String::from_utf8(out).expect("text"), "alice\nbob\ncarol\n");
        let mut out = Vec::new();
        write(&contents, &kept, false, &mut out).expect("memory");
        let sql = String::from_utf8(out).expect("text");
        assert!(
            sql.contains("CREATE TABLE public.\"or\nders\" (id integer, item text);\n\n"),
            "{sql}"
        );
    }
}
