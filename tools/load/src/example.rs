//! A small stream for tests: two tables and their rows, in text.

use std::collections::BTreeMap;

use pgx_archive::{Compression, Content, Data, DataFrame, Digest, Entry, EntryId, Format, Head, Kind, Place, Writer};
use pgx_rows::Rows;

/// Something that the stream has after its table of contents. Entries 2 and 3 have rows, in one part.
pub enum Sent {
    /// A frame of rows.
    Rows(u32, &'static str),
    /// A frame that says it has another number of rows.
    Miscounted(u32, &'static str, u32),
    /// The end of an entry with a digest that is not that of its rows.
    WrongDigest(u32),
    /// The end of both entries, and of the stream.
    End,
}

/// The entries: table a, its rows, rows of table b, an index of a.
pub fn entries(format: Format) -> Vec<Entry> {
    let mut table = Entry::new(Kind::Table, Some("public"), "a", "shop");
    table.create = "CREATE TABLE public.a (id integer);\n".to_owned();
    let rows = |name: &str| {
        let mut rows = Entry::new(Kind::TableData, Some("public"), name, "shop");
        rows.copy = format!("COPY public.{name} (id) FROM stdin;\n");
        rows.data = Some(Box::new(Data {
            columns: vec!["id".to_owned()],
            types: vec!["int4".to_owned()],
            format,
            encoding: "UTF8".to_owned(),
            settings: BTreeMap::new(),
            parts: 1,
            part_blocks: 0,
            logged: true,
            via_root: false,
            estimated_rows: 0,
            estimated_bytes: 0,
        }));
        rows
    };
    let mut index = Entry::new(Kind::Index, Some("public"), "a_id", "shop");
    index.create = "CREATE INDEX a_id ON public.a USING btree (id);\n".to_owned();
    let mut entries = vec![table, rows("a"), rows("b"), index];
    for (number, entry) in (1..).zip(&mut entries) {
        entry.id = EntryId(number);
    }
    entries
}

/// The stream with text rows.
pub fn stream(sent: &[Sent]) -> Vec<u8> {
    stream_in(Format::Text, sent)
}

/// The stream, as far as it is sent.
pub fn stream_in(format: Format, sent: &[Sent]) -> Vec<u8> {
    let head = Head::new(Content::Database, "0b5fa9d2", "2026-01-31T12:00:00Z", "pgx-dump 0.1.0");
    let mut head = head;
    head.lanes = 2;
    let mut toc = Writer::new(Vec::new(), Compression::Stored)
        .head(&head)
        .expect("memory");
    toc.entries(&entries(format)).expect("memory");
    let (mut writer, _) = toc.toc_end().expect("memory");
    let form = match format {
        Format::Binary => pgx_rows::Format::Binary,
        _ => pgx_rows::Format::Text,
    };
    let mut seqs: BTreeMap<u32, u32> = BTreeMap::new();
    let mut digests: BTreeMap<u32, Rows> = BTreeMap::new();
    for next in sent {
        match next {
            Sent::Rows(entry, text) | Sent::Miscounted(entry, text, _) => {
                let rows = digests.entry(*entry).or_insert_with(|| Rows::new(form));
                let counted = rows.push(text.as_bytes()).expect("text of rows") as u32;
                let said = if let Sent::Miscounted(_, _, said) = next {
                    *said
                } else {
                    counted
                };
                let seq = seqs.entry(*entry).or_default();
                let place = Place {
                    entry: EntryId(*entry),
                    part: 1,
                    seq: *seq,
                };
                *seq += 1;
                let frame = DataFrame::seal(place, said, false, text.as_bytes(), Compression::Stored);
                writer.data(&frame.expect("it is small")).expect("memory");
            }
            Sent::WrongDigest(entry) => {
                writer.part_end(EntryId(*entry), 1, Digest(7)).expect("memory");
            }
            Sent::End => {
                for entry in [2, 3] {
                    let summary = digests
                        .get(&entry)
                        .map(|rows| rows.finish().expect("rows that end"))
                        .unwrap_or_default();
                    writer
                        .part_end(EntryId(entry), 1, Digest(summary.digest))
                        .expect("memory");
                    writer.entry_end(EntryId(entry)).expect("memory");
                }
                return writer.finish().expect("memory").0;
            }
        }
    }
    writer.fail(&pgx_archive::Fail::default()).expect("memory")
}
