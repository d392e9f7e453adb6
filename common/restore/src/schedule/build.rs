//! Entries to nodes and edges.

use std::collections::HashMap;

use pgx_archive::{Entry, EntryId, Kind, Pass, Section};

use super::Node;
use crate::contents::Contents;

/// The nodes of all entries in the order of the passes, then gates; and where each entry is.
pub(super) fn graph(contents: &Contents<'_>) -> (Vec<Node>, HashMap<EntryId, usize>) {
    let wanted: Vec<&Entry> = contents.wanted().collect();
    let places = wanted.iter().enumerate().map(|(place, entry)| (entry.id, place));
    let node = |entry: &&Entry| Node {
        entry: Some(entry.id),
        has_rows: entry.data.is_some(),
        ..Node::default()
    };
    let mut graph = Graph {
        contents,
        nodes: wanted.iter().map(node).collect(),
        places: places.collect(),
    };
    graph.dependencies(&wanted);
    let rows = graph.stages(&wanted);
    graph.grants(&wanted);
    graph.locks(&wanted, rows);
    (graph.nodes, graph.places)
}

struct Graph<'c> {
    contents: &'c Contents<'c>,
    nodes: Vec<Node>,
    places: HashMap<EntryId, usize>,
}

impl Graph<'_> {
    fn gate(&mut self) -> usize {
        self.nodes.push(Node::default());
        self.nodes.len() - 1
    }

    fn after(&mut self, first: usize, then: usize) {
        self.nodes[first].before.push(then);
        self.nodes[then].waits += 1;
    }

    /// Who needs whom. A dependency on what comes in a later stage would be a circle with the gates
    /// between the stages; the server has the last word on such an entry.
    fn dependencies(&mut self, wanted: &[&Entry]) {
        let stage = |entry: &Entry| (self.contents.pass(entry), self.contents.section(entry));
        let stages: Vec<(Pass, Section)> = wanted.iter().map(|entry| stage(entry)).collect();
        for (place, entry) in wanted.iter().enumerate() {
            let mut needs: Vec<usize> = entry
                .dependencies
                .iter()
                .chain(&entry.parent)
                .filter_map(|id| self.places.get(id).copied())
                .filter(|&need| need != place && stages[need] <= stages[place])
                .collect();
            needs.sort_unstable();
            needs.dedup();
            self.nodes[place].waits += needs.len();
            for need in needs {
                self.nodes[need].needed_by.push(place);
            }
        }
    }

    /// Definitions before rows, everything before privileges, privileges before the rest. The answer
    /// is the gate behind all rows.
    fn stages(&mut self, wanted: &[&Entry]) -> usize {
        let (defined, loaded, made, granted) = (self.gate(), self.gate(), self.gate(), self.gate());
        for (place, entry) in wanted.iter().enumerate() {
            match (self.contents.pass(entry), self.contents.section(entry)) {
                (Pass::Main, section) => {
                    match section {
                        Section::PreData | Section::None => self.after(place, defined),
                        Section::Data | Section::PostData => self.after(defined, place),
                    }
                    if entry.data.is_some() {
                        self.after(place, loaded);
                    }
                    self.after(place, made);
                }
                (Pass::Acl, _) => {
                    self.after(made, place);
                    self.after(place, granted);
                }
                (Pass::PostAcl, _) => self.after(granted, place),
            }
        }
        self.after(defined, loaded);
        self.after(loaded, made);
        self.after(made, granted);
        loaded
    }

    /// Privileges of a schema before those of what is in it: who hands on a privilege of a table, as another role
    /// than its owner, must have been let into the schema.
    fn grants(&mut self, wanted: &[&Entry]) {
        let is_acl = |entry: &Entry| entry.kind == Kind::Acl;
        let mut of_schema: HashMap<&str, usize> = HashMap::new();
        for (place, entry) in wanted.iter().enumerate().filter(|(_, entry)| is_acl(entry)) {
            if let Some(schema) = self.contents.parent(entry).filter(|on| on.kind == Kind::Schema) {
                of_schema.insert(&schema.name, place);
            }
        }
        for (place, entry) in wanted.iter().enumerate().filter(|(_, entry)| is_acl(entry)) {
            if let Some(&first) = entry.schema.as_deref().and_then(|schema| of_schema.get(schema))
                && first != place
            {
                self.after(first, place);
            }
        }
    }

    /// Rows before whoever locks their table against them.
    ///
    /// A transaction that waits for rows from the stream holds a lock on the table they go into and on
    /// its ancestors. A statement that wants more than to read or write such a table would wait for it,
    /// and other rows would queue up behind the statement while the stream waits for them: nobody could
    /// go on. So what is made for a table after its rows comes after the rows of the table itself, of
    /// what inherits from it, and of what it inherits from; for a foreign key, on both sides. Where
    /// rows go through a partition root, one cannot tell where they end up; and what belongs to no
    /// table (a publication) might concern any: these come after all rows.
    fn locks(&mut self, wanted: &[&Entry], all_rows: usize) {
        let family = Family::of(self.contents, wanted);
        let via_root = wanted
            .iter()
            .any(|entry| entry.data.as_ref().is_some_and(|data| data.via_root));
        let mut rows: HashMap<EntryId, Vec<usize>> = HashMap::new();
        // Rows of an extension's own table, which is no entry: a foreign key may refer to it all the same.
        let of_extensions = self.gate();
        for (place, entry) in wanted.iter().enumerate().filter(|(_, entry)| entry.data.is_some()) {
            let tables = family.tables(entry);
            if tables.is_empty() && entry.kind == Kind::TableData {
                self.after(place, of_extensions);
            }
            for table in tables {
                rows.entry(table).or_default().push(place);
            }
        }
        // A gate behind the rows of a table and its descendants, and one behind those of its ancestors.
        let mut below: HashMap<EntryId, usize> = HashMap::new();
        let mut above: HashMap<EntryId, usize> = HashMap::new();
        for &(parent, child) in &family.inherits {
            below.entry(parent).or_insert_with(|| self.gate());
            above.entry(child).or_insert_with(|| self.gate());
        }
        let own = |table: &EntryId| rows.get(table).map(Vec::as_slice).unwrap_or_default();
        for (&table, &gate) in &below {
            for &place in own(&table) {
                self.after(place, gate);
            }
        }
        for &(parent, child) in &family.inherits {
            let (down, up) = (below[&parent], above[&child]);
            match below.get(&child) {
                Some(&gate) => self.after(gate, down),
                None => own(&child).iter().for_each(|&place| self.after(place, down)),
            }
            own(&parent).iter().for_each(|&place| self.after(place, up));
            if let Some(&gate) = above.get(&parent) {
                self.after(gate, up);
            }
        }
        for (place, entry) in wanted.iter().enumerate() {
            // Statistics of a table would be forgotten if it were truncated for its rows.
            let late = (self.contents.section(entry) == Section::PostData || entry.kind == Kind::StatisticsData)
                && self.contents.pass(entry) == Pass::Main;
            // A facet locks less than rows do, and has its parent to wait for.
            if !late || entry.kind.is_facet() {
                continue;
            }
            if entry.kind == Kind::FkConstraint {
                self.after(of_extensions, place);
            }
            let tables = family.tables(entry);
            let related = |table: &EntryId| below.contains_key(table) || above.contains_key(table);
            if tables.is_empty() || via_root && tables.iter().any(related) {
                self.after(all_rows, place);
                continue;
            }
            for table in &tables {
                match below.get(table) {
                    Some(&gate) => self.after(gate, place),
                    None => own(table).iter().for_each(|&first| self.after(first, place)),
                }
                if let Some(&gate) = above.get(table) {
                    self.after(gate, place);
                }
            }
        }
    }
}

/// The relations that an entry is about: its table, for a foreign key both.
pub(crate) fn tables_of<'c>(contents: &'c Contents<'c>, entry: &'c Entry) -> Vec<EntryId> {
    let family = Family {
        contents,
        inherits: Vec::new(),
    };
    family.tables(entry)
}

/// Which tables inherit from which, or are partitions of which: parent and child, each pair once.
pub(crate) fn inheritance(contents: &Contents<'_>) -> Vec<(EntryId, EntryId)> {
    let wanted: Vec<&Entry> = contents.wanted().collect();
    Family::of(contents, &wanted).inherits
}

/// Which table inherits from which, and which tables an entry is about.
struct Family<'c> {
    contents: &'c Contents<'c>,
    /// Parent and child, each pair once.
    inherits: Vec<(EntryId, EntryId)>,
}

impl<'c> Family<'c> {
    fn of(contents: &'c Contents<'c>, wanted: &[&Entry]) -> Family<'c> {
        let mut family = Family {
            contents,
            inherits: Vec::new(),
        };
        for entry in wanted {
            let tables = || family.dependencies(entry).filter(|on| is_relation(&on.kind));
            let pairs: Vec<(EntryId, EntryId)> = match entry.kind {
                // One of the two tables has the name of the entry: the partition.
                Kind::TableAttach => {
                    let is_child = |on: &&Entry| on.name == entry.name && on.schema == entry.schema;
                    let child = tables().find(is_child).map(|on| on.id);
                    tables()
                        .filter(|on| !is_child(on))
                        .filter_map(|parent| Some((parent.id, child?)))
                        .collect()
                }
                // A table depends on tables that it inherits from, or whose row type it uses, which does
                // no harm here.
                Kind::Table | Kind::ForeignTable => tables().map(|parent| (parent.id, entry.id)).collect(),
                _ => Vec::new(),
            };
            family.inherits.extend(pairs);
        }
        family.inherits.sort_unstable();
        family.inherits.dedup();
        family.inherits.retain(|(parent, child)| parent != child);
        family
    }

    fn dependencies(&self, entry: &'c Entry) -> impl Iterator<Item = &'c Entry> {
        entry.dependencies.iter().filter_map(|&id| self.contents.get(id))
    }

    /// The relations that an entry is about: its table, for a foreign key both, for the rows of a table
    /// that table.
    fn tables(&self, entry: &'c Entry) -> Vec<EntryId> {
        let parent = self.contents.parent(entry);
        let mut tables: Vec<EntryId> = self
            .dependencies(entry)
            .chain(parent)
            .filter_map(|on| self.relation_of(on))
            .collect();
        tables.sort_unstable();
        tables.dedup();
        tables
    }

    /// The relation that something is, or is part of: an index of a table, a constraint of it.
    fn relation_of(&self, entry: &'c Entry) -> Option<EntryId> {
        let part_of = |entry: &'c Entry| match is_relation(&entry.kind) {
            true => Some(entry),
            false => self.contents.parent(entry),
        };
        let found = part_of(entry).and_then(part_of)?;
        is_relation(&found.kind).then_some(found.id)
    }
}

fn is_relation(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Table | Kind::ForeignTable | Kind::MaterializedView | Kind::View
    )
}
