//! What a role may not do that is no superuser, decided before anything runs: `--managed`.
//!
//! On servers that others manage nobody who loads is a superuser. What only superusers make is left out, with what
//! belongs to it and what needs it; what the role may not give to others it keeps. Each is named, once. What cannot be
//! known beforehand still fails.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;

use pgx_archive::entry::{IF_THERE, MAKE};
use pgx_archive::naming::{ATTRIBUTES, LIMITS, Naming, WITHOUT_GRANTOR, alter_role};
use pgx_archive::properties;
use pgx_archive::{Entry, EntryId, Kind};

use crate::called::{self, without};
use crate::mapping::Mapping;
use crate::options::Options;
use crate::owner::alter_owner;
use crate::preflight::superusers_make;
use crate::statements::is_only_comment;

mod rights;

pub use rights::{Rights, RightsError, questions};

/// Rows that would be left out, with the table that they are for: a load without them is not what anybody wants.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowsLost {
    /// The entry of the rows.
    pub rows: String,
    /// What only a superuser makes.
    pub cause: String,
}

impl fmt::Display for RowsLost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} needs {}, which only a superuser makes", self.rows, self.cause)
    }
}

impl std::error::Error for RowsLost {}

/// Entries as the role can make them, and a line for each thing that is left out for that.
///
/// A superuser can make everything. Lines are about what is wanted alone.
pub fn fit(
    entries: Vec<Entry>,
    is_wanted: impl Fn(EntryId) -> bool,
    rights: &Rights,
) -> Result<(Vec<Entry>, Vec<String>), RowsLost> {
    let mut left_out = Vec::new();
    if rights.superuser {
        return Ok((entries, left_out));
    }
    let mut out = HashMap::new();
    leave_out(&entries, &is_wanted, rights, &mut out)?;
    let mut entries = in_known_tablespaces(entries, &is_wanted, rights, &mut left_out);
    let mut owners: BTreeMap<String, u64> = BTreeMap::new();
    let mut emptied = HashSet::new();
    for entry in entries.iter_mut().filter(|entry| is_wanted(entry.id)) {
        if out.contains_key(&entry.id) {
            left_out.push(entry.describe());
            continue;
        }
        // Entries that belong to something else have its owner.
        if !entry.owner.is_empty() && !rights.may_be(&entry.owner) {
            let owns = u64::from(alter_owner(entry).is_some());
            *owners.entry(std::mem::take(&mut entry.owner)).or_default() += owns;
        }
        match entry.kind {
            Kind::Role => left_out.extend(without_attributes(entry, rights)),
            Kind::RoleMembership => left_out.extend(without_grantor(entry)),
            Kind::DatabaseProperties => left_out.extend(without_settings(entry, rights)),
            _ => left_out.extend(granted_by_owner(entry)),
        }
        if entry.kind == Kind::DatabaseProperties && entry.create.is_empty() {
            emptied.insert(entry.id);
        }
    }
    let owners = owners.into_iter().filter(|(_, objects)| *objects > 0);
    left_out.extend(owners.map(|(owner, objects)| match objects {
        1 => format!("owner {owner} of 1 object"),
        objects => format!("owner {owner} of {objects} objects"),
    }));
    without(&mut entries, |entry| {
        out.contains_key(&entry.id) || emptied.contains(&entry.id)
    });
    Ok((entries, left_out))
}

/// Finds what cannot be made, what belongs to it, and what needs it; each with its cause.
fn leave_out(
    entries: &[Entry],
    is_wanted: impl Fn(EntryId) -> bool,
    rights: &Rights,
    out: &mut HashMap<EntryId, EntryId>,
) -> Result<(), RowsLost> {
    let at: HashMap<EntryId, &Entry> = entries.iter().map(|entry| (entry.id, entry)).collect();
    let own = entries.iter().filter(|entry| {
        let parent = entry.parent.and_then(|parent| at.get(&parent)).copied();
        is_wanted(entry.id) && is_for_superusers(entry, parent, rights)
    });
    out.extend(own.map(|entry| (entry.id, entry.id)));
    loop {
        let before = out.len();
        for entry in entries.iter().filter(|entry| is_wanted(entry.id)) {
            let needed = entry.dependencies.iter().chain(&entry.parent);
            let cause = needed.filter_map(|id| out.get(id)).next().copied();
            if let Some(cause) = cause.filter(|_| !out.contains_key(&entry.id)) {
                if entry.data.is_some() {
                    let describe = |id: EntryId| at.get(&id).map(|entry| entry.describe()).unwrap_or_default();
                    return Err(RowsLost {
                        rows: entry.describe(),
                        cause: describe(cause),
                    });
                }
                out.insert(entry.id, cause);
            }
        }
        if out.len() == before {
            return Ok(());
        }
    }
}

/// Whether only a superuser may make it, or somebody who administers the role that it is about.
fn is_for_superusers(entry: &Entry, parent: Option<&Entry>, rights: &Rights) -> bool {
    if superusers_make(entry).is_some() {
        return true;
    }
    match entry.kind {
        // Of parameters; privileges of everything else have a parent.
        Kind::Acl if entry.parent.is_none() => entry.name.starts_with("PARAMETER "),
        // What extensions bring belongs to whoever made them, who may have been a superuser.
        _ if entry.kind.is_facet() && parent.is_some_and(|parent| parent.kind == Kind::Extension) => true,
        // This one is there already.
        Kind::Schema => is_only_comment(&entry.create) && !rights.owns_public,
        Kind::DefaultAcl => !rights.may_be(&entry.owner),
        Kind::Subscription => !rights.subscribes,
        Kind::Role => !rights.may_alter(&entry.name),
        // Those of all roles name none.
        Kind::RoleSetting => {
            let parameter = entry.name.rsplit(' ').next().unwrap_or_default();
            entry.roles.first().is_none_or(|role| !rights.may_alter(role)) || !rights.may_set(parameter)
        }
        Kind::RoleMembership => entry.roles.first().is_some_and(|role| !rights.may_alter(role)),
        _ => false,
    }
}

/// Everything that is in a tablespace which is not there, or not for the role, goes to the default one.
fn in_known_tablespaces(
    entries: Vec<Entry>,
    is_wanted: impl Fn(EntryId) -> bool,
    rights: &Rights,
    left_out: &mut Vec<String>,
) -> Vec<Entry> {
    let mut objects: BTreeMap<String, u64> = BTreeMap::new();
    for entry in entries.iter().filter(|entry| is_wanted(entry.id)) {
        let name = match entry.kind {
            Kind::Database => entry.fields.get("tablespace").and_then(|name| name.as_str()),
            _ => entry.tablespace.as_deref(),
        };
        if let Some(name) = name.filter(|name| !name.is_empty() && !rights.tablespaces.contains(*name)) {
            *objects.entry(name.to_owned()).or_default() += 1;
        }
    }
    let tablespaces = objects.keys().map(|old| Mapping {
        old: old.clone(),
        new: String::new(),
    });
    let options = Options {
        tablespaces: tablespaces.collect(),
        ..Options::default()
    };
    // What says it in text alone is left to the server.
    let moved = called::entries(&entries, |_| false, &options).map(|entries| entries.into_owned());
    left_out.extend(objects.into_iter().map(|(name, objects)| match objects {
        1 => format!("tablespace {name} of 1 object"),
        objects => format!("tablespace {name} of {objects} objects"),
    }));
    moved.unwrap_or(entries)
}

/// A role without the attributes that cannot be given.
fn without_attributes(role: &mut Entry, rights: &Rights) -> Option<String> {
    let attributes = role.fields.get(ATTRIBUTES)?.as_array()?;
    let attributes: Vec<String> = attributes
        .iter()
        .filter_map(|word| word.as_str().map(str::to_owned))
        .collect();
    let limits = role.fields.get(LIMITS)?.as_str()?.to_owned();
    let (kept, lost): (Vec<&str>, Vec<&str>) = attributes
        .iter()
        .map(String::as_str)
        .partition(|word| rights.may_give(word));
    let alter = alter_role(&role.name, &kept, &limits);
    let make = role
        .naming(MAKE)
        .unwrap_or_else(|| Naming::default().text("CREATE ROLE ").role(&role.name).text(";\n"));
    role.set_naming("create", &make.and(&alter));
    role.set_naming(IF_THERE, &alter);
    // A role loses nothing by what it has not.
    let lost: Vec<&str> = lost.into_iter().filter(|word| !word.starts_with("NO")).collect();
    (!lost.is_empty()).then(|| format!("{} of {}", lost.join(", "), role.describe()))
}

/// A membership that is granted by whoever loads.
fn without_grantor(membership: &mut Entry) -> Option<String> {
    let plain = membership.naming(WITHOUT_GRANTOR)?;
    membership.set_naming("create", &plain);
    Some(format!("who granted {}", membership.describe()))
}

/// Privileges that others have given are given by the owner.
fn granted_by_owner(acl: &mut Entry) -> Option<String> {
    let foreign = acl.grants.iter_mut().filter(|grant| !grant.grantor.is_empty());
    if foreign.map(|grant| grant.grantor.clear()).count() == 0 {
        return None;
    }
    acl.spell_grants();
    Some(format!("who granted {}", acl.describe()))
}

/// Properties of a database without the settings that the role may not make.
fn without_settings(entry: &mut Entry, rights: &Rights) -> Vec<String> {
    let may = |setting: &properties::Setting| {
        let role = setting.role.as_deref();
        rights.may_set(&setting.name) && role.is_none_or(|role| rights.may_alter(role))
    };
    let (kept, lost): (Vec<_>, Vec<_>) = properties::settings(entry).into_iter().partition(may);
    if !lost.is_empty() {
        properties::spell(entry, kept);
    }
    let line = |setting: properties::Setting| match setting.role {
        Some(role) => format!("setting {} of role {role} in {}", setting.name, entry.describe()),
        None => format!("setting {} of {}", setting.name, entry.describe()),
    };
    lost.into_iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{made, numbered, plain, rows, table};
    use pgx_archive::Grant;
    use pgx_archive::entry::SUPERUSER;
    use rights::Standing;

    fn rights() -> Rights {
        let standing = |may_be, may_alter| Standing { may_be, may_alter };
        Rights {
            createrole: true,
            createdb: true,
            owns_public: true,
            major: 18,
            roles: [
                ("me", standing(true, false)),
                ("boss", standing(false, false)),
                ("mine", standing(false, true)),
            ]
            .map(|(name, standing)| (name.to_owned(), standing))
            .into(),
            parameters: ["work_mem".to_owned()].into(),
            ..Rights::default()
        }
    }

    fn fitted(entries: Vec<Entry>) -> (Vec<Entry>, Vec<String>) {
        fit(numbered(entries), |_| true, &rights()).expect("no rows are lost")
    }

    fn names(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    #[test]
    fn what_is_for_superusers_is_left_out_with_its_facets() {
        let mut comment = plain(Kind::Comment, "EVENT TRIGGER watch");
        comment.parent = Some(EntryId(1));
        let mut of_extension = plain(Kind::Acl, "FUNCTION f()");
        of_extension.parent = Some(EntryId(3));
        let (entries, left_out) = fitted(vec![
            plain(Kind::EventTrigger, "watch"),
            comment,
            plain(Kind::Extension, "hstore"),
            of_extension,
        ]);
        assert_eq!(names(&entries), ["hstore"]);
        assert_eq!(
            left_out,
            ["event trigger watch", "comment EVENT TRIGGER watch", "acl FUNCTION f()"]
        );
    }

    #[test]
    fn what_needs_it_is_left_out_but_never_rows() {
        let mut function = made(Kind::Function, "f()", "CREATE FUNCTION public.f() …;\n");
        function
            .fields
            .insert(SUPERUSER.to_owned(), "language c is not trusted".into());
        let needs = |mut entry: Entry, id: u32| {
            entry.dependencies.push(EntryId(id));
            entry
        };
        let view = needs(made(Kind::View, "v", "CREATE VIEW public.v …;\n"), 1);
        let (entries, left_out) = fitted(vec![function.clone(), view, table("t")]);
        assert_eq!(names(&entries), ["t"]);
        assert_eq!(left_out[..2], ["function public.f()", "view public.v"]);
        let lost = numbered(vec![function, needs(table("t"), 1), needs(rows("t"), 2)]);
        let error = fit(lost, |_| true, &rights()).expect_err("there are rows");
        assert_eq!(
            error.to_string(),
            "table data public.t needs function public.f(), which only a superuser makes"
        );
    }

    #[test]
    fn what_cannot_be_given_away_is_kept() {
        let owned = |name: &str, owner: &str| Entry {
            owner: owner.to_owned(),
            ..table(name)
        };
        let (entries, left_out) = fitted(vec![owned("a", "boss"), owned("b", "me"), owned("c", "boss")]);
        let owners: Vec<&str> = entries.iter().map(|entry| entry.owner.as_str()).collect();
        assert_eq!(owners, ["", "me", ""]);
        assert_eq!(left_out, ["owner boss of 2 objects"]);
    }

    #[test]
    fn the_owner_grants_what_others_have() {
        let grant = |grantor: &str| Grant {
            revoke: false,
            privileges: "SELECT".to_owned(),
            grantee: "ann".to_owned(),
            grantor: grantor.to_owned(),
            grant_option: false,
        };
        let mut acl = made(Kind::Acl, "TABLE t", "");
        acl.set_grants(vec![grant("bob")], "TABLE public.t");
        acl.parent = Some(EntryId(9));
        let (entries, left_out) = fitted(vec![acl]);
        assert_eq!(entries[0].create, "GRANT SELECT ON TABLE public.t TO ann;\n");
        assert_eq!(left_out, ["who granted acl public.TABLE t"]);
    }

    #[test]
    fn attributes_are_left_out_where_they_cannot_be_given() {
        let role = || {
            let mut role = plain(Kind::Role, "ann");
            let words = ["SUPERUSER", "INHERIT", "CREATEDB", "REPLICATION", "NOBYPASSRLS"];
            role.fields.insert(ATTRIBUTES.to_owned(), words.as_slice().into());
            role.fields.insert(LIMITS.to_owned(), " CONNECTION LIMIT 5".into());
            role
        };
        let (entries, left_out) = fitted(vec![role()]);
        assert_eq!(
            entries[0].create,
            "CREATE ROLE ann;\nALTER ROLE ann WITH INHERIT CREATEDB CONNECTION LIMIT 5;\n"
        );
        assert_eq!(left_out, ["SUPERUSER, REPLICATION of role ann"]);
        let superuser = Rights {
            superuser: true,
            ..rights()
        };
        assert_eq!(fit(vec![role()], |_| true, &superuser), Ok((vec![role()], Vec::new())));
    }

    #[test]
    fn roles_that_are_others_are_left_alone() {
        let about = |kind: Kind, name: &str, role: &str| {
            let mut entry = plain(kind, name);
            entry.roles = vec![role.to_owned()];
            entry
        };
        let (entries, _) = fitted(vec![
            plain(Kind::Role, "boss"),
            plain(Kind::Role, "mine"),
            plain(Kind::Role, "new"),
            about(Kind::RoleSetting, "boss work_mem", "boss"),
            about(Kind::RoleSetting, "mine work_mem", "mine"),
            about(Kind::RoleSetting, "mine app.own", "mine"),
            about(Kind::RoleSetting, "mine log_statement", "mine"),
            about(Kind::RoleMembership, "boss ann", "boss"),
            about(Kind::RoleMembership, "new ann", "new"),
        ]);
        assert_eq!(
            names(&entries),
            ["mine", "new", "mine work_mem", "mine app.own", "new ann"]
        );
    }

    #[test]
    fn tablespaces_that_cannot_be_used_are_not() {
        let mut fast = table("fast");
        fast.tablespace = Some("ssd".to_owned());
        let (entries, left_out) = fitted(vec![Entry {
            owner: "me".to_owned(),
            ..fast
        }]);
        assert_eq!(entries[0].tablespace.as_deref(), Some(""));
        assert_eq!(left_out, ["tablespace ssd of 1 object"]);
    }
}
