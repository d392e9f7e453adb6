//! The targets of `tests/fuzz`, on vectors that are changed by chance: the same chance in every run.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;

use pgx_tests::repository;

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

fn run(target: fn(&[u8]), seed: u64) {
    let vectors = vectors();
    for vector in &vectors {
        target(vector);
    }
    let mut seeded = Seeded(seed);
    for _ in 0..TRIES {
        target(&changed(&vectors, &mut seeded));
    }
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
    let mut seeded = Seeded(0x2545_f491_4f6c_dd1d);
    for _ in 0..TRIES {
        targets::entries(&changed(&json, &mut seeded));
    }
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
    let mut seeded = Seeded(0x0123_4567_89ab_cdef);
    for _ in 0..TRIES {
        targets::token(&changed(&tokens, &mut seeded));
    }
}
