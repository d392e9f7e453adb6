//! Making room: the statements that drop what an earlier restore has made.

use std::borrow::Cow;

use pgx_archive::spelling::{literal, qualified};
use pgx_archive::{Entry, Kind};

use crate::contents::Contents;
use crate::large_objects;
use crate::options::{Clean, Options};
use crate::statements::is_only_comment;

/// What is dropped before anything is made: what comes last goes first. With `-C` that is the database alone.
pub fn dropped<'a>(contents: &Contents<'a>, options: &Options) -> Vec<&'a Entry> {
    if options.clean == Clean::No {
        return Vec::new();
    }
    let is_database = |entry: &Entry| matches!(entry.kind, Kind::Database | Kind::DatabaseProperties);
    let mut dropped = contents.in_order();
    dropped.retain(|entry| !entry.drop.is_empty() && (!options.create || is_database(entry)));
    dropped.reverse();
    dropped
}

/// What a loader runs to make room: entries with their statements, in order, without those that only say something.
pub fn drop_work<'a>(contents: &Contents<'a>, options: &Options) -> Vec<(&'a Entry, String)> {
    let drops = dropped(contents, options).into_iter().map(|entry| {
        let sql = drop_statement(entry, options.clean);
        let view = contents
            .parent(entry)
            .filter(|_| entry.kind == Kind::Rule && options.clean == Clean::IfExists);
        match view {
            Some(view) => (entry, if_view_exists(view, &sql)),
            None => (entry, sql.into_owned()),
        }
    });
    drops.filter(|(_, sql)| !is_only_comment(sql)).collect()
}

/// The statement that puts an empty view in the place of another, where there is one; pg_restore fails and goes on.
fn if_view_exists(view: &Entry, sql: &str) -> String {
    let name = qualified(view.schema.as_deref().unwrap_or_default(), &view.name);
    let body = format!(
        "BEGIN IF pg_catalog.to_regclass({}) IS NOT NULL THEN EXECUTE {}; END IF; END",
        literal(&name),
        literal(sql)
    );
    format!("DO {};\n", literal(&body))
}

/// The statements that drop an entry, each ended by semicolon and newline; empty where there is nothing to drop.
///
/// ```
/// use pgx_archive::{Entry, Kind};
/// use pgx_restore::{Clean, drop_statement};
///
/// let mut key = Entry::new(Kind::Constraint, Some("public"), "tea tea_pkey", "shop");
/// key.drop = "ALTER TABLE ONLY public.tea DROP CONSTRAINT tea_pkey;\n".to_owned();
/// assert_eq!(
///     drop_statement(&key, Clean::IfExists),
///     "ALTER TABLE IF EXISTS ONLY public.tea DROP CONSTRAINT IF EXISTS tea_pkey;\n"
/// );
/// ```
pub fn drop_statement(entry: &Entry, clean: Clean) -> Cow<'_, str> {
    match (clean, &entry.kind) {
        (Clean::No, _) => Cow::Borrowed(""),
        (Clean::Yes, Kind::BlobMetadata) => large_objects::script_unlink(entry).into(),
        (Clean::IfExists, Kind::BlobMetadata) => large_objects::script_unlink_if_exists(entry).into(),
        (Clean::Yes, _) => Cow::Borrowed(&entry.drop),
        (Clean::IfExists, kind) => if_exists(kind, &entry.drop),
    }
}

/// The same statement, content with what is not there.
fn if_exists<'a>(kind: &Kind, drop: &'a str) -> Cow<'a, str> {
    // Of the schema `public` there is only a comment to say that it stays.
    if drop.starts_with("--") {
        return Cow::Borrowed(drop);
    }
    let (alter, rest) = match drop.strip_prefix("ALTER TABLE") {
        Some(rest) => ("ALTER TABLE IF EXISTS", rest),
        None => ("", drop),
    };
    // A default has no IF EXISTS, and the view that takes the place of another is never missed.
    let as_it_is = matches!(kind, Kind::Default | Kind::DatabaseProperties) || rest.starts_with("CREATE OR REPLACE");
    let words = match kind {
        Kind::Constraint | Kind::CheckConstraint | Kind::FkConstraint => "DROP CONSTRAINT".to_owned(),
        kind => format!("DROP {kind}"),
    };
    match outside_quotes(rest, &words).filter(|_| !as_it_is) {
        Some(at) => {
            let (before, after) = rest.split_at(at + words.len());
            format!("{alter}{before} IF EXISTS{after}").into()
        }
        None => format!("{alter}{rest}").into(),
    }
}

/// Where words stand for themselves, rather than in a quoted name.
fn outside_quotes(text: &str, words: &str) -> Option<usize> {
    let is_outside = |at: usize| text[..at].matches('"').count().is_multiple_of(2);
    text.match_indices(words).map(|(at, _)| at).find(|&at| is_outside(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{made, numbered, plain};

    fn softened(kind: Kind, drop: &str) -> String {
        let mut entry = plain(kind, "x");
        entry.drop = drop.to_owned();
        drop_statement(&entry, Clean::IfExists).into_owned()
    }

    #[test]
    fn drops_are_content_with_what_is_not_there() {
        assert_eq!(
            softened(Kind::MaterializedView, "DROP MATERIALIZED VIEW public.m;\n"),
            "DROP MATERIALIZED VIEW IF EXISTS public.m;\n"
        );
        assert_eq!(
            softened(Kind::Default, "ALTER TABLE public.t ALTER COLUMN a DROP DEFAULT;\n"),
            "ALTER TABLE IF EXISTS public.t ALTER COLUMN a DROP DEFAULT;\n"
        );
        assert_eq!(
            softened(
                Kind::FkConstraint,
                "ALTER TABLE ONLY public.\"DROP CONSTRAINT\" DROP CONSTRAINT f;\n"
            ),
            "ALTER TABLE IF EXISTS ONLY public.\"DROP CONSTRAINT\" DROP CONSTRAINT IF EXISTS f;\n"
        );
        let dummy = "CREATE OR REPLACE VIEW public.v AS\nSELECT\n    NULL::integer AS a;\n";
        assert_eq!(softened(Kind::Rule, dummy), dummy);
        let comment = "-- *not* dropping schema, since initdb creates it\n";
        assert_eq!(softened(Kind::Schema, comment), comment);
    }

    #[test]
    fn large_objects_are_unlinked_one_by_one() {
        let mut group = made(Kind::BlobMetadata, "7..8", "7\n8\n");
        group.drop = "-- dummy".to_owned();
        assert_eq!(
            drop_statement(&group, Clean::Yes),
            "SELECT pg_catalog.lo_unlink('7');\nSELECT pg_catalog.lo_unlink('8');\n\n"
        );
        assert_eq!(
            drop_statement(&group, Clean::IfExists).lines().next(),
            Some("SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata WHERE oid = '7';")
        );
    }

    #[test]
    fn what_comes_last_goes_first() {
        let mut entries = numbered(vec![
            plain(Kind::Database, "shop"),
            plain(Kind::Table, "t"),
            plain(Kind::EventTrigger, "e"),
            plain(Kind::Index, "i"),
            plain(Kind::TableData, "t"),
        ]);
        for entry in &mut entries[..4] {
            entry.drop = "DROP …;\n".to_owned();
        }
        let names = |options: &Options| -> Vec<String> {
            let contents = Contents::new(&entries, options);
            let dropped = dropped(&contents, options);
            dropped.into_iter().map(|entry| entry.name.clone()).collect()
        };
        let mut options = Options::default();
        assert_eq!(names(&options), [""; 0]);
        options.clean = Clean::Yes;
        assert_eq!(names(&options), ["i", "e", "t"]);
        options.create = true;
        assert_eq!(names(&options), ["shop"]);
    }
}
