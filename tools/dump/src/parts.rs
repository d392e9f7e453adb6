//! What is to be read: entries with rows, cut into parts.

use std::collections::{HashMap, HashSet};

use pgx_archive::{Entry, EntryId, Format, SkippedParts};
use pgx_objects::kinds::data::{self, Blocks};
use pgx_objects::kinds::large_object_copy;
use pgx_objects::sql;

use crate::error::Error;

/// One part of the rows of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The entry.
    pub entry: EntryId,
    /// Number of the part, from 1.
    pub number: u32,
    /// How many parts the entry has.
    pub of: u32,
    /// How messages name the entry.
    pub name: String,
    /// The table to lock before it is read on another session than the one that holds the locks.
    pub table: Option<String>,
    /// Whether no other session than that one may read it.
    pub for_holder: bool,
    /// The statement that reads it: `COPY … TO STDOUT`.
    pub copy: String,
    /// The form of its rows.
    pub format: Format,
    /// Bytes that the whole entry is expected to have.
    pub bytes: u64,
    /// Entries whose rows must all have been sent before.
    pub after: Vec<EntryId>,
}

/// All parts of all entries with rows: those of large tables first, so that nobody is left alone with one at
/// the end.
pub fn parts(entries: &[Entry]) -> Vec<Part> {
    let by_id: HashMap<EntryId, &Entry> = entries.iter().map(|entry| (entry.id, entry)).collect();
    let mut parts: Vec<Part> = entries.iter().flat_map(|entry| parts_of(entry, &by_id)).collect();
    parts.sort_by_key(|part| std::cmp::Reverse(part.bytes));
    parts
}

/// The parts that are left when some are skipped.
pub fn left<'a>(parts: &[Part], skipped: impl IntoIterator<Item = &'a SkippedParts>) -> Vec<Part> {
    let skipped: HashSet<_> = (skipped.into_iter())
        .flat_map(|skipped| skipped.parts.iter().map(|part| (skipped.entry, *part)))
        .collect();
    let left = parts.iter();
    let left = left.filter(|part| !skipped.contains(&(part.entry, part.number)));
    left.cloned().collect()
}

/// Leaves the rows of some tables, named as SQL names them, to the session that holds the locks.
///
/// They contain rows of other tables, and who writes them takes locks of its own on those: on another session
/// that would mean to wait for an ALTER TABLE that is queued behind the dump's lock, and waits for the dump.
pub fn leave_to_holder(parts: &mut [Part], tables: &HashSet<String>) {
    for part in parts {
        part.for_holder = part.table.as_ref().is_some_and(|table| tables.contains(table));
    }
}

/// Makes the rows of each entry wait for those of the entry before it: they are sent one entry at a time, in the
/// order of the entries.
pub fn one_after_another(parts: &mut [Part], entries: &[Entry]) {
    let places: HashMap<EntryId, usize> = (entries.iter().enumerate())
        .map(|(place, entry)| (entry.id, place))
        .collect();
    parts.sort_by_key(|part| (places.get(&part.entry).copied(), part.number));
    let mut before = None;
    for parts in parts.chunk_by_mut(|one, next| one.entry == next.entry) {
        for part in parts.iter_mut() {
            part.after.extend(before);
        }
        before = parts.first().map(|part| part.entry);
    }
}

fn parts_of(entry: &Entry, entries: &HashMap<EntryId, &Entry>) -> Vec<Part> {
    let Some(data) = &entry.data else { return Vec::new() };
    let before: Vec<&Entry> = entry
        .dependencies
        .iter()
        .filter_map(|id| entries.get(id).copied())
        .collect();
    let part = |number, copy| Part {
        entry: entry.id,
        number,
        of: data.parts,
        name: entry.describe(),
        table: match (data.format, &entry.schema) {
            (Format::LargeObjects, _) | (_, None) => None,
            (_, Some(schema)) => Some(sql::qualified(schema, &entry.name)),
        },
        for_holder: false,
        copy,
        format: data.format,
        bytes: data.estimated_bytes,
        after: before
            .iter()
            .filter(|other| other.data.is_some())
            .map(|other| other.id)
            .collect(),
    };
    if data.format == Format::LargeObjects {
        return before
            .iter()
            .copied()
            .filter_map(large_object_copy::copy_out)
            .map(|copy| part(1, copy))
            .collect();
    }
    (1..=data.parts)
        .filter_map(|number| {
            let from = u64::from(number - 1) * data.part_blocks;
            let to = (number < data.parts).then_some(from + data.part_blocks);
            let blocks = (data.parts > 1).then_some(Blocks { from, to });
            Some(part(number, data::copy_out(entry, blocks)?))
        })
        .collect()
}

/// Bytes up to which a part is small: it is read faster than asked for.
const SMALL: u64 = 256 << 10;

impl Part {
    /// Whether it is read together with others.
    pub fn is_small(&self) -> bool {
        self.of == 1 && self.bytes <= SMALL && self.format != Format::LargeObjects
    }

    /// `table data public.orders`, with the number of the part when there are several.
    pub fn describe(&self) -> String {
        match self.of {
            1 => self.name.clone(),
            of => format!("{} (part {} of {of})", self.name, self.number),
        }
    }

    /// An error about rows that are not what COPY sends.
    pub fn malformed(&self, reason: impl ToString) -> Error {
        Error::Malformed {
            id: self.entry,
            entry: self.describe(),
            reason: reason.to_string(),
        }
    }

    /// An error that the server gave after so many rows.
    pub fn broken_off(&self, rows: u64, error: pgx_server::Error) -> Error {
        if !is_too_long(error.sqlstate(), &error.message()) {
            return self.refused(error);
        }
        let find = match (&self.table, self.of) {
            (Some(table), 1) => format!("; SELECT ctid FROM ONLY {table} OFFSET {rows} LIMIT 1 finds it"),
            _ => String::new(),
        };
        let hint = match self.format {
            Format::Text => "a row may have 1 GB, and bytea takes half as much with --copy-format=binary",
            Format::Binary | Format::LargeObjects => "a row may have 1 GB",
        };
        Error::TooLong {
            id: self.entry,
            entry: self.describe(),
            row: rows + 1,
            hint: format!("{hint}{find}"),
            error,
        }
    }

    /// An error that the server gave.
    pub fn refused(&self, error: pgx_server::Error) -> Error {
        Error::Rows {
            id: self.entry,
            entry: self.describe(),
            error,
        }
    }
}

/// Whether the server failed to put a row together: a buffer would have become larger than it may be.
fn is_too_long(sqlstate: Option<&str>, message: &str) -> bool {
    match sqlstate {
        // program_limit_exceeded: few limits can be met here.
        Some("54000") => true,
        // internal_error, whose messages are not translated.
        Some("XX000") => message.starts_with("invalid memory alloc request size"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::{Data, Kind};

    fn table(id: u32, parts: u32, bytes: u64) -> Entry {
        let mut entry = Entry::new(Kind::TableData, Some("public"), format!("t{id}"), "joe");
        entry.id = EntryId(id);
        entry.data = Some(Box::new(Data {
            columns: vec!["a".into()],
            types: Vec::new(),
            format: Format::Text,
            encoding: "UTF8".into(),
            settings: Default::default(),
            parts,
            part_blocks: if parts > 1 { 100 } else { 0 },
            logged: true,
            via_root: false,
            estimated_rows: 0,
            estimated_bytes: bytes,
        }));
        entry
    }

    #[test]
    fn parts_cover_all_blocks_once() {
        let parts = parts(&[table(1, 3, 300)]);
        let ranges: Vec<_> = parts
            .iter()
            .map(|part| part.copy.split("WHERE ").nth(1).unwrap_or_default())
            .collect();
        assert_eq!(
            ranges,
            [
                "ctid >= '(0,0)'::pg_catalog.tid AND ctid < '(100,0)'::pg_catalog.tid) TO STDOUT",
                "ctid >= '(100,0)'::pg_catalog.tid AND ctid < '(200,0)'::pg_catalog.tid) TO STDOUT",
                "ctid >= '(200,0)'::pg_catalog.tid) TO STDOUT",
            ]
        );
        assert_eq!(parts[1].describe(), "table data public.t1 (part 2 of 3)");
    }

    #[test]
    fn some_tables_are_left_to_the_holder_of_the_locks() {
        let mut parts = parts(&[table(1, 1, 5), table(2, 2, 900)]);
        leave_to_holder(&mut parts, &HashSet::from(["public.t2".to_owned()]));
        let left: Vec<_> = parts.iter().map(|part| part.for_holder).collect();
        assert_eq!(left, [true, true, false]);
    }

    #[test]
    fn entries_wait_for_the_entry_before() {
        let entries = [table(1, 1, 5), table(2, 2, 900), table(3, 1, 70)];
        let mut parts = parts(&entries);
        one_after_another(&mut parts, &entries);
        let order: Vec<_> = parts
            .iter()
            .map(|part| (part.entry.0, part.number, part.after.first().map_or(0, |id| id.0)))
            .collect();
        assert_eq!(order, [(1, 1, 0), (2, 1, 1), (2, 2, 1), (3, 1, 2)]);
    }

    #[test]
    fn the_largest_table_comes_first_with_all_its_parts() {
        let parts = parts(&[table(1, 1, 5), table(2, 2, 900), table(3, 1, 70)]);
        let order: Vec<_> = parts.iter().map(|part| (part.entry.0, part.number)).collect();
        assert_eq!(order, [(2, 1), (2, 2), (3, 1), (1, 1)]);
    }
}
