//! Two tables of contents, entry by entry.

use std::collections::HashMap;
use std::fmt;

use pgx_archive::Entry;
use serde::Serialize;

use super::Found;
use super::side::{Measure, Side};
use crate::list::is_listed;

/// An entry that is not the same in both archives.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Its kind, as the list has it.
    pub kind: String,
    /// Its schema.
    pub schema: Option<String>,
    /// Its name.
    pub name: String,
    /// What is different.
    #[serde(flatten)]
    pub change: Change,
}

/// How an entry differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", content = "what", rename_all = "snake_case")]
pub enum Change {
    /// It is in the first archive alone.
    OnlyHere,
    /// It is in the other archive alone.
    OnlyThere,
    /// It is in both, and these things of it differ.
    Changed(Vec<Aspect>),
}

/// One thing that differs: what the first archive says, and what the other.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Aspect {
    /// `definition`, `owner`, `tablespace`, `access method`, `rows` or `digest`.
    #[serde(rename = "name")]
    pub what: &'static str,
    /// In the first archive.
    pub here: String,
    /// In the other.
    pub there: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = match self.change {
            Change::OnlyHere => '-',
            Change::OnlyThere => '+',
            Change::Changed(_) => '!',
        };
        let schema = self.schema.as_deref().unwrap_or("-");
        write!(f, "{sign} {} {schema} {}", self.kind, self.name)?;
        let Change::Changed(aspects) = &self.change else {
            return Ok(());
        };
        for (number, aspect) in aspects.iter().enumerate() {
            f.write_str(if number == 0 { ": " } else { ", " })?;
            f.write_str(aspect.what)?;
            if matches!(aspect.what, "owner" | "tablespace" | "access method" | "rows") {
                write!(f, " {} → {}", aspect.here, aspect.there)?;
            }
        }
        Ok(())
    }
}

/// What matches entries of two archives: numbers do not.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
struct Identity<'a>(&'a str, Option<&'a str>, &'a str);

fn identity(entry: &Entry) -> Identity<'_> {
    Identity(entry.kind.tag(), entry.schema.as_deref(), &entry.name)
}

/// Compares what is kept of both.
pub fn compare(here: &Side, there: &Side) -> Found {
    let mut theirs: HashMap<Identity<'_>, Vec<&Entry>> = HashMap::new();
    for entry in there.kept().filter(|entry| is_listed(entry)) {
        theirs.entry(identity(entry)).or_default().push(entry);
    }
    let mut found = Found {
        differences: Vec::new(),
        same: 0,
    };
    let mut unmatched = Vec::new();
    for entry in here.kept().filter(|entry| is_listed(entry)) {
        let candidates = theirs.get_mut(&identity(entry)).filter(|left| !left.is_empty());
        let Some(candidates) = candidates else {
            found.differences.push(difference(entry, Change::OnlyHere));
            continue;
        };
        // Some entries have the same names: those with the same text belong together.
        let same = candidates.iter().position(|other| other.create == entry.create);
        match same {
            Some(at) => found.add(entry, aspects(here, entry, there, candidates.remove(at))),
            None => unmatched.push(entry),
        }
    }
    for entry in unmatched {
        match theirs.get_mut(&identity(entry)).filter(|left| !left.is_empty()) {
            Some(left) => found.add(entry, aspects(here, entry, there, left.remove(0))),
            None => found.differences.push(difference(entry, Change::OnlyHere)),
        }
    }
    for entry in there.kept().filter(|entry| is_listed(entry)) {
        let left = theirs.get_mut(&identity(entry));
        let at = left
            .as_ref()
            .and_then(|left| left.iter().position(|other| other.id == entry.id));
        if let (Some(left), Some(at)) = (left, at) {
            left.remove(at);
            found.differences.push(difference(entry, Change::OnlyThere));
        }
    }
    found
}

impl Found {
    fn add(&mut self, entry: &Entry, aspects: Vec<Aspect>) {
        match aspects.is_empty() {
            true => self.same += 1,
            false => self.differences.push(difference(entry, Change::Changed(aspects))),
        }
    }
}

fn difference(entry: &Entry, change: Change) -> Difference {
    Difference {
        kind: entry.kind.tag().to_owned(),
        schema: entry.schema.clone(),
        name: entry.name.clone(),
        change,
    }
}

fn aspects(here: &Side, entry: &Entry, there: &Side, other: &Entry) -> Vec<Aspect> {
    let optional = |text: &Option<String>| text.clone().unwrap_or_default();
    let mut pairs = vec![
        ("definition", entry.create.clone(), other.create.clone()),
        ("owner", entry.owner.clone(), other.owner.clone()),
        ("tablespace", optional(&entry.tablespace), optional(&other.tablespace)),
        (
            "access method",
            optional(&entry.access_method),
            optional(&other.access_method),
        ),
    ];
    if let (Some(ours), Some(theirs)) = (here.rows.get(&entry.id), there.rows.get(&other.id)) {
        pairs.push(("rows", ours.rows.to_string(), theirs.rows.to_string()));
        pairs.push(("digest", digest(ours), digest(theirs)));
    }
    pairs
        .into_iter()
        .filter(|(_, here, there)| here != there)
        .map(|(what, here, there)| Aspect { what, here, there })
        .collect()
}

/// The digest, and of which form of rows when it is not text.
fn digest(measure: &Measure) -> String {
    match measure.as_text {
        true => measure.digest.to_string(),
        false => format!("{} (binary)", measure.digest),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contents::Contents;
    use crate::example;
    use pgx_archive::{Digest, EntryId, Kind};
    use pgx_selection::{Selection, select};

    fn side(entries: Vec<Entry>, rows: u64) -> Side {
        let kept = select(&entries, &Selection::default(), "shop").expect("there are no patterns");
        let measure = Measure {
            rows,
            digest: Digest(rows.into()),
            as_text: true,
        };
        Side {
            contents: Contents::of(example::head(), entries),
            kept,
            rows: [(EntryId(5), measure)].into(),
        }
    }

    fn lines(here: &Side, there: &Side) -> Vec<String> {
        compare(here, there)
            .differences
            .iter()
            .map(ToString::to_string)
            .collect()
    }

    #[test]
    fn an_archive_is_the_same_as_itself() {
        let found = compare(&side(example::entries(), 2), &side(example::entries(), 2));
        assert!(found.differences.is_empty());
        assert_eq!(found.same, 2);
    }

    #[test]
    fn what_changed_is_named() {
        let mut entries = example::entries();
        entries[3].owner = "bob".into();
        entries[3].create += "-- altered\n";
        let mut view = Entry::new(Kind::View, Some("public"), "v", "alice");
        (view.id, view.create) = (EntryId(9), "CREATE VIEW".to_owned());
        entries.push(view);
        let (here, there) = (side(example::entries(), 2), side(entries, 3));
        assert_eq!(
            lines(&here, &there),
            [
                "! TABLE DATA public or\nders: rows 2 → 3, digest",
                "! TABLE public or\nders: definition, owner alice → bob",
                "+ VIEW public v",
            ]
        );
        assert!(lines(&there, &here).contains(&"- VIEW public v".to_owned()));
    }

    #[test]
    fn entries_of_the_same_name_are_matched_by_their_text() {
        let acl = |id: u32, create: &str| {
            let mut acl = Entry::new(Kind::Acl, Some("public"), "TABLE t", "alice");
            (acl.id, acl.create) = (EntryId(id), create.to_owned());
            acl
        };
        let here = side(vec![acl(1, "GRANT a"), acl(2, "GRANT b")], 0);
        let there = side(vec![acl(7, "GRANT b"), acl(8, "GRANT a")], 0);
        assert!(lines(&here, &there).is_empty());
    }
}
