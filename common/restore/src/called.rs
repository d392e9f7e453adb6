//! Roles and tablespaces under other names: `--map-role`, `--map-tablespace`.
//!
//! Both change fields of entries and the texts that are made from these; no text is edited. What has no such fields,
//! as in pg_dump's archives, cannot be changed, and is named.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fmt;

use pgx_archive::naming::LIMITS;
use pgx_archive::{Entry, EntryId, Kind};

use crate::database;
use crate::mapping::Mapping;
use crate::named::is_named;
use crate::options::Options;

/// How a password stands in the definition of a role whose hash depends on the role's name.
const MD5: &str = " PASSWORD 'md5";
/// Settings that name tablespaces.
const TABLESPACES: &[&str] = &["default_tablespace", "temp_tablespaces"];
/// So many entries are named in a message.
const NAMED: usize = 10;

/// Entries that name what is to be called otherwise, and do not say where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmapped {
    flag: &'static str,
    entries: Vec<String>,
}

impl Unmapped {
    /// The entries, one a line.
    pub fn detail(&self) -> String {
        let named = self.entries.iter().take(NAMED).map(String::as_str);
        let more = (self.entries.len() > NAMED).then_some("…");
        named.chain(more).collect::<Vec<_>>().join("\n")
    }

    /// What the user can do about it.
    pub fn remedy(&self) -> &'static str {
        "pg_dump's archives say it in text alone: leave these entries out (-x, --no-policies, -L), or dump with pgx-dump"
    }
}

impl fmt::Display for Unmapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be obeyed: ", self.flag)?;
        match self.entries.len() {
            1 => f.write_str("an entry names it in text alone"),
            many => write!(f, "{many} entries name it in text alone"),
        }
    }
}

impl std::error::Error for Unmapped {}

/// The entries with roles and tablespaces called as the options say. An error names those that are wanted and cannot
/// be changed.
pub fn entries<'e>(
    entries: &'e [Entry],
    is_wanted: impl Fn(EntryId) -> bool,
    options: &Options,
) -> Result<Cow<'e, [Entry]>, Unmapped> {
    let mut changed = Cow::Borrowed(entries);
    if !options.roles.is_empty() {
        roles(changed.to_mut(), &options.roles, &is_wanted)?;
    }
    if !options.tablespaces.is_empty() {
        let entries = changed.to_mut();
        tablespaces(entries, &options.tablespaces, &is_wanted)?;
        without(entries, |entry| {
            entry.kind == Kind::Tablespace && options.tablespaces.iter().any(|mapping| mapping.old == entry.name)
        });
    }
    Ok(changed)
}

/// What keeps its old names, or loses something, though the options are obeyed: what to say of it, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// What happens.
    pub message: &'static str,
    /// To what, one a line.
    pub objects: Vec<String>,
}

/// What there is to say about entries before they are called otherwise.
pub fn remarks(entries: &[Entry], is_wanted: impl Fn(EntryId) -> bool, options: &Options) -> Vec<Remark> {
    let all = |is_meant: &dyn Fn(&Entry) -> bool| {
        let meant = entries.iter().filter(|entry| is_wanted(entry.id) && is_meant(entry));
        meant.map(Entry::describe).collect::<Vec<_>>()
    };
    let has_md5 = |entry: &Entry| {
        let limits = entry.fields.get(LIMITS).and_then(|limits| limits.as_str());
        limits.is_some_and(|limits| limits.contains(MD5))
    };
    let renamed = |entry: &Entry| entry.kind == Kind::Role && new_name(&options.roles, &entry.name).is_some();
    let set = |entry: &Entry| {
        let kind = matches!(
            entry.kind,
            Kind::Function | Kind::Procedure | Kind::DatabaseProperties | Kind::RoleSetting
        );
        let text = &entry.create;
        kind && TABLESPACES.iter().any(|setting| is_named(text, setting))
            && options.tablespaces.iter().any(|mapping| is_named(text, &mapping.old))
    };
    let remarks = [
        Remark {
            message: "an MD5 hash of a password is of the role's old name, too: these roles cannot log in by it",
            objects: all(&|entry| renamed(entry) && has_md5(entry)),
        },
        Remark {
            message: "settings that PostgreSQL keeps as text go on naming tablespaces as before",
            objects: all(&set),
        },
    ];
    remarks
        .into_iter()
        .filter(|remark| !remark.objects.is_empty())
        .collect()
}

fn roles(entries: &mut [Entry], mappings: &[Mapping], is_wanted: impl Fn(EntryId) -> bool) -> Result<(), Unmapped> {
    let call = |role: &str| new_name(mappings, role).unwrap_or(role).to_owned();
    let mut unmapped = Vec::new();
    for entry in entries {
        let known = entry.call_roles(&call);
        let names_it = || mappings.iter().any(|mapping| is_named(&entry.create, &mapping.old));
        if !known && may_name_roles(entry) && is_wanted(entry.id) && names_it() {
            unmapped.push(entry.describe());
        }
    }
    finished("--map-role", unmapped)
}

/// Whether the text of an entry may name roles, other than as owner.
fn may_name_roles(entry: &Entry) -> bool {
    matches!(
        entry.kind,
        Kind::Acl
            | Kind::DefaultAcl
            | Kind::Policy
            | Kind::UserMapping
            | Kind::DatabaseProperties
            | Kind::Role
            | Kind::RoleSetting
            | Kind::RoleMembership
            | Kind::Tablespace
    )
}

fn tablespaces(
    entries: &mut [Entry],
    mappings: &[Mapping],
    is_wanted: impl Fn(EntryId) -> bool,
) -> Result<(), Unmapped> {
    let mut unmapped = Vec::new();
    for entry in entries {
        if let Some(new) = entry.tablespace.as_deref().and_then(|old| new_name(mappings, old)) {
            entry.tablespace = Some(new.to_owned());
        }
        if entry.kind != Kind::Database {
            continue;
        }
        let known = entry.fields.get("tablespace").and_then(|name| name.as_str());
        match known {
            Some(old) => {
                if let Some(new) = new_name(mappings, old) {
                    let new = if new.is_empty() { "pg_default" } else { new };
                    entry.fields.insert("tablespace".to_owned(), new.into());
                    if let Ok(create) = database::in_words_of_newest(entry) {
                        entry.create = create;
                    }
                }
            }
            None if is_wanted(entry.id) && mappings.iter().any(|mapping| is_named(&entry.create, &mapping.old)) => {
                unmapped.push(entry.describe());
            }
            None => {}
        }
    }
    finished("--map-tablespace", unmapped)
}

fn new_name<'m>(mappings: &'m [Mapping], old: &str) -> Option<&'m str> {
    let mapping = mappings.iter().find(|mapping| mapping.old == old)?;
    Some(&mapping.new)
}

/// Takes entries away, with what describes them.
pub(crate) fn without(entries: &mut Vec<Entry>, is_out: impl Fn(&Entry) -> bool) {
    let out: HashSet<EntryId> = entries
        .iter()
        .filter(|entry| is_out(entry))
        .map(|entry| entry.id)
        .collect();
    entries.retain(|entry| !out.contains(&entry.id) && !entry.parent.is_some_and(|parent| out.contains(&parent)));
}

fn finished(flag: &'static str, entries: Vec<String>) -> Result<(), Unmapped> {
    match entries.is_empty() {
        true => Ok(()),
        false => Err(Unmapped { flag, entries }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{made, numbered, plain, table};
    use pgx_archive::Grant;

    fn mapped(entries: &[Entry], role: &str, tablespace: &str) -> Result<Vec<Entry>, Unmapped> {
        let mappings = |text: &str| match text {
            "" => Vec::new(),
            text => vec![Mapping::parse_or_none(text).expect("it is OLD=NEW")],
        };
        let options = Options {
            roles: mappings(role),
            tablespaces: mappings(tablespace),
            ..Options::default()
        };
        super::entries(entries, |_| true, &options).map(Cow::into_owned)
    }

    #[test]
    fn owners_and_grants_are_called_otherwise() {
        let mut acl = plain(Kind::Acl, "TABLE t");
        acl.set_grants(
            vec![Grant {
                revoke: false,
                privileges: "SELECT".to_owned(),
                grantee: "ann".to_owned(),
                grantor: String::new(),
                grant_option: false,
            }],
            "TABLE public.t",
        );
        let entries = mapped(&numbered(vec![table("t"), acl]), "ann=Bob", "").unwrap();
        assert_eq!(entries[0].owner, "shop", "others keep their names");
        assert_eq!(entries[1].create, "GRANT SELECT ON TABLE public.t TO \"Bob\";\n");
        assert_eq!(mapped(&entries[..1], "shop=x", "").unwrap()[0].owner, "x");
    }

    #[test]
    fn text_without_fields_is_named_only_where_it_matters() {
        let acl = made(Kind::Acl, "TABLE t", "GRANT SELECT ON TABLE public.t TO ann;\n");
        let other = made(Kind::Policy, "t p", "CREATE POLICY p ON public.t TO annabel;\n");
        let entries = numbered(vec![acl, other]);
        let error = mapped(&entries, "ann=bob", "").unwrap_err();
        assert_eq!(
            error.to_string(),
            "--map-role cannot be obeyed: an entry names it in text alone"
        );
        assert_eq!(error.detail(), "acl public.TABLE t");
        assert!(mapped(&entries, "carl=bob", "").is_ok());
    }

    #[test]
    fn what_stays_as_it_was_is_said() {
        let role = |name: &str, limits: &str| {
            let mut role = plain(Kind::Role, name);
            role.fields.insert(LIMITS.to_owned(), limits.into());
            role
        };
        let setting = made(
            Kind::RoleSetting,
            "ann default_tablespace",
            "ALTER ROLE ann SET default_tablespace TO 'ssd';\n",
        );
        let other = made(Kind::Function, "f()", "CREATE FUNCTION public.f() AS 'ssd';\n");
        let entries = numbered(vec![
            role("ann", " PASSWORD 'md5c1'"),
            role("bob", " PASSWORD 'md5c1'"),
            role("eve", " PASSWORD 'SCRAM-SHA-256$4096:md5'"),
            setting,
            other,
        ]);
        let mapping = |text: &str| Mapping::parse(text).expect("it is OLD=NEW");
        let options = Options {
            roles: vec![mapping("ann=x"), mapping("eve=y")],
            tablespaces: vec![mapping("ssd=hdd")],
            ..Options::default()
        };
        let found: Vec<Vec<String>> = remarks(&entries, |_| true, &options)
            .into_iter()
            .map(|remark| remark.objects)
            .collect();
        assert_eq!(found, [["role ann"], ["role setting public.ann default_tablespace"]]);
        assert_eq!(remarks(&entries, |_| true, &Options::default()), []);
    }

    #[test]
    fn tablespaces_are_called_otherwise_or_left() {
        let mut fast = table("fast");
        fast.tablespace = Some("ssd".to_owned());
        let mut database = plain(Kind::Database, "shop");
        for (name, value) in [("encoding", "UTF8"), ("locale_provider", "libc"), ("tablespace", "ssd")] {
            database.fields.insert(name.to_owned(), value.into());
        }
        let mut comment = plain(Kind::Comment, "TABLESPACE ssd");
        comment.parent = Some(EntryId(3));
        let entries = numbered(vec![fast, database, plain(Kind::Tablespace, "ssd"), comment]);
        let other = mapped(&entries, "", "ssd=hdd").unwrap();
        assert_eq!(other[0].tablespace.as_deref(), Some("hdd"));
        assert!(other[1].create.ends_with(" TABLESPACE = hdd;\n"), "{}", other[1].create);
        assert_eq!(other.len(), 2, "one that is not used is not made");
        let left = mapped(&entries, "", "ssd=").unwrap();
        assert_eq!(left[0].tablespace.as_deref(), Some(""));
        assert!(!left[1].create.contains("TABLESPACE"), "{}", left[1].create);
    }
}
