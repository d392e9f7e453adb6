//! Which entries stay: the rules of pg_restore, and what follows from them.
//!
//! An entry stays when it is included, not barred, of a content and section that is wanted, and on the list if
//! there is one. What names objects (`-n -t -I -P -T`, `--extension`) includes them with all that belongs to them;
//! what excludes objects bars them with all that belongs to them. Switches, sections and contents look at each
//! entry alone, comments and privileges aside, which go where the entry goes that they follow.

use std::collections::HashSet;

use pgx_archive::entry::PUBLICATION;
use pgx_archive::kind::Switch;
use pgx_archive::{Entry, EntryId, Kind, Section};

use crate::names::{Names, Purpose, schema_name};
use crate::report::{Report, Wanting};
use crate::selection::{Selection, SelectionError};
use crate::tree::{Tree, is_database, is_facet, is_filling, is_membership, is_setting};

/// The entries that stay.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Their numbers, in the order in which they are restored.
    pub order: Vec<EntryId>,
    /// What there is to say about it.
    pub report: Report,
    all: HashSet<EntryId>,
}

impl Kept {
    /// Whether an entry stays.
    pub fn has(&self, id: EntryId) -> bool {
        self.all.contains(&id)
    }
}

/// Selects among the entries of an archive that comes from `database` (empty when that is not known).
///
/// ```
/// use pgx_archive::{Entry, EntryId, Kind};
/// use pgx_selection::{Selection, select};
///
/// let table = |id, name| Entry { id: EntryId(id), ..Entry::new(Kind::Table, Some("public"), name, "alice") };
/// let selection = Selection { indexes: vec!["orders_*".into()], ..Selection::default() };
/// let mut index = Entry::new(Kind::Index, Some("public"), "orders_placed", "alice");
/// index.id = EntryId(3);
/// let kept = select(&[table(1, "orders"), table(2, "items"), index], &selection, "shop")?;
/// assert_eq!(kept.order, [EntryId(3)]);
/// # Ok::<(), pgx_selection::SelectionError>(())
/// ```
pub fn select(entries: &[Entry], selection: &Selection, database: &str) -> Result<Kept, SelectionError> {
    let tree = Tree::new(entries);
    let mut names = Names::new(&tree, database);
    let mut picking = Picking {
        tree: &tree,
        selection,
        included: vec![!selection.is_limited(); entries.len()],
        named: HashSet::new(),
        barred: vec![false; entries.len()],
        followed: Vec::new(),
        kept: vec![false; entries.len()],
        brought: Vec::new(),
    };
    picking.bar_all(&mut names)?;
    picking.include_all(&mut names)?;
    if selection.strict_names
        && let Some(unmatched) = names.unmatched.first()
    {
        return Err(SelectionError::NoMatch {
            what: unmatched.what,
            pattern: unmatched.pattern.clone(),
        });
    }
    picking.keep();
    if selection.with_dependencies {
        picking.bring_needed();
    }
    Ok(picking.finish(names))
}

struct Picking<'a> {
    tree: &'a Tree<'a>,
    selection: &'a Selection,
    included: Vec<bool>,
    /// What patterns named, rather than what belongs to it.
    named: HashSet<usize>,
    barred: Vec<bool>,
    /// What is barred with something else only.
    followed: Vec<usize>,
    kept: Vec<bool>,
    brought: Vec<usize>,
}

impl<'a> Picking<'a> {
    fn entry(&self, place: usize) -> &'a Entry {
        &self.tree.entries[place]
    }

    fn all(&self) -> std::ops::Range<usize> {
        0..self.tree.entries.len()
    }

    fn bar_all(&mut self, names: &mut Names<'a>) -> Result<(), SelectionError> {
        let chosen = self.selection;
        let schemas = names.schemas(&chosen.without_schemas, Purpose::Exclude)?;
        let mut direct: Vec<usize> = Vec::new();
        for place in self.all() {
            let entry = self.entry(place);
            let itself = entry.kind == Kind::Schema && chosen.bare;
            // Comments and privileges follow what they are of, wherever they stand themselves.
            let schema = match is_facet(&entry.kind) {
                true => self.tree.schema_made_elsewhere(place).filter(|_| !chosen.bare),
                false => schema_name(entry),
            };
            if !itself && schema.is_some_and(|name| schemas.contains(name)) {
                direct.push(place);
            }
        }
        direct.extend(names.extensions(&chosen.without_extensions, Purpose::Exclude)?);
        direct.extend(names.tables(&chosen.without_tables, Purpose::Exclude)?);
        for relation in names.tables(&chosen.without_rows, Purpose::Exclude)? {
            let with_parts = [relation].into_iter().chain(self.tree.parts(relation).iter().copied());
            direct.extend(with_parts.filter(|&place| is_filling(&self.entry(place).kind)));
        }
        let mut waiting = Vec::new();
        for place in direct {
            self.barred[place] = true;
            waiting.push(place);
        }
        let tree = self.tree;
        while let Some(place) = waiting.pop() {
            let owning = tree.owned_by(place).iter().flat_map(|&owned| {
                let parts = tree.parts(owned).iter();
                parts.filter(|&&part| tree.entries[part].kind == Kind::SequenceOwnedBy)
            });
            for &part in tree.parts(place).iter().chain(owning) {
                if !std::mem::replace(&mut self.barred[part], true) {
                    self.followed.push(part);
                    waiting.push(part);
                }
            }
        }
        Ok(())
    }

    fn include_all(&mut self, names: &mut Names<'a>) -> Result<(), SelectionError> {
        let chosen = self.selection;
        if !chosen.is_limited() {
            return Ok(());
        }
        let mut named: Vec<usize> = Vec::new();
        if !chosen.schemas.is_empty() {
            let schemas = names.schemas(&chosen.schemas, Purpose::Include)?;
            if !chosen.names_objects() {
                named.extend(self.in_schemas(&schemas));
            }
            names.stay_in(schemas);
        }
        named.extend(names.tables(&chosen.tables, Purpose::Include)?);
        let parts = names.parts(chosen)?;
        self.named.extend(&parts);
        named.extend(parts);
        named.extend(names.extensions(&chosen.extensions, Purpose::Include)?);
        if chosen.large_objects {
            named.extend(self.all().filter(|&place| self.entry(place).kind == Kind::BlobMetadata));
            named.extend(self.all().filter(|&place| self.entry(place).kind == Kind::Blobs));
        }
        for place in named {
            self.include(place);
        }
        for place in self.all() {
            if self.entry(place).kind == Kind::SequenceOwnedBy && self.owner_is(place, &self.included) {
                self.included[place] = true;
            }
        }
        Ok(())
    }

    /// What `-n` names: whatever is in the schemas, and, unless it is to be bare, the schemas themselves.
    fn in_schemas(&self, schemas: &HashSet<&str>) -> Vec<usize> {
        let bare = self.selection.bare;
        let is_named = |&place: &usize| {
            let entry = self.entry(place);
            if let Some(schema) = self.tree.schema_made_elsewhere(place) {
                return !bare && schemas.contains(schema);
            }
            let by_itself = match entry.kind {
                Kind::Schema => !bare,
                // These come with their publication or sequence, or not at all; what says its publication comes alone.
                ref kind if is_membership(kind) => bare || entry.fields.contains_key(PUBLICATION),
                Kind::SequenceOwnedBy => bare,
                ref kind => !is_facet(kind),
            };
            by_itself && schema_name(entry).is_some_and(|name| schemas.contains(name))
        };
        self.all().filter(is_named).collect()
    }

    /// Includes an entry with what belongs to it.
    fn include(&mut self, place: usize) {
        let mut waiting = vec![place];
        while let Some(place) = waiting.pop() {
            if std::mem::replace(&mut self.included[place], true) {
                continue;
            }
            waiting.extend(self.following(place, &self.included));
        }
    }

    /// What comes with an entry, when these are there already.
    fn following(&self, place: usize, there: &[bool]) -> Vec<usize> {
        let follows = |&part: &usize| {
            let kind = &self.entry(part).kind;
            match kind {
                _ if kind.is_facet() || self.entry(place).kind == Kind::Extension => true,
                Kind::TableData | Kind::MaterializedViewData | Kind::SequenceSet => true,
                Kind::StatisticsData | Kind::Blobs => true,
                _ if self.selection.bare => false,
                Kind::SequenceOwnedBy => self.owner_is(part, there),
                // Without its publication it is for whoever loads it where that is.
                kind if is_membership(kind) && !self.entry(part).fields.contains_key(PUBLICATION) => {
                    let is_publication =
                        |need: usize| matches!(self.entry(need).kind, Kind::Publication | Kind::Subscription);
                    self.selection.with_dependencies
                        || self.tree.needs(part).any(|need| is_publication(need) && there[need])
                }
                _ => true,
            }
        };
        let mut following: Vec<usize> = self.tree.parts(place).iter().copied().filter(follows).collect();
        if !self.selection.bare {
            following.extend(self.tree.owned_by(place));
        }
        following
    }

    /// Whether both ends of a SEQUENCE OWNED BY are there.
    fn owner_is(&self, place: usize, there: &[bool]) -> bool {
        let sequence = self.tree.parent(place);
        let table = sequence.and_then(|sequence| self.tree.owner_of(sequence));
        !self.selection.bare && [sequence, table].iter().all(|end| end.is_some_and(|end| there[end]))
    }

    /// Whether section, content and switches let an entry pass, whatever objects are named.
    fn passes(&self, place: usize) -> bool {
        let entry = self.entry(place);
        let parent = self.tree.parent_entry(place).filter(|_| entry.kind.is_facet());
        if is_setting(&entry.kind) {
            return true;
        }
        if is_database(&entry.kind) {
            return self.selection.database;
        }
        if parent.is_some_and(|parent| is_database(&parent.kind)) && !self.selection.database {
            return false;
        }
        let kinds = [Some(&entry.kind), parent.map(|parent| &parent.kind)];
        let switches = kinds.into_iter().flatten().filter_map(|kind| kind.row()?.switch);
        switches.into_iter().all(|switch| !self.leaves_out(switch))
            && self.takes_section(self.tree.section(place))
            && self.takes_content(entry, parent)
    }

    fn leaves_out(&self, switch: Switch) -> bool {
        let forced = switch == Switch::LargeObjects && self.selection.large_objects;
        !forced && self.selection.without.contains(&switch)
    }

    fn takes_section(&self, section: Section) -> bool {
        self.selection.sections.is_empty() || self.selection.sections.contains(&section)
    }

    fn takes_content(&self, entry: &Entry, parent: Option<&Entry>) -> bool {
        let wanted = self.selection.contents;
        match &parent.unwrap_or(entry).kind {
            Kind::StatisticsData => wanted.statistics,
            // What is said of a large object comes with it.
            Kind::BlobMetadata | Kind::Blobs | Kind::SequenceSet => wanted.data,
            _ if entry.data.is_some() || entry.kind == Kind::TableData => wanted.data,
            _ => wanted.definitions,
        }
    }

    fn keep(&mut self) {
        let listed = self
            .selection
            .list
            .as_ref()
            .map(|list| list.ids().collect::<HashSet<_>>());
        let is_listed = |entry: &Entry| match &listed {
            Some(listed) => listed.contains(&entry.id) || is_setting(&entry.kind) || is_database(&entry.kind),
            None => true,
        };
        let (facets, others): (Vec<usize>, Vec<usize>) =
            self.all().partition(|&place| is_facet(&self.entry(place).kind));
        for place in others {
            let entry = self.entry(place);
            let stays = is_setting(&entry.kind) || is_database(&entry.kind) || self.is_picked(place);
            self.kept[place] = stays && self.passes(place) && is_listed(entry);
        }
        for place in facets {
            let of_database = self
                .tree
                .parent_entry(place)
                .is_some_and(|parent| is_database(&parent.kind));
            let stays = of_database || !self.barred[place] && self.follows_kept(place);
            self.kept[place] = stays && self.passes(place) && is_listed(self.entry(place));
        }
    }

    fn is_picked(&self, place: usize) -> bool {
        self.included[place] && !self.barred[place]
    }

    /// Whether a comment or the like stays: with what it is of, when objects are named; otherwise in any case. That of a
    /// schema which the archive does not make is named with the schema.
    fn follows_kept(&self, place: usize) -> bool {
        let chosen = self.selection;
        if !chosen.is_limited() && (chosen.without_schemas.is_empty() || !chosen.bare) {
            return true;
        }
        let is_kept = |at: usize| self.kept[at] && self.entry(at).kind != Kind::Acl;
        let with_schema = !chosen.bare && self.included[place] && self.tree.schema_made_elsewhere(place).is_some();
        with_schema || self.tree.parent(place).is_some_and(is_kept) || self.tree.needs(place).any(is_kept)
    }

    /// Adds what is needed, with what belongs to it, until nothing is missing that may be there.
    fn bring_needed(&mut self) {
        let mut waiting: Vec<usize> = self.all().filter(|&place| self.kept[place]).collect();
        while let Some(place) = waiting.pop() {
            let mut missing = self.needed(place);
            while let Some(need) = missing.pop() {
                let may_come = !self.kept[need] && !self.barred[need] && self.passes(need);
                if may_come {
                    self.kept[need] = true;
                    self.brought.push(need);
                    waiting.push(need);
                    missing.extend(self.following(need, &self.kept));
                }
            }
        }
        self.brought.sort_unstable();
    }

    /// What an entry cannot do without, beside settings and the database.
    fn needed(&self, place: usize) -> Vec<usize> {
        let needs = self.tree.needs(place).chain(self.tree.parent(place));
        let mut needed: Vec<usize> = needs.filter(|&need| self.is_needed(place, need)).collect();
        needed.sort_unstable();
        needed.dedup();
        needed
    }

    /// Whether a dependency is more than an order.
    fn is_needed(&self, place: usize, need: usize) -> bool {
        let (entry, other) = (self.entry(place), self.entry(need));
        match (&entry.kind, &other.kind) {
            (kind, _) if is_facet(kind) => false,
            (_, kind) if is_facet(kind) || is_filling(kind) || is_setting(kind) || is_database(kind) => false,
            (Kind::Table | Kind::ForeignTable, Kind::Table | Kind::ForeignTable) => {
                !self.tree.is_attached_later(place, need)
            }
            // A sequence that a column owns stands alone; that of an identity is part of its table.
            (Kind::Sequence, Kind::Table | Kind::ForeignTable) => self.tree.parent(place) == Some(need),
            // The index of a partition is attached later.
            (Kind::Index | Kind::Constraint, Kind::Index | Kind::Constraint) => false,
            _ => true,
        }
    }

    fn finish(self, names: Names<'a>) -> Kept {
        let order = self.order();
        let id = |place: usize| self.entry(place).id;
        let list = self.selection.list.as_ref();
        let followed = self.followed.iter().copied().filter(|&place| self.passes(place));
        let mut followed: Vec<usize> = followed.filter(|&place| self.included[place]).collect();
        followed.sort_unstable();
        let report = Report {
            unmatched: names.unmatched,
            ignored_lines: list.map_or_else(Vec::new, |list| list.ignored(|id| self.tree.place(id).is_some())),
            followed: followed.into_iter().map(id).collect(),
            brought: self.brought.iter().copied().map(id).collect(),
            wanting: self.wanting(),
        };
        let order: Vec<EntryId> = order.into_iter().map(id).collect();
        Kept {
            all: order.iter().copied().collect(),
            order,
            report,
        }
    }

    /// What is kept and lacks something that would be there but for the objects that were chosen.
    ///
    /// Rows without their table are what the user asked for: the table is in the target.
    fn wanting(&self) -> Vec<Wanting> {
        let is_missing = |&need: &usize| {
            let other = self.entry(need);
            let always_there = other.kind == Kind::Schema && other.name == "public";
            !self.kept[need] && self.passes(need) && !always_there
        };
        let mut wanting = Vec::new();
        for place in self.all().filter(|&place| self.kept[place]) {
            let entry = self.entry(place);
            if is_filling(&entry.kind) || matches!(entry.kind, Kind::Blobs | Kind::StatisticsData) {
                continue;
            }
            // Who names an index has its table.
            let mine = self.tree.parent(place).filter(|_| self.named.contains(&place));
            let may_lack =
                |need: &usize| self.entry(*need).kind == Kind::Publication && entry.fields.contains_key(PUBLICATION);
            let missing = self.needed(place).into_iter().filter(is_missing);
            let missing = missing.filter(|need| !may_lack(need));
            wanting.extend(missing.filter(|need| Some(*need) != mine).map(|need| Wanting {
                entry: entry.id,
                needs: self.entry(need).id,
            }));
        }
        wanting
    }

    /// The order of the archive, or that of the list, in which what was brought comes before who needs it.
    fn order(&self) -> Vec<usize> {
        let kept = || self.all().filter(|&place| self.kept[place]);
        let Some(list) = &self.selection.list else {
            return kept().collect();
        };
        let brought: HashSet<usize> = self.brought.iter().copied().collect();
        let listed: Vec<usize> = list.ids().filter_map(|id| self.tree.place(id)).collect();
        let is_listed: HashSet<usize> = listed.iter().copied().collect();
        let mut placed = vec![false; self.tree.entries.len()];
        let mut order: Vec<usize> = Vec::new();
        let first = kept().filter(|place| !is_listed.contains(place) && !brought.contains(place));
        for place in first.chain(listed).chain(self.brought.iter().copied()) {
            // What is needed comes first; each entry is opened once, so a circle ends.
            let mut open = vec![(place, false)];
            while let Some((place, closing)) = open.pop() {
                if closing {
                    order.push(place);
                } else if self.kept[place] && !std::mem::replace(&mut placed[place], true) {
                    open.push((place, true));
                    let needs = self.needed(place).into_iter().rev();
                    open.extend(needs.filter(|need| brought.contains(need)).map(|need| (need, false)));
                }
            }
        }
        order
    }
}

#[cfg(test)]
mod tests;
