//! The table of contents as a restore sees it: what is wanted of it, in the order of the passes.

use std::collections::HashMap;

use pgx_archive::{Entry, EntryId, Kind, Pass, Section};

use crate::foreign_keys;
use crate::options::Options;

/// The first major that takes in statistics.
pub const STATISTICS_SINCE: u32 = 18;

/// Entries with an index by number, and what follows from the options.
#[derive(Clone, Debug)]
pub struct Contents<'a> {
    entries: &'a [Entry],
    places: HashMap<EntryId, usize>,
    /// Section of each entry, facets with that of what they follow.
    sections: Vec<Section>,
    /// Places of what is wanted, pass after pass.
    order: Vec<usize>,
    /// For each place whether it is among them.
    is_wanted: Vec<bool>,
    /// Whether privileges on schemas come with the schemas: owners need them for what is in these.
    schemas_are_granted_first: bool,
}

impl<'a> Contents<'a> {
    /// Looks through a table of contents. Facets of what the options leave out are left out, too.
    pub fn new(entries: &'a [Entry], options: &Options) -> Contents<'a> {
        let mut contents = Contents::arranged(entries, options);
        let wanted = (0..entries.len()).filter(|&place| contents.wants(&entries[place], options));
        contents.order = contents.in_passes(wanted.collect());
        contents
    }

    /// Looks through a table of contents of which these entries are wanted, in this order within a pass; those
    /// that the target does not take in are left out.
    pub fn of(entries: &'a [Entry], wanted: &[EntryId], options: &Options) -> Contents<'a> {
        let mut contents = Contents::arranged(entries, options);
        let places = wanted.iter().filter_map(|id| contents.places.get(id).copied());
        let wanted = places.filter(|&place| {
            let entry = &entries[place];
            let skipped = || foreign_keys::is_skipped(entry, contents.parent(entry), options);
            !is_setting(&entry.kind) && is_taken_in(entry, options) && !skipped()
        });
        contents.order = contents.in_passes(wanted.collect());
        contents
    }

    fn in_passes(&mut self, mut wanted: Vec<usize>) -> Vec<usize> {
        wanted.sort_by_key(|&place| self.pass(&self.entries[place]));
        for &place in &wanted {
            self.is_wanted[place] = true;
        }
        wanted
    }

    fn arranged(entries: &'a [Entry], options: &Options) -> Contents<'a> {
        let places = entries.iter().enumerate().map(|(place, entry)| (entry.id, place));
        let mut contents = Contents {
            entries,
            places: places.collect(),
            sections: Vec::with_capacity(entries.len()),
            order: Vec::with_capacity(entries.len()),
            is_wanted: vec![false; entries.len()],
            schemas_are_granted_first: options.managed,
        };
        let mut current = Section::PreData;
        for entry in entries {
            current = match (entry.section, contents.parent(entry)) {
                (Section::None, Some(parent)) if parent.section != Section::None => parent.section,
                (Section::None, _) => current,
                (own, _) => own,
            };
            contents.sections.push(current);
        }
        contents
    }

    /// What is to be restored: the main pass, privileges, and what comes after them.
    pub fn wanted(&self) -> impl ExactSizeIterator<Item = &'a Entry> + use<'a, '_> {
        self.order.iter().map(|&place| &self.entries[place])
    }

    /// What is to be restored, in the order of the table of contents.
    pub fn in_order(&self) -> Vec<&'a Entry> {
        let mut places = self.order.clone();
        places.sort_unstable();
        places.into_iter().map(|place| &self.entries[place]).collect()
    }

    /// Every entry, wanted or not, as they came.
    pub fn entries(&self) -> &'a [Entry] {
        self.entries
    }

    /// The entry with a number.
    pub fn get(&self, id: EntryId) -> Option<&'a Entry> {
        self.places.get(&id).map(|&place| &self.entries[place])
    }

    /// The entry that a facet or part belongs to.
    pub fn parent(&self, entry: &Entry) -> Option<&'a Entry> {
        entry.parent.and_then(|id| self.get(id))
    }

    /// Whether what an entry belongs to is made, too.
    pub(crate) fn makes_parent(&self, entry: &Entry) -> bool {
        let parent = entry.parent.and_then(|id| self.places.get(&id));
        parent.is_some_and(|place| self.is_wanted[*place])
    }

    /// The first entry of a kind.
    pub fn first(&self, kind: &Kind) -> Option<&'a Entry> {
        self.entries.iter().find(|entry| entry.kind == *kind)
    }

    /// The section an entry is restored with; never [`Section::None`].
    pub fn section(&self, entry: &Entry) -> Section {
        let place = self.places.get(&entry.id).copied();
        place.map_or(entry.section, |place| self.sections[place])
    }

    /// The pass an entry is restored in: its kind's, or that of what it describes.
    pub fn pass(&self, entry: &Entry) -> Pass {
        match entry.kind {
            Kind::Comment | Kind::SecurityLabel => self
                .parent(entry)
                .map_or(Pass::Main, |parent| own_pass(&parent.kind, self.section(parent))),
            Kind::Acl if self.schemas_are_granted_first && self.is_of_schema(entry) => Pass::Main,
            _ => own_pass(&entry.kind, self.section(entry)),
        }
    }

    fn is_of_schema(&self, entry: &Entry) -> bool {
        self.parent(entry).is_some_and(|parent| parent.kind == Kind::Schema)
    }

    /// Whether an entry comes before the rows, among them or after them, privileges and all that follows them included.
    pub fn turn(&self, entry: &Entry) -> Section {
        match self.pass(entry) {
            Pass::Main => self.section(entry),
            Pass::Acl | Pass::PostAcl => Section::PostData,
        }
    }

    fn wants(&self, entry: &Entry, options: &Options) -> bool {
        let is_database = |kind: &Kind| matches!(kind, Kind::Database | Kind::DatabaseProperties);
        let left_out = |kind: &Kind| {
            options.leaves_out(kind.row().and_then(|row| row.switch)) || is_database(kind) && !options.create
        };
        let parent = self.parent(entry);
        match entry.kind {
            ref kind if is_setting(kind) => false,
            _ if left_out(&entry.kind) || parent.is_some_and(|parent| left_out(&parent.kind)) => false,
            ref kind if options.only_statistics && *kind != Kind::StatisticsData => false,
            _ if !is_taken_in(entry, options) => false,
            // The database comes first, whatever comes into it.
            _ if is_database(&entry.kind) || parent.is_some_and(|parent| is_database(&parent.kind)) => true,
            _ => !options.without_sections.contains(&self.section(entry)),
        }
    }
}

/// Settings of the session are no objects.
fn is_setting(kind: &Kind) -> bool {
    matches!(kind, Kind::Encoding | Kind::StdStrings | Kind::SearchPath)
}

fn is_taken_in(entry: &Entry, options: &Options) -> bool {
    entry.kind != Kind::StatisticsData || options.target.is_none_or(|major| major >= STATISTICS_SINCE)
}

fn own_pass(kind: &Kind, section: Section) -> Pass {
    match kind {
        // Statistics of tables come with their rows; those of indexes and materialized views at the end.
        Kind::StatisticsData if section != Section::PostData => Pass::Main,
        kind => kind.pass(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{numbered, plain};
    use pgx_archive::kind::Switch;

    fn names(entries: &[Entry], options: &Options) -> Vec<String> {
        let contents = Contents::new(entries, options);
        contents
            .wanted()
            .map(|entry| format!("{} {}", entry.kind, entry.name))
            .collect()
    }

    #[test]
    fn passes_follow_one_another() {
        let mut entries = numbered(vec![
            plain(Kind::Encoding, "ENCODING"),
            plain(Kind::EventTrigger, "watch"),
            plain(Kind::Comment, "EVENT TRIGGER watch"),
            plain(Kind::DefaultAcl, "DEFAULT PRIVILEGES FOR TABLES"),
            plain(Kind::Table, "t"),
            plain(Kind::Comment, "TABLE t"),
            plain(Kind::MaterializedViewData, "m"),
            plain(Kind::Acl, "TABLE t"),
        ]);
        entries[2].parent = Some(EntryId(2));
        entries[5].parent = Some(EntryId(5));
        entries[7].parent = Some(EntryId(5));
        assert_eq!(
            names(&entries, &Options::default()),
            [
                "TABLE t",
                "COMMENT TABLE t",
                "DEFAULT ACL DEFAULT PRIVILEGES FOR TABLES",
                "ACL TABLE t",
                "EVENT TRIGGER watch",
                "COMMENT EVENT TRIGGER watch",
                "MATERIALIZED VIEW DATA m",
            ]
        );
    }

    #[test]
    fn what_is_chosen_is_wanted_in_its_order() {
        let entries = numbered(vec![
            plain(Kind::Encoding, "ENCODING"),
            plain(Kind::Table, "a"),
            plain(Kind::Table, "b"),
            plain(Kind::Acl, "TABLE b"),
            plain(Kind::StatisticsData, "b"),
        ]);
        let chosen: Vec<EntryId> = [4, 5, 3, 2, 1, 99].into_iter().map(EntryId).collect();
        let wanted = |target| {
            let options = Options {
                target,
                ..Options::default()
            };
            let contents = Contents::of(&entries, &chosen, &options);
            contents.wanted().map(|entry| entry.id.0).collect::<Vec<_>>()
        };
        assert_eq!(wanted(Some(17)), [3, 2, 4]);
        assert_eq!(wanted(Some(18)).len(), 4);
    }

    #[test]
    fn what_is_left_out_takes_its_facets_along() {
        let mut entries = numbered(vec![
            plain(Kind::Database, "shop"),
            plain(Kind::Acl, "DATABASE shop"),
            plain(Kind::Publication, "p"),
            plain(Kind::Comment, "PUBLICATION p"),
            plain(Kind::Table, "t"),
        ]);
        entries[1].parent = Some(EntryId(1));
        entries[3].parent = Some(EntryId(3));
        let options = Options {
            without: vec![Switch::Publications],
            ..Options::default()
        };
        assert_eq!(names(&entries, &options), ["TABLE t"]);
        let create = Options {
            create: true,
            ..Options::default()
        };
        assert_eq!(names(&entries, &create).len(), 5);
    }

    #[test]
    fn sections_are_left_out_with_their_facets() {
        let mut entries = numbered(vec![
            plain(Kind::Database, "shop"),
            plain(Kind::Table, "t"),
            plain(Kind::Comment, "TABLE t"),
            plain(Kind::SequenceSet, "s"),
            plain(Kind::Index, "i"),
        ]);
        entries[2].parent = Some(EntryId(2));
        let options = Options {
            create: true,
            without_sections: vec![Section::PreData, Section::PostData],
            ..Options::default()
        };
        assert_eq!(names(&entries, &options), ["DATABASE shop", "SEQUENCE SET s"]);
    }

    #[test]
    fn statistics_are_for_servers_that_take_them_in() {
        let entries = numbered(vec![plain(Kind::Table, "t"), plain(Kind::StatisticsData, "t")]);
        let on = |target| Options {
            target,
            ..Options::default()
        };
        assert_eq!(names(&entries, &on(Some(17))), ["TABLE t"]);
        assert_eq!(names(&entries, &on(Some(18))), ["TABLE t", "STATISTICS DATA t"]);
        assert_eq!(names(&entries, &on(None)).len(), 2);
    }

    #[test]
    fn a_facet_is_in_the_section_of_what_it_follows() {
        let mut entries = numbered(vec![plain(Kind::Index, "i"), plain(Kind::Comment, "INDEX i")]);
        entries[1].parent = Some(EntryId(1));
        let contents = Contents::new(&entries, &Options::default());
        assert_eq!(contents.section(&entries[1]), Section::PostData);
    }
}
