//! When tables are analyzed: each as soon as its rows are in and its indexes stand, while others still load.
//!
//! Like the schedule it is a value: who carries a restore out says what has ended, and asks what is ready.
//! ANALYZE comes after the indexes because it gathers statistics of their expressions, too, and because
//! neither would let the other on the table. A table with descendants waits for all of them: their rows are
//! in its sample.

use std::collections::{BTreeSet, HashMap, HashSet};

use pgx_archive::{Entry, EntryId, Kind};

use crate::analyze::analyze;
use crate::claims::{Claim, Claims, Locks, Wants};
use crate::contents::Contents;
use crate::schedule::build::tables_of;

/// What is to be analyzed.
#[derive(Clone, Debug, Default)]
pub struct Analyses {
    all: Vec<Analysis>,
    /// Those that wait for an entry.
    waiting: HashMap<EntryId, Vec<usize>>,
    ready: BTreeSet<usize>,
}

/// ANALYZE of one relation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Analysis {
    /// The entry it is about, for messages.
    pub entry: EntryId,
    /// The statement.
    pub sql: String,
    /// What it locks.
    pub claims: Claims,
    /// Bytes of the rows, as far as they are known.
    bytes: u64,
    waits: usize,
    /// Whether there is anything new to see.
    filled: bool,
}

impl Analyses {
    /// For everything wanted whose rows come.
    pub fn new(contents: &Contents<'_>, wants: &Wants<'_>) -> Analyses {
        let rows: Vec<EntryId> = contents
            .wanted()
            .filter(|entry| entry.data.is_some())
            .map(|entry| entry.id)
            .collect();
        let mut first: HashMap<EntryId, Vec<EntryId>> = HashMap::new();
        for entry in contents.wanted().filter(|entry| comes_before(entry)) {
            for table in tables_of(contents, entry) {
                first.entry(table).or_default().push(entry.id);
            }
        }
        let mut found: Vec<(Analysis, HashSet<EntryId>)> = Vec::new();
        // Rows of several entries may go into one table.
        let mut at: HashMap<String, usize> = HashMap::new();
        for (entry, sql) in analyze(contents, &rows) {
            let tables = match entry.kind {
                Kind::Table => vec![entry.id],
                _ => tables_of(contents, entry),
            };
            let tables = wants.with_descendants(tables);
            // A materialized view is filled by its own entry, and so is a table that is not made here.
            let fills_itself = entry.kind == Kind::MaterializedViewData;
            let own = (fills_itself || entry.data.is_some()).then_some(entry.id);
            let before = tables.iter().filter_map(|table| first.get(table)).flatten();
            let before: HashSet<EntryId> = before.copied().chain(own).collect();
            if let Some((analysis, others)) = at.get(&sql).and_then(|&at| found.get_mut(at)) {
                others.extend(before);
                analysis.waits = others.len();
                continue;
            }
            at.insert(sql.clone(), found.len());
            let bytes = before.iter().filter_map(|&id| contents.get(id)?.data.as_ref());
            let analysis = Analysis {
                entry: entry.id,
                sql,
                claims: tables.into_iter().map(|table| (table, Claim::Alone)).collect(),
                bytes: bytes.map(|data| data.estimated_bytes).sum(),
                waits: before.len(),
                filled: fills_itself,
            };
            found.push((analysis, before));
        }
        // The largest first, so that nobody is left alone with one at the end.
        found.sort_by_key(|(analysis, _)| std::cmp::Reverse(analysis.bytes));
        let mut analyses = Analyses::default();
        for (number, (analysis, before)) in found.into_iter().enumerate() {
            analyses.all.push(analysis);
            for id in before {
                analyses.waiting.entry(id).or_default().push(number);
            }
        }
        analyses
    }

    /// An entry has ended, with so many rows if it is one of rows.
    pub fn finished(&mut self, id: EntryId, rows: u64) {
        for number in self.waiting.remove(&id).unwrap_or_default() {
            let analysis = &mut self.all[number];
            analysis.waits -= 1;
            analysis.filled |= rows > 0;
            if analysis.waits == 0 && analysis.filled {
                self.ready.insert(number);
            }
        }
    }

    /// Takes up to `limit` analyses that are ready and lock nothing that is locked; or one, when it is of
    /// `large` bytes and more.
    pub fn take(&mut self, limit: usize, locks: &Locks, large: u64) -> Vec<Analysis> {
        let mut taken: Vec<usize> = Vec::new();
        for &number in &self.ready {
            let analysis = &self.all[number];
            let is_alone = analysis.bytes >= large;
            if !locks.are_free(&analysis.claims) || is_alone && !taken.is_empty() {
                continue;
            }
            taken.push(number);
            if is_alone || taken.len() == limit {
                break;
            }
        }
        taken
            .into_iter()
            .map(|number| {
                self.ready.remove(&number);
                self.all[number].clone()
            })
            .collect()
    }
}

/// Whether ANALYZE of a table has to wait for an entry about it.
fn comes_before(entry: &Entry) -> bool {
    let makes = matches!(
        entry.kind,
        Kind::Index | Kind::Constraint | Kind::Statistics | Kind::StatisticsData
    );
    makes || entry.data.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::samples::{made, numbered, rows, table};

    fn about(mut entry: Entry, tables: &[u32]) -> Entry {
        entry.dependencies = tables.iter().map(|&id| EntryId(id)).collect();
        entry
    }

    fn sql(analyses: &mut Analyses) -> Vec<String> {
        let taken = analyses.take(10, &Locks::default(), 1);
        taken.into_iter().map(|analysis| analysis.sql).collect()
    }

    fn of(entries: &[Entry]) -> Analyses {
        let contents = Contents::new(entries, &Options::default());
        Analyses::new(&contents, &Wants::new(&contents))
    }

    #[test]
    fn a_table_is_analyzed_when_its_last_index_stands() {
        let entries = numbered(vec![
            table("a"),
            about(rows("a"), &[1]),
            about(made(Kind::Index, "i", "CREATE INDEX …;\n"), &[1]),
        ]);
        let mut analyses = of(&entries);
        analyses.finished(EntryId(2), 5);
        assert!(sql(&mut analyses).is_empty(), "the index is still to be built");
        analyses.finished(EntryId(3), 0);
        assert_eq!(sql(&mut analyses), ["ANALYZE public.a;"]);
        assert!(sql(&mut analyses).is_empty(), "once is enough");
    }

    #[test]
    fn an_empty_table_is_left_alone() {
        let entries = numbered(vec![table("a"), about(rows("a"), &[1])]);
        let mut analyses = of(&entries);
        analyses.finished(EntryId(2), 0);
        assert!(sql(&mut analyses).is_empty());
    }

    #[test]
    fn tables_that_stand_are_analyzed_once_all_of_their_rows_are_in() {
        let into = |name: &str, table: &str| {
            let mut entry = rows(name);
            entry.copy = format!("COPY public.{table} (id) FROM stdin;\n");
            entry
        };
        let entries = numbered(vec![into("a", "a"), into("p1", "root"), into("p2", "root")]);
        let mut analyses = of(&entries);
        assert!(sql(&mut analyses).is_empty());
        analyses.finished(EntryId(1), 1);
        analyses.finished(EntryId(2), 1);
        assert_eq!(sql(&mut analyses), ["ANALYZE public.a;"]);
        analyses.finished(EntryId(3), 0);
        assert_eq!(sql(&mut analyses), ["ANALYZE public.root;"]);
    }

    #[test]
    fn a_root_waits_for_all_its_partitions() {
        let mut root = table("root");
        root.relkind = Some('p');
        let entries = numbered(vec![
            root,
            table("p"),
            table("q"),
            about(made(Kind::TableAttach, "p", "ALTER TABLE …;\n"), &[1, 2]),
            about(made(Kind::TableAttach, "q", "ALTER TABLE …;\n"), &[1, 3]),
            about(rows("p"), &[2]),
            about(rows("q"), &[3]),
        ]);
        let mut analyses = of(&entries);
        analyses.finished(EntryId(6), 1);
        assert!(sql(&mut analyses).is_empty(), "rows of the other partition are to come");
        analyses.finished(EntryId(7), 0);
        assert_eq!(sql(&mut analyses), ["ANALYZE public.root;"]);
    }

    #[test]
    fn what_is_locked_waits_and_large_ones_are_alone() {
        let entries = numbered(vec![
            table("a"),
            table("b"),
            about(rows("a"), &[1]),
            about(rows("b"), &[2]),
        ]);
        let mut analyses = of(&entries);
        analyses.finished(EntryId(3), 1);
        analyses.finished(EntryId(4), 1);
        let mut locks = Locks::default();
        locks.take(&[(EntryId(1), Claim::Share)]);
        let free = analyses.clone().take(10, &locks, 1);
        assert_eq!(free.iter().map(|one| one.entry).collect::<Vec<_>>(), [EntryId(4)]);
        assert_eq!(analyses.take(10, &Locks::default(), 0).len(), 1);
    }
}
