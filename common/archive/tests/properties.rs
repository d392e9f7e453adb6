//! What is true of every stream, whatever its tables, parts, lanes and frames are.

use std::collections::BTreeMap;
use std::io::Cursor;

use pgx_archive::frame::HEADER_LEN;
use pgx_archive::*;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::sample::Index;

/// The rows of an entry: parts, of frames, of bytes.
type Table = Vec<Vec<Vec<u8>>>;

/// A stream that can be written.
#[derive(Clone, Debug)]
struct Shape {
    tables: Vec<Table>,
    lanes: u32,
    metadata: Compression,
    rows: Compression,
    /// Which of the open parts goes on, at each step.
    turns: Vec<Index>,
    /// After which steps an ancillary frame comes.
    notes: Vec<bool>,
}

fn compression() -> impl Strategy<Value = Compression> {
    prop_oneof![
        Just(Compression::Stored),
        (1..4).prop_map(Compression::Zstd),
        (1u32..9).prop_map(Compression::Zlib),
    ]
}

fn shape() -> impl Strategy<Value = Shape> {
    let frame = vec(any::<u8>(), 1..200);
    let table = vec(vec(frame, 0..4), 1..5);
    (
        vec(table, 0..4),
        1u32..5,
        compression(),
        compression(),
        vec(any::<Index>(), 1..20),
        vec(any::<bool>(), 1..7),
    )
        .prop_map(|(tables, lanes, metadata, rows, turns, notes)| Shape {
            tables,
            lanes,
            metadata,
            rows,
            turns,
            notes,
        })
}

fn entry(id: u32, parts: usize) -> Entry {
    let mut entry = Entry::new(Kind::TableData, Some("public"), format!("t{id}"), "shop");
    entry.id = EntryId(id);
    entry.data = Some(Box::new(Data {
        columns: vec!["id".into()],
        types: Vec::new(),
        format: Format::Text,
        encoding: "UTF8".into(),
        settings: Default::default(),
        parts: parts as u32,
        part_blocks: 0,
        logged: true,
        via_root: false,
        estimated_rows: 0,
        estimated_bytes: 0,
    }));
    entry
}

/// Parts that have not ended: entry, part, number of the next frame, its frames.
type Waiting<'a> = (EntryId, u32, u32, &'a [Vec<u8>]);

fn write(shape: &Shape) -> Vec<u8> {
    let head = Head {
        lanes: shape.lanes,
        ..Head::new(Content::Database, "5b1c", "2026-01-01T00:00:00Z", "test 1")
    };
    let mut toc = Writer::new(Vec::new(), shape.metadata).head(&head).unwrap();
    let ids = 1..=shape.tables.len() as u32;
    let entries: Vec<Entry> = ids
        .clone()
        .zip(&shape.tables)
        .map(|(id, table)| entry(id, table.len()))
        .collect();
    toc.entries(&entries).unwrap();
    let (mut writer, _) = toc.toc_end().unwrap();

    let mut waiting: Vec<Waiting<'_>> = ids
        .zip(&shape.tables)
        .flat_map(|(id, table)| {
            (1..)
                .zip(table)
                .map(move |(part, frames)| (EntryId(id), part, 0, frames.as_slice()))
        })
        .collect();
    let mut left: BTreeMap<EntryId, usize> = entries
        .iter()
        .zip(&shape.tables)
        .map(|(e, t)| (e.id, t.len()))
        .collect();
    let mut steps = shape.turns.iter().cycle().zip(shape.notes.iter().cycle());
    while !waiting.is_empty() {
        let (turn, note) = steps.next().unwrap();
        let at = turn.index(waiting.len().min(shape.lanes as usize));
        let (entry, part, seq, frames) = waiting[at];
        match frames.split_first() {
            Some((bytes, rest)) => {
                let place = Place { entry, part, seq };
                writer
                    .data(&DataFrame::seal(place, 1, false, bytes, shape.rows).unwrap())
                    .unwrap();
                waiting[at] = (entry, part, seq + 1, rest);
            }
            None => {
                writer.part_end(entry, part, Digest(part.into())).unwrap();
                waiting.remove(at);
                let left = left.get_mut(&entry).unwrap();
                *left -= 1;
                if *left == 0 {
                    writer.entry_end(entry).unwrap();
                }
            }
        }
        if *note {
            let note = Ancillary {
                kind: FrameKind::Unknown(99),
                flags: Flags::ANCILLARY,
                entry,
                part,
                payload: b"note".to_vec(),
            };
            writer.ancillary(&note).unwrap();
        }
    }
    writer.finish().unwrap().0
}

/// Everything that is told of a stream whose pieces have these lengths, and how it ends.
fn read(stream: &[u8], pieces: &[usize]) -> Result<Vec<Event>, String> {
    let mut decoder = Decoder::new();
    let mut events = Vec::new();
    let mut rest = stream;
    let mut lengths = pieces.iter().cycle();
    while !rest.is_empty() {
        let length = lengths.next().copied().unwrap_or(rest.len()).min(rest.len());
        let (piece, after) = rest.split_at(length);
        decoder.push(piece);
        while let Some(event) = decoder.next_event().map_err(|error| error.to_string())? {
            events.push(event);
        }
        rest = after;
    }
    decoder.end_of_input().map_err(|error| error.to_string())?;
    Ok(events)
}

fn text() -> impl Strategy<Value = String> {
    vec(any::<char>(), 0..12).prop_map(String::from_iter)
}

fn any_entry() -> impl Strategy<Value = Entry> {
    let kinds = 0..kind::TABLE.len();
    let texts = vec(text(), 8);
    let optional = vec(prop::option::of(text()), 3);
    let numbers = vec(any::<u32>(), 0..5);
    (
        kinds,
        texts,
        optional,
        numbers,
        btree_map(text(), text(), 0..3),
        any::<bool>(),
    )
        .prop_map(|(kind, texts, optional, numbers, settings, visible)| {
            let mut entry = Entry::new(
                kind::TABLE[kind].kind.clone(),
                optional[0].as_deref(),
                &texts[0],
                &texts[1],
            );
            entry.id = EntryId(numbers.len() as u32);
            (entry.create, entry.drop, entry.copy) = (texts[2].clone(), texts[3].clone(), texts[4].clone());
            (entry.tablespace, entry.access_method) = (optional[1].clone(), optional[2].clone());
            entry.relkind = texts[5].chars().next();
            entry.dependencies = numbers.iter().copied().map(EntryId).collect();
            entry.parent = numbers.first().copied().map(EntryId);
            entry.visible = visible;
            entry.roles = texts.clone();
            entry.fields = settings
                .iter()
                .map(|(name, value)| (name.clone(), value.as_str().into()))
                .collect();
            entry.data = visible.then(|| {
                Box::new(Data {
                    columns: texts.clone(),
                    types: texts.clone(),
                    format: Format::Binary,
                    encoding: texts[6].clone(),
                    settings: settings.clone(),
                    parts: 1 + numbers.len() as u32,
                    part_blocks: u64::MAX,
                    logged: visible,
                    via_root: visible,
                    estimated_rows: u64::MAX,
                    estimated_bytes: 0,
                })
            });
            entry
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(shape in shape(), pieces in vec(1usize..3000, 1..5)) {
        let stream = write(&shape);
        let events = read(&stream, &pieces).unwrap();
        prop_assert_eq!(&events, &read(&stream, &[stream.len()]).unwrap());
        let mut tables: Vec<Table> = shape.tables.iter().map(|table| vec![Vec::new(); table.len()]).collect();
        for event in &events {
            if let Event::Data(frame) = event {
                let part = &mut tables[frame.entry().0 as usize - 1][frame.part() as usize - 1];
                part.push(frame.raw().unwrap().into_owned());
            }
        }
        prop_assert_eq!(tables, shape.tables);
    }

    #[test]
    fn what_is_changed_is_never_complete(
        shape in shape(), places in vec(any::<Index>(), 3), change in 0..5, byte in 1u8..,
    ) {
        let stream = write(&shape);
        let mut at: Vec<usize> = places.iter().map(|place| place.index(stream.len())).collect();
        at.sort_unstable();
        let (start, middle, end) = (&stream[..at[0]], &stream[at[0]..at[1]], &stream[at[1]..]);
        let changed = match change {
            0 => start.to_vec(),
            1 => [start, end].concat(),
            2 => [start, middle, middle, end].concat(),
            3 => [start, &stream[at[1]..at[2]], middle, &stream[at[2]..]].concat(),
            _ => {
                let mut changed = stream.clone();
                changed[at[0]] ^= byte;
                changed
            }
        };
        prop_assume!(changed != stream);
        prop_assert!(read(&changed, &[changed.len().max(1)]).is_err());
    }

    #[test]
    fn each_part_is_found_by_seeking(shape in shape()) {
        let mut archive = Archive::open(Cursor::new(write(&shape))).unwrap();
        for (id, table) in (1..).zip(&shape.tables) {
            for (number, frames) in (1..).zip(table) {
                let mut part = archive.part(0, EntryId(id), number).unwrap();
                let mut found = Vec::new();
                while let Some(frame) = part.next_frame().unwrap() {
                    found.push(frame.into_raw().unwrap());
                }
                prop_assert_eq!(&found, frames);
                prop_assert_eq!(part.end().map(|end| end.digest), Some(Digest(number.into())));
            }
        }
    }

    #[test]
    fn entries_come_back(entries in vec(any_entry(), 0..4)) {
        let json = serde_json::to_vec(&entries).unwrap();
        prop_assert_eq!(serde_json::from_slice::<Vec<Entry>>(&json).unwrap(), entries);
    }

    #[test]
    fn a_header_says_one_thing_in_one_way(mut bytes in vec(any::<u8>(), HEADER_LEN), kind in 0u8..12, small in any::<bool>()) {
        // Most headers of any bytes are refused for their flags or lengths: some have a chance.
        bytes[0] = kind;
        if small {
            (bytes[1], bytes[2], bytes[3], bytes[23], bytes[27]) = (bytes[1] & 0xc3, bytes[2] % 3, 0, 0, 0);
        }
        let crc = crc32fast::hash(&bytes[..32]).to_le_bytes();
        bytes[32..].copy_from_slice(&crc);
        if let Ok(header) = Header::decode(bytes[..].try_into().unwrap()) {
            prop_assert_eq!(header.encode().to_vec(), bytes);
        }
    }

    #[test]
    fn a_token_says_what_is_done(
        entries in proptest::collection::btree_set(1u32..60, 0..40),
        parts in proptest::collection::btree_set((1u32..60, 1u32..9), 0..60),
        plan: u128,
    ) {
        let done = DoneParts::new(
            entries.iter().copied().map(EntryId),
            parts.iter().map(|(entry, part)| (EntryId(*entry), *part)),
        );
        let token = Token::new("0b5fa9d2-77e8-4a56-9d4b-8f1f7b7b1c11", Digest(plan), done).unwrap();
        let read: Token = token.to_string().parse().unwrap();
        prop_assert_eq!(&read, &token);
        for entry in 0..61 {
            for part in 1..10 {
                let done = entries.contains(&entry) || parts.contains(&(entry, part));
                prop_assert_eq!(read.done().has(EntryId(entry), part), done);
            }
        }
    }
}
