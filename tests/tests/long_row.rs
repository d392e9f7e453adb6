//! A row that is longer than any frame, and than the memory that may be used for it.

use std::fs;

use pgx_archive::{
    Compression, Content, Data, DataFrame, Decoder, Digest, Encoder, Entry, EntryId, Event, Format, Head, Kind, Place,
};
use pgx_rows::{Batcher, Rows, TARGET, binary};

/// The one field of the row. COPY itself can send up to 1 GB.
const FIELD: usize = 100 << 20;
/// What COPY sends at a time, more or less.
const PIECE: usize = 64 << 10;
/// The most memory that the row may cost: some frames, and what the allocator keeps.
const BOUND: u64 = 48 << 20;

/// Peak memory of this process so far.
fn peak() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("Linux says what a process uses");
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok());
    kibibytes.expect("the peak is a number of kB") << 10
}

fn entry() -> Entry {
    let mut entry = Entry::new(Kind::TableData, Some("public"), "pictures", "alice");
    entry.id = EntryId(1);
    entry.data = Some(Box::new(Data {
        columns: vec!["picture".into()],
        types: Vec::new(),
        format: Format::Binary,
        encoding: "UTF8".into(),
        settings: Default::default(),
        parts: 1,
        part_blocks: 0,
        logged: true,
        via_root: false,
        estimated_rows: 1,
        estimated_bytes: FIELD as u64,
    }));
    entry
}

/// The receiving end: what comes is counted, digested and forgotten.
#[derive(Default)]
struct Receiver {
    decoder: Decoder,
    rows: Option<Rows>,
    frames: u32,
    complete: bool,
}

impl Receiver {
    fn take(&mut self, made: &mut Vec<u8>) {
        for piece in made.chunks(PIECE) {
            self.decoder.push(piece);
            while let Some(event) = self.decoder.next_event().expect("the stream is good") {
                let rows = self.rows.get_or_insert_with(|| Rows::new(pgx_rows::Format::Binary));
                match event {
                    Event::Data(frame) => {
                        let raw = frame.raw().expect("it was sealed");
                        assert_eq!(rows.push(&raw).expect("these are rows"), u64::from(frame.rows()));
                        assert_eq!(rows.in_row(), frame.row_open());
                        self.frames += 1;
                    }
                    Event::PartEnd { end, .. } => {
                        let found = rows.finish().expect("the row has ended");
                        assert_eq!((found.rows, found.digest), (end.rows, end.digest.0));
                    }
                    Event::End(_) => self.complete = true,
                    _ => {}
                }
            }
        }
        made.clear();
    }
}

#[test]
fn a_row_of_100_mb_passes_in_bounded_memory() {
    let before = peak();
    let mut receiver = Receiver::default();
    let mut made = Vec::new();
    let head = Head::new(Content::Database, "5b1c", "2026-01-01T00:00:00Z", "test 1");
    let mut toc = Encoder::new(Compression::Stored)
        .head(&head, &mut made)
        .expect("HEAD is good");
    toc.entries(&[entry()], &mut made).expect("the entry is good");
    let (mut encoder, _) = toc.toc_end(&mut made).expect("TOC_END may come");

    let mut batcher = Batcher::new(pgx_rows::Format::Binary, TARGET);
    let mut place = Place {
        entry: EntryId(1),
        part: 1,
        seq: 0,
    };
    let piece: Vec<u8> = (0..PIECE).map(|at| (at * 7) as u8).collect();
    let beginning = [&binary::HEADER[..], &1u16.to_be_bytes(), &(FIELD as u32).to_be_bytes()].concat();
    let pieces = std::iter::repeat_n(piece.as_slice(), FIELD / PIECE);
    for piece in [beginning.as_slice()]
        .into_iter()
        .chain(pieces)
        .chain([&binary::TRAILER[..]])
    {
        batcher.push(piece).expect("these are rows");
        while let Some(batch) = batcher.next_batch() {
            // Every eighth frame is compressed, so that both ways are taken.
            let compression = if place.seq.is_multiple_of(8) {
                Compression::Zstd(1)
            } else {
                Compression::Stored
            };
            let frame = DataFrame::seal(place, batch.rows, batch.row_open, &batch.bytes, compression);
            encoder
                .data(&frame.expect("a batch fits"), &mut made)
                .expect("the frame may come");
            place.seq += 1;
            receiver.take(&mut made);
        }
    }
    let sent = batcher.finish().expect("the row has ended");
    assert_eq!(sent.rows, 1);
    while let Some(batch) = batcher.next_batch() {
        let frame = DataFrame::seal(place, batch.rows, batch.row_open, &batch.bytes, Compression::Stored);
        encoder
            .data(&frame.expect("a batch fits"), &mut made)
            .expect("the frame may come");
        place.seq += 1;
    }
    encoder
        .part_end(EntryId(1), 1, Digest(sent.digest), &mut made)
        .expect("the part may end");
    encoder.entry_end(EntryId(1), &mut made).expect("the entry may end");
    encoder.finish(&mut made).expect("everything has come");
    receiver.take(&mut made);

    assert!(receiver.complete);
    assert_eq!(receiver.decoder.end_of_input(), Ok(()));
    assert!(receiver.frames > 100, "{} frames", receiver.frames);
    let cost = peak() - before;
    assert!(cost < BOUND, "{} MiB", cost >> 20);
}
