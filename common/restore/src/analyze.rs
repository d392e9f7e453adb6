//! ANALYZE of what was loaded: without statistics the first queries on a copy are slow. And VACUUM.

use std::collections::HashSet;

use pgx_archive::spelling::qualified;
use pgx_archive::{Entry, EntryId, Kind};

use crate::contents::Contents;
use crate::existing::parts;
use crate::schedule::build::inheritance;

/// The relations to analyze, each with its statement: the tables of the entries whose rows are loaded, and
/// refreshed materialized views.
///
/// Partitions come with the roots of their trees, which have statistics of their own. What the entries have
/// statistics of is left alone, unless it has extended ones, which do not come along; so is what has foreign
/// tables among its children: the server would go to where they are, and may not get there.
pub(crate) fn analyze<'a>(contents: &Contents<'a>, loaded: &[EntryId]) -> Vec<(&'a Entry, String)> {
    fn name(entry: &Entry) -> (Option<&str>, &str) {
        (entry.schema.as_deref(), &entry.name)
    }
    let loaded: HashSet<EntryId> = loaded.iter().copied().collect();
    let wanted = |kind: Kind| contents.wanted().filter(move |entry| entry.kind == kind);
    let partitions: HashSet<_> = wanted(Kind::TableAttach).map(name).collect();
    let is_partition = |entry: &Entry| partitions.contains(&name(entry));
    let trees = wanted(Kind::TableData).any(|entry| loaded.contains(&entry.id) && is_partition(entry));
    let extended: HashSet<_> = wanted(Kind::Statistics).filter_map(|entry| entry.parent).collect();
    let known: HashSet<_> = wanted(Kind::StatisticsData)
        .filter(|entry| entry.fields.get("columns").and_then(|count| count.as_u64()) > Some(0))
        .filter(|entry| entry.parent.is_some_and(|parent| !extended.contains(&parent)))
        .map(name)
        .collect();
    let far = with_foreign_children(contents);
    let is_far = |entry: &Entry| far.contains(&entry.id) || entry.parent.is_some_and(|table| far.contains(&table));
    let mut roots = wanted(Kind::Table).filter(|entry| entry.relkind == Some('p') && !is_partition(entry));
    // Then ANALYZE of the root is not there to reach partitions without statistics.
    let left_root = roots.any(|root| known.contains(&name(root)) || is_far(root));
    let chosen = contents.wanted().filter(|entry| match entry.kind {
        _ if known.contains(&name(entry)) || is_far(entry) => false,
        Kind::Table => trees && entry.relkind == Some('p') && !is_partition(entry),
        Kind::TableData => loaded.contains(&entry.id) && (left_root || !is_partition(entry)),
        Kind::MaterializedViewData => true,
        _ => false,
    });
    chosen
        .map(|entry| (entry, format!("ANALYZE {};", filled(contents, entry))))
        .collect()
}

/// The statements that vacuum what is filled, each with the first entry that it is about.
///
/// They are for the very end: what is not yet visible to everybody, or not yet safe on disk, is left as it is.
pub fn vacuum<'a>(contents: &Contents<'a>) -> Vec<(&'a Entry, String)> {
    let mut seen = HashSet::new();
    contents
        .wanted()
        .filter(|entry| matches!(entry.kind, Kind::TableData | Kind::MaterializedViewData))
        .map(|entry| (entry, format!("VACUUM {};", filled(contents, entry))))
        .filter(|(_, sql)| seen.insert(sql.clone()))
        .collect()
}

/// The relation that an entry fills. Rows into what stands already may go elsewhere than they come from.
fn filled(contents: &Contents<'_>, entry: &Entry) -> String {
    match parts(entry).filter(|_| !contents.makes_parent(entry)) {
        Some((table, _)) => table.to_owned(),
        None => qualified(entry.schema.as_deref().unwrap_or_default(), &entry.name),
    }
}

/// Tables with a foreign table among their children, at any depth.
fn with_foreign_children(contents: &Contents<'_>) -> HashSet<EntryId> {
    let pairs = inheritance(contents);
    let foreign = contents.wanted().filter(|entry| entry.kind == Kind::ForeignTable);
    let mut open: Vec<EntryId> = foreign.map(|entry| entry.id).collect();
    let mut found = HashSet::new();
    while let Some(below) = open.pop() {
        let above = pairs.iter().filter(|(_, child)| *child == below);
        open.extend(above.map(|(parent, _)| *parent).filter(|parent| found.insert(*parent)));
    }
    found
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

    #[test]
    fn what_has_foreign_tables_among_its_children_is_left_alone() {
        let mut root = table("root");
        root.relkind = Some('p');
        let mut entries = numbered(vec![
            root,
            table("near"),
            made(Kind::ForeignTable, "far", "CREATE FOREIGN TABLE …;\n"),
            made(Kind::TableAttach, "near", "ALTER TABLE …;\n"),
            made(Kind::TableAttach, "far", "ALTER TABLE …;\n"),
            rows("near"),
        ]);
        entries[3].dependencies = vec![EntryId(1), EntryId(2)];
        entries[4].dependencies = vec![EntryId(1), EntryId(3)];
        let contents = Contents::new(&entries, &Options::default());
        let sql: Vec<String> = analyze(&contents, &[EntryId(6)])
            .into_iter()
            .map(|(_, sql)| sql)
            .collect();
        assert_eq!(sql, ["ANALYZE public.near;"]);
    }

    /// Statistics of a relation and of so many of its columns.
    fn statistics(of: u32, name: &str, columns: u32) -> Entry {
        let mut entry = made(Kind::StatisticsData, name, "SELECT …;\n");
        entry.parent = Some(EntryId(of));
        entry.fields.insert("columns".to_owned(), columns.into());
        entry
    }

    #[test]
    fn what_comes_with_statistics_is_left_alone() {
        let mut extended = made(Kind::Statistics, "both", "CREATE STATISTICS …;\n");
        extended.parent = Some(EntryId(3));
        let entries = numbered(vec![
            table("known"),
            table("never_analyzed"),
            table("with_extended"),
            rows("known"),
            rows("never_analyzed"),
            rows("with_extended"),
            statistics(1, "known", 2),
            statistics(2, "never_analyzed", 0),
            statistics(3, "with_extended", 2),
            extended,
        ]);
        let loaded = [EntryId(4), EntryId(5), EntryId(6)];
        let sql = |options: &Options| -> Vec<String> {
            let contents = Contents::new(&entries, options);
            analyze(&contents, &loaded).into_iter().map(|(_, sql)| sql).collect()
        };
        assert_eq!(
            sql(&Options::default()),
            ["ANALYZE public.never_analyzed;", "ANALYZE public.with_extended;"]
        );
        let older = Options {
            target: Some(17),
            ..Options::default()
        };
        assert_eq!(sql(&older).len(), 3);
    }

    #[test]
    fn what_is_filled_is_vacuumed_once() {
        let into = |name: &str, table: &str| {
            let mut entry = rows(name);
            entry.copy = format!("COPY public.{table} (id) FROM stdin;\n");
            entry
        };
        let mut own = rows("a");
        own.parent = Some(EntryId(1));
        let entries = numbered(vec![table("a"), own, into("p1", "root"), into("p2", "root")]);
        let contents = Contents::new(&entries, &Options::default());
        let sql: Vec<String> = vacuum(&contents).into_iter().map(|(_, sql)| sql).collect();
        assert_eq!(sql, ["VACUUM public.a;", "VACUUM public.root;"]);
    }
}
