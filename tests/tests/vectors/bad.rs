//! Bad streams: one for each way of being bad, made from good ones.

use pgx_archive::frame::HEADER_LEN;
use pgx_archive::trailer::{MAGIC, TRAILER_LEN};
use pgx_archive::{Codec, EntryId, Fail, Flags, Format, FrameKind, Head};

use crate::frames::{Frame, at, end_again, frames, index_again, joined, of, whole};
use crate::good::{
    Beginning, ITEMS, ORDERS, TABLE, data, digest, head, interleaved, members, row_open, second_leg, table,
};

type Vectors = Vec<(&'static str, Vec<u8>)>;

/// Every bad stream with its name.
pub fn all() -> Vectors {
    [
        ends(),
        beginnings(),
        headers(),
        payloads(),
        heads(),
        contents(),
        order(),
        totals(),
        rows(),
    ]
    .concat()
}

/// A good stream whose frames are falsified; trailer and checksums are right.
fn falsified(stream: &[u8], falsify: impl FnOnce(&mut Vec<Frame>)) -> Vec<u8> {
    let mut frames = frames(stream);
    falsify(&mut frames);
    whole(&frames)
}

fn of_two_lanes(falsify: impl FnOnce(&mut Vec<Frame>)) -> Vec<u8> {
    falsified(&interleaved(), falsify)
}

fn data_at(frames: &[Frame], entry: EntryId, part: u32) -> usize {
    at(frames, FrameKind::Data, entry.0, part)
}

fn part_end_at(frames: &[Frame], entry: EntryId, part: u32) -> usize {
    at(frames, FrameKind::PartEnd, entry.0, part)
}

fn entry_end_at(frames: &[Frame], entry: EntryId) -> usize {
    at(frames, FrameKind::EntryEnd, entry.0, 0)
}

/// Streams that end too early, or go on after their end.
fn ends() -> Vectors {
    let good = interleaved();
    let parts = frames(&good);
    let begins = |place: usize| joined(&parts[..place]).len();
    let first = begins(data_at(&parts, ORDERS, 2));
    let end = begins(of(&parts, FrameKind::End));
    let cut = |length: usize| good[..length].to_vec();
    let fail = Fail {
        stage: "reading rows".into(),
        entry: Some(ORDERS),
        sqlstate: Some("08006".into()),
        message: "the connection was lost".into(),
        ..Fail::default()
    };
    let failed = || {
        let mut stream = Beginning::of(&head())
            .entries(&[table(), data(ORDERS, "orders", Format::Text, 1)])
            .rows();
        stream.data(ORDERS, 1, 0, 1, false, b"1\ttea\n");
        stream
            .rows
            .fail(&fail, &mut stream.out)
            .expect("a producer may always fail");
        stream.out
    };
    let mut failed_at_once = Vec::new();
    let encoder = pgx_archive::Encoder::new(pgx_archive::Compression::Stored);
    encoder
        .fail(&fail, &mut failed_at_once)
        .expect("a producer may always fail");
    let two = members(&["shop", "billing"]);
    vec![
        ("empty", Vec::new()),
        ("cut-in-magic", cut(5)),
        ("cut-before-head", cut(MAGIC.len())),
        ("cut-in-head", cut(MAGIC.len() + HEADER_LEN + 100)),
        ("cut-in-header", cut(first + 20)),
        ("cut-in-rows", cut(first + HEADER_LEN + 3)),
        ("cut-between-frames", cut(begins(data_at(&parts, ORDERS, 2) + 1))),
        ("cut-before-end", cut(end)),
        ("cut-before-trailer", cut(good.len() - TRAILER_LEN)),
        ("cut-in-trailer", cut(good.len() - 1)),
        ("cut-in-last-member", two[..two.len() - 1].to_vec()),
        ("database-missing", members(&["billing"])),
        ("fail", failed()),
        ("fail-before-head", failed_at_once),
        ("bytes-after-fail", [failed(), b"\n".to_vec()].concat()),
        ("member-after-fail", [failed(), good.clone()].concat()),
        ("bytes-after-trailer", [good.as_slice(), b"\n"].concat()),
    ]
}

/// Files that do not begin as a stream does.
fn beginnings() -> Vectors {
    let good = interleaved();
    let lines: Vec<u8> = String::from_utf8_lossy(&good[..0]).bytes().collect();
    let unix = [lines, good.iter().copied().filter(|byte| *byte != b'\r').collect()].concat();
    let seven_bit = good.iter().map(|byte| byte & 0x7f).collect();
    vec![
        ("another-format", b"PGDMP\x01\x10\x00\x04\x08\x01\x01".to_vec()),
        ("line-ends-changed", unix),
        ("eighth-bit-lost", seven_bit),
    ]
}

/// Headers: the checksums are right but where they are what is wrong.
fn headers() -> Vectors {
    let with = |byte: usize, value: u8| {
        let good = interleaved();
        let parts = frames(&good);
        let begin = joined(&parts[..data_at(&parts, ORDERS, 2)]).len();
        let mut bad = good;
        bad[begin + byte] = value;
        let crc = crc32fast::hash(&bad[begin..begin + 32]).to_le_bytes();
        bad[begin + 32..begin + HEADER_LEN].copy_from_slice(&crc);
        bad
    };
    let first = |change: fn(&mut Frame)| {
        of_two_lanes(|frames| {
            let place = data_at(frames, ORDERS, 2);
            change(&mut frames[place]);
        })
    };
    let mut header_crc = interleaved();
    let begin = joined(&frames(&header_crc)[..5]).len();
    header_crc[begin + 20] ^= 1;
    vec![
        ("header-crc", header_crc),
        ("unknown-kind", with(0, 77)),
        ("unknown-flag", with(1, 0x04)),
        ("flag-of-another-kind", with(1, Flags::MORE.0)),
        ("rows-that-are-ancillary", with(1, Flags::ANCILLARY.0)),
        (
            "tick-that-is-not-ancillary",
            of_two_lanes(|f| f[1].header.flags = Flags::NONE),
        ),
        ("unknown-codec", with(2, 9)),
        ("reserved-byte", with(3, 1)),
        ("rows-without-part", first(|frame| frame.header.part = 0)),
        ("rows-without-entry", first(|frame| frame.header.entry = EntryId(0))),
        ("head-with-entry", of_two_lanes(|f| f[0].header.entry = TABLE)),
        ("more-rows-than-bytes", first(|frame| frame.header.rows = 1000)),
        ("rows-outside-of-data", of_two_lanes(|f| f[0].header.rows = 1)),
        ("payload-over-16-mib", with(27, 1)),
        ("raw-payload-over-16-mib", with(23, 1)),
        ("stored-with-two-lengths", with(20, 11)),
    ]
}

/// Payloads that are not what their headers say.
fn payloads() -> Vectors {
    let mut payload_crc = interleaved();
    let row = payload_crc.windows(4).position(|window| window == b"4\td\n");
    payload_crc[row.expect("the row is there")] ^= 1;
    let zlib = |payload: &[u8], raw_len: u32| {
        let payload = payload.to_vec();
        of_two_lanes(|frames| {
            let place = data_at(frames, ORDERS, 2);
            frames[place].payload = payload;
            frames[place].header.codec = Codec::Zlib;
            frames[place].header.raw_len = raw_len;
            index_again(frames);
        })
    };
    // "4\td\n5\te\n", stored in one block of zlib, with its checksum.
    let good = b"\x78\x01\x01\x08\0\xf7\xff4\td\n5\te\n\x06\x34\x01\x59";
    let head = |payload: &'static [u8]| of_two_lanes(|f| f[0].payload = payload.to_vec());
    vec![
        ("payload-crc", payload_crc),
        ("zlib-damaged", zlib(b"not a zlib stream", 8)),
        ("zlib-cut", zlib(&good[..good.len() - 4], 8)),
        ("zlib-longer-than-said", zlib(good, 7)),
        ("zlib-shorter-than-said", zlib(good, 9)),
        ("bytes-after-zlib", zlib(&[good.as_slice(), b"\0"].concat(), 8)),
        ("json-cut", of_two_lanes(|f| f[0].payload.truncate(40))),
        ("json-of-another-form", head(b"7")),
        ("json-without-field", head(b"{\"format\":\"1.0\"}")),
        (
            "json-not-utf-8",
            of_two_lanes(|f| {
                let byte = f[0].payload.iter().position(|byte| *byte == b'v');
                f[0].payload[byte.expect("vectors 1 is the producer")] = 0xe9;
            }),
        ),
        (
            "json-field-twice",
            of_two_lanes(|f| f[0].replace(r#""lanes":2"#, r#""lanes":2,"lanes":2"#)),
        ),
        (
            "json-with-more-behind-it",
            of_two_lanes(|f| f[0].payload.extend_from_slice(b"{}")),
        ),
        (
            "digest-in-upper-case",
            of_two_lanes(|f| {
                let place = of(f, FrameKind::TocEnd);
                f[place].replace(r#""digest":"92e15ceb"#, r#""digest":"92E15CEB"#);
            }),
        ),
        (
            "digest-not-hexadecimal",
            of_two_lanes(|f| {
                let place = of(f, FrameKind::TocEnd);
                f[place].replace(r#""digest":""#, r#""digest":"x"#);
            }),
        ),
    ]
}

/// HEADs that must be refused.
fn heads() -> Vectors {
    let with = |change: fn(&mut Head)| {
        let mut head = head();
        change(&mut head);
        let json = serde_json::to_vec(&head).expect("HEAD is JSON");
        of_two_lanes(|f| f[0].payload = json)
    };
    vec![
        ("major-2", with(|head| head.format = "2.0".into())),
        ("no-version", with(|head| head.format = "one".into())),
        (
            "requires-unknown",
            with(|head| head.requires = vec!["encrypted".into()]),
        ),
        ("no-lanes", with(|head| head.lanes = 0)),
        (
            "two-plans",
            with(|head| {
                *head = second_leg(&[]);
                head.plan = Some(pgx_archive::Digest(1));
            }),
        ),
        (
            "plan-other-than-heads",
            with(|head| {
                head.lanes = 2;
                head.plan = Some(pgx_archive::Digest(1));
            }),
        ),
    ]
}

/// Tables of contents that do not add up.
fn contents() -> Vectors {
    let entries = |old: &'static str, new: &'static str| {
        of_two_lanes(|f| {
            let place = of(f, FrameKind::Entries);
            f[place].replace(old, new);
        })
    };
    let toc_end = |old: &'static str, new: &'static str| {
        of_two_lanes(|f| {
            let place = of(f, FrameKind::TocEnd);
            f[place].replace(old, new);
        })
    };
    vec![
        ("entry-0", entries(r#"{"id":2"#, r#"{"id":0"#)),
        ("entry-twice", entries(r#"{"id":2"#, r#"{"id":1"#)),
        ("no-parts", entries(r#""parts":2"#, r#""parts":0"#)),
        (
            "entries-changed",
            entries("CREATE TABLE public.orders", "CREATE TABLE public.orderz"),
        ),
        ("entries-miscounted", toc_end(r#""entries":3"#, r#""entries":4"#)),
    ]
}

/// Frames that are missing, repeated, or in a wrong place.
fn order() -> Vectors {
    let moved = |entry: EntryId, part: u32| {
        of_two_lanes(|f| {
            let place = data_at(f, ORDERS, 2);
            (f[place].header.entry, f[place].header.part) = (entry, part);
        })
    };
    let open = |falsify: fn(&mut Vec<Frame>)| falsified(&row_open(), falsify);
    vec![
        ("no-head", of_two_lanes(|f| drop(f.remove(0)))),
        ("entries-before-head", of_two_lanes(|f| f.swap(0, 2))),
        ("head-twice", of_two_lanes(|f| f.insert(1, f[0].clone()))),
        ("no-toc-end", of_two_lanes(|f| drop(f.remove(of(f, FrameKind::TocEnd))))),
        ("entries-after-toc-end", of_two_lanes(|f| f.insert(4, f[2].clone()))),
        (
            "entries-missing",
            of_two_lanes(|f| drop(f.remove(of(f, FrameKind::Entries)))),
        ),
        ("rows-missing", of_two_lanes(|f| drop(f.remove(data_at(f, ORDERS, 2))))),
        (
            "rows-twice",
            of_two_lanes(|f| f.insert(data_at(f, ORDERS, 2), f[data_at(f, ORDERS, 2)].clone())),
        ),
        ("rows-of-unknown-entry", moved(EntryId(9), 1)),
        ("rows-of-entry-without-rows", moved(TABLE, 1)),
        ("undeclared-part", moved(ORDERS, 3)),
        (
            "part-end-missing",
            of_two_lanes(|f| drop(f.remove(part_end_at(f, ITEMS, 1)))),
        ),
        (
            "part-end-twice",
            of_two_lanes(|f| {
                let place = part_end_at(f, ORDERS, 2);
                f.insert(place, f[place].clone());
            }),
        ),
        (
            "rows-after-part-end",
            of_two_lanes(|f| {
                let place = part_end_at(f, ORDERS, 2);
                f.insert(place + 1, f[data_at(f, ORDERS, 2)].clone());
            }),
        ),
        (
            "entry-end-missing",
            of_two_lanes(|f| drop(f.remove(entry_end_at(f, ITEMS)))),
        ),
        (
            "entry-end-twice",
            of_two_lanes(|f| {
                let place = entry_end_at(f, ITEMS);
                f.insert(place, f[place].clone());
            }),
        ),
        (
            "entry-end-numbered",
            of_two_lanes(|f| {
                let place = entry_end_at(f, ITEMS);
                f[place].header.seq = 1;
            }),
        ),
        (
            "entry-end-too-early",
            of_two_lanes(|f| {
                let place = part_end_at(f, ITEMS, 1);
                f.swap(place, place + 1);
            }),
        ),
        (
            "part-missing",
            of_two_lanes(|f| f.retain(|frame| (frame.header.entry, frame.header.part) != (ORDERS, 1))),
        ),
        ("part-missing-on-second-leg", missing_on_second_leg()),
        ("skipped-part-sent", skipped_part_sent()),
        (
            "more-parts-open-than-lanes",
            of_two_lanes(|f| f[0].replace(r#""lanes":2"#, r#""lanes":1"#)),
        ),
        (
            "metadata-interrupted",
            of_two_lanes(|f| {
                crate::frames::spread(f, 2, 2);
                f.swap(3, 4);
            }),
        ),
        (
            "open-row-interrupted",
            of_two_lanes(|f| {
                let place = data_at(f, ORDERS, 2);
                f[place].payload.truncate(7);
                (f[place].header.flags, f[place].header.rows) = (Flags::ROW_OPEN, 1);
            }),
        ),
        (
            "open-row-not-ended",
            open(|f| {
                let last = part_end_at(f, ORDERS, 1) - 1;
                f.remove(last);
                f[last].header.seq -= 1;
            }),
        ),
        (
            "index-before-rows-ended",
            of_two_lanes(|f| {
                let place = of(f, FrameKind::Index);
                f.swap(place - 1, place);
            }),
        ),
        (
            "rows-after-index",
            of_two_lanes(|f| {
                let place = of(f, FrameKind::Index);
                f.insert(place + 1, f[data_at(f, ORDERS, 2)].clone());
            }),
        ),
        ("end-before-rows-ended", {
            let mut stream = Beginning::of(&head())
                .entries(&[table(), data(ORDERS, "orders", Format::Text, 1)])
                .rows();
            stream.data(ORDERS, 1, 0, 1, false, b"1\ttea\n");
            let begun = stream.out.len();
            let mut bytes = stream.out;
            bytes.extend(Frame::new(FrameKind::End, 3, b"{}").bytes());
            let trailer = pgx_archive::Trailer {
                member_length: (bytes.len() + TRAILER_LEN) as u64,
                end_offset: begun as u64,
            };
            bytes.extend(trailer.encode());
            bytes
        }),
        ("tick-before-head", of_two_lanes(|f| f.swap(0, 1))),
    ]
}

/// A second leg that neither sends the second part nor says that it leaves it out.
fn missing_on_second_leg() -> Vec<u8> {
    falsified(&skipped_part_not_sent(), |f| f[0].replace("[1,3]", "[1]"))
}

/// A second leg with a part that it says it leaves out.
fn skipped_part_sent() -> Vec<u8> {
    falsified(&skipped_part_not_sent(), |f| {
        let place = data_at(f, ORDERS, 2);
        f[place].header.part = 3;
    })
}

/// A second leg of three parts that sends the second.
fn skipped_part_not_sent() -> Vec<u8> {
    let entries = [table(), data(ORDERS, "orders", Format::Text, 3)];
    let mut stream = Beginning::of(&second_leg(&[1, 3])).entries(&entries).rows();
    stream.data(ORDERS, 2, 0, 1, false, b"2\tb\n");
    stream.part_end(ORDERS, 2, digest(Format::Text, b"2\tb\n"));
    stream.entry_end(ORDERS);
    stream.finish()
}

/// Totals that are not what came.
fn totals() -> Vectors {
    let edited = |place: fn(&[Frame]) -> usize, old: &'static str, new: &'static str| {
        of_two_lanes(|f| {
            let place = place(f);
            f[place].replace(old, new);
        })
    };
    let part = |old, new| edited(|f| part_end_at(f, ORDERS, 2), old, new);
    let entry = |old, new| edited(|f| entry_end_at(f, ORDERS), old, new);
    let index = |old, new| edited(|f| of(f, FrameKind::Index), old, new);
    let end = |change: fn(&mut pgx_archive::End)| of_two_lanes(|f| end_again(f, change));
    let trailer = |byte: usize| {
        let mut bad = interleaved();
        let begin = bad.len() - TRAILER_LEN;
        bad[begin + byte] ^= 1;
        if byte < 16 {
            let crc = crc32fast::hash(&bad[begin..begin + 16]).to_le_bytes();
            bad[begin + 16..begin + 20].copy_from_slice(&crc);
        }
        bad
    };
    vec![
        ("part-rows", part(r#""rows":3"#, r#""rows":4"#)),
        ("part-bytes", part(r#""bytes":12"#, r#""bytes":13"#)),
        ("entry-parts", entry(r#""parts":2"#, r#""parts":3"#)),
        ("entry-rows", entry(r#""rows":6"#, r#""rows":5"#)),
        ("entry-bytes", entry(r#""bytes":24"#, r#""bytes":25"#)),
        (
            "entry-digest",
            entry(
                r#""digest":""#,
                r#""digest":"00000000000000000000000000000000","was":""#,
            ),
        ),
        ("index-wrong", index(r#""entry":3"#, r#""entry":1"#)),
        ("index-not-sorted", index(r#""part":1"#, r#""part":2"#)),
        (
            "index-short",
            of_two_lanes(|f| {
                let place = of(f, FrameKind::Index);
                f[place].payload = b"[]".to_vec();
            }),
        ),
        ("index-elsewhere", end(|end| end.index = end.index.map(|at| at + 1))),
        ("index-not-announced", end(|end| end.index = None)),
        ("end-frames", end(|end| end.frames -= 1)),
        ("end-entries", end(|end| end.entries += 1)),
        ("end-rows", end(|end| end.rows += 1)),
        ("end-bytes", end(|end| end.bytes -= 1)),
        ("end-digest", end(|end| end.digest.0 ^= 1)),
        ("trailer-length", trailer(0)),
        ("trailer-offset", trailer(8)),
        ("trailer-crc", trailer(16)),
        ("trailer-closing", trailer(20)),
        ("tick-behind-end", {
            let mut tick = Frame::new(FrameKind::Tick, 0, b"{}");
            tick.header.flags = Flags::ANCILLARY;
            of_two_lanes(|f| f.push(tick))
        }),
    ]
}

/// Rows that are not what frames and totals say; everything else is right.
fn rows() -> Vectors {
    let table_of = |format: Format, frames: &[(u32, &[u8])], digest: u128| {
        let name = if format == Format::LargeObjects {
            "BLOBS"
        } else {
            "orders"
        };
        let entries = [table(), data(ORDERS, name, format, 1)];
        let mut stream = Beginning::of(&head()).entries(&entries).rows();
        for (seq, (rows, bytes)) in frames.iter().enumerate() {
            stream.data(ORDERS, 1, seq as u32, *rows, false, bytes);
        }
        stream.part_end(ORDERS, 1, digest);
        stream.entry_end(ORDERS);
        stream.finish()
    };
    let text = |rows: u32, bytes: &[u8]| table_of(Format::Text, &[(rows, bytes)], 0);
    let binary = |bytes: &[u8]| table_of(Format::Binary, &[(1, bytes)], 0);
    let objects = |bytes: &[u8]| table_of(Format::LargeObjects, &[(1, bytes)], 0);
    let record = |oid: u8, offset: u8, last: u8, len: u8, bytes: &[u8]| {
        [&[oid, 0, 0, 0, offset, 0, 0, 0, 0, 0, 0, 0, last, len, 0, 0, 0], bytes].concat()
    };
    let first = record(7, 0, 0, 3, b"abc");
    vec![
        ("rows-miscounted", text(3, b"1\ttea\n2\tmilk\n")),
        ("row-not-ended", text(1, b"1\ttea\n2\tmil")),
        (
            "row-open-without-row",
            falsified(&row_open(), |f| {
                let place = data_at(f, ORDERS, 1);
                f[place].payload = b"1\ttea\n".to_vec();
            }),
        ),
        ("rows-digest", text(2, b"1\ttea\n2\tmilk\n")),
        ("binary-field-length", binary(b"\0\x01\xff\xff\xff\xfe")),
        ("binary-field-count", binary(b"\xff\xff")),
        (
            "binary-field-count-changes",
            table_of(Format::Binary, &[(2, b"\0\0\0\x01\xff\xff\xff\xff")], 0),
        ),
        ("object-neither-last-nor-not", objects(&record(7, 0, 2, 3, b"abc"))),
        (
            "object-with-gap",
            objects(&[first.as_slice(), &record(7, 4, 1, 1, b"d")].concat()),
        ),
        (
            "object-interrupted",
            objects(&[first.as_slice(), &record(8, 0, 1, 1, b"d")].concat()),
        ),
        ("object-not-ended", objects(&first)),
        ("object-record-over-1-mib", {
            let mut long = record(7, 0, 1, 0, b"");
            long[13..17].copy_from_slice(&0x0010_0001u32.to_le_bytes());
            objects(&long)
        }),
    ]
}
