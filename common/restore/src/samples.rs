//! Entries for tests.

use pgx_archive::{Data, Entry, EntryId, Format, Kind};

/// An entry with a name and nothing else.
pub fn plain(kind: Kind, name: &str) -> Entry {
    Entry::new(kind, None, name, "")
}

/// An entry of schema `public` that `shop` owns, with a text.
pub fn made(kind: Kind, name: &str, create: &str) -> Entry {
    let mut entry = Entry::new(kind, Some("public"), name, "shop");
    entry.create = create.to_owned();
    entry
}

/// An ordinary table.
pub fn table(name: &str) -> Entry {
    let mut entry = made(
        Kind::Table,
        name,
        &format!("CREATE TABLE public.{name} (id integer);\n"),
    );
    entry.drop = format!("DROP TABLE public.{name};\n");
    entry.tablespace = Some(String::new());
    entry.access_method = Some("heap".to_owned());
    entry.relkind = Some('r');
    entry
}

/// The rows of a table.
pub fn rows(name: &str) -> Entry {
    let mut entry = made(Kind::TableData, name, "");
    entry.copy = format!("COPY public.{name} (id) FROM stdin;\n");
    entry.data = Some(Box::new(data(Format::Text)));
    entry
}

/// How rows are sent, in one part.
pub fn data(format: Format) -> Data {
    Data {
        columns: vec!["id".to_owned()],
        types: Vec::new(),
        format,
        encoding: "UTF8".to_owned(),
        settings: Default::default(),
        parts: 1,
        part_blocks: 0,
        logged: true,
        via_root: false,
        estimated_rows: 0,
        estimated_bytes: 0,
    }
}

/// The same entries, numbered from 1.
pub fn numbered(mut entries: Vec<Entry>) -> Vec<Entry> {
    for (number, entry) in (1..).zip(&mut entries) {
        entry.id = EntryId(number);
    }
    entries
}
