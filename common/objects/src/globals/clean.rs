//! The part of a script that drops what the rest of it makes (`-c`).

use crate::sql::ident;

use super::script::section;
use super::{Globals, Wish};

/// Whether a script drops first what it makes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clean {
    /// It drops nothing.
    #[default]
    No,
    /// It drops everything, also what is not there.
    All,
    /// It drops what is there.
    IfExists,
}

impl Globals {
    /// Drops tablespaces before the roles that own them, both by name.
    pub(super) fn drop_sections(&self, sql: &mut String, wish: &Wish, clean: Clean) {
        let when = match clean {
            Clean::No => return,
            Clean::All => "",
            Clean::IfExists => "IF EXISTS ",
        };
        let mut part = |title, kind, names: Vec<&str>| {
            if !names.is_empty() {
                section(sql, title);
            }
            sql.extend(
                names
                    .into_iter()
                    .map(|name| format!("DROP {kind} {when}{};\n", ident(name))),
            );
            sql.push_str("\n\n");
        };
        if wish.tablespaces {
            let mut names: Vec<&str> = self.tablespaces.iter().map(|space| space.name.as_str()).collect();
            names.sort_unstable();
            part("Drop tablespaces", "TABLESPACE", names);
        }
        if wish.roles {
            let names = self.roles.iter().map(|role| role.name.as_str());
            part("Drop roles", "ROLE", names.collect());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::globals::{Role, Tablespace};

    #[test]
    fn tablespaces_go_by_name_before_roles() {
        let space = |name: &str| Tablespace {
            name: name.to_owned(),
            ..Tablespace::default()
        };
        let globals = Globals {
            roles: vec![Role {
                name: "Ann".to_owned(),
                ..Role::default()
            }],
            tablespaces: vec![space("slow"), space("fast")],
            ..Globals::default()
        };
        let dropped = |wish: Wish, clean| {
            let mut sql = String::new();
            globals.drop_sections(&mut sql, &wish, clean);
            sql
        };
        assert_eq!(dropped(Wish::default(), Clean::No), "");
        assert_eq!(
            dropped(Wish::default(), Clean::All),
            "--\n-- Drop tablespaces\n--\n\nDROP TABLESPACE fast;\nDROP TABLESPACE slow;\n\n\n\
             --\n-- Drop roles\n--\n\nDROP ROLE \"Ann\";\n\n\n"
        );
        let roles = Wish {
            tablespaces: false,
            ..Wish::default()
        };
        assert_eq!(
            dropped(roles, Clean::IfExists),
            "--\n-- Drop roles\n--\n\nDROP ROLE IF EXISTS \"Ann\";\n\n\n"
        );
    }
}
