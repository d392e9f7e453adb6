//! Whatever happens to a stream on its way, it is never taken for complete: cut at any byte, or with
//! any bit flipped.

use pgx_archive::*;

/// Numbers that look random and are the same in every run.
struct Seeded(u64);

impl Seeded {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }
}

fn entry(id: u32, parts: u32) -> Entry {
    let mut entry = Entry::new(Kind::TableData, Some("public"), format!("table_{id}"), "owner");
    entry.id = EntryId(id);
    entry.copy = format!("COPY public.table_{id} (id, value) FROM stdin;\n");
    entry.data = Some(Box::new(Data {
        columns: vec!["id".into(), "value".into()],
        types: Vec::new(),
        format: Format::Text,
        encoding: "UTF8".into(),
        settings: [("TimeZone".to_owned(), "UTC".to_owned())].into(),
        parts,
        part_blocks: 16384,
        logged: true,
        via_root: false,
        estimated_rows: 1000,
        estimated_bytes: 1 << 20,
    }));
    entry
}

/// Rows for one frame; some frames end in the middle of a row.
fn rows(seeded: &mut Seeded) -> (Vec<u8>, u32) {
    let mut text = Vec::new();
    let count = 1 + seeded.below(120) as u32;
    for _ in 0..count {
        text.extend_from_slice(format!("{}\t{:x}\t\\N\n", seeded.below(1000), seeded.next()).as_bytes());
    }
    (text, count)
}

/// About 200 kB: tables in several parts, lanes interleaved, stored and compressed frames.
fn stream() -> Vec<u8> {
    let seeded = &mut Seeded(0x9e37_79b9_7f4a_7c15);
    let head = Head {
        lanes: 4,
        ..Head::new(Content::Database, "a5f0", "2026-01-31T12:00:00Z", "damage test")
    };
    let mut out = Vec::new();
    let mut toc = Encoder::new(Compression::Zstd(3)).head(&head, &mut out).unwrap();
    let entries: Vec<Entry> = (1..=12).map(|id| entry(id, 1 + id % 3)).collect();
    for some in entries.chunks(5) {
        toc.entries(some, &mut out).unwrap();
    }
    let (mut encoder, _) = toc.toc_end(&mut out).unwrap();

    let mut parts: Vec<(EntryId, u32)> = entries
        .iter()
        .flat_map(|entry| (1..=1 + entry.id.0 % 3).map(|part| (entry.id, part)))
        .collect();
    let mut missing: Vec<u32> = entries.iter().map(|entry| 1 + entry.id.0 % 3).collect();
    let mut open: Vec<(EntryId, u32, u32, u64)> = Vec::new();
    while !(parts.is_empty() && open.is_empty()) {
        if open.len() < 4 && !parts.is_empty() {
            let (entry, part) = parts.remove(0);
            open.push((entry, part, 0, 1 + seeded.below(12)));
        }
        let lane = seeded.below(open.len() as u64) as usize;
        let (entry, part, seq, left) = &mut open[lane];
        if *left == 0 {
            encoder
                .part_end(*entry, *part, Digest::of(&seeded.next().to_le_bytes()), &mut out)
                .unwrap();
            missing[entry.0 as usize - 1] -= 1;
            if missing[entry.0 as usize - 1] == 0 {
                encoder.entry_end(*entry, &mut out).unwrap();
            }
            open.remove(lane);
            continue;
        }
        *left -= 1;
        let (text, count) = rows(seeded);
        let compression = match seeded.below(3) {
            0 => Compression::Stored,
            1 => Compression::Zstd(3),
            _ => Compression::Zlib(6),
        };
        let mut seal = |rows, row_open, text: &[u8]| {
            let place = Place {
                entry: *entry,
                part: *part,
                seq: *seq,
            };
            *seq += 1;
            let frame = DataFrame::seal(place, rows, row_open, text, compression).unwrap();
            encoder.data(&frame, &mut out).unwrap();
        };
        if seeded.below(8) == 0 {
            let (start, end) = text.split_at(text.len() - 3);
            seal(count - 1, true, start);
            seal(1, false, end);
        } else {
            seal(count, false, &text);
        }
        if seeded.below(10) == 0 {
            encoder
                .tick(
                    &Tick {
                        stage: "reading rows".into(),
                        ..Tick::default()
                    },
                    &mut out,
                )
                .unwrap();
        }
    }
    encoder.finish(&mut out).unwrap();
    out
}

/// Lets a decoder tell everything until it needs more.
fn drain(decoder: &mut Decoder) -> Result<(), DecodeError> {
    while decoder.next_event()?.is_some() {}
    Ok(())
}

#[test]
fn every_prefix_is_incomplete() {
    let stream = stream();
    assert!((150_000..300_000).contains(&stream.len()), "{}", stream.len());
    let mut decoder = Decoder::new();
    for (at, byte) in stream.iter().enumerate() {
        let incomplete = decoder.end_of_input().expect_err("a prefix is not complete");
        assert_eq!(incomplete.received, at as u64);
        decoder.push(&[*byte]);
        drain(&mut decoder).unwrap();
    }
    assert_eq!(decoder.end_of_input(), Ok(()));
}

/// The pieces of a stream: magic number, frames, trailer.
fn pieces(stream: &[u8]) -> Vec<&[u8]> {
    let (magic, mut rest) = stream.split_at(trailer::MAGIC.len());
    let mut pieces = vec![magic];
    while rest.len() > trailer::TRAILER_LEN {
        let header = Header::decode(rest.first_chunk().unwrap()).unwrap();
        let (frame, after) = rest.split_at(frame::HEADER_LEN + header.len as usize);
        pieces.push(frame);
        rest = after;
    }
    pieces.push(rest);
    pieces
}

#[test]
fn every_flipped_bit_is_refused() {
    let stream = stream();
    let pieces = pieces(&stream);
    // A decoder's answer depends on nothing but the bytes it was given: each flip is tried on a copy
    // of one that was given all pieces before.
    let mut before = Decoder::new();
    let mut start = 0;
    let mut flips = 0;
    for piece in pieces {
        let mut flipped = piece.to_vec();
        for at in 0..piece.len() {
            // One byte in eight, at another place in each eight.
            if (start + at) % 8 != (start + at) / 8 % 8 {
                continue;
            }
            for bit in 0..8 {
                flipped[at] ^= 1 << bit;
                let mut decoder = before.clone();
                decoder.push(&flipped);
                let refused = drain(&mut decoder).is_err() || {
                    decoder.push(&stream[start + piece.len()..]);
                    drain(&mut decoder).is_err() || decoder.end_of_input().is_err()
                };
                assert!(refused, "bit {bit} of byte {} was flipped and not seen", start + at);
                flipped[at] ^= 1 << bit;
                flips += 1;
            }
        }
        before.push(piece);
        drain(&mut before).unwrap();
        start += piece.len();
    }
    assert_eq!(before.end_of_input(), Ok(()));
    assert!(flips >= stream.len() - 64, "{flips} of {}", stream.len());
}

#[test]
fn rows_come_back_as_they_were_sent() {
    let stream = stream();
    let mut reader = Reader::new(stream.as_slice());
    let mut open = std::collections::BTreeMap::<(EntryId, u32), (u64, u64, u64)>::new();
    let mut ended = 0;
    while let Some(event) = reader.next_event().unwrap() {
        match event {
            Event::Data(frame) => {
                let raw = frame.raw().unwrap();
                let counted = open.entry((frame.entry(), frame.part())).or_default();
                counted.0 += u64::from(frame.rows());
                counted.1 += raw.len() as u64;
                counted.2 += raw.iter().filter(|byte| **byte == b'\n').count() as u64;
            }
            Event::PartEnd { entry, part, end } => {
                let counted = open.remove(&(entry, part)).unwrap_or_default();
                assert_eq!(counted, (end.rows, end.bytes, end.rows), "{entry} {part}");
                ended += 1;
            }
            _ => {}
        }
    }
    assert_eq!((ended, open.len()), (24, 0));
}
