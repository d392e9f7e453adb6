//! Entries and a visitor for tests.

use std::collections::BTreeMap;

use pgx_archive::{Content, Data, Entry, EntryId, Format, Grant, Head, Kind};
use pgx_rows::large_object::{Record, records};

use crate::contents::Contents;
use crate::error::Error;
use crate::visitor::{Next, Visitor};

/// Keeps all it is told.
#[derive(Debug, Default)]
pub(crate) struct Heard {
    pub(crate) contents: Option<Contents>,
    pub(crate) rows: BTreeMap<u32, Vec<u8>>,
    pub(crate) ended: Vec<u32>,
    pub(crate) unwanted: Vec<u32>,
}

impl Heard {
    pub(crate) fn rows_of(&self, entry: u32) -> Vec<u8> {
        self.rows.get(&entry).cloned().unwrap_or_default()
    }

    pub(crate) fn objects_of(&self, entry: u32) -> Vec<(u32, Vec<u8>)> {
        let mut objects: Vec<(u32, Vec<u8>)> = Vec::new();
        for record in records(&self.rows_of(entry)).map(|record| record.expect("records")) {
            if record.offset == 0 {
                objects.push((record.oid, Vec::new()));
            }
            objects
                .last_mut()
                .expect("it begins at 0")
                .1
                .extend_from_slice(record.bytes);
        }
        objects
    }
}

impl Visitor for Heard {
    type Error = Error;

    fn contents(&mut self, contents: Contents) -> Result<Next, Error> {
        self.contents = Some(contents);
        Ok(Next::Rows)
    }

    fn wants(&self, entry: EntryId) -> bool {
        !self.unwanted.contains(&entry.0)
    }

    fn rows(&mut self, entry: EntryId, bytes: &[u8]) -> Result<(), Error> {
        self.rows.entry(entry.0).or_default().extend_from_slice(bytes);
        Ok(())
    }

    fn end(&mut self, entry: EntryId) -> Result<(), Error> {
        self.ended.push(entry.0);
        Ok(())
    }
}

pub(crate) fn head() -> Head {
    let mut head = Head::new(Content::Database, "", "2026-01-31T12:05:09", "pgx-dump 0.1.0");
    head.source.version_text = "18.4".to_owned();
    head.source.version = 180_004;
    head.source.database = "shop".to_owned();
    head
}

fn data(format: Format) -> Option<Box<Data>> {
    Some(Box::new(Data {
        columns: Vec::new(),
        types: Default::default(),
        format,
        encoding: "UTF8".to_owned(),
        settings: BTreeMap::new(),
        parts: 1,
        part_blocks: 0,
        logged: true,
        via_root: false,
        estimated_rows: 0,
        estimated_bytes: 0,
    }))
}

/// Encoding 1, tables 2 and 3 with rows 4 and 5, a group 6 of objects with a comment 7, privileges 8,
/// contents 9.
pub(crate) fn entries() -> Vec<Entry> {
    let entry = |kind, schema, name: &str| Entry::new(kind, schema, name, "shop");
    let public = Some("public");
    let mut entries = vec![
        Entry::new(Kind::Encoding, None, "ENCODING", ""),
        entry(Kind::Table, public, "a"),
        entry(Kind::Table, public, "b"),
        entry(Kind::TableData, public, "a"),
        entry(Kind::TableData, public, "b"),
        entry(Kind::BlobMetadata, None, "7..4000000001"),
        entry(Kind::Comment, None, "LARGE OBJECT 4000000001"),
        entry(Kind::Acl, None, "LARGE OBJECTS 7..4000000001"),
        entry(Kind::Blobs, None, "7..4000000001"),
    ];
    for (id, entry) in (1..).zip(&mut entries) {
        entry.id = EntryId(id);
    }
    let belongs = |entry: &mut Entry, to: u32| {
        entry.parent = Some(EntryId(to));
        entry.dependencies = vec![EntryId(to)];
    };
    entries[0].create = "SET client_encoding = 'UTF8';\n".to_owned();
    entries[0].fields.insert("encoding".to_owned(), "UTF8".into());
    for (at, name) in [(1, "a"), (2, "b")] {
        entries[at].create = format!("CREATE TABLE public.{name} (id integer);\n");
        entries[at].drop = format!("DROP TABLE public.{name};\n");
        entries[at].tablespace = Some(String::new());
        entries[at].access_method = Some("heap".to_owned());
        entries[at].relkind = Some('r');
        entries[at + 2].copy = format!("COPY public.{name} (id) FROM stdin;\n");
        entries[at + 2].data = data(Format::Text);
        belongs(&mut entries[at + 2], at as u32 + 1);
    }
    entries[5].create = "7\n4000000001\n".to_owned();
    entries[5].drop = "-- dummy".to_owned();
    for at in [6, 7, 8] {
        belongs(&mut entries[at], 6);
    }
    entries[6].create = "COMMENT ON LARGE OBJECT 4000000001 IS 'x';\n".to_owned();
    entries[7].create = "GRANT SELECT ON LARGE OBJECT 7 TO reader;\n".to_owned();
    entries[7].grants = vec![Grant {
        revoke: false,
        privileges: "SELECT".to_owned(),
        grantee: "reader".to_owned(),
        grantor: String::new(),
        grant_option: false,
    }];
    entries[8].data = data(Format::LargeObjects);
    entries
}

/// The rows of [`entries`], in the order in which a stream might bring them.
pub(crate) fn rows() -> Vec<(EntryId, Vec<u8>)> {
    let mut objects = Vec::new();
    for (oid, offset, last, bytes) in [
        (7, 0, false, b"abc".as_slice()),
        (7, 3, true, &[9; 1000]),
        (4_000_000_001, 0, true, b""),
    ] {
        let record = Record {
            oid,
            offset,
            last,
            bytes,
        };
        record.encode(&mut objects).expect("short");
    }
    vec![
        (EntryId(4), b"1\n2\n".repeat(50_000)),
        (EntryId(5), Vec::new()),
        (EntryId(9), objects),
    ]
}
