//! The targets of `tests/fuzz`, on vectors that are changed by chance: the same chance in every run.

#[path = "../fuzz/foreign.rs"]
mod foreign;
#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::io::{Cursor, Write};
use std::time::{Duration, Instant};

use pgx_archive::{Content, Data, Entry, EntryId, Format, Head, Kind};
use pgx_pgdump::{Algorithm, Assembly, Compression, Recipe, Target, Version};
use pgx_rows::large_object::Record;
use pgx_tests::{campaign, repository};

/// Numbers that look random and are the same in every run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// Tries for each target: some seconds of an unoptimized build.
const TRIES: usize = 20_000;

fn vectors() -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(repository().join("tests/vectors"))
        .expect("tests/vectors can be read")
        .map(|entry| entry.expect("tests/vectors can be listed").path())
        .filter(|path| path.extension().is_some_and(|end| end == "pgx"))
        .collect();
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read(path).expect("a vector can be read"))
        .collect()
}

/// One of them, changed here and there.
fn changed(vectors: &[Vec<u8>], seeded: &mut Seeded) -> Vec<u8> {
    let mut bytes = vectors[seeded.below(vectors.len())].clone();
    for _ in 0..seeded.below(5) {
        let at = seeded.below(bytes.len());
        match seeded.below(6) {
            0 => bytes.truncate(at),
            1 => drop(bytes.drain(at..at + seeded.below(bytes.len() - at))),
            2 => {
                let other = &vectors[seeded.below(vectors.len())];
                let from = seeded.below(other.len());
                let to = from + seeded.below(other.len() - from).min(100);
                bytes.splice(at..at, other[from..to].iter().copied());
            }
            _ if bytes.is_empty() => {}
            3 => bytes[at] ^= 1 << seeded.below(8),
            4 => bytes[at] = [0, 1, 0x7f, 0x80, 0xff][seeded.below(5)],
            _ => bytes[at] = b"0123456789\"{}[],:"[seeded.below(17)],
        }
    }
    bytes
}

/// How long a campaign goes on with each target.
const CAMPAIGN: Duration = Duration::from_secs(600);

fn run(target: fn(&[u8]), seed: u64) {
    run_on(&vectors(), target, seed);
}

fn run_on(vectors: &[Vec<u8>], target: fn(&[u8]), seed: u64) {
    for vector in vectors {
        target(vector);
    }
    let mut seeded = Seeded(seed);
    let begin = Instant::now();
    let goes_on = |tries| tries < TRIES || (campaign(false, true) && begin.elapsed() < CAMPAIGN);
    let mut tries = 0;
    while goes_on(tries) {
        target(&changed(vectors, &mut seeded));
        tries += 1;
    }
    if campaign(false, true) {
        let (this, time) = (std::thread::current(), begin.elapsed().as_secs());
        let name = this.name().unwrap_or_default();
        let said = writeln!(
            std::io::stderr(),
            "{name}: {tries} tries with seed {seed:#x} in {time} s"
        );
        said.expect("somebody may read it");
    }
}

/// Where an archive goes that is made in memory.
type Place = fn(Cursor<Vec<u8>>) -> Target<Cursor<Vec<u8>>>;

/// A small database as archives of pg_dump, compressed every way.
fn archives(target: Place, algorithms: &[Algorithm]) -> Vec<Vec<u8>> {
    let numbered = |id: u32, kind, schema, name: &str| {
        let mut entry = Entry::new(kind, schema, name, "shop");
        entry.id = EntryId(id);
        entry
    };
    let data = |format| {
        Some(Box::new(Data {
            columns: vec!["id".into()],
            types: Vec::new(),
            format,
            encoding: "UTF8".into(),
            settings: Default::default(),
            parts: 1,
            part_blocks: 0,
            logged: true,
            via_root: false,
            estimated_rows: 0,
            estimated_bytes: 0,
        }))
    };
    let mut encoding = numbered(1, Kind::Encoding, None, "ENCODING");
    encoding.create = "SET client_encoding = 'UTF8';\n".into();
    let mut table = numbered(2, Kind::Table, Some("public"), "a");
    table.create = "CREATE TABLE public.a (id integer);\n".into();
    let mut rows = numbered(3, Kind::TableData, Some("public"), "a");
    (rows.copy, rows.data) = ("COPY public.a (id) FROM stdin;\n".into(), data(Format::Text));
    (rows.parent, rows.dependencies) = (Some(EntryId(2)), vec![EntryId(2)]);
    let mut group = numbered(4, Kind::BlobMetadata, None, "7..8");
    group.create = "7\n8\n".into();
    let mut objects = numbered(5, Kind::Blobs, None, "7..8");
    (objects.parent, objects.dependencies, objects.data) =
        (Some(EntryId(4)), vec![EntryId(4)], data(Format::LargeObjects));
    let entries = [encoding, table, rows, group, objects];
    let head = Head::new(Content::Database, "", "2026-01-31T12:00:00Z", "example 1.0");
    let mut records = Vec::new();
    for oid in [7, 8] {
        let record = Record {
            oid,
            offset: 0,
            last: true,
            bytes: b"abc",
        };
        record.encode(&mut records).expect("it is short");
    }
    let made = algorithms.iter().map(|algorithm| {
        let recipe = Recipe {
            format: pgx_pgdump::Format::Custom,
            version: Version::V1_16,
            major: 18,
            compression: Compression::of(*algorithm),
        };
        let mut assembly = Assembly::new(target(Cursor::default()), &head, &entries, recipe).expect("it is sound");
        assembly.rows(EntryId(3), 1, b"1\n\\N\n").expect("there is room");
        assembly.rows(EntryId(5), 1, &records).expect("there is room");
        for entry in [3, 5] {
            assembly.end(EntryId(entry)).expect("there is room");
        }
        let archive = assembly.finish().expect("it is complete").expect("it is no directory");
        archive.into_inner()
    });
    made.collect()
}

#[test]
fn any_bytes_as_archives_of_pg_dump() {
    let all = Algorithm::ALL.map(|(algorithm, ..)| algorithm);
    let mut custom = archives(Target::Custom, &all);
    custom.extend(archives(Target::CustomFile, &all));
    run_on(&custom, foreign::custom_archive, 0x1234_5678_9abc_def1);
    let tar = archives(|out| Target::Tar(out, 0), &[Algorithm::None]);
    run_on(&tar, foreign::tar_archive, 0x0bad_cafe_0bad_cafe);
}

#[test]
fn any_text_as_filter_files_and_lists() {
    let files = [
        "# wanted\ninclude table a\nexclude schema \"x\ny\" # and so on\n",
        "include table_and_children s.\"q\"\"t\"\nexclude table_data *\ninclude extension e\n",
        "include function f(integer, text)\ninclude index i\ninclude trigger \"t\\n\"\n",
        "; a list\n5; 1259 16385 TABLE public orders alice\n;7; x\n6 7\n",
    ];
    run_on(
        &files.map(|file| file.as_bytes().to_vec()),
        foreign::filter_file,
        0x5eed_0000_0000_0001,
    );
}

#[test]
fn any_bytes_as_rows() {
    let text = [
        b"1\ttea\n\\N\t\\\\x\\n\n".to_vec(),
        b"-5\t\n".repeat(9),
        b"\\.\n".to_vec(),
    ];
    run_on(&text, foreign::text_rows, 0x5eed_0000_0000_0002);

    let nulls = [&[0, 12][..], &[0xff; 48]].concat();
    let mut row = vec![0, 12];
    for value in [
        &[0, 0, 0, 7][..],
        b"text",
        &[0, 2, 0, 1, 0, 0, 0, 2, 0, 1, 0x13, 0x88],
        &1.5f64.to_be_bytes(),
        &(-1i64).to_be_bytes(),
        &[0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3],
        b"\x01{\"a\": 1}",
        &[2, 32, 0, 4, 127, 0, 0, 1],
        &[0, 0, 0, 5, 0xa8],
        &[
            0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 6, 0xa4, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0,
        ],
        &[
            0, 0, 0, 1, 0, 0, 0, 17, 2, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 4, 0, 0, 0, 9,
        ],
        &[0, 0, 0, 1, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0, 0x40, 0, 0, 0, 0, 0, 0, 0],
    ] {
        row.extend((value.len() as u32).to_be_bytes());
        row.extend(value);
    }
    assert!(is_converted(&row), "the row is one");
    run_on(
        &[row.clone(), nulls.clone(), [row, nulls].concat()],
        foreign::binary_rows,
        0x5eed_0000_0000_0003,
    );
}

/// Whether bytes are rows of the types that are tried.
fn is_converted(rows: &[u8]) -> bool {
    let types = foreign::TYPES.map(str::to_owned);
    let converter = pgx_rows::to_text::Converter::spelled(&types, &types);
    converter.is_ok_and(|mut converter| {
        converter
            .push(rows, &mut Vec::new())
            .and_then(|()| converter.finish())
            .is_ok()
    })
}

#[test]
fn any_bytes_as_a_stream() {
    run(targets::stream, 0x9e37_79b9_7f4a_7c15);
}

#[test]
fn any_frames_with_right_checksums() {
    run(targets::frames, 0x0dd0_15ea_5e00_0001);
}

#[test]
fn any_json_as_entries() {
    let json: Vec<Vec<u8>> = vectors()
        .iter()
        .flat_map(|vector| vector.split(|byte| *byte == 0).map(<[u8]>::to_vec).collect::<Vec<_>>())
        .filter_map(|piece| {
            let start = piece.iter().position(|byte| b"[{".contains(byte))?;
            let end = piece.iter().rposition(|byte| b"]}".contains(byte))?;
            piece.get(start..=end).map(<[u8]>::to_vec)
        })
        .collect();
    assert!(json.len() > 100, "{} payloads", json.len());
    run_on(&json, targets::entries, 0x2545_f491_4f6c_dd1d);
}

#[test]
fn any_text_as_a_token() {
    let archive = "pgx1.0b5fa9d2-77e8-4a56-9d4b-8f1f7b7b1c11.000000000000000000000000000000ab.";
    let tokens = [
        "",
        "2-4,7:1,7:3-4,9",
        "1:1-4294967295,2",
        "1-4294967294",
        "4294967295:4294967295",
    ];
    let tokens = tokens.map(|done| format!("{archive}{done}.00000000").into_bytes());
    run_on(&tokens, targets::token, 0x0123_4567_89ab_cdef);
}
