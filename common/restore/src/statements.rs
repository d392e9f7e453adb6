//! What a loader runs for an entry: SQL without anything that only psql understands.

use std::fmt;

use pgx_archive::{Entry, Kind};

use crate::contents::Contents;
use crate::database::{self, TooOld};
use crate::foreign_keys;
use crate::large_objects;
use crate::options::Options;
use crate::owner::{act_as, give_away};
use crate::session::{TableDefaults, access_method_after};
use crate::subscription;

/// What a statement does for its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Sets a default of the session.
    Setting,
    /// Makes the object.
    Create,
    /// Acts as its owner, or no longer.
    Identity,
    /// Gives it to its owner.
    Owner,
    /// Sets the access method of a partitioned table.
    AccessMethod,
    /// Writes into the ledger that it is made.
    Note,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Step::Setting => "setting defaults",
            Step::Create => "creating",
            Step::Identity => "acting as the owner",
            Step::Owner => "setting the owner",
            Step::AccessMethod => "setting the access method",
            Step::Note => "writing the ledger",
        })
    }
}

/// A statement, or several that the server takes as one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// What it does.
    pub step: Step,
    /// Its text.
    pub sql: String,
}

/// All that is to be run for an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Work {
    /// Statements, in their order; empty for data and for what the target has anyway.
    pub statements: Vec<Statement>,
    /// Whether they must run outside a transaction block.
    pub alone: bool,
    /// The database to connect to afterwards.
    pub connect: Option<String>,
}

/// What is to be run for an entry on a session that has these defaults.
///
/// The defaults are those after the statements have run; a failed transaction takes them back.
pub fn work(
    entry: &Entry,
    contents: &Contents<'_>,
    options: &Options,
    defaults: &mut TableDefaults,
) -> Result<Work, TooOld> {
    let parent = contents.parent(entry);
    let mut work = Work {
        alone: entry.kind == Kind::Database,
        connect: matches!(entry.kind, Kind::Database | Kind::DatabaseProperties).then(|| entry.name.clone()),
        ..Work::default()
    };
    if entry.data.is_some() {
        return Ok(work);
    }
    let mut run = |step: Step, sql: String| work.statements.push(Statement { step, sql });
    for sql in defaults.before(entry, options) {
        run(Step::Setting, sql);
    }
    // Until its end an entry is its maker's; rows, indexes and statistics are everybody's.
    let maker = options.maker(entry).filter(|maker| !maker.is_empty());
    if let Some(maker) = maker {
        run(Step::Identity, act_as(maker));
    }
    match parent {
        _ if entry.kind == Kind::Database => run(Step::Create, database::create(entry, options)?),
        _ if entry.kind == Kind::Subscription => run(Step::Create, subscription::create(entry, options)),
        _ if entry.kind == Kind::BlobMetadata => run(Step::Create, large_objects::create(entry)),
        Some(group) if large_objects::is_for_group(entry, parent) => {
            for sql in large_objects::grants(group, &entry.grants) {
                run(Step::Create, sql);
            }
        }
        _ if is_only_comment(entry.create_on(options.target)) => {}
        _ => run(
            Step::Create,
            foreign_keys::create(entry, contents, options).into_owned(),
        ),
    }
    if let Some(sql) = access_method_after(entry, options) {
        run(Step::AccessMethod, sql);
    }
    if maker.is_some() {
        run(Step::Identity, act_as(""));
    }
    if let Some(sql) = give_away(entry, options) {
        run(Step::Owner, sql);
    }
    Ok(work)
}

/// The first half of a constraint that is made from an index built on its own; `None` for what has no such
/// halves.
pub fn index_work(entry: &Entry, options: &Options, defaults: &mut TableDefaults) -> Option<Work> {
    let using_index = entry.using_index.as_ref()?;
    let statement = |step: Step, sql: String| Statement { step, sql };
    let settings = defaults.before(entry, options).into_iter();
    let mut statements: Vec<Statement> = settings.map(|sql| statement(Step::Setting, sql)).collect();
    statements.push(statement(Step::Create, using_index.index.clone()));
    Some(Work {
        statements,
        ..Work::default()
    })
}

/// The second half: the constraint, from its index.
pub fn attach_work(entry: &Entry) -> Option<Work> {
    let sql = entry.using_index.as_ref()?.attach.clone();
    let statements = vec![Statement {
        step: Step::Create,
        sql,
    }];
    Some(Work {
        statements,
        ..Work::default()
    })
}

/// Whether there is nothing to run: the schema `public` is there, and its entry only says so.
pub(crate) fn is_only_comment(sql: &str) -> bool {
    sql.lines().all(|line| line.is_empty() || line.starts_with("--"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{made, numbered, plain, rows, table};
    use pgx_archive::{EntryId, Grant};

    fn run(entries: &[Entry], options: &Options) -> Vec<Vec<String>> {
        let contents = Contents::new(entries, options);
        let mut defaults = TableDefaults::default();
        let mut sql = |entry| work(entry, &contents, options, &mut defaults).expect("the target has it all");
        let texts = |work: Work| work.statements.into_iter().map(|statement| statement.sql);
        contents.wanted().map(|entry| texts(sql(entry)).collect()).collect()
    }

    #[test]
    fn a_table_is_made_and_given_away() {
        let entries = numbered(vec![table("a"), rows("a"), table("b")]);
        assert_eq!(
            run(&entries, &Options::default()),
            [
                vec![
                    "SET default_tablespace = '';",
                    "SET default_table_access_method = heap;",
                    "CREATE TABLE public.a (id integer);\n",
                    "ALTER TABLE public.a OWNER TO shop;",
                ],
                vec![],
                vec![
                    "CREATE TABLE public.b (id integer);\n",
                    "ALTER TABLE public.b OWNER TO shop;",
                ],
            ]
        );
        let options = Options {
            no_owner: true,
            no_tablespaces: true,
            no_table_access_method: true,
            ..Options::default()
        };
        assert_eq!(run(&entries, &options)[0], ["CREATE TABLE public.a (id integer);\n"]);
    }

    #[test]
    fn what_is_there_anyway_is_only_given_away() {
        let mut public = plain(Kind::Schema, "public");
        public.create = "-- *not* creating schema, since initdb creates it\n".to_owned();
        public.drop = "-- *not* dropping schema, since initdb creates it\n".to_owned();
        public.owner = "boss".to_owned();
        assert_eq!(
            run(&numbered(vec![public]), &Options::default()),
            [["ALTER SCHEMA public OWNER TO boss;"]]
        );
    }

    #[test]
    fn a_database_is_made_alone_and_connected_to() {
        let options = Options {
            create: true,
            target: Some(18),
            ..Options::default()
        };
        let mut database = plain(Kind::Database, "shop");
        database.create = "CREATE DATABASE shop;\n".to_owned();
        let entries = numbered(vec![database]);
        let contents = Contents::new(&entries, &options);
        let work = work(&entries[0], &contents, &options, &mut TableDefaults::default()).unwrap();
        assert!(work.alone);
        assert_eq!(work.connect.as_deref(), Some("shop"));
    }

    #[test]
    fn privileges_of_a_group_of_large_objects_are_for_all() {
        let mut group = plain(Kind::BlobMetadata, "7..8");
        group.create = "7\n8\n".to_owned();
        group.drop = "-- dummy".to_owned();
        group.owner = "shop".to_owned();
        let mut acl = plain(Kind::Acl, "LARGE OBJECTS 7..8");
        acl.create = "GRANT ALL ON LARGE OBJECT 7 TO a;\n".to_owned();
        acl.parent = Some(EntryId(1));
        acl.grants = vec![Grant {
            revoke: false,
            privileges: "ALL".to_owned(),
            grantee: "a".to_owned(),
            grantor: String::new(),
            grant_option: false,
        }];
        assert_eq!(
            run(&numbered(vec![group, acl]), &Options::default()),
            [
                vec![
                    "SELECT pg_catalog.lo_create(oid) FROM pg_catalog.unnest('{7,8}'::pg_catalog.oid[]) AS oid;",
                    "ALTER LARGE OBJECT 7 OWNER TO shop;\nALTER LARGE OBJECT 8 OWNER TO shop;",
                ],
                vec!["GRANT ALL ON LARGE OBJECT 7, 8 TO a;"],
            ]
        );
    }

    #[test]
    fn an_older_target_is_told_in_its_own_words() {
        let mut child = made(Kind::Table, "child", "CREATE TABLE child (NOT NULL a) INHERITS (t);\n");
        child.before(18, "CREATE TABLE child () INHERITS (t);\n".to_owned());
        let on = |target: u32| {
            let options = Options {
                target: Some(target),
                no_owner: true,
                ..Options::default()
            };
            run(&[child.clone()], &options).concat()
        };
        assert_eq!(on(17).last(), Some(&"CREATE TABLE child () INHERITS (t);\n".to_owned()));
        assert_eq!(on(18).last(), Some(&child.create));
    }
}
