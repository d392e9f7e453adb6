//! Bytes that are no rows, or rows with some bytes changed: an error or other rows, never a panic.

use pgx_rows::{Batcher, Format, Rows, binary, large_object};

/// Numbers that look random and are the same in every run.
struct Seeded(u64);

impl Seeded {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

fn good(format: Format) -> Vec<u8> {
    match format {
        Format::Text => b"1\ttea\n2\t\\N\n\n".repeat(5),
        Format::Binary => b"\0\x02\0\0\0\x01a\xff\xff\xff\xff".repeat(5),
        Format::LargeObjects => {
            let mut bytes = Vec::new();
            for (oid, offset, last) in [(7, 0, false), (7, 3, true), (8, 0, true)] {
                let record = large_object::Record {
                    oid,
                    offset,
                    last,
                    bytes: b"abc",
                };
                record.encode(&mut bytes).unwrap();
            }
            bytes
        }
    }
}

#[test]
fn changed_bytes_never_panic_and_cuts_never_matter() {
    let seeded = &mut Seeded(0x9e37_79b9_7f4a_7c15);
    for format in [Format::Text, Format::Binary, Format::LargeObjects] {
        for _ in 0..20_000 {
            let mut bytes = good(format);
            for _ in 0..seeded.below(4) {
                let at = seeded.below(bytes.len());
                bytes[at] = [0, 1, 0xff, 0x7f, seeded.below(256) as u8][seeded.below(5)];
            }
            bytes.truncate(seeded.below(bytes.len()) + 1);
            let whole = pgx_rows::digest(format, &bytes);

            let mut rows = Rows::new(format);
            let (start, end) = bytes.split_at(seeded.below(bytes.len()));
            let pieces = rows
                .push(start)
                .and_then(|_| rows.push(end))
                .and_then(|_| rows.finish());
            assert_eq!(pieces, whole);
            if format == Format::LargeObjects {
                let count = large_object::records(&bytes).count();
                assert!(count <= bytes.len());
            }
        }
    }
}

#[test]
fn what_a_batcher_gives_is_what_it_counted() {
    let seeded = &mut Seeded(0x0dd0_15ea_5e00_0001);
    for _ in 0..20_000 {
        let mut copy = [&binary::HEADER[..], &good(Format::Binary), &binary::TRAILER].concat();
        if seeded.below(2) == 0 {
            let at = seeded.below(copy.len());
            copy[at] = [0, 1, 0xff, seeded.below(256) as u8][seeded.below(4)];
        }
        let mut batcher = Batcher::new(Format::Binary, 1 + seeded.below(30));
        let mut rows = Rows::new(Format::Binary);
        let size = 1 + seeded.below(copy.len());
        if copy.chunks(size).try_for_each(|piece| batcher.push(piece)).is_err() {
            continue;
        }
        let Ok(summary) = batcher.finish() else { continue };
        while let Some(batch) = batcher.next_batch() {
            assert_eq!(rows.push(&batch.bytes).unwrap(), batch.rows.into());
            assert_eq!(rows.in_row(), batch.row_open);
        }
        assert_eq!(rows.finish(), Ok(summary));
    }
}
