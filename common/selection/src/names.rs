//! What the patterns of a selection find among entries.

use std::collections::{BTreeSet, HashSet};

use pgx_archive::{Entry, Kind};

use crate::pattern::{Matcher, Pattern};
use crate::report::Unmatched;
use crate::selection::{Selection, SelectionError, TablePattern};
use crate::signature::Signature;
use crate::tree::{Tree, is_filling, is_relation};

/// Whether what a pattern finds is wanted, and so has to be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Include,
    Exclude,
}

/// Looks patterns up, and remembers which find nothing.
///
/// A pattern that finds nothing by the rules of psql is tried once more as a name that is spelled exactly, as
/// pg_restore takes it: `-t Orders` finds a table "Orders" where there is no table orders.
pub(crate) struct Names<'a> {
    tree: &'a Tree<'a>,
    database: &'a str,
    /// The schemas in which all that is wanted has to be, if that is limited.
    schemas: Option<HashSet<&'a str>>,
    /// Whether the archive says what is visible.
    tells_visible: bool,
    pub(crate) unmatched: Vec<Unmatched>,
}

impl<'a> Names<'a> {
    pub(crate) fn new(tree: &'a Tree<'a>, database: &'a str) -> Names<'a> {
        Names {
            tree,
            database,
            schemas: None,
            tells_visible: tree.entries.iter().any(|entry| entry.visible),
            unmatched: Vec::new(),
        }
    }

    fn places(&self, is_one: impl Fn(&Entry) -> bool) -> Vec<usize> {
        let entries = self.tree.entries.iter().enumerate();
        entries
            .filter(|(_, entry)| is_one(entry))
            .map(|(place, _)| place)
            .collect()
    }

    /// The names of schemas that patterns find, whether or not they are entries.
    pub(crate) fn schemas(
        &mut self,
        patterns: &[String],
        purpose: Purpose,
    ) -> Result<HashSet<&'a str>, SelectionError> {
        let names: BTreeSet<&'a str> = self.tree.entries.iter().filter_map(schema_name).collect();
        let mut found = HashSet::new();
        for pattern in patterns {
            let matcher = Matcher::new(&Pattern::parse_schema(pattern)?, self.database)?;
            let mut matched: Vec<&str> = names
                .iter()
                .copied()
                .filter(|name| matcher.matches(None, name))
                .collect();
            if matched.is_empty() {
                matched.extend(names.get(pattern.as_str()));
            }
            self.remember(matched.is_empty(), purpose, "schema", pattern, false);
            found.extend(matched);
        }
        Ok(found)
    }

    /// From now on, finds only what is in these schemas.
    pub(crate) fn stay_in(&mut self, schemas: HashSet<&'a str>) {
        self.schemas = Some(schemas);
    }

    /// The relations that patterns find; what fills one, where the relation itself is no entry, as those that belong to
    /// extensions are none.
    pub(crate) fn tables(
        &mut self,
        patterns: &[TablePattern],
        purpose: Purpose,
    ) -> Result<BTreeSet<usize>, SelectionError> {
        let candidates: Vec<usize> = match patterns {
            [] => Vec::new(),
            _ => (0..self.tree.entries.len())
                .filter(|&place| {
                    let kind = &self.tree.entries[place].kind;
                    let of = self.tree.parent_entry(place);
                    let is_alone = || of.is_none_or(|of| of.kind == Kind::Extension);
                    is_relation(kind) || is_filling(kind) && is_alone()
                })
                .collect(),
        };
        let mut all = BTreeSet::new();
        for TablePattern { pattern, and_children } in patterns {
            let matcher = Matcher::new(&Pattern::parse(pattern)?, self.database)?;
            let sees = |entry: &Entry| matcher.has_schema() || !self.tells_visible || entry.visible;
            let found = self.find(
                &candidates,
                |_, entry| sees(entry) && matcher.matches(entry.schema.as_deref(), &entry.name),
                |_, entry| sees(entry) && entry.name == *pattern,
            );
            let hidden = !matcher.has_schema() && self.tells_visible;
            self.remember(found.is_empty(), purpose, "table", pattern, hidden);
            match and_children {
                true => all.extend(self.tree.with_children(&found)),
                false => all.extend(found),
            }
        }
        Ok(all)
    }

    /// The extensions that patterns find.
    pub(crate) fn extensions(&mut self, patterns: &[String], purpose: Purpose) -> Result<Vec<usize>, SelectionError> {
        let candidates = self.places(|entry| entry.kind == Kind::Extension);
        let mut all = Vec::new();
        for pattern in patterns {
            let matcher = Matcher::new(&Pattern::parse_name(pattern)?, self.database)?;
            let matches = |_, entry: &Entry| matcher.matches(None, &entry.name);
            let found = find(self.tree, None, &candidates, matches, |_, entry| entry.name == *pattern);
            self.remember(found.is_empty(), purpose, "extension", pattern, false);
            all.extend(found);
        }
        Ok(all)
    }

    /// What `-I`, `-P` and `-T` find.
    pub(crate) fn parts(&mut self, selection: &Selection) -> Result<Vec<usize>, SelectionError> {
        let mut all = Vec::new();
        let indexes = self.places(|entry| entry.kind == Kind::Index);
        for pattern in &selection.indexes {
            let matcher = Matcher::new(&Pattern::parse(pattern)?, self.database)?;
            let matches = |_, entry: &Entry| matcher.matches(entry.schema.as_deref(), &entry.name);
            let found = self.find(&indexes, matches, |_, entry| entry.name == *pattern);
            self.remember(found.is_empty(), Purpose::Include, "index", pattern, false);
            all.extend(found);
        }
        let functions = self.places(|entry| matches!(entry.kind, Kind::Function | Kind::Procedure | Kind::Aggregate));
        for text in &selection.functions {
            let signature = Signature::parse(text, self.database)?;
            let matches = |_, entry: &Entry| signature.matches(entry.schema.as_deref(), &entry.name);
            let found = self.find(&functions, matches, |_, entry| entry.name == *text);
            self.remember(found.is_empty(), Purpose::Include, "function", signature.text(), false);
            all.extend(found);
        }
        let triggers = self.places(|entry| entry.kind == Kind::Trigger);
        for pattern in &selection.triggers {
            let matcher = Matcher::new(&Pattern::parse(pattern)?, self.database)?;
            let matches = |place, entry: &Entry| {
                let schema = entry.schema.as_deref();
                matcher.matches(schema, self.trigger(place)) || matcher.matches(schema, &entry.name)
            };
            let found = self.find(&triggers, matches, |place, entry| {
                entry.name == *pattern || self.trigger(place) == pattern
            });
            self.remember(found.is_empty(), Purpose::Include, "trigger", pattern, false);
            all.extend(found);
        }
        Ok(all)
    }

    /// The name of a trigger, without that of its table, which comes before it in the tag.
    fn trigger(&self, place: usize) -> &'a str {
        let tag = self.tree.entries[place].name.as_str();
        let table = self.tree.parent_entry(place).map_or("", |table| &table.name);
        let name = tag.strip_prefix(table).and_then(|rest| rest.strip_prefix(' '));
        name.unwrap_or(tag)
    }

    fn find(
        &self,
        candidates: &[usize],
        matches: impl Fn(usize, &Entry) -> bool,
        is_exact: impl Fn(usize, &Entry) -> bool,
    ) -> Vec<usize> {
        find(self.tree, self.schemas.as_ref(), candidates, matches, is_exact)
    }

    fn remember(&mut self, nothing: bool, purpose: Purpose, what: &'static str, pattern: &str, hidden: bool) {
        if nothing && purpose == Purpose::Include {
            self.unmatched.push(Unmatched {
                what,
                pattern: pattern.to_owned(),
                hidden,
            });
        }
    }
}

/// What matches among candidates, or, when nothing does, what is spelled exactly so.
fn find(
    tree: &Tree<'_>,
    schemas: Option<&HashSet<&str>>,
    candidates: &[usize],
    matches: impl Fn(usize, &Entry) -> bool,
    is_exact: impl Fn(usize, &Entry) -> bool,
) -> Vec<usize> {
    let is_in = |entry: &Entry| {
        schemas.is_none_or(|schemas| entry.schema.as_deref().is_some_and(|schema| schemas.contains(schema)))
    };
    let among = |is_one: &dyn Fn(usize, &Entry) -> bool| -> Vec<usize> {
        let candidates = candidates.iter().copied();
        candidates
            .filter(|&place| {
                let entry = &tree.entries[place];
                is_in(entry) && is_one(place, entry)
            })
            .collect()
    };
    match among(&matches) {
        found if found.is_empty() => among(&is_exact),
        found => found,
    }
}

/// The schema that an entry is in, or is.
pub(crate) fn schema_name(entry: &Entry) -> Option<&str> {
    match entry.kind {
        Kind::Schema => Some(&entry.name),
        _ => entry.schema.as_deref(),
    }
}
