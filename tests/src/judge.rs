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
    let schemas = [source, copy].map(|side| entries(&comparable(&side.schema())));
    if let Some(text) = difference(("source", &schemas[0]), ("copy", &schemas[1]), 80) {
        return Verdict(Some(text));
    }
    let facts = [source, copy].map(|side| side.sql(FACTS));
    if let Some(text) = difference(("source", &facts[0]), ("copy", &facts[1]), 40) {
        return Verdict(Some(text));
    }
    Verdict(other_opinion(source, copy))
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
