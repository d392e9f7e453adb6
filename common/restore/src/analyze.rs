//! ANALYZE of what was loaded: without statistics the first queries on a copy are slow.

use std::collections::HashSet;

use pgx_archive::spelling::qualified;
use pgx_archive::{Entry, Kind};

use crate::contents::Contents;

/// The relations to analyze, each with its statement, when everything else is done: tables that have
/// rows in the contents, and refreshed materialized views.
///
/// A partition comes with the root of its tree, which has statistics of its own.
pub fn analyze<'a>(contents: &Contents<'a>) -> Vec<(&'a Entry, String)> {
    let attached: HashSet<(Option<&str>, &str)> = contents
        .wanted()
        .filter(|entry| entry.kind == Kind::TableAttach)
        .map(|entry| (entry.schema.as_deref(), entry.name.as_str()))
        .collect();
    let is_root = |entry: &Entry| !attached.contains(&(entry.schema.as_deref(), entry.name.as_str()));
    let has_rows = contents.wanted().any(|entry| entry.data.is_some());
    let chosen = contents.wanted().filter(|entry| match entry.kind {
        Kind::Table => has_rows && entry.relkind == Some('p') && is_root(entry),
        Kind::TableData => is_root(entry),
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
        let sql: Vec<String> = analyze(&contents).into_iter().map(|(_, sql)| sql).collect();
        assert_eq!(
            sql,
            ["ANALYZE public.root;", "ANALYZE public.alone;", "ANALYZE public.m;"]
        );
    }
}
