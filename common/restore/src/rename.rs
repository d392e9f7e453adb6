//! Schemas under another name: made as the source has them, renamed when everything stands.
//!
//! PostgreSQL follows names that it has parsed: columns, views, constraints, SQL-standard bodies. What it keeps as
//! text it does not follow: bodies of functions that are strings, settings of functions, and constants such as
//! `'sales.orders'::text`.

use std::collections::{HashMap, HashSet};
use std::fmt;

use pgx_archive::head::Renamed;
use pgx_archive::spelling::ident;
use pgx_archive::{Entry, Kind};

use crate::contents::Contents;
use crate::named::{LONGEST, is_named};

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
    /// A new name is one that servers keep for themselves.
    Reserved(String),
    /// A new name is longer than names can be.
    TooLong(String),
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
            CannotRename::Unknown(_)
            | CannotRename::Twice(_)
            | CannotRename::Reserved(_)
            | CannotRename::TooLong(_) => None,
        }
    }
}

impl fmt::Display for CannotRename {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CannotRename::Unknown(name) => write!(f, "schema {name} is to be renamed, and is not in what is loaded"),
            CannotRename::Twice(name) => write!(f, "schema {name} is named by two renames"),
            CannotRename::Reserved(name) => {
                write!(
                    f,
                    "no schema can be called {name}: names that begin with pg_ are the server's own"
                )
            }
            CannotRename::TooLong(name) => {
                write!(f, "no schema can be called {name}: a name has at most {LONGEST} bytes")
            }
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
        if renamed.new.starts_with("pg_") {
            return Err(CannotRename::Reserved(renamed.new.clone()));
        }
        if renamed.new.len() > LONGEST {
            return Err(CannotRename::TooLong(renamed.new.clone()));
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

/// What goes on naming the old schema, as messages name it: functions whose text does, settings, and constants in
/// whatever else has expressions.
pub fn left_behind(renames: &[Renamed], contents: &Contents<'_>) -> Vec<String> {
    let any = |names: fn(&str, &str) -> bool, text: &str| renames.iter().any(|renamed| names(text, &renamed.old));
    let left = contents.wanted().filter(|entry| match entry.kind {
        Kind::Function | Kind::Procedure => {
            let (parsed, text) = entry.create.split_at(text_from(&entry.create));
            any(is_in_constant, parsed) || any(is_in_code, text)
        }
        Kind::DatabaseProperties => any(is_named, &entry.create),
        Kind::Table
        | Kind::Default
        | Kind::Domain
        | Kind::Constraint
        | Kind::CheckConstraint
        | Kind::Index
        | Kind::View
        | Kind::MaterializedView
        | Kind::Rule
        | Kind::Policy
        | Kind::Trigger => any(is_in_constant, &entry.create),
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

/// Where in the definition of a routine begins what the server keeps as text: settings, and the body that is a string.
/// Signature and options come before it, in the line of LANGUAGE and those above. This is for a warning, and decides
/// nothing.
fn text_from(create: &str) -> usize {
    let from = ["\n    SET ", "\n    AS "]
        .iter()
        .filter_map(|words| create.find(words));
    from.min().unwrap_or(create.len())
}

/// Whether code that somebody wrote names a schema, in whatever case where case does not matter.
fn is_in_code(text: &str, schema: &str) -> bool {
    is_named(text, schema) || ident(schema) == schema && is_named(&text.to_lowercase(), schema)
}

/// Whether a constant of a definition names something in a schema, as `'sales.orders'` does. One that has become the
/// object, `'sales.orders'::regclass`, does not count.
fn is_in_constant(create: &str, schema: &str) -> bool {
    let qualifier = format!("{}.", ident(schema));
    let mut rest = create;
    while let Some(at) = rest.find(['\'', '"']) {
        let (quote, quoted) = rest[at..].split_at(1);
        // A doubled quote ends one constant and begins another: nothing is missed.
        let Some(end) = quoted.find(quote) else { break };
        rest = &quoted[end + 1..];
        if quote == "'" && !rest.starts_with("::reg") && begins_word(&quoted[..end], &qualifier) {
            return true;
        }
    }
    false
}

/// Whether a text has these words, not as the end of a longer one.
fn begins_word(text: &str, words: &str) -> bool {
    text.match_indices(words)
        .any(|(at, _)| !(text[..at].chars().next_back()).is_some_and(|c| c.is_alphanumeric() || "_$\"".contains(c)))
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
        assert_eq!(
            check(&[renamed("sales", "pg_sales")]),
            Err("no schema can be called pg_sales: names that begin with pg_ are the server's own".to_owned())
        );
        assert_eq!(check(&[renamed("sales", &"x".repeat(63))]), Ok(()));
        assert!(check(&[renamed("sales", &"é".repeat(32))]).is_err());
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
            function("folded()", "\n    AS $$SELECT count(*) FROM Sales.Orders$$"),
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
                "function public.path()",
                "function public.folded()"
            ]
        );
    }

    #[test]
    fn constants_that_are_text_are_listed() {
        let of = |kind: Kind, create: &str| {
            let entries = numbered(vec![made(kind, "a", create)]);
            let options = Options::default();
            let contents = Contents::new(&entries, &options);
            let renames = [renamed("sales", "sold"), renamed("Old \"S\"", "new")];
            !left_behind(&renames, &contents).is_empty()
        };
        let default =
            |constant: &str| format!("ALTER TABLE ONLY sales.t ALTER COLUMN \"it's\" SET DEFAULT nextval({constant});");
        assert!(of(Kind::Default, &default("('sales.s'::text)::regclass")));
        assert!(of(Kind::Default, &default("('\"Old \"\"S\"\"\".s'::text)::regclass")));
        assert!(!of(Kind::Default, &default("'sales.s'::regclass")));
        assert!(!of(Kind::Default, &default("('presales.s'::text)::regclass")));
        assert!(of(
            Kind::View,
            " SELECT 'it''s' AS a, to_regclass('sales.t'::text) AS b;"
        ));
        assert!(of(
            Kind::Trigger,
            "CREATE TRIGGER a BEFORE INSERT ON sales.t FOR EACH ROW EXECUTE FUNCTION sales.audit('sales.log');"
        ));
        assert!(of(
            Kind::Function,
            "CREATE FUNCTION public.a(t text DEFAULT 'sales.t'::text) RETURNS text\n    LANGUAGE sql\n    AS $$SELECT 1$$;"
        ));
        assert!(!of(Kind::Comment, "COMMENT ON TABLE sales.t IS 'once sales.orders';"));
    }
}
