//! One way of being bad, one test, and the error that it must give.

mod index;
mod members;
mod metadata;
mod resume;

use std::collections::HashSet;

use super::*;
use crate::codec::Compression;
use crate::data_frame::{self, Place};
use crate::digest::Digest;
use crate::encoder::Encoder;
use crate::entry::{Data, EntryId, Format};
use crate::frame::HeaderError;
use crate::head::{Content, HeadError};
use crate::kind::Kind;
use crate::order::OrderError;
use crate::tick::Tick;
use crate::totals::{EntryEnd, PartEnd, TocEnd};
use crate::{Reader, Stage, Writer};

const TABLE: EntryId = EntryId(1);
const ORDERS: EntryId = EntryId(2);
const ITEMS: EntryId = EntryId(3);

fn head() -> Head {
    Head {
        lanes: 2,
        ..Head::new(Content::Database, "5b1c", "2026-01-01T00:00:00Z", "test 1")
    }
}

fn entry(id: EntryId, parts: Option<u32>) -> Entry {
    let kind = if parts.is_some() { Kind::TableData } else { Kind::Table };
    let mut entry = Entry::new(kind, Some("public"), format!("t{id}"), "shop");
    entry.id = id;
    entry.data = parts.map(|parts| {
        Box::new(Data {
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
        })
    });
    entry
}

fn rows(entry: EntryId, part: u32, seq: u32, text: &[u8]) -> DataFrame {
    let ended = text.iter().filter(|byte| **byte == b'\n').count() as u32;
    let row_open = !text.ends_with(b"\n");
    DataFrame::seal(Place { entry, part, seq }, ended, row_open, text, Compression::Stored).unwrap()
}

/// A table without rows, one of two parts that are interleaved with the one part of another.
fn stream() -> Vec<u8> {
    let mut out = Vec::new();
    let mut toc = Encoder::new(Compression::Stored).head(&head(), &mut out).unwrap();
    toc.tick(&Tick::default(), &mut out).unwrap();
    toc.entries(
        &[entry(TABLE, None), entry(ORDERS, Some(2)), entry(ITEMS, Some(1))],
        &mut out,
    )
    .unwrap();
    let (mut encoder, _) = toc.toc_end(&mut out).unwrap();
    encoder.data(&rows(ORDERS, 2, 0, b"4\n5\n"), &mut out).unwrap();
    encoder.data(&rows(ITEMS, 1, 0, b"a\nb\nlong "), &mut out).unwrap();
    encoder.data(&rows(ITEMS, 1, 1, b"row\n"), &mut out).unwrap();
    encoder.part_end(ORDERS, 2, Digest(7), &mut out).unwrap();
    encoder.data(&rows(ORDERS, 1, 0, b"1\n2\n"), &mut out).unwrap();
    encoder.part_end(ITEMS, 1, Digest(5), &mut out).unwrap();
    encoder.entry_end(ITEMS, &mut out).unwrap();
    encoder.data(&rows(ORDERS, 1, 1, b"3\n"), &mut out).unwrap();
    encoder.tick(&Tick::default(), &mut out).unwrap();
    encoder.part_end(ORDERS, 1, Digest(u128::MAX), &mut out).unwrap();
    encoder.entry_end(ORDERS, &mut out).unwrap();
    encoder.finish(&mut out).unwrap();
    out
}

/// A frame that tests may falsify; it is given fresh checksums.
#[derive(Clone)]
struct Frame {
    header: Header,
    raw: Vec<u8>,
}

impl Frame {
    fn new(kind: FrameKind, entry: EntryId, part: u32, seq: u32, raw: &[u8]) -> Frame {
        let place = Place { entry, part, seq };
        let (header, _) = data_frame::seal(kind, Flags::NONE, place, 0, raw, Compression::Stored).unwrap();
        Frame {
            header,
            raw: raw.to_vec(),
        }
    }

    fn bytes(&self) -> Vec<u8> {
        let Header {
            kind,
            flags,
            entry,
            part,
            seq,
            rows,
            ..
        } = self.header;
        let place = Place { entry, part, seq };
        data_frame::seal(kind, flags, place, rows, &self.raw, Compression::Stored)
            .unwrap()
            .1
    }
}

fn frames(stream: &[u8]) -> Vec<Frame> {
    let mut rest = &stream[MAGIC.len()..stream.len() - TRAILER_LEN];
    let mut frames = Vec::new();
    while let Some((header, after)) = rest.split_first_chunk() {
        let header = Header::decode(header).unwrap();
        let (payload, after) = after.split_at(header.len as usize);
        frames.push(Frame {
            header,
            raw: codec::unpack(payload, header.codec, header.raw_len).unwrap(),
        });
        rest = after;
    }
    frames
}

/// Frames as a whole member, with a trailer that fits them.
fn whole(frames: &[Frame]) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(frames.iter().flat_map(Frame::bytes));
    let end = frames.last().map_or(0, |frame| frame.bytes().len());
    let trailer = Trailer {
        member_length: (bytes.len() + TRAILER_LEN) as u64,
        end_offset: (bytes.len() - end) as u64,
    };
    bytes.extend(trailer.encode());
    bytes
}

fn decode(bytes: &[u8]) -> (Vec<Event>, Result<Result<(), Incomplete>, DecodeError>) {
    let mut decoder = Decoder::new();
    decoder.push(bytes);
    let mut events = Vec::new();
    loop {
        match decoder.next_event() {
            Ok(Some(event)) => events.push(event),
            Ok(None) => return (events, Ok(decoder.end_of_input())),
            Err(error) => {
                assert_eq!(decoder.next_event(), Err(error.clone()), "an error stays");
                assert!(decoder.end_of_input().is_err(), "a refused stream is not complete");
                return (events, Err(error));
            }
        }
    }
}

/// What is said of the stream after its frames have been falsified.
fn refused(falsify: impl FnOnce(&mut Vec<Frame>)) -> Reason {
    let stream = stream();
    let mut frames = frames(&stream);
    falsify(&mut frames);
    let mut bytes = MAGIC.to_vec();
    bytes.extend(frames.iter().flat_map(Frame::bytes));
    bytes.extend_from_slice(&stream[stream.len() - TRAILER_LEN..]);
    decode(&bytes).1.unwrap_err().reason
}

fn at(frames: &[Frame], kind: FrameKind, entry: EntryId, part: u32) -> usize {
    let found = |f: &Frame| (f.header.kind, f.header.entry, f.header.part) == (kind, entry, part);
    frames.iter().position(found).unwrap()
}

/// Changes one number of a payload.
fn edit<T: DeserializeOwned + serde::Serialize>(frame: &mut Frame, change: impl FnOnce(&mut T)) {
    let mut value: T = serde_json::from_slice(&frame.raw).unwrap();
    change(&mut value);
    frame.raw = serde_json::to_vec(&value).unwrap();
}

#[test]
fn a_good_stream_is_told_in_its_order() {
    let stream = stream();
    let (events, end) = decode(&stream);
    assert_eq!(end, Ok(Ok(())));
    assert!(matches!(&events[0], Event::Head(read) if **read == head()));
    assert!(matches!(&events[1], Event::Tick(_)));
    assert!(matches!(&events[2], Event::Entries(entries) if entries.len() == 3));
    assert!(matches!(&events[5], Event::Data(frame) if frame.row_open() && frame.rows() == 2));
    let end = PartEnd {
        rows: 3,
        bytes: 6,
        digest: Digest(u128::MAX),
    };
    assert_eq!(
        events[13],
        Event::PartEnd {
            entry: ORDERS,
            part: 1,
            end
        }
    );
    let end = EntryEnd {
        parts: 2,
        rows: 5,
        bytes: 10,
        digest: Digest(6),
    };
    assert_eq!(events[14], Event::EntryEnd { entry: ORDERS, end });
    assert!(matches!(
        events[16],
        Event::End(End {
            frames: 15,
            entries: 2,
            rows: 8,
            bytes: 23,
            ..
        })
    ));
}

#[test]
fn pieces_of_any_size_give_the_same_events() {
    let stream = stream();
    let (events, _) = decode(&stream);
    for size in [1, 7, 36, 1000] {
        let mut decoder = Decoder::new();
        let mut told = Vec::new();
        for piece in stream.chunks(size) {
            decoder.push(piece);
            while let Some(event) = decoder.next_event().unwrap() {
                told.push(event);
            }
        }
        assert_eq!(told, events, "pieces of {size}");
        assert_eq!(decoder.end_of_input(), Ok(()));
    }
}

#[test]
fn frames_pass_through_a_filter_unchanged() {
    let stream = stream();
    for event in decode(&stream).0 {
        if let Event::Data(frame) = event {
            let bytes = frame.as_bytes();
            assert!(stream.windows(bytes.len()).any(|window| window == bytes));
        }
    }
}

#[test]
fn rows_that_nobody_wants_are_counted_and_not_given() {
    let stream = stream();
    let mut decoder = Decoder::new();
    decoder.push(&stream);
    let (mut skipped, mut others) = (0, Vec::new());
    while let Some(event) = decoder.next_event().unwrap() {
        match event {
            Event::TocEnd(_) => decoder.only_rows_of(HashSet::new()),
            Event::Data(frame) => panic!("{:?} is not wanted", frame.place()),
            Event::Skipped(_) => skipped += 1,
            event => others.push(event),
        }
    }
    assert_eq!(decoder.end_of_input(), Ok(()));
    let all = decode(&stream).0;
    assert_eq!(
        skipped,
        all.iter().filter(|event| matches!(event, Event::Data(_))).count()
    );
    assert!(matches!(others.last(), Some(Event::End(_))));
}

#[test]
fn ancillary_frames_are_told_and_not_counted() {
    let stream = stream();
    let mut unknown = Frame::new(FrameKind::Unknown(200), ORDERS, 1, 99, b"note");
    unknown.header.flags = Flags::ANCILLARY;
    let at = stream.len() - TRAILER_LEN - frames(&stream).last().unwrap().bytes().len();
    let mut bytes = [&stream[..at], &unknown.bytes(), &stream[at..stream.len() - TRAILER_LEN]].concat();
    let (member_length, end_offset) = (bytes.len() + TRAILER_LEN, at + unknown.bytes().len());
    bytes.extend(
        Trailer {
            member_length: member_length as u64,
            end_offset: end_offset as u64,
        }
        .encode(),
    );
    let (events, end) = decode(&bytes);
    assert_eq!(end, Ok(Ok(())));
    let Event::Ancillary(told) = &events[events.len() - 2] else {
        panic!("{events:?}")
    };
    assert_eq!(
        (told.kind, told.part, told.payload.as_slice()),
        (FrameKind::Unknown(200), 1, b"note".as_slice())
    );
}

#[test]
fn what_the_producer_says_last_is_the_cause() {
    let fail = Fail {
        stage: "reading rows".into(),
        message: "out of shared memory".into(),
        ..Fail::default()
    };
    let fails = [
        Writer::new(Vec::new(), Compression::Stored).fail(&fail),
        Writer::new(Vec::new(), Compression::Stored)
            .head(&head())
            .unwrap()
            .fail(&fail),
        Writer::new(Vec::new(), Compression::Stored)
            .head(&head())
            .unwrap()
            .toc_end()
            .unwrap()
            .0
            .fail(&fail),
    ];
    for stream in fails {
        let mut stream = stream.unwrap();
        let (events, end) = decode(&stream);
        assert_eq!(events.last(), Some(&Event::Fail(fail.clone())));
        let incomplete = end.unwrap().unwrap_err();
        assert_eq!(
            incomplete.to_string(),
            "the producer gave up: reading rows: out of shared memory"
        );
        stream.extend_from_slice(&MAGIC);
        assert_eq!(decode(&stream).1.unwrap_err().reason, Reason::AfterEnd);
    }
}

#[test]
fn an_incomplete_stream_says_what_came_last() {
    let stream = stream();
    let said = |len: usize| decode(&stream[..len]).1.unwrap().unwrap_err().to_string();
    assert_eq!(said(0), "the input is empty");
    assert_eq!(said(5), "the input ends after 5 bytes, before HEAD");
    let long = stream.len() - TRAILER_LEN - 1;
    assert_eq!(
        said(long),
        format!("the input ends after {long} bytes; last received: INDEX")
    );
    let no_trailer = stream.len() - 1;
    assert_eq!(
        said(no_trailer),
        format!("the input ends after {no_trailer} bytes; last received: END")
    );
}

#[test]
fn other_files_are_told_apart_from_mangled_streams() {
    let reason = |bytes: &[u8]| decode(bytes).1.unwrap_err().reason;
    assert_eq!(reason(b"PGDMP\x01\x10\x00"), Reason::NotAStream(*b"PGDMP\x01\x10\x00"));
    assert_eq!(reason(b"--\n"), Reason::NotAStream(*b"--\n\0\0\0\0\0"));
    assert_eq!(reason(b"\x89PGX\n\x1a\n"), Reason::Mangled);
    assert_eq!(reason(b"\x89PGX\r\r\n\x1a"), Reason::Mangled);
    assert_eq!(reason(b"\x09PGX\r\n\x1a\n"), Reason::Mangled);
}

#[test]
fn nothing_may_follow_the_trailer() {
    let stream = stream();
    let reason = |more: &[u8]| decode(&[&stream, more].concat()).1.unwrap_err().reason;
    assert_eq!(reason(b"\0"), Reason::AfterEnd);
    assert!(decode(&[&stream, &MAGIC[..3]].concat()).1.unwrap().is_err());
}

#[test]
fn a_trailer_must_fit_the_stream() {
    let stream = stream();
    let at = stream.len() - TRAILER_LEN;
    let counted = Trailer::decode(stream[at..].first_chunk().unwrap()).unwrap();
    let said = Trailer {
        member_length: counted.member_length + 1,
        ..counted
    };
    let error = decode(&[&stream[..at], &said.encode()].concat()).1.unwrap_err();
    assert_eq!(error.reason, Reason::Trailer(TrailerError::Numbers { said, counted }));
    assert_eq!(error.offset, at as u64);
}

#[test]
fn an_error_names_frame_and_place() {
    let mut stream = stream();
    let at = stream.windows(4).position(|window| window == b"4\n5\n").unwrap();
    stream[at] ^= 1;
    let error = decode(&stream).1.unwrap_err();
    let place = at - HEADER_LEN;
    let text = format!("DATA of entry 2, part 2: the checksum of the payload does not match (at byte {place})");
    assert_eq!(error.to_string(), text);
    stream[place] ^= 1;
    let text = format!("the checksum of the frame header does not match (at byte {place})");
    assert_eq!(decode(&stream).1.unwrap_err().to_string(), text);
}

#[test]
fn heads_that_cannot_be_read_are_refused() {
    let reason = refused(|f| edit(&mut f[0], |head: &mut Head| head.requires = vec!["encrypted".into()]));
    assert_eq!(reason, Reason::Head(HeadError::Requires("encrypted".into())));
    let reason = refused(|f| edit(&mut f[0], |head: &mut Head| head.format = "2.0".into()));
    assert_eq!(reason, Reason::Head(HeadError::Format("2.0".into())));
    assert!(matches!(refused(|f| f[0].raw.truncate(10)), Reason::Json(_)));
}

#[test]
fn frames_out_of_order_are_refused() {
    let unexpected = |kind, stage| Reason::Order(OrderError::Unexpected { kind, stage });
    assert_eq!(
        refused(|f| drop(f.remove(0))),
        unexpected(FrameKind::Tick, Stage::Start)
    );
    assert_eq!(refused(|f| f.swap(0, 2)), unexpected(FrameKind::Entries, Stage::Start));
    assert_eq!(
        refused(|f| f.insert(1, f[0].clone())),
        unexpected(FrameKind::Head, Stage::Toc)
    );
    assert_eq!(refused(|f| drop(f.remove(3))), unexpected(FrameKind::Data, Stage::Toc));
    assert_eq!(
        refused(|f| f.insert(5, f[2].clone())),
        unexpected(FrameKind::Entries, Stage::Rows)
    );
    let index = Frame::new(FrameKind::Index, EntryId(0), 0, 3, b"");
    assert_eq!(refused(|f| f.insert(5, index)), OrderError::NotEnded(ORDERS).into());
}

#[test]
fn missing_and_repeated_frames_are_refused() {
    let seq = |expected, found| Reason::Order(OrderError::Seq { expected, found });
    let first = |f: &[Frame]| at(f, FrameKind::Data, ORDERS, 1);
    assert_eq!(refused(|f| drop(f.remove(first(f)))), seq(0, 1));
    assert_eq!(refused(|f| f.insert(first(f), f[first(f)].clone())), seq(1, 0));
    assert_eq!(refused(|f| drop(f.remove(2))), seq(1, 2));
    let end = |f: &[Frame]| at(f, FrameKind::PartEnd, ORDERS, 2);
    let reason = refused(|f| f.insert(end(f), f[end(f)].clone()));
    assert_eq!(reason, OrderError::PartEnded { entry: ORDERS, part: 2 }.into());
    let end = |f: &[Frame]| at(f, FrameKind::EntryEnd, ITEMS, 0);
    assert_eq!(
        refused(|f| f.insert(end(f), f[end(f)].clone())),
        OrderError::EntryEnded(ITEMS).into()
    );
    assert_eq!(refused(|f| drop(f.remove(end(f)))), OrderError::NotEnded(ITEMS).into());
    let reason = refused(|f| drop(f.remove(at(f, FrameKind::PartEnd, ITEMS, 1))));
    assert_eq!(reason, OrderError::PartOpen { entry: ITEMS, part: 1 }.into());
}

#[test]
fn rows_of_what_is_not_announced_are_refused() {
    let moved = |entry, part| {
        refused(|f| {
            let first = at(f, FrameKind::Data, ORDERS, 2);
            (f[first].header.entry, f[first].header.part) = (entry, part);
        })
    };
    assert_eq!(moved(EntryId(9), 1), OrderError::UnknownEntry(EntryId(9)).into());
    assert_eq!(moved(TABLE, 1), OrderError::NoData(TABLE).into());
    assert_eq!(
        moved(ORDERS, 3),
        OrderError::PartNumber {
            entry: ORDERS,
            part: 3,
            declared: 2
        }
        .into()
    );
}

#[test]
fn tables_of_contents_must_add_up() {
    let entries = |change: &dyn Fn(&mut Vec<Entry>)| refused(|f| edit(&mut f[2], |e: &mut Vec<Entry>| change(e)));
    assert_eq!(entries(&|e| e[1].id = TABLE), OrderError::EntryId(TABLE).into());
    assert_eq!(
        entries(&|e| e[1].id = EntryId(0)),
        OrderError::EntryId(EntryId(0)).into()
    );
    let none = |e: &mut Vec<Entry>| e[1].data.iter_mut().for_each(|data| data.parts = 0);
    assert_eq!(entries(&none), OrderError::NoParts(ORDERS).into());
    assert!(matches!(
        entries(&|e| e[1].name.push('x')),
        Reason::Order(OrderError::Digest { .. })
    ));
    let reason = refused(|f| edit(&mut f[3], |end: &mut TocEnd| end.entries = 4));
    assert_eq!(
        reason,
        OrderError::Count {
            what: "entries",
            said: 4,
            counted: 3
        }
        .into()
    );
}

#[test]
fn parts_entries_and_the_whole_must_add_up() {
    let what = |reason| match reason {
        Reason::Order(OrderError::Count { what, .. } | OrderError::Digest { what, .. }) => what,
        other => panic!("{other:?}"),
    };
    let part = |change: fn(&mut PartEnd)| what(refused(|f| edit(&mut f[7], change)));
    assert_eq!(part(|end| end.rows += 1), "rows of the part");
    assert_eq!(part(|end| end.bytes -= 1), "bytes of the part");
    assert_eq!(part(|end| end.digest += Digest(1)), "digest of the entry");
    let entry = |change: fn(&mut EntryEnd)| what(refused(|f| edit(&mut f[10], change)));
    assert_eq!(entry(|end| end.parts += 1), "parts of the entry");
    assert_eq!(entry(|end| end.rows -= 1), "rows of the entry");
    assert_eq!(entry(|end| end.bytes += 1), "bytes of the entry");
    let end = |change: fn(&mut End)| {
        what(refused(|f| {
            let last = f.len() - 1;
            edit(&mut f[last], change);
        }))
    };
    assert_eq!(end(|end| end.frames += 1), "frames");
    assert_eq!(end(|end| end.entries += 1), "entries with rows");
    assert_eq!(end(|end| end.rows += 1), "rows");
    assert_eq!(end(|end| end.bytes += 1), "bytes");
    assert_eq!(end(|end| end.digest += Digest(1)), "digest of the stream");
}

#[test]
fn an_open_row_is_not_interrupted() {
    let open = |f: &[Frame]| at(f, FrameKind::Data, ITEMS, 1);
    let row_open = Reason::from(OrderError::RowOpen { entry: ITEMS, part: 1 });
    let reason = refused(|f| {
        let other = f.remove(at(f, FrameKind::Data, ORDERS, 1));
        f.insert(open(f) + 1, other);
    });
    assert_eq!(reason, row_open);
    assert_eq!(refused(|f| drop(f.remove(open(f) + 1))), row_open);
}

#[test]
fn no_more_parts_are_open_than_lanes() {
    let reason = refused(|f| edit(&mut f[0], |head: &mut Head| head.lanes = 1));
    assert_eq!(reason, OrderError::TooManyParts { lanes: 1 }.into());
}

#[test]
fn lengths_are_refused_before_anything_comes() {
    let mut bytes = [&MAGIC[..], &Frame::new(FrameKind::Head, EntryId(0), 0, 0, b"").bytes()].concat();
    let header = &mut bytes[MAGIC.len()..][..HEADER_LEN];
    header[20..28].copy_from_slice(&[0xff; 8]);
    let crc = crc32fast::hash(&header[..32]);
    header[32..].copy_from_slice(&crc.to_le_bytes());
    assert_eq!(
        decode(&bytes).1.unwrap_err().reason,
        Reason::Header(HeaderError::TooLong(u32::MAX))
    );
}

#[test]
fn streams_falsified_at_random_are_refused() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut below = move |limit: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % limit as u64) as usize
    };
    let stream = stream();
    let good = frames(&stream);
    let expected = decode(&whole(&good));
    assert_eq!(expected.1, Ok(Ok(())));
    for _ in 0..5000 {
        let mut bad = good.clone();
        for _ in 0..=below(2) {
            let (at, other) = (below(bad.len()), below(bad.len()));
            let frame = &mut bad[at];
            match below(8) {
                0 => frame.header.entry = EntryId(below(5) as u32),
                1 => frame.header.part = below(4) as u32,
                2 => frame.header.seq = below(4) as u32,
                3 => frame.header.rows = below(4) as u32,
                4 => frame.header.flags = Flags(1 << below(8)),
                5 => frame.header.kind = FrameKind::from_number(below(12) as u8),
                6 => bad.swap(at, other),
                _ => {
                    let len = frame.raw.len();
                    frame.raw[below(len)] = below(256) as u8;
                }
            }
        }
        // What is accepted may differ in rows and other text, whose digests are not the decoder's
        // affair, but not in what is counted.
        let (events, end) = decode(&whole(&bad));
        if end == Ok(Ok(())) {
            assert_eq!(events.last(), expected.0.last());
        }
    }
}
