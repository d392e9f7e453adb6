//! Schemas under another name: made as the source has them, renamed when everything stands.
//!
//! PostgreSQL follows names that it has parsed: columns, views, constraints, SQL-standard bodies. What it keeps as
//! text it does not follow: bodies of functions that are strings, and settings of functions.

use std::collections::{HashMap, HashSet};
use std::fmt;

use pgx_archive::head::Renamed;
use pgx_archive::spelling::ident;
use pgx_archive::{Entry, Kind};

use crate::contents::Contents;
use crate::named::is_named;

/// The question which schemas a database has: name, and whether there is anything in it.
pub const SCHEMAS: &str = "\
SELECT n.nspname,
       EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid)
       OR EXISTS (SELECT FROM pg_catalog.pg_proc p WHERE p.pronamespace = n.oid)
       OR EXISTS (SELECT FROM pg_catalog.pg_type t WHERE t.typnamespace = n.oid)
FROM pg_catalog.pg_namespace n";

/// The schema that every database has.
const PUBLIC: &str = "public";

/// Why schemas cannot be renamed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CannotRename {
    /// The stream has no such schema.
    Unknown(String),
    /// Two renames are about one name.
    Twice(String),
    /// The target has the old name already: what is in it would be renamed, too.
    OldIsThere(String),
    /// The target or the stream has the new name already.
    NewIsThere(String),
}

impl CannotRename {
    /// What the user can do about it.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            CannotRename::OldIsThere(_) => {
                Some("what is in it would be renamed, too: load into another database, or rename that schema first")
            }
            CannotRename::NewIsThere(_) => Some("give a name that is free"),
            CannotRename::Unknown(_) | CannotRename::Twice(_) => None,
        }
    }
}

impl fmt::Display for CannotRename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotRename::Unknown(name) => write!(f, "schema {name} is to be renamed, and is not in what is loaded"),
            CannotRename::Twice(name) => write!(f, "schema {name} is named by two renames"),
            CannotRename::OldIsThere(name) => {
                write!(f, "schema {name} is to be renamed, and the target has one already")
            }
            CannotRename::NewIsThere(name) => {
                write!(f, "schema {name} is the new name of another, and is there already")
            }
        }
    }
}

impl std::error::Error for CannotRename {}

/// An error when the renames contradict one another, or what is loaded.
pub fn check(renames: &[Renamed], contents: &Contents<'_>) -> Result<(), CannotRename> {
    let schemas: HashSet<&str> = contents.wanted().filter_map(schema_of).collect();
    let mut named = HashSet::new();
    for renamed in renames {
        for name in [&renamed.old, &renamed.new] {
            if !named.insert(name.as_str()) {
                return Err(CannotRename::Twice(name.clone()));
            }
        }
    }
    for renamed in renames {
        if !schemas.contains(renamed.old.as_str()) {
            return Err(CannotRename::Unknown(renamed.old.clone()));
        }
        if schemas.contains(renamed.new.as_str()) {
            return Err(CannotRename::NewIsThere(renamed.new.clone()));
        }
    }
    Ok(())
}

/// An error when the target, which has these schemas, stands in the way. An empty `public`, which every new database
/// has, does not.
pub fn check_target(renames: &[Renamed], there: &HashMap<String, bool>) -> Result<(), CannotRename> {
    for renamed in renames {
        let in_the_way = there
            .get(&renamed.old)
            .is_some_and(|used| *used || renamed.old != PUBLIC);
        if in_the_way {
            return Err(CannotRename::OldIsThere(renamed.old.clone()));
        }
        if there.contains_key(&renamed.new) {
            return Err(CannotRename::NewIsThere(renamed.new.clone()));
        }
    }
    Ok(())
}

/// The statement of a rename.
///
/// ```
/// use pgx_archive::head::Renamed;
///
/// let renamed = Renamed { old: "sales".to_owned(), new: "Sales 2025".to_owned() };
/// assert_eq!(pgx_restore::rename::statement(&renamed), "ALTER SCHEMA sales RENAME TO \"Sales 2025\";");
/// ```
pub fn statement(renamed: &Renamed) -> String {
    format!(
        "ALTER SCHEMA {} RENAME TO {};",
        ident(&renamed.old),
        ident(&renamed.new)
    )
}

/// What goes on naming the old schema, as messages name it: functions whose text does, and settings.
pub fn left_behind(renames: &[Renamed], contents: &Contents<'_>) -> Vec<String> {
    let names = |text: &str| renames.iter().any(|renamed| is_named(text, &renamed.old));
    let left = contents.wanted().filter(|entry| match entry.kind {
        Kind::Function | Kind::Procedure => names(kept_as_text(&entry.create)),
        Kind::DatabaseProperties => names(&entry.create),
        _ => false,
    });
    left.map(Entry::describe).collect()
}

/// The schema that an entry makes, or lies in.
fn schema_of(entry: &Entry) -> Option<&str> {
    match entry.kind {
        Kind::Schema => Some(&entry.name),
        _ => entry.schema.as_deref(),
    }
}

/// Of the definition of a routine what the server keeps as text: settings, and the body that is a string. Signature and
/// options come before it, in the line of LANGUAGE and those above. This is for a warning, and decides nothing.
fn kept_as_text(create: &str) -> &str {
    let from = ["\n    SET ", "\n    AS "]
        .iter()
        .filter_map(|words| create.find(words))
        .min();
    from.map_or("", |from| &create[from..])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::samples::{made, numbered, plain};

    fn renamed(old: &str, new: &str) -> Renamed {
        Renamed {
            old: old.to_owned(),
            new: new.to_owned(),
        }
    }

    #[test]
    fn renames_that_cannot_be_are_named() {
        let mut lonely = plain(Kind::Table, "t");
        lonely.schema = Some("inside".to_owned());
        let entries = numbered(vec![plain(Kind::Schema, "sales"), plain(Kind::Schema, "stock"), lonely]);
        let options = Options::default();
        let contents = Contents::new(&entries, &options);
        let check = |renames: &[Renamed]| check(renames, &contents).map_err(|error| error.to_string());
        assert_eq!(check(&[renamed("sales", "a"), renamed("inside", "b")]), Ok(()));
        assert_eq!(
            check(&[renamed("gone", "a")]),
            Err("schema gone is to be renamed, and is not in what is loaded".to_owned())
        );
        assert!(check(&[renamed("sales", "a"), renamed("stock", "a")]).is_err());
        assert!(check(&[renamed("sales", "stock")]).is_err());
    }

    #[test]
    fn the_target_must_have_neither_name() {
        let there: HashMap<String, bool> = [("public", false), ("busy", true), ("idle", false)]
            .map(|(name, used)| (name.to_owned(), used))
            .into();
        let check = |old, new| check_target(&[renamed(old, new)], &there).map_err(|error| error.to_string());
        assert_eq!(check("sales", "sold"), Ok(()));
        assert_eq!(check("public", "app"), Ok(()), "an empty one is no hindrance");
        assert_eq!(
            check("idle", "a"),
            Err("schema idle is to be renamed, and the target has one already".to_owned())
        );
        assert_eq!(
            check("sales", "busy"),
            Err("schema busy is the new name of another, and is there already".to_owned())
        );
    }

    #[test]
    fn what_does_not_follow_is_listed() {
        let function = |name: &str, rest: &str| {
            let create =
                format!("CREATE FUNCTION sales.{name}(a sales.mood) RETURNS integer\n    LANGUAGE sql{rest};\n");
            made(Kind::Function, name, &create)
        };
        let entries = numbered(vec![
            function("body()", "\n    AS $$SELECT count(*) FROM sales.orders$$"),
            function("quoted()", "\n    AS 'SELECT 1 FROM \"sales\".orders'"),
            function("path()", "\n    SET search_path TO 'sales'\n    AS $$SELECT 1$$"),
            function("none()", "\n    AS $$SELECT count(*) FROM presales.orders$$"),
            function(
                "follows()",
                "\n    BEGIN ATOMIC\n SELECT count(*) FROM sales.orders;\nEND",
            ),
        ]);
        let options = Options::default();
        let contents = Contents::new(&entries, &options);
        assert_eq!(
            left_behind(&[renamed("sales", "sold")], &contents),
            [
                "function public.body()",
                "function public.quoted()",
                "function public.path()"
            ]
        );
    }
}
