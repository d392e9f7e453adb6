//! Which entries stay, by what they are: definitions, rows, sections, kinds.
//!
//! What is chosen by name was chosen before the catalogs were read; this goes over the entries that came of it.

use std::collections::HashSet;

use pgx_archive::{Entry, EntryId, Kind, Section};
use pgx_restore::{Contents, Options};

use crate::args::SelectionArgs;

/// Leaves the entries that are wanted. The settings with which every dump begins always are, and so is the
/// database itself: who restores decides whether to make it.
pub fn keep(entries: &mut Vec<Entry>, selection: &SelectionArgs) {
    let options = Options {
        create: true,
        without_sections: selection.without_sections(),
        without: selection.without(),
        ..Options::default()
    };
    let contents = Contents::new(entries, &options);
    let wanted: HashSet<EntryId> = contents
        .wanted()
        .filter(|entry| is_wanted(entry, contents.parent(entry), selection))
        .map(|entry| entry.id)
        .collect();
    let is_setting = |entry: &Entry| matches!(entry.kind, Kind::Encoding | Kind::StdStrings | Kind::SearchPath);
    entries.retain(|entry| is_setting(entry) || wanted.contains(&entry.id));
}

fn is_wanted(entry: &Entry, parent: Option<&Entry>, selection: &SelectionArgs) -> bool {
    let is_database = |entry: &Entry| matches!(entry.kind, Kind::Database | Kind::DatabaseProperties);
    if entry.kind == Kind::SequenceSet && selection.sequence_data {
        return true;
    }
    let of = parent.filter(|_| entry.section == Section::None);
    match (entry.kind.clone(), of) {
        (Kind::StatisticsData, _) => true,
        (Kind::Database | Kind::DatabaseProperties, _) => true,
        (_, Some(parent)) if is_database(parent) => {
            selection.definitions() && !selection.without_sections().contains(&Section::PreData)
        }
        _ if of.unwrap_or(entry).section == Section::Data => selection.rows(),
        _ => selection.definitions(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries() -> Vec<Entry> {
        let entry = |kind: Kind, name: &str, parent: u32| {
            let mut entry = Entry::new(kind, None, name, "");
            entry.parent = (parent > 0).then_some(EntryId(parent));
            entry
        };
        let mut entries = vec![
            entry(Kind::Encoding, "ENCODING", 0),
            entry(Kind::Database, "shop", 0),
            entry(Kind::Comment, "DATABASE shop", 2),
            entry(Kind::Table, "t", 0),
            entry(Kind::Comment, "TABLE t", 4),
            entry(Kind::TableData, "t", 4),
            entry(Kind::SequenceSet, "s", 0),
            entry(Kind::BlobMetadata, "1..2", 0),
            entry(Kind::Acl, "LARGE OBJECTS 1..2", 8),
            entry(Kind::Policy, "p", 4),
            entry(Kind::Comment, "POLICY p", 10),
            entry(Kind::Index, "i", 4),
        ];
        for (at, entry) in entries.iter_mut().enumerate() {
            entry.id = EntryId(at as u32 + 1);
        }
        entries
    }

    fn kept(selection: SelectionArgs) -> Vec<u32> {
        let mut entries = entries();
        keep(&mut entries, &selection);
        entries.iter().map(|entry| entry.id.0).collect()
    }

    #[test]
    fn rows_and_definitions_come_with_their_facets() {
        let only = |flag: fn(&mut SelectionArgs)| {
            let mut selection = SelectionArgs::default();
            flag(&mut selection);
            kept(selection)
        };
        assert_eq!(only(|all| all.no_data = false).len(), 12);
        assert_eq!(only(|rows| rows.data_only = true), [1, 2, 6, 7, 8, 9]);
        assert_eq!(only(|none| none.schema_only = true), [1, 2, 3, 4, 5, 10, 11, 12]);
        assert_eq!(only(|none| (none.no_data, none.no_schema) = (true, true)), [1, 2]);
        assert_eq!(
            only(|set| (set.schema_only, set.sequence_data) = (true, true)),
            [1, 2, 3, 4, 5, 7, 10, 11, 12]
        );
        assert_eq!(
            only(|policies| policies.no_policies = true),
            [1, 2, 3, 4, 5, 6, 7, 8, 9, 12]
        );
    }

    #[test]
    fn sections_leave_the_database() {
        use crate::args::SectionName;
        let section = |names: &[SectionName]| {
            kept(SelectionArgs {
                section: names.to_vec(),
                ..SelectionArgs::default()
            })
        };
        assert_eq!(section(&[SectionName::PreData]), [1, 2, 3, 4, 5]);
        assert_eq!(section(&[SectionName::Data]), [1, 2, 6, 7, 8, 9]);
        assert_eq!(section(&[SectionName::PostData]), [1, 2, 10, 11, 12]);
    }
}
