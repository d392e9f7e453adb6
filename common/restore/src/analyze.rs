//! ANALYZE of what was loaded: without statistics the first queries on a copy are slow.

use std::collections::HashSet;

use pgx_archive::spelling::qualified;
use pgx_archive::{Entry, EntryId, Kind};

use crate::contents::Contents;

/// The relations to analyze, each with its statement, when everything else is done: the tables of the
/// entries whose rows were loaded, and refreshed materialized views.
///
/// Partitions come with the roots of their trees, which have statistics of their own.
pub fn analyze<'a>(contents: &Contents<'a>, loaded: &[EntryId]) -> Vec<(&'a Entry, String)> {
    fn name(entry: &Entry) -> (Option<&str>, &str) {
        (entry.schema.as_deref(), &entry.name)
    }
    let loaded: HashSet<EntryId> = loaded.iter().copied().collect();
    let wanted = |kind: Kind| contents.wanted().filter(move |entry| entry.kind == kind);
    let partitions: HashSet<_> = wanted(Kind::TableAttach).map(name).collect();
    let is_partition = |entry: &Entry| partitions.contains(&name(entry));
    let trees = wanted(Kind::TableData).any(|entry| loaded.contains(&entry.id) && is_partition(entry));
    let chosen = contents.wanted().filter(|entry| match entry.kind {
        Kind::Table => trees && entry.relkind == Some('p') && !is_partition(entry),
        Kind::TableData => loaded.contains(&entry.id) && !is_partition(entry),
        Kind::MaterializedViewData => true,
        _ => false,
    });
    chosen
        .map(|entry| {
            let table = qualified(entry.schema.as_deref().unwrap_or_default(), &entry.name);
            (entry, format!("ANALYZE {table};"))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::samples::{made, numbered, plain, rows, table};

    #[test]
    fn partitions_come_with_their_root() {
        let mut root = table("root");
        root.relkind = Some('p');
        let entries = numbered(vec![
            root,
            table("p1"),
            made(Kind::TableAttach, "p1", "ALTER TABLE …;\n"),
            rows("p1"),
            rows("alone"),
            table("empty"),
            made(Kind::MaterializedViewData, "m", "REFRESH …;\n"),
            plain(Kind::SequenceSet, "s"),
        ]);
        let contents = Contents::new(&entries, &Options::default());
        let sql = |loaded: &[EntryId]| -> Vec<String> {
            let all = analyze(&contents, loaded).into_iter();
            all.map(|(_, sql)| sql).collect()
        };
        assert_eq!(
            sql(&[EntryId(4), EntryId(5)]),
            ["ANALYZE public.root;", "ANALYZE public.alone;", "ANALYZE public.m;"]
        );
        assert_eq!(sql(&[EntryId(5)]), ["ANALYZE public.alone;", "ANALYZE public.m;"]);
    }
}
