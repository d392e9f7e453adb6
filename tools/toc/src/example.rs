//! A small stream for tests: a shop with a database entry, a table, its comment and its rows.

use pgx_archive::{
    CatalogId, Compression, Content, Data, DataFrame, Digest, Entry, EntryId, Event, Fail, Format, Head, Kind, Place,
    Reader, Writer,
};

/// The rows of the table.
pub const ROWS: &[u8] = b"1\ttea\n2\tmilk\n";

/// What stands before the entries.
pub fn head() -> Head {
    let mut head = Head::new(Content::Database, "0b5fa9d2", "2026-01-31T12:00:00Z", "pgx-dump 0.1.0");
    head.source.database = "shop".into();
    head.source.version = 180_006;
    head.source.version_text = "18.6".into();
    head
}

/// The entries, as a dump numbers them.
pub fn entries() -> Vec<Entry> {
    let numbered = |id: u32, entry: Entry| Entry {
        id: EntryId(id),
        ..entry
    };
    vec![
        numbered(
            1,
            Entry {
                create: "SET client_encoding = 'UTF8';\n".into(),
                ..Entry::new(Kind::Encoding, None, "ENCODING", "")
            },
        ),
        numbered(
            2,
            Entry {
                create: "CREATE DATABASE shop;\n".into(),
                catalog: CatalogId {
                    class: 1262,
                    oid: 16_384,
                },
                ..Entry::new(Kind::Database, None, "shop", "alice")
            },
        ),
        numbered(
            3,
            Entry {
                create: "COMMENT ON DATABASE shop IS 'tea';\n".into(),
                parent: Some(EntryId(2)),
                dependencies: vec![EntryId(2)],
                ..Entry::new(Kind::Comment, None, "DATABASE shop", "alice")
            },
        ),
        numbered(
            4,
            Entry {
                create: "CREATE TABLE public.\"or\nders\" (id integer, item text);\n".into(),
                catalog: CatalogId {
                    class: 1259,
                    oid: 16_385,
                },
                dependencies: vec![EntryId(7)],
                ..Entry::new(Kind::Table, Some("public"), "or\nders", "alice")
            },
        ),
        numbered(
            5,
            Entry {
                catalog: CatalogId { class: 0, oid: 16_385 },
                dependencies: vec![EntryId(4)],
                data: Some(Box::new(Data {
                    columns: vec!["id".into(), "item".into()],
                    types: Vec::new(),
                    format: Format::Text,
                    encoding: "UTF8".into(),
                    settings: Default::default(),
                    parts: 1,
                    part_blocks: 0,
                    logged: true,
                    via_root: false,
                    estimated_rows: 2,
                    estimated_bytes: 8192,
                })),
                ..Entry::new(Kind::TableData, Some("public"), "or\nders", "alice")
            },
        ),
    ]
}

/// A complete stream whose part has this digest.
pub fn stream(digest: Digest) -> Vec<u8> {
    let mut toc = Writer::new(Vec::new(), Compression::Stored)
        .head(&head())
        .expect("the head is in order");
    toc.entries(&entries()).expect("the entries are in order");
    let (mut rows, _) = toc.toc_end().expect("the contents are in order");
    let place = Place {
        entry: EntryId(5),
        part: 1,
        seq: 0,
    };
    let frame = DataFrame::seal(place, 2, false, ROWS, Compression::Stored).expect("the rows are short");
    rows.data(&frame).expect("the part is declared");
    rows.part_end(EntryId(5), 1, digest).expect("the part is open");
    rows.entry_end(EntryId(5)).expect("all parts have ended");
    rows.finish().expect("all entries have ended").0
}

/// Where the table of contents of a stream ends and its rows begin.
pub fn rows_begin(stream: &[u8]) -> usize {
    let mut reader = Reader::new(stream);
    while !matches!(reader.next_event(), Ok(Some(Event::TocEnd(_))) | Err(_)) {}
    reader.offset() as usize
}

/// A stream whose producer lost its server.
pub fn failed() -> Vec<u8> {
    let mut toc = Writer::new(Vec::new(), Compression::Stored)
        .head(&head())
        .expect("the head is in order");
    toc.entries(&entries()).expect("the entries are in order");
    let (rows, _) = toc.toc_end().expect("the contents are in order");
    let fail = Fail {
        stage: "reading rows".into(),
        sqlstate: Some("08006".into()),
        message: "connection lost".into(),
        resumable: true,
        ..Fail::default()
    };
    rows.fail(&fail).expect("a producer may always give up")
}
