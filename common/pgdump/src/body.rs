//! What is inside of a block or file, once it is decompressed: lines of COPY and their end, or an object.

use std::io::Read;

use pgx_archive::EntryId;
use pgx_rows::large_object::{MAX_RECORD, MAX_SIZE, Record};

use crate::error::Error;
use crate::visitor::Visitor;

/// What stands behind the rows of a table.
pub(crate) const END_OF_ROWS: &[u8] = b"\\.\n\n\n";
/// Rows are handed on in pieces of this size: a frame's worth.
const PIECE: usize = 256 << 10;

/// Hands on the rows of a table, without what stands behind them.
pub(crate) fn rows<V: Visitor>(
    reader: &mut dyn Read,
    entry: EntryId,
    about: &str,
    visitor: &mut V,
) -> Result<(), V::Error> {
    let mut piece = Vec::with_capacity(PIECE + END_OF_ROWS.len());
    loop {
        let ended = fill(reader, &mut piece, PIECE + END_OF_ROWS.len())?;
        // The last bytes may be the end, as long as more may come.
        let (rows, end) = piece.split_at(piece.len().saturating_sub(END_OF_ROWS.len()));
        if ended && end != END_OF_ROWS {
            let error = Error::damaged("the rows do not end as pg_dump ends them");
            return Err(error.about(about).into());
        }
        if !rows.is_empty() {
            visitor.rows(entry, rows)?;
        }
        if ended {
            return Ok(());
        }
        let kept = rows.len();
        piece.drain(..kept);
    }
}

/// Gathers objects into records, many small ones into one piece.
pub(crate) struct Objects {
    entry: EntryId,
    about: String,
    records: Vec<u8>,
    content: Vec<u8>,
}

impl Objects {
    pub(crate) fn new(entry: EntryId, about: impl Into<String>) -> Objects {
        Objects {
            entry,
            about: about.into(),
            records: Vec::new(),
            content: Vec::new(),
        }
    }

    /// Takes one object.
    pub(crate) fn object<V: Visitor>(
        &mut self,
        oid: u32,
        reader: &mut dyn Read,
        visitor: &mut V,
    ) -> Result<(), V::Error> {
        let mut offset = 0;
        let mut last = false;
        while !last {
            self.content.clear();
            last = fill(reader, &mut self.content, PIECE.min(MAX_RECORD))?;
            let bytes = self.content.as_slice();
            if offset + bytes.len() as u64 > MAX_SIZE {
                let error = Error::damaged(format!("large object {oid} is larger than any can be"));
                return Err(error.about(self.about.as_str()).into());
            }
            let record = Record {
                oid,
                offset,
                last,
                bytes,
            };
            let encoded = record.encode(&mut self.records);
            encoded.map_err(|error| Error::damaged(error.to_string()))?;
            offset += bytes.len() as u64;
            if self.records.len() >= PIECE {
                self.flush(visitor)?;
            }
        }
        Ok(())
    }

    /// Hands on what has been gathered.
    pub(crate) fn flush<V: Visitor>(&mut self, visitor: &mut V) -> Result<(), V::Error> {
        if !self.records.is_empty() {
            visitor.rows(self.entry, &self.records)?;
            self.records.clear();
        }
        Ok(())
    }
}

/// Reads until the buffer has so many bytes; whether there are no more.
fn fill(reader: &mut dyn Read, buffer: &mut Vec<u8>, wanted: usize) -> Result<bool, Error> {
    let missing = wanted.saturating_sub(buffer.len()) as u64;
    reader.take(missing).read_to_end(buffer)?;
    Ok(buffer.len() < wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::Heard;

    fn heard(bytes: &[u8]) -> Result<Vec<u8>, String> {
        let mut heard = Heard::default();
        match rows(&mut &bytes[..], EntryId(1), "a", &mut heard) {
            Ok(()) => Ok(heard.rows_of(1)),
            Err(error) => Err(error.to_string()),
        }
    }

    #[test]
    fn rows_come_without_their_end() {
        for rows in [
            b"".to_vec(),
            b"1\n".to_vec(),
            b"1\t\\\\.\n".repeat(100_000),
            vec![b'x'; PIECE + 3],
        ] {
            assert_eq!(heard(&[rows.as_slice(), END_OF_ROWS].concat()), Ok(rows));
        }
    }

    #[test]
    fn rows_without_their_end_are_refused() {
        for bytes in [b"".as_slice(), b"1\n", b"1\n\\.\n", b"1\n\\.\n\n\n\n"] {
            assert_eq!(
                heard(bytes),
                Err("a: the rows do not end as pg_dump ends them".to_owned())
            );
        }
    }

    #[test]
    fn objects_of_any_size_come_as_records() {
        let mut heard = Heard::default();
        let mut objects = Objects::new(EntryId(1), "a");
        let contents = [Vec::new(), vec![7; 10], vec![8; PIECE], vec![9; 3 * PIECE + 1]];
        for (oid, content) in (1..).zip(&contents) {
            objects
                .object(oid, &mut content.as_slice(), &mut heard)
                .expect("memory");
        }
        objects.flush(&mut heard).expect("memory");
        assert_eq!(heard.objects_of(1), (1..).zip(contents).collect::<Vec<_>>());
    }
}
