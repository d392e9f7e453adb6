//! Good streams: each shows one thing that a reader must understand.

use pgx_archive::encoder::{Rows, Toc};
use pgx_archive::head::{INCONSISTENT, LATIN1_BYTES, RENAMES, Renamed};
use pgx_archive::{
    Ancillary, CatalogId, Compression, Content, Data, DataFrame, Digest, Encoder, End, Entry, EntryId, Flags, Format,
    FrameKind, Head, IndexedPart, Kind, Place, Resumes, SkippedParts, Tick, latin1,
};
use pgx_rows::large_object::Record;

use crate::frames::{Frame, at, frames, index_again, number_again, of, spread, whole};

/// The entries that most vectors have.
pub const TABLE: EntryId = EntryId(1);
pub const ORDERS: EntryId = EntryId(2);
pub const ITEMS: EntryId = EntryId(3);

/// Every good stream with its name.
pub fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("schema-only", schema_only()),
        ("text", one_table(Format::Text, TEXT, 3)),
        ("binary", one_table(Format::Binary, BINARY, 2)),
        ("large-objects", one_table(Format::LargeObjects, &large_objects(), 3)),
        ("zlib", compressed(pgx_archive::Codec::Zlib, ZLIB)),
        ("zstd", compressed(pgx_archive::Codec::Zstd, ZSTD)),
        ("interleaved", interleaved()),
        ("empty-part", one_table(Format::Text, b"", 0)),
        ("row-open", row_open()),
        ("more", more()),
        ("ancillary", ancillary()),
        ("no-index", no_index()),
        ("index-in-two", index_in_two()),
        ("newer-minor", newer_minor()),
        ("resumes", resumes()),
        ("inconsistent", inconsistent()),
        ("latin1-bytes", latin1_bytes()),
        ("renames", renames()),
        ("members", members(&["shop", "billing"])),
    ]
}

/// Rows of COPY's text format.
const TEXT: &[u8] = b"1\ttea\n2\t\\N\n3\tmilk\\nand honey\n";
/// Rows of COPY's binary format: (1, 'tea') and (2, null).
const BINARY: &[u8] = b"\0\x02\0\0\0\x04\0\0\0\x01\0\0\0\x03tea\0\x02\0\0\0\x04\0\0\0\x02\xff\xff\xff\xff";
/// What [`compressed`] has compressed, once: what a vector holds must not depend on a library's version.
const COMPRESSED: &[u8] = b"1\ttea\n2\ttea\n3\ttea\n4\ttea\n5\ttea\n6\ttea\n7\ttea\n8\ttea\n";
const ZLIB: &[u8] = &[
    0x78, 0xda, 0x33, 0xe4, 0x2c, 0x49, 0x4d, 0xe4, 0x32, 0x02, 0x93, 0xc6, 0x60, 0xd2, 0x04, 0x4c, 0x9a, 0x82, 0x49,
    0x33, 0x30, 0x69, 0x0e, 0x26, 0x2d, 0xc0, 0x24, 0x00, 0x25, 0xd7, 0x0c, 0x0d,
];
const ZSTD: &[u8] = &[
    0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0xf5, 0x00, 0x00, 0x90, 0x31, 0x09, 0x74, 0x65, 0x61, 0x0a, 0x32, 0x33, 0x34,
    0x35, 0x36, 0x37, 0x38, 0x09, 0x74, 0x65, 0x61, 0x0a, 0x06, 0x04, 0x02, 0x40, 0xc0, 0x01, 0x06, 0x04, 0xdc, 0x14,
    0x23,
];

/// HEAD of a dump of the database `shop`.
pub fn head() -> Head {
    let archive = "0b5fa9d2-8a3e-4f0e-9a86-0c7a4b1f2d11";
    let mut head = Head::new(Content::Database, archive, "2026-01-31T12:00:00Z", "vectors 1");
    head.source.version = 180_004;
    head.source.version_text = "18.4".into();
    head.source.database = "shop".into();
    head.source.encoding = "UTF8".into();
    head.source.snapshot = Some("00000003-0000001B-1".into());
    head
}

/// The definition of a table.
pub fn table() -> Entry {
    Entry {
        id: TABLE,
        catalog: CatalogId {
            class: 1259,
            oid: 16_385,
        },
        create: "CREATE TABLE public.orders (\n    id integer,\n    item text\n);\n".into(),
        drop: "DROP TABLE public.orders;\n".into(),
        ..Entry::new(Kind::Table, Some("public"), "orders", "alice")
    }
}

/// The rows of a table.
pub fn data(id: EntryId, name: &str, format: Format, parts: u32) -> Entry {
    let kind = match format {
        Format::LargeObjects => Kind::Blobs,
        _ => Kind::TableData,
    };
    let columns = match format {
        Format::LargeObjects => Vec::new(),
        _ => vec!["id".into(), "item".into()],
    };
    let schema = (kind == Kind::TableData).then_some("public");
    Entry {
        id,
        dependencies: vec![TABLE],
        data: Some(Box::new(Data {
            columns,
            types: Vec::new(),
            format,
            encoding: "UTF8".into(),
            settings: Default::default(),
            parts,
            part_blocks: if parts > 1 { 16_384 } else { 0 },
            logged: true,
            via_root: false,
            estimated_rows: 3,
            estimated_bytes: 8192,
        })),
        ..Entry::new(kind, schema, name, "alice")
    }
}

/// A stream that has begun.
pub struct Beginning {
    pub out: Vec<u8>,
    pub toc: Encoder<Toc>,
}

impl Beginning {
    pub fn of(head: &Head) -> Beginning {
        let mut out = Vec::new();
        let toc = Encoder::new(Compression::Stored)
            .head(head, &mut out)
            .expect("the head is good");
        Beginning { out, toc }
    }

    pub fn entries(mut self, entries: &[Entry]) -> Beginning {
        self.toc.entries(entries, &mut self.out).expect("the entries are good");
        self
    }

    pub fn rows(mut self) -> Middle {
        let (rows, _) = self.toc.toc_end(&mut self.out).expect("TOC_END may come");
        Middle { out: self.out, rows }
    }
}

/// A stream whose rows come.
pub struct Middle {
    pub out: Vec<u8>,
    pub rows: Encoder<Rows>,
}

impl Middle {
    /// A frame, in which so many rows end.
    pub fn data(&mut self, entry: EntryId, part: u32, seq: u32, rows: u32, row_open: bool, bytes: &[u8]) {
        let place = Place { entry, part, seq };
        let frame = DataFrame::seal(place, rows, row_open, bytes, Compression::Stored).expect("the rows are short");
        self.rows.data(&frame, &mut self.out).expect("the frame may come");
    }

    pub fn part_end(&mut self, entry: EntryId, part: u32, digest: u128) {
        let end = self.rows.part_end(entry, part, Digest(digest), &mut self.out);
        end.expect("the part may end");
    }

    pub fn entry_end(&mut self, entry: EntryId) {
        self.rows.entry_end(entry, &mut self.out).expect("the entry may end");
    }

    pub fn finish(mut self) -> Vec<u8> {
        self.rows.finish(&mut self.out).expect("everything has come");
        self.out
    }
}

/// The digest of rows.
pub fn digest(format: Format, rows: &[u8]) -> u128 {
    let format = match format {
        Format::Text => pgx_rows::Format::Text,
        Format::Binary => pgx_rows::Format::Binary,
        Format::LargeObjects => pgx_rows::Format::LargeObjects,
    };
    pgx_rows::digest(format, rows).expect("these are rows").digest
}

fn schema_only() -> Vec<u8> {
    Beginning::of(&head()).entries(&[table()]).rows().finish()
}

fn one_table(format: Format, rows: &[u8], count: u32) -> Vec<u8> {
    let name = if format == Format::LargeObjects {
        "BLOBS"
    } else {
        "orders"
    };
    let entries = [table(), data(ORDERS, name, format, 1)];
    let mut stream = Beginning::of(&head()).entries(&entries).rows();
    if count > 0 {
        stream.data(ORDERS, 1, 0, count, false, rows);
    }
    stream.part_end(ORDERS, 1, digest(format, rows));
    stream.entry_end(ORDERS);
    stream.finish()
}

/// An object in two records, an empty one, and one in one record.
pub fn large_objects() -> Vec<u8> {
    let mut records = Vec::new();
    let pieces: [(u32, u64, bool, &[u8]); 4] = [
        (16_400, 0, false, b"a picture,"),
        (16_400, 10, true, b" say"),
        (16_401, 0, true, b""),
        (16_402, 0, true, b"\0\x01\x02"),
    ];
    for (oid, offset, last, bytes) in pieces {
        let record = Record {
            oid,
            offset,
            last,
            bytes,
        };
        record.encode(&mut records).expect("the pieces are short");
    }
    records
}

fn compressed(codec: pgx_archive::Codec, payload: &[u8]) -> Vec<u8> {
    let mut frames = frames(&one_table(Format::Text, COMPRESSED, 8));
    let place = at(&frames, FrameKind::Data, ORDERS.0, 1);
    frames[place].payload = payload.to_vec();
    frames[place].header.codec = codec;
    index_again(&mut frames);
    whole(&frames)
}

/// Two lanes: the second part of a table comes before its first, beside another table.
pub fn interleaved() -> Vec<u8> {
    let head = Head { lanes: 2, ..head() };
    let entries = [
        table(),
        data(ORDERS, "orders", Format::Text, 2),
        data(ITEMS, "items", Format::Text, 1),
    ];
    let mut begin = Beginning::of(&head);
    let tick = Tick {
        stage: "waiting for locks".into(),
        ..Tick::default()
    };
    begin.toc.tick(&tick, &mut begin.out).expect("a tick may come");
    let mut stream = begin.entries(&entries).rows();
    stream.data(ORDERS, 2, 0, 2, false, b"4\td\n5\te\n");
    stream.data(ITEMS, 1, 0, 1, false, b"a\t1\n");
    stream.data(ORDERS, 2, 1, 1, false, b"6\tf\n");
    stream.part_end(ORDERS, 2, digest(Format::Text, b"4\td\n5\te\n6\tf\n"));
    stream.data(ORDERS, 1, 0, 3, false, b"1\ta\n2\tb\n3\tc\n");
    stream.data(ITEMS, 1, 1, 1, false, b"b\t2\n");
    stream.part_end(ITEMS, 1, digest(Format::Text, b"a\t1\nb\t2\n"));
    stream.entry_end(ITEMS);
    stream.part_end(ORDERS, 1, digest(Format::Text, b"1\ta\n2\tb\n3\tc\n"));
    stream.entry_end(ORDERS);
    stream.finish()
}

/// A row that takes three frames, with a sign of life between them.
pub fn row_open() -> Vec<u8> {
    let entries = [table(), data(ORDERS, "orders", Format::Text, 1)];
    let mut stream = Beginning::of(&head()).entries(&entries).rows();
    stream.data(ORDERS, 1, 0, 1, true, b"1\ttea\n2\ta lo");
    stream.data(ORDERS, 1, 1, 0, true, b"ng, lo");
    stream
        .rows
        .tick(&Tick::default(), &mut stream.out)
        .expect("a tick may come");
    stream.data(ORDERS, 1, 2, 2, false, b"ng row\n3\tmilk\n");
    stream.part_end(
        ORDERS,
        1,
        digest(Format::Text, b"1\ttea\n2\ta long, long row\n3\tmilk\n"),
    );
    stream.entry_end(ORDERS);
    stream.finish()
}

/// Every kind of metadata in two frames, END in three.
fn more() -> Vec<u8> {
    let mut frames = frames(&interleaved());
    let index = of(&frames, FrameKind::Index);
    for place in (0..index).rev() {
        let kind = frames[place].header.kind;
        if !kind.is_ancillary() && kind != FrameKind::Data {
            spread(&mut frames, place, 2);
        }
    }
    // END will say that there are three more frames: INDEX in two, END in three.
    crate::frames::end_again(&mut frames, |end| end.frames += 3);
    index_again(&mut frames);
    let counted: End = serde_json::from_slice(&frames[frames.len() - 1].payload).expect("END is JSON");
    let index = of(&frames, FrameKind::Index);
    spread(&mut frames, index, 2);
    crate::frames::end_again(&mut frames, |end| *end = counted);
    let end = of(&frames, FrameKind::End);
    spread(&mut frames, end, 3);
    whole(&frames)
}

/// Ancillary frames that no reader knows, of the stream and of a part, safe and not.
fn ancillary() -> Vec<u8> {
    let entries = [table(), data(ORDERS, "orders", Format::Text, 1)];
    let note = |entry, part, safe: Flags, payload: &str| Ancillary {
        kind: FrameKind::Unknown(200),
        flags: Flags::ANCILLARY.with(safe),
        entry,
        part,
        payload: payload.as_bytes().to_vec(),
    };
    let mut begin = Beginning::of(&head());
    let first = note(EntryId(0), 0, Flags::SAFE, "anything");
    begin.toc.ancillary(&first, &mut begin.out).expect("it may come");
    let mut stream = begin.entries(&entries).rows();
    stream.data(ORDERS, 1, 0, 3, false, TEXT);
    let second = note(ORDERS, 1, Flags::NONE, "sum=6");
    stream.rows.ancillary(&second, &mut stream.out).expect("it may come");
    stream.part_end(ORDERS, 1, digest(Format::Text, TEXT));
    stream.entry_end(ORDERS);
    let mut frames = frames(&stream.finish());
    let end = frames.len() - 1;
    let mut last = Frame::new(FrameKind::Tick, 0, b"{}");
    last.header.flags = Flags::ANCILLARY.with(Flags::SAFE);
    frames.insert(end, last);
    whole(&frames)
}

fn no_index() -> Vec<u8> {
    let mut frames = frames(&interleaved());
    let place = of(&frames, FrameKind::Index);
    frames.remove(place);
    number_again(&mut frames);
    crate::frames::end_again(&mut frames, |end| end.index = None);
    whole(&frames)
}

fn index_in_two() -> Vec<u8> {
    let mut frames = frames(&interleaved());
    let place = of(&frames, FrameKind::Index);
    let parts: Vec<IndexedPart> = serde_json::from_slice(&frames[place].payload).expect("INDEX is JSON");
    let (first, second) = parts.split_at(1);
    let json = |parts: &[IndexedPart]| serde_json::to_vec(parts).expect("INDEX is JSON");
    frames[place].payload = json(first);
    frames.insert(place + 1, Frame::new(FrameKind::Index, 0, &json(second)));
    number_again(&mut frames);
    whole(&frames)
}

/// Fields and a minor version that this version does not know.
fn newer_minor() -> Vec<u8> {
    let mut frames = frames(&one_table(Format::Text, TEXT, 3));
    for frame in &mut frames {
        match frame.header.kind {
            FrameKind::Head => frame.replace(r#"{"format":"1.0""#, r#"{"colour":"blue","format":"1.7""#),
            FrameKind::PartEnd | FrameKind::EntryEnd => frame.replace("{", r#"{"colour":"blue","#),
            _ => {}
        }
    }
    index_again(&mut frames);
    let end = of(&frames, FrameKind::End);
    frames[end].replace("{", r#"{"colour":"blue","#);
    whole(&frames)
}

/// HEAD of a second leg, which leaves out these parts of [`ORDERS`].
pub fn second_leg(parts: &[u32]) -> Head {
    let skipped = SkippedParts {
        entry: ORDERS,
        parts: parts.to_vec(),
    };
    Head {
        resumes: Some(Resumes {
            plan: Digest::of(b"the plan of the first leg"),
            skipped: vec![skipped],
            inconsistent: false,
        }),
        ..head()
    }
}

fn resumes() -> Vec<u8> {
    let entries = [table(), data(ORDERS, "orders", Format::Text, 3)];
    let mut stream = Beginning::of(&second_leg(&[1, 3])).entries(&entries).rows();
    stream.data(ORDERS, 2, 0, 3, false, TEXT);
    stream.part_end(ORDERS, 2, digest(Format::Text, TEXT));
    stream.entry_end(ORDERS);
    stream.finish()
}

/// A second leg of another moment, which leaves out a table with all of its parts.
fn inconsistent() -> Vec<u8> {
    let mut head = second_leg(&[1, 2]);
    head.requires = vec![INCONSISTENT.into()];
    if let Some(resumes) = &mut head.resumes {
        resumes.inconsistent = true;
    }
    let entries = [table(), data(ORDERS, "orders", Format::Text, 2)];
    let mut stream = Beginning::of(&head).entries(&entries).rows();
    stream.entry_end(ORDERS);
    stream.finish()
}

/// A table of a SQL_ASCII database whose name is the bytes `caf\xe9`.
fn renames() -> Vec<u8> {
    let mut head = head();
    head.requires = vec![RENAMES.into()];
    head.renames = vec![Renamed {
        old: "public".into(),
        new: "shop".into(),
    }];
    Beginning::of(&head).entries(&[table()]).rows().finish()
}

fn latin1_bytes() -> Vec<u8> {
    let mut head = head();
    head.requires = vec![LATIN1_BYTES.into()];
    head.source.encoding = "SQL_ASCII".into();
    let entry = Entry {
        name: latin1::text(b"caf\xe9"),
        create: latin1::text(b"CREATE TABLE public.\"caf\xe9\" ();\n"),
        ..table()
    };
    Beginning::of(&head).entries(&[entry]).rows().finish()
}

/// The globals of a cluster, which announce two databases, and these databases.
pub fn members(databases: &[&str]) -> Vec<u8> {
    let archive = "5d0c8a70-51f5-47a3-a3a5-5f1f6a9f6f02";
    let mut globals = Head::new(Content::Globals, archive, "2026-01-31T12:00:00Z", "vectors 1");
    globals.databases = vec!["shop".into(), "billing".into()];
    let mut stream = Beginning::of(&globals).rows().finish();
    for name in databases {
        let mut head = head();
        head.source.database = (*name).into();
        stream.extend(Beginning::of(&head).entries(&[table()]).rows().finish());
    }
    stream
}
