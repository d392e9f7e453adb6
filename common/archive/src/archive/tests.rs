//! Streams in files, and what is found in them by seeking.

use std::io::Cursor;

use super::*;
use crate::codec::Compression;
use crate::data_frame::{DataFrame, Place};
use crate::digest::Digest;
use crate::entry::{Data, Format};
use crate::head::Content;
use crate::kind::Kind;
use crate::tick::Tick;
use crate::writer::Writer;

const ORDERS: EntryId = EntryId(4);
const ITEMS: EntryId = EntryId(7);

fn entry(id: EntryId, parts: u32) -> Entry {
    let mut entry = Entry::new(Kind::TableData, Some("public"), format!("t{id}"), "shop");
    entry.id = id;
    entry.data = Some(Box::new(Data {
        columns: vec!["id".into()],
        types: Vec::new(),
        format: Format::Text,
        encoding: "UTF8".into(),
        settings: Default::default(),
        parts,
        part_blocks: 0,
        logged: true,
        via_root: false,
        estimated_rows: 0,
        estimated_bytes: 0,
    }));
    entry
}

fn frame(entry: EntryId, part: u32, seq: u32, text: &str) -> DataFrame {
    let place = Place { entry, part, seq };
    let rows = text.lines().count() as u32;
    DataFrame::seal(place, rows, false, text.as_bytes(), Compression::Stored).unwrap()
}

fn stream(database: &str) -> Vec<u8> {
    let mut head = Head::new(Content::Database, "5b1c", "2026-01-01T00:00:00Z", "test 1");
    (head.lanes, head.source.database) = (2, database.into());
    let mut toc = Writer::new(Vec::new(), Compression::Zstd(3)).head(&head).unwrap();
    toc.entries(&[entry(ORDERS, 2), entry(ITEMS, 1)]).unwrap();
    let (mut rows, _) = toc.toc_end().unwrap();
    rows.data(&frame(ORDERS, 2, 0, "3\n")).unwrap();
    rows.data(&frame(ITEMS, 1, 0, "a\n")).unwrap();
    rows.tick(&Tick::default()).unwrap();
    rows.data(&frame(ORDERS, 2, 1, "4\n5\n")).unwrap();
    rows.data(&frame(ITEMS, 1, 1, "b\n")).unwrap();
    rows.part_end(ORDERS, 2, Digest(1)).unwrap();
    rows.part_end(ORDERS, 1, Digest(0)).unwrap();
    rows.entry_end(ORDERS).unwrap();
    rows.part_end(ITEMS, 1, Digest(2)).unwrap();
    rows.entry_end(ITEMS).unwrap();
    rows.finish().unwrap().0
}

fn open(bytes: Vec<u8>) -> Result<Archive<Cursor<Vec<u8>>>, ArchiveError> {
    Archive::open(Cursor::new(bytes))
}

/// Everything a part says.
fn rows(archive: &mut Archive<Cursor<Vec<u8>>>, member: usize, entry: EntryId, part: u32) -> Result<String, String> {
    let mut text = String::new();
    let mut part = archive.part(member, entry, part).map_err(|error| error.to_string())?;
    while let Some(frame) = part.next_frame().map_err(|error| error.to_string())? {
        text.push_str(&String::from_utf8_lossy(&frame.raw().unwrap()));
    }
    assert_eq!(part.end().unwrap().rows, text.lines().count() as u64);
    Ok(text)
}

#[test]
fn single_parts_are_read_by_seeking() {
    let mut archive = open([stream("shop"), stream("billing")].concat()).unwrap();
    assert_eq!(archive.members().len(), 2);
    assert_eq!(archive.members()[1].head.source.database, "billing");
    assert_eq!(archive.members()[1].entries.len(), 2);
    assert_eq!(archive.members()[1].end.rows, 5);
    for member in [1, 0] {
        assert_eq!(rows(&mut archive, member, ORDERS, 2).unwrap(), "3\n4\n5\n");
        assert_eq!(rows(&mut archive, member, ITEMS, 1).unwrap(), "a\nb\n");
        assert_eq!(rows(&mut archive, member, ORDERS, 1).unwrap(), "");
    }
    let missing = rows(&mut archive, 0, ORDERS, 3).unwrap_err();
    assert_eq!(missing, "the stream has no part 3 of entry 4");
    assert!(rows(&mut archive, 2, ORDERS, 1).is_err());
}

#[test]
fn a_file_that_does_not_end_is_told_from_one_that_does() {
    let stream = stream("shop");
    for len in 0..stream.len() {
        let error = open(stream[..len].to_vec()).unwrap_err();
        assert!(matches!(error, ArchiveError::NoTrailer), "{len} bytes: {error}");
    }
    let mut more = stream.clone();
    more.push(0);
    assert!(matches!(open(more).unwrap_err(), ArchiveError::NoTrailer));
}

#[test]
fn damage_is_found_where_it_is_read() {
    let stream = stream("shop");
    let at = stream.windows(4).position(|window| window == b"4\n5\n").unwrap();
    let mut bad = stream.clone();
    bad[at] ^= 1;
    let mut archive = open(bad).unwrap();
    assert_eq!(rows(&mut archive, 0, ITEMS, 1).unwrap(), "a\nb\n");
    let error = rows(&mut archive, 0, ORDERS, 2).unwrap_err();
    let text = "DATA of entry 4, part 2: the checksum of the payload does not match";
    assert!(error.starts_with(text), "{error}");
}

#[test]
fn whatever_a_file_holds_nothing_panics() {
    let good = [stream("shop"), stream("billing")].concat();
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = move |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % limit as u64) as usize
    };
    for _ in 0..20_000 {
        let mut bad = good.clone();
        for _ in 0..=below(3) {
            // Near the end, where the way in begins, more often.
            let reach = [200, bad.len()][below(2)];
            let at = bad.len() - 1 - below(reach);
            bad[at] = [0, 1, 0x7f, 0xff, below(256) as u8][below(5)];
        }
        let Ok(mut archive) = open(bad) else { continue };
        for (member, entry, part) in [(0, ORDERS, 2), (1, ITEMS, 1)] {
            let _ = rows(&mut archive, member, entry, part);
        }
    }
}
