//! Whether a database is a true copy of another, by stock tools alone.

use std::collections::BTreeSet;
use std::process::Command;

use crate::{Database, comparable, difference, stock};

/// The facts about a database that its schema does not show, one a line.
const FACTS: &str = include_str!("../facts.sql");

/// What the judge found.
#[derive(Debug)]
pub struct Verdict(Option<String>);

impl Verdict {
    /// What differs, if anything does.
    pub fn difference(self) -> Option<String> {
        self.0
    }

    /// # Panics
    /// When the copy is not equal, with what differs.
    pub fn expect_equal(self) {
        if let Some(difference) = self.0 {
            panic!("the copy differs from its source\n{difference}");
        }
    }
}

/// Compares a copy with its source: stock `pg_dump -s` of both, entry by entry, then the rows of every
/// table and materialized view, sequences, large objects and counts of catalog rows.
///
/// The variable `PGX_JUDGE` may name a program that is asked as well: `$PGX_JUDGE SOURCE COPY`.
pub fn judge(source: &Database, copy: &Database) -> Verdict {
    Judge::of(source).judge(copy)
}

/// A judge who looks at a source once, for many copies.
#[derive(Debug)]
pub struct Judge<'d> {
    source: &'d Database<'d>,
    looks: [String; 2],
}

impl<'d> Judge<'d> {
    /// Looks at a source, which must not change any more.
    pub fn of(source: &'d Database<'d>) -> Judge<'d> {
        let looks = [entries(&comparable(&source.schema())), source.sql(FACTS)];
        Judge { source, looks }
    }

    /// What it has looked at.
    pub fn source(&self) -> &'d Database<'d> {
        self.source
    }

    /// Compares a copy with it, as [`judge`] does.
    pub fn judge(&self, copy: &Database) -> Verdict {
        let [schema, facts] = &self.looks;
        let copied = entries(&comparable(&copy.schema()));
        if let Some(text) = difference(("source", schema), ("copy", &copied), 80) {
            return Verdict(Some(text));
        }
        if let Some(text) = difference(("source", facts), ("copy", &copy.sql(FACTS)), 40) {
            return Verdict(Some(text));
        }
        Verdict(other_opinion(self.source, copy))
    }
}

/// A plain dump with its entries in the order of their text: how a dump orders what depends on nothing
/// else may differ between a source and its copy.
fn entries(dump: &str) -> String {
    let entries: BTreeSet<&str> = dump.split("\n--\n-- ").collect();
    entries.into_iter().collect::<Vec<_>>().join("\n--\n-- ")
}

fn other_opinion(source: &Database, copy: &Database) -> Option<String> {
    let judge = std::env::var_os("PGX_JUDGE")?;
    let pg_dump = stock("pg_dump").get_program().to_owned();
    let mut path = std::path::Path::new(&pg_dump)
        .parent()
        .map(|bin| bin.as_os_str().to_owned())
        .unwrap_or_default();
    path.push(":");
    path.push(std::env::var_os("PATH").unwrap_or_default());
    let output = Command::new(&judge)
        .args([source.url(), copy.url()])
        .env("PG_DUMP", &pg_dump)
        .env("PATH", path)
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", judge.to_string_lossy()));
    (!output.status.success()).then(|| {
        format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        )
    })
}
