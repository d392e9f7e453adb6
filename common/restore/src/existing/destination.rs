//! Where the rows of an entry go: the table and its columns, as its COPY statement names them.

use std::collections::HashSet;

use pgx_archive::{Entry, EntryId, Kind};

use crate::contents::Contents;
use crate::copy::SUFFIX;

/// Where the rows of an entry go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The entry.
    pub entry: EntryId,
    /// The table, spelled for SQL: the entry's own, or the partition root that its rows go through.
    pub table: String,
    /// The columns that come.
    pub columns: Vec<String>,
}

impl Destination {
    /// Where the rows of an entry go; none for large objects, and for what is not copied.
    ///
    /// ```
    /// use pgx_archive::{Entry, Kind};
    /// use pgx_restore::existing::Destination;
    ///
    /// let mut rows = Entry::new(Kind::TableData, Some("public"), "Order", "shop");
    /// rows.copy = "COPY public.\"Order\" (id, \"a,b\") FROM stdin;\n".to_owned();
    /// let to = Destination::of(&rows).expect("it is copied");
    /// assert_eq!((to.table.as_str(), &to.columns[..]), ("public.\"Order\"", &["id".to_owned(), "a,b".to_owned()][..]));
    /// ```
    pub fn of(entry: &Entry) -> Option<Destination> {
        let (table, columns) = parts(entry)?;
        // Archives of pg_dump have the statement alone.
        let columns = match entry.data.as_ref().map(|data| &data.columns) {
            Some(known) if !known.is_empty() => known.clone(),
            _ => names(columns),
        };
        Some(Destination {
            entry: entry.id,
            table: table.to_owned(),
            columns,
        })
    }
}

/// Where rows go that go into tables which stand already: those whose table is not made here.
pub fn destinations(contents: &Contents<'_>) -> Vec<Destination> {
    let made: HashSet<EntryId> = contents.wanted().map(|entry| entry.id).collect();
    let stands =
        |entry: &&Entry| entry.kind == Kind::TableData && !entry.parent.is_some_and(|table| made.contains(&table));
    // What an extension brings stands when the extension does.
    let extensions = contents.wanted().any(|entry| entry.kind == Kind::Extension);
    let is_brought = |entry: &&Entry| extensions && entry.parent.is_none_or(|table| contents.get(table).is_none());
    let rows = contents.wanted().filter(stands).filter(|entry| !is_brought(entry));
    rows.filter_map(Destination::of).collect()
}

/// The table of an entry's COPY statement, and its list of columns with the parentheses.
pub(crate) fn parts(entry: &Entry) -> Option<(&str, &str)> {
    let target = entry.copy.strip_prefix("COPY ")?.strip_suffix(SUFFIX)?;
    let mut quoted = false;
    let space = target.find(|c| {
        quoted ^= c == '"';
        c == ' ' && !quoted
    });
    Some(target.split_at(space.unwrap_or(target.len())))
}

/// The names in a list `(a, "b""c")`.
fn names(list: &str) -> Vec<String> {
    let list = list.trim().trim_start_matches('(').trim_end_matches(')');
    let mut quoted = false;
    let parts = list.split(|c| {
        quoted ^= c == '"';
        c == ',' && !quoted
    });
    let plain = |name: &str| match name.trim().strip_prefix('"').and_then(|name| name.strip_suffix('"')) {
        Some(inside) => inside.replace("\"\"", "\""),
        None => name.trim().to_owned(),
    };
    parts.map(plain).filter(|name| !name.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use crate::samples::{numbered, plain, rows, table};

    fn of(copy: &str) -> (String, Vec<String>) {
        let mut entry = rows("t");
        entry.data.as_mut().expect("rows have data").columns.clear();
        entry.copy = copy.to_owned();
        let to = Destination::of(&entry).expect("it is copied");
        (to.table, to.columns)
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        let (table, columns) =
            of("COPY \"my schema\".\"a \"\"b\"\" (c)\" (id, \"x, y\", \"q\"\"q\", \"(\") FROM stdin;\n");
        assert_eq!(table, "\"my schema\".\"a \"\"b\"\" (c)\"");
        assert_eq!(columns, ["id", "x, y", "q\"q", "("]);
        assert_eq!(of("COPY public.t  FROM stdin;\n"), ("public.t".to_owned(), vec![]));
    }

    #[test]
    fn large_objects_go_into_no_table() {
        let mut entry = plain(Kind::Blobs, "1..2");
        entry.data = rows("t").data;
        assert_eq!(Destination::of(&entry), None);
    }

    #[test]
    fn only_what_is_not_made_here_stands() {
        let mut entries = numbered(vec![
            table("a"),
            rows("a"),
            rows("b"),
            plain(Kind::Extension, "e"),
            rows("of_e"),
        ]);
        entries[1].parent = Some(EntryId(1));
        entries[2].parent = Some(EntryId(9));
        let tables = |wanted: &[u32]| -> Vec<String> {
            let wanted: Vec<EntryId> = wanted.iter().map(|&id| EntryId(id)).collect();
            let contents = Contents::of(&entries, &wanted, &Options::default());
            destinations(&contents).into_iter().map(|to| to.table).collect()
        };
        assert_eq!(tables(&[1, 2]), [""; 0]);
        assert_eq!(tables(&[2, 3, 5]), ["public.a", "public.b", "public.of_e"]);
        assert_eq!(tables(&[2, 4, 5]), ["public.a"], "the extension brings its table");
    }
}
