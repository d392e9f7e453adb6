//! What fuzzing calls about what others write: pg_dump's archives, filter files, rows. Each takes any bytes at all, and
//! must come back.

use std::io::Cursor;

use pgx_archive::EntryId;
use pgx_pgdump::{Contents, Error, Next, Visitor, custom, tar};
use pgx_rows::insert::{Inserts, Spelling, Value};
use pgx_rows::to_text::Converter;
use pgx_rows::{Format, Rows};

/// Any bytes as a custom archive, from a pipe and from a file: what is whole is told alike.
pub fn custom_archive(bytes: &[u8]) {
    let mut piped = Heard::default();
    let whole = custom::read(bytes, &mut piped).is_ok();
    let mut sought = Heard::default();
    let read = custom::read_file(Cursor::new(bytes), &mut sought).is_ok();
    assert_eq!(read, whole);
    assert_eq!(sought, piped);
    // Only some of it, by offsets where there are any.
    let mut part = Heard {
        every_other: true,
        ..Heard::default()
    };
    let _ = custom::read_file(Cursor::new(bytes), &mut part);
}

/// Any bytes as a tar archive.
pub fn tar_archive(bytes: &[u8]) {
    let _ = tar::read(bytes, &mut Heard::default());
}

/// Any text as a file of patterns, and as a list.
pub fn filter_file(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if let Err(error) = pgx_selection::filter_file::parse("file", &text) {
        assert!(error.to_string().starts_with("file:"), "{error}");
    }
    let _ = pgx_selection::List::parse(&text).ids().count();
}

/// Any bytes as rows of text: counted, and turned into INSERT.
pub fn text_rows(bytes: &[u8]) {
    // integer and text
    let columns = [23, 25].map(|oid| Value::Sent(Spelling::of_type(oid)));
    let inserts = |size: usize| {
        let mut inserts = Inserts::new("INSERT INTO t VALUES (", columns.into(), 2, "");
        let mut out = Vec::new();
        let mut pieces = bytes.chunks(size);
        let taken = pieces.try_for_each(|piece| inserts.push(piece, &mut out));
        taken.and_then(|()| inserts.finish(&mut out)).map(|()| out)
    };
    if let (Ok(whole), Ok(pieces)) = (inserts(bytes.len().max(1)), inserts(3)) {
        assert_eq!(whole, pieces);
    }
    let mut rows = Rows::new(Format::Text);
    let _ = rows.push(bytes).and_then(|_| rows.finish());
}

/// The types that [`binary_rows`] takes rows of.
pub const TYPES: [&str; 12] = [
    "int4",
    "text",
    "numeric",
    "float8",
    "timestamptz",
    "interval",
    "jsonb",
    "inet",
    "varbit",
    "array(numeric)",
    "multirange(date)",
    "polygon",
];

/// Any bytes as binary rows of many types: text that is rows again, or an error.
pub fn binary_rows(bytes: &[u8]) {
    let types = TYPES.map(str::to_owned);
    let Ok(converter) = Converter::spelled(&types, &types) else {
        panic!("all of these are known");
    };
    let converted = |size: usize| {
        let mut converter = converter.clone();
        let mut text = Vec::new();
        let mut pieces = bytes.chunks(size);
        let taken = pieces.try_for_each(|piece| converter.push(piece, &mut text));
        taken.and_then(|()| converter.finish()).map(|()| text)
    };
    let whole = converted(bytes.len().max(1));
    assert_eq!(converted(7), whole);
    if let Ok(text) = whole {
        let counted = pgx_rows::digest(Format::Text, &text).map(|sum| sum.rows);
        let sent = pgx_rows::digest(Format::Binary, bytes).map(|sum| sum.rows);
        assert_eq!(counted, sent);
    }
}

/// What an archive tells.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    every_other: bool,
    entries: usize,
    rows: Vec<(EntryId, u64)>,
}

impl Visitor for Heard {
    type Error = Error;

    fn contents(&mut self, contents: Contents) -> Result<Next, Error> {
        self.entries = contents.entries.len();
        Ok(Next::Rows)
    }

    fn wants(&self, entry: EntryId) -> bool {
        !self.every_other || entry.0 % 2 == 1
    }

    fn rows(&mut self, entry: EntryId, bytes: &[u8]) -> Result<(), Error> {
        match self.rows.last_mut() {
            Some((last, count)) if *last == entry => *count += bytes.len() as u64,
            _ => self.rows.push((entry, bytes.len() as u64)),
        }
        Ok(())
    }

    fn end(&mut self, entry: EntryId) -> Result<(), Error> {
        self.rows.push((entry, 0));
        Ok(())
    }
}
