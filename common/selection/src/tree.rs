//! What belongs to what: the entries of an archive as a tree of wholes and parts.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};

use pgx_archive::{Entry, EntryId, Kind, Section};

/// Entries by place, and how they hang together.
pub(crate) struct Tree<'a> {
    pub(crate) entries: &'a [Entry],
    places: HashMap<EntryId, usize>,
    parents: Vec<Option<usize>>,
    parts: Vec<Vec<usize>>,
    /// Partitions and tables that inherit, by table.
    children: BTreeMap<usize, BTreeSet<usize>>,
    /// Sequences of columns that are no parts of their tables, each with its table, and the other way round.
    owners: HashMap<usize, usize>,
    owned: HashMap<usize, Vec<usize>>,
    sections: Vec<Section>,
}

impl<'a> Tree<'a> {
    pub(crate) fn new(entries: &'a [Entry]) -> Tree<'a> {
        let places = entries.iter().enumerate().map(|(place, entry)| (entry.id, place));
        let mut tree = Tree {
            entries,
            places: places.collect(),
            parents: Vec::with_capacity(entries.len()),
            parts: vec![Vec::new(); entries.len()],
            children: BTreeMap::new(),
            owners: HashMap::new(),
            owned: HashMap::new(),
            sections: Vec::with_capacity(entries.len()),
        };
        tree.adopt();
        tree.divide();
        tree.relate();
        tree
    }

    fn adopt(&mut self) {
        let owned_by = |entry: &&Entry| entry.kind == Kind::SequenceOwnedBy;
        let owned: BTreeSet<_> = self.entries.iter().filter(owned_by).map(called).collect();
        for (place, entry) in self.entries.iter().enumerate() {
            // Entries of an archive that does not say it follow what they depend on. A sequence that depends on a
            // table and is not said to be owned is that of an identity.
            let told = entry.parent.and_then(|id| self.place(id));
            let parent = told.or_else(|| match entry.kind {
                ref kind if is_facet(kind) => self.needs(place).find(|&need| self.entries[need].kind != Kind::Acl),
                Kind::Sequence if !owned.contains(&called(entry)) => {
                    self.needs(place).find(|&need| self.is_table(need))
                }
                _ => None,
            });
            let parent = parent.filter(|&parent| parent != place);
            self.parents.push(parent);
            if let Some(parent) = parent {
                self.parts[parent].push(place);
            }
        }
    }

    /// Sections, facets with that of what they follow.
    fn divide(&mut self) {
        let mut current = Section::PreData;
        for (place, entry) in self.entries.iter().enumerate() {
            let parent = self.parents[place].map(|parent| self.entries[parent].section);
            current = match (entry.section, parent) {
                (Section::None, Some(section)) if section != Section::None => section,
                (Section::None, _) => current,
                (own, _) => own,
            };
            self.sections.push(current);
        }
    }

    fn relate(&mut self) {
        for (place, entry) in self.entries.iter().enumerate() {
            match entry.kind {
                Kind::Table | Kind::ForeignTable => {
                    for parent in entry.inherits.iter().filter_map(|id| self.places.get(id)) {
                        self.children.entry(*parent).or_default().insert(place);
                    }
                }
                Kind::TableAttach => {
                    let same = |&table: &usize| {
                        let table = &self.entries[table];
                        table.name == entry.name && table.schema == entry.schema
                    };
                    let tables: Vec<usize> = self.needs(place).filter(|&need| self.is_table(need)).collect();
                    if let Some(child) = tables.iter().copied().find(same) {
                        for parent in tables.into_iter().filter(|table| *table != child) {
                            self.children.entry(parent).or_default().insert(child);
                        }
                    }
                }
                Kind::SequenceOwnedBy => {
                    let is_sequence = |place: &usize| self.entries[*place].kind == Kind::Sequence;
                    let sequence = self.parents[place].filter(is_sequence);
                    let sequence = sequence.or_else(|| self.needs(place).find(is_sequence));
                    let table = sequence.and_then(|sequence| self.needs(sequence).find(|&need| self.is_table(need)));
                    if let (Some(sequence), Some(table)) = (sequence, table) {
                        self.owners.insert(sequence, table);
                        self.owned.entry(table).or_default().push(sequence);
                    }
                }
                _ => {}
            }
        }
    }

    fn is_table(&self, place: usize) -> bool {
        matches!(self.entries[place].kind, Kind::Table | Kind::ForeignTable)
    }

    pub(crate) fn place(&self, id: EntryId) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// The schema that a comment or privileges are of where the archive does not make it, as it does not make `public`.
    pub(crate) fn schema_made_elsewhere(&self, place: usize) -> Option<&'a str> {
        let entry = &self.entries[place];
        let is_whole = is_facet(&entry.kind) && entry.schema.is_none() && self.parent(place).is_none();
        let name = entry.name.strip_prefix("SCHEMA ").filter(|_| is_whole)?;
        Some(name.trim_matches('"'))
    }

    /// What an entry belongs to.
    pub(crate) fn parent(&self, place: usize) -> Option<usize> {
        self.parents[place]
    }

    pub(crate) fn parent_entry(&self, place: usize) -> Option<&'a Entry> {
        self.parents[place].map(|parent| &self.entries[parent])
    }

    /// What belongs to an entry itself.
    pub(crate) fn parts(&self, place: usize) -> &[usize] {
        &self.parts[place]
    }

    /// What an entry has to come after, as far as it is in the archive.
    pub(crate) fn needs(&self, place: usize) -> impl Iterator<Item = usize> + '_ {
        let needs = self.entries[place].dependencies.iter();
        needs
            .filter_map(|id| self.place(*id))
            .filter(move |need| *need != place)
    }

    /// The section an entry is restored with.
    pub(crate) fn section(&self, place: usize) -> Section {
        self.sections[place]
    }

    /// The table whose column owns a sequence that is no part of it otherwise.
    pub(crate) fn owner_of(&self, sequence: usize) -> Option<usize> {
        self.owners.get(&sequence).copied()
    }

    /// The sequences that columns of a table own.
    pub(crate) fn owned_by(&self, table: usize) -> &[usize] {
        self.owned.get(&table).map_or(&[], Vec::as_slice)
    }

    /// Tables with all that inherits from them, over every generation.
    pub(crate) fn with_children(&self, tables: &[usize]) -> BTreeSet<usize> {
        let mut all: BTreeSet<usize> = tables.iter().copied().collect();
        let mut next: VecDeque<usize> = tables.iter().copied().collect();
        while let Some(table) = next.pop_front() {
            for &child in self.children.get(&table).into_iter().flatten() {
                if all.insert(child) {
                    next.push_back(child);
                }
            }
        }
        all
    }

    /// Whether a table can be made without another that it depends on: a partition is attached later.
    pub(crate) fn is_attached_later(&self, table: usize, to: usize) -> bool {
        let attaches =
            |&part: &usize| self.entries[part].kind == Kind::TableAttach && self.needs(part).any(|need| need == to);
        self.parts[table].iter().any(attaches)
    }
}

/// Schema and name.
fn called(entry: &Entry) -> (Option<&str>, &str) {
    (entry.schema.as_deref(), &entry.name)
}

/// Whether an entry says something of another, and goes where it goes.
pub(crate) fn is_facet(kind: &Kind) -> bool {
    matches!(kind, Kind::Acl | Kind::Comment | Kind::SecurityLabel)
}

/// Relations that `-t` names.
pub(crate) fn is_relation(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::Table | Kind::View | Kind::MaterializedView | Kind::ForeignTable | Kind::Sequence
    )
}

/// What fills a relation.
pub(crate) fn is_filling(kind: &Kind) -> bool {
    matches!(kind, Kind::TableData | Kind::MaterializedViewData | Kind::SequenceSet)
}

/// What puts something into a publication or a subscription.
pub(crate) fn is_membership(kind: &Kind) -> bool {
    matches!(
        kind,
        Kind::PublicationTable | Kind::PublicationTablesInSchema | Kind::SubscriptionTable
    )
}

/// What only sets the stage, and is needed whatever is wanted.
pub(crate) fn is_setting(kind: &Kind) -> bool {
    matches!(kind, Kind::Encoding | Kind::StdStrings | Kind::SearchPath)
}

/// The database itself.
pub(crate) fn is_database(kind: &Kind) -> bool {
    matches!(kind, Kind::Database | Kind::DatabaseProperties)
}
