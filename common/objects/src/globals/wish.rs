//! What is wanted of a cluster.

use super::Globals;

/// What is wanted of a cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wish {
    /// Roles and what is theirs (not `-t`).
    pub roles: bool,
    /// Tablespaces (not `-r`, not `--no-tablespaces`).
    pub tablespaces: bool,
    /// Hashes of passwords, which only a superuser may read (not `--no-role-passwords`).
    pub passwords: bool,
    /// Privileges on parameters and tablespaces (not `-x`).
    pub privileges: bool,
    /// Comments (not `--no-comments`).
    pub comments: bool,
    /// Security labels (not `--no-security-labels`).
    pub labels: bool,
}

impl Default for Wish {
    fn default() -> Wish {
        Wish {
            roles: true,
            tablespaces: true,
            passwords: true,
            privileges: true,
            comments: true,
            labels: true,
        }
    }
}

impl Globals {
    /// Leaves out what is not wanted of the roles, parameters and tablespaces that were read.
    pub fn strip(&mut self, wish: &Wish) {
        if !wish.privileges {
            self.parameters.clear();
            self.tablespaces.iter_mut().for_each(|space| space.grants.clear());
        }
        if !wish.comments {
            self.roles.iter_mut().for_each(|role| role.comment = None);
            self.tablespaces.iter_mut().for_each(|space| space.comment = None);
        }
        if !wish.labels {
            self.labels.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::globals::{Label, Parameter, Role, Tablespace};
    use pgx_archive::Grant;

    fn cluster() -> Globals {
        let comment = Some("x".to_owned());
        let grants = vec![Grant {
            grantee: "bob".to_owned(),
            grantor: "ann".to_owned(),
            privileges: "CREATE".to_owned(),
            revoke: false,
            grant_option: false,
        }];
        Globals {
            roles: vec![Role {
                comment: comment.clone(),
                ..Role::default()
            }],
            parameters: vec![Parameter::default()],
            tablespaces: vec![Tablespace {
                comment,
                grants,
                owner: "ann".to_owned(),
                ..Tablespace::default()
            }],
            labels: vec![Label::default()],
            ..Globals::default()
        }
    }

    #[test]
    fn each_wish_takes_away_its_own() {
        let stripped = |wish: Wish| {
            let mut globals = cluster();
            globals.strip(&wish);
            globals
        };
        let all = Wish::default();
        assert_eq!(stripped(all), cluster());

        let plain = stripped(Wish {
            privileges: false,
            ..all
        });
        assert!(plain.parameters.is_empty() && plain.tablespaces[0].grants.is_empty());
        assert_eq!((&plain.roles, &plain.labels), (&cluster().roles, &cluster().labels));

        let silent = stripped(Wish { comments: false, ..all });
        assert_eq!(
            (&silent.roles[0].comment, &silent.tablespaces[0].comment),
            (&None, &None)
        );
        assert_eq!(silent.tablespaces[0].grants, cluster().tablespaces[0].grants);

        let bare = stripped(Wish { labels: false, ..all });
        assert_eq!((bare.labels.len(), bare.roles), (0, cluster().roles));
    }
}
