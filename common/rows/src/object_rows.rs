//! Large objects on their way from COPY to records of the stream.
//!
//! They are read as binary rows (oid, offset, chunk), where a chunk is one byte longer than a record may be
//! when the object goes on after it.

use crate::binary::{HEADER, TRAILER};
use crate::large_object::{MAX_RECORD, Record};
use crate::malformed::Malformed;

/// Takes binary rows in pieces cut anywhere and gives encoded records.
#[derive(Default)]
pub struct Records {
    pending: Vec<u8>,
    started: bool,
}

/// What three fields begin with: their number, and for each its length.
const FIELDS: [u8; 2] = [0, 3];

impl Records {
    /// Takes a piece; gives each record it completes.
    pub fn push(&mut self, piece: &[u8], mut give: impl FnMut(&[u8]) -> Result<(), Malformed>) -> Result<(), String> {
        self.pending.extend_from_slice(piece);
        let mut at = 0;
        if !self.started {
            if self.pending.len() < HEADER.len() {
                return Ok(());
            }
            if self.pending[..HEADER.len()] != HEADER {
                return Err("COPY did not begin with the signature of binary rows".into());
            }
            self.started = true;
            at = HEADER.len();
        }
        let mut record = Vec::new();
        while let Some((row, end)) = row(&self.pending[at..])? {
            let last = row.chunk.len() <= MAX_RECORD;
            let bytes = &row.chunk[..row.chunk.len().min(MAX_RECORD)];
            record.clear();
            Record {
                oid: row.oid,
                offset: row.offset,
                last,
                bytes,
            }
            .encode(&mut record)
            .map_err(|error| error.to_string())?;
            give(&record).map_err(|error| error.to_string())?;
            at += end;
        }
        self.pending.drain(..at);
        Ok(())
    }
}

struct Row<'a> {
    oid: u32,
    offset: u64,
    chunk: &'a [u8],
}

/// One whole row at the start of some bytes, with its length; nothing when there is only part of one.
fn row(bytes: &[u8]) -> Result<Option<(Row<'_>, usize)>, String> {
    if bytes.len() < 2 || bytes[..2] == TRAILER {
        return Ok(None);
    }
    if bytes[..2] != FIELDS {
        return Err("a row of large objects does not have three fields".into());
    }
    let mut at = 2;
    let mut fields = [&bytes[..0]; 3];
    for field in &mut fields {
        let Some(length) = bytes.get(at..at + 4) else {
            return Ok(None);
        };
        let length = u32::from_be_bytes([length[0], length[1], length[2], length[3]]) as usize;
        let Some(value) = bytes.get(at + 4..(at + 4).saturating_add(length)) else {
            return Ok(None);
        };
        *field = value;
        at += 4 + length;
    }
    let oid = fields[0]
        .try_into()
        .map(u32::from_be_bytes)
        .map_err(|_| "an OID is not four bytes long")?;
    let offset = fields[1]
        .try_into()
        .map(u64::from_be_bytes)
        .map_err(|_| "an offset is not eight bytes long")?;
    Ok(Some((
        Row {
            oid,
            offset,
            chunk: fields[2],
        },
        at,
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::large_object::records;

    fn copied(rows: &[(u32, u64, usize)]) -> Vec<u8> {
        let mut bytes = HEADER.to_vec();
        for (oid, offset, length) in rows {
            bytes.extend(FIELDS);
            bytes.extend(4u32.to_be_bytes());
            bytes.extend(oid.to_be_bytes());
            bytes.extend(8u32.to_be_bytes());
            bytes.extend(offset.to_be_bytes());
            bytes.extend((*length as u32).to_be_bytes());
            bytes.extend(std::iter::repeat_n(7u8, *length));
        }
        bytes.extend(TRAILER);
        bytes
    }

    #[test]
    fn rows_become_records_however_they_are_cut() {
        let bytes = copied(&[(1, 0, 0), (2, 0, MAX_RECORD + 1), (2, MAX_RECORD as u64, 5)]);
        for size in [bytes.len(), 1000, 7] {
            let (mut taken, mut out) = (Records::default(), Vec::new());
            for piece in bytes.chunks(size) {
                taken
                    .push(piece, |record| {
                        out.extend_from_slice(record);
                        Ok(())
                    })
                    .unwrap();
            }
            let seen: Vec<_> = records(&out)
                .map(|r| r.unwrap())
                .map(|r| (r.oid, r.offset, r.last, r.bytes.len()))
                .collect();
            assert_eq!(
                seen,
                [
                    (1, 0, true, 0),
                    (2, 0, false, MAX_RECORD),
                    (2, MAX_RECORD as u64, true, 5)
                ]
            );
        }
    }
}
