//! Large objects: records that carry a piece of one each.
//!
//! A record is `u32 oid, u64 offset, u8 last, u32 len, bytes`, little-endian, with at most 1 MiB of bytes.
//! The records of an object follow one another from offset 0 on without gaps; the last one says so, and
//! an empty object is one record without bytes. A record is never cut by the end of a frame. For
//! counts and digests the row is the object: XXH3-128 over its content, its OID (4 bytes) and its size
//! (8 bytes).

use xxhash_rust::xxh3::Xxh3;

use crate::malformed::Malformed;

/// The most bytes of an object in one record: 1 MiB.
pub const MAX_RECORD: usize = 1 << 20;
/// The largest object that PostgreSQL can hold: 2³¹ - 1 pages of 2 KiB.
pub const MAX_SIZE: u64 = 0x7fff_ffff * 2048;
const HEADER_LEN: usize = 17;

/// A piece of a large object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Record<'a> {
    /// The object.
    pub oid: u32,
    /// Where the piece begins in the object.
    pub offset: u64,
    /// Whether the object ends with it.
    pub last: bool,
    /// The piece.
    pub bytes: &'a [u8],
}

impl Record<'_> {
    /// Appends the record to a vector; fails when it is over [`MAX_RECORD`].
    pub fn encode(&self, out: &mut Vec<u8>) -> Result<(), Malformed> {
        if self.bytes.len() > MAX_RECORD {
            return Err(Malformed::RecordLength(self.bytes.len() as u64));
        }
        out.extend_from_slice(&self.oid.to_le_bytes());
        out.extend_from_slice(&self.offset.to_le_bytes());
        out.push(self.last.into());
        out.extend_from_slice(&(self.bytes.len() as u32).to_le_bytes());
        out.extend_from_slice(self.bytes);
        Ok(())
    }
}

/// The records of a frame's payload, in order. After an error nothing more comes.
pub fn records(payload: &[u8]) -> Records<'_> {
    Records { rest: payload }
}

/// An iterator over records; see [`records`].
#[derive(Clone, Debug)]
pub struct Records<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Records<'a> {
    type Item = Result<Record<'a>, Malformed>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.rest.is_empty() {
            return None;
        }
        let record = self.record();
        if record.is_err() {
            self.rest = &[];
        }
        Some(record)
    }
}

impl<'a> Records<'a> {
    fn record(&mut self) -> Result<Record<'a>, Malformed> {
        let (header, rest) = self.rest.split_first_chunk().ok_or(Malformed::UnfinishedRow)?;
        let header = Header::decode(header)?;
        let (bytes, rest) = rest.split_at_checked(header.len).ok_or(Malformed::UnfinishedRow)?;
        self.rest = rest;
        Ok(Record {
            oid: header.oid,
            offset: header.offset,
            last: header.last,
            bytes,
        })
    }
}

#[derive(Clone, Copy)]
struct Header {
    oid: u32,
    offset: u64,
    last: bool,
    len: usize,
}

impl Header {
    fn decode(bytes: &[u8; HEADER_LEN]) -> Result<Header, Malformed> {
        let [o0, o1, o2, o3, f0, f1, f2, f3, f4, f5, f6, f7, last, l0, l1, l2, l3] = *bytes;
        let len = u32::from_le_bytes([l0, l1, l2, l3]);
        if len as usize > MAX_RECORD {
            return Err(Malformed::RecordLength(len.into()));
        }
        Ok(Header {
            oid: u32::from_le_bytes([o0, o1, o2, o3]),
            offset: u64::from_le_bytes([f0, f1, f2, f3, f4, f5, f6, f7]),
            last: match last {
                0 => false,
                1 => true,
                other => return Err(Malformed::Last(other)),
            },
            len: len as usize,
        })
    }
}

/// Finds where objects end, and digests them.
#[derive(Clone, Default)]
pub(crate) struct Objects {
    /// The header of a record of which some bytes have come.
    header: [u8; HEADER_LEN],
    header_len: usize,
    /// The object that has begun.
    object: Option<Object>,
    /// Bytes that are missing of the record that has begun.
    missing: usize,
}

#[derive(Clone)]
struct Object {
    oid: u32,
    size: u64,
    /// Whether the record that has begun is its last.
    last: bool,
    content: Box<Xxh3>,
}

impl Objects {
    /// Takes bytes up to the end of an object: their number and the digest of the object. None when
    /// it does not end in these bytes, all of which are then taken.
    pub(crate) fn next_end(&mut self, bytes: &[u8]) -> Result<Option<(usize, u128)>, Malformed> {
        let mut at = 0;
        loop {
            if let Some(object) = &mut self.object {
                let here = self.missing.min(bytes.len() - at);
                object.content.update(&bytes[at..at + here]);
                at += here;
                self.missing -= here;
                if self.missing > 0 {
                    return Ok(None);
                }
            }
            if let Some(object) = self.object.take_if(|object| object.last) {
                return Ok(Some((at, object.digest())));
            }
            let here = (HEADER_LEN - self.header_len).min(bytes.len() - at);
            self.header[self.header_len..self.header_len + here].copy_from_slice(&bytes[at..at + here]);
            self.header_len += here;
            at += here;
            if self.header_len < HEADER_LEN {
                return Ok(None);
            }
            self.header_len = 0;
            let header = Header::decode(&self.header)?;
            self.begin(header)?;
        }
    }

    pub(crate) fn in_row(&self) -> bool {
        self.object.is_some() || self.header_len > 0
    }

    fn begin(&mut self, header: Header) -> Result<(), Malformed> {
        let oid = header.oid;
        let object = self.object.get_or_insert_with(|| Object {
            oid,
            size: 0,
            last: false,
            content: Box::default(),
        });
        if object.oid != oid {
            return Err(Malformed::OtherObject {
                expected: object.oid,
                found: oid,
            });
        }
        if object.size != header.offset {
            return Err(Malformed::Offset {
                oid,
                expected: object.size,
                found: header.offset,
            });
        }
        object.size += header.len as u64;
        if object.size > MAX_SIZE {
            return Err(Malformed::TooLarge(oid));
        }
        object.last = header.last;
        self.missing = header.len;
        Ok(())
    }
}

impl Object {
    fn digest(mut self) -> u128 {
        self.content.update(&self.oid.to_le_bytes());
        self.content.update(&self.size.to_le_bytes());
        self.content.digest128()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(records: &[Record<'_>]) -> Vec<u8> {
        let mut bytes = Vec::new();
        for record in records {
            record.encode(&mut bytes).unwrap();
        }
        bytes
    }

    fn object(oid: u32, pieces: &[&[u8]]) -> Vec<u8> {
        let mut offset = 0;
        let mut bytes = Vec::new();
        for (at, piece) in pieces.iter().enumerate() {
            let last = at + 1 == pieces.len();
            Record {
                oid,
                offset,
                last,
                bytes: piece,
            }
            .encode(&mut bytes)
            .unwrap();
            offset += piece.len() as u64;
        }
        bytes
    }

    fn digests(bytes: &[u8]) -> Result<Vec<u128>, Malformed> {
        let mut objects = Objects::default();
        let mut digests = Vec::new();
        let mut rest = bytes;
        while let Some((end, digest)) = objects.next_end(rest)? {
            digests.push(digest);
            rest = &rest[end..];
        }
        match objects.in_row() {
            true => Err(Malformed::UnfinishedRow),
            false => Ok(digests),
        }
    }

    #[test]
    fn records_come_back() {
        let two = [
            Record {
                oid: 16400,
                offset: 0,
                last: false,
                bytes: b"abc",
            },
            Record {
                oid: 16400,
                offset: 3,
                last: true,
                bytes: b"",
            },
        ];
        let bytes = encoded(&two);
        assert_eq!(bytes[..17], [0x10, 0x40, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0]);
        assert_eq!(records(&bytes).collect::<Result<Vec<_>, _>>().unwrap(), two);
        assert_eq!(records(&bytes[..36]).last(), Some(Err(Malformed::UnfinishedRow)));
    }

    #[test]
    fn a_digest_does_not_depend_on_the_pieces() {
        let whole = digests(&object(7, &[b"abcdef"])).unwrap();
        assert_eq!(
            whole,
            [xxhash_rust::xxh3::xxh3_128(b"abcdef\x07\0\0\0\x06\0\0\0\0\0\0\0")]
        );
        assert_eq!(digests(&object(7, &[b"ab", b"cdef", b""])).unwrap(), whole);
        assert_ne!(digests(&object(8, &[b"abcdef"])).unwrap(), whole);
        assert_eq!(
            digests(&[object(7, &[b""]), object(7, &[b"abcdef"])].concat())
                .unwrap()
                .len(),
            2
        );
    }

    #[test]
    fn records_that_do_not_follow_are_refused() {
        let first = Record {
            oid: 7,
            offset: 0,
            last: false,
            bytes: b"abc",
        };
        let refused = |second: Record<'_>| digests(&encoded(&[first, second])).unwrap_err();
        assert_eq!(
            refused(Record { oid: 8, ..first }),
            Malformed::OtherObject { expected: 7, found: 8 }
        );
        for offset in [2, 4] {
            assert_eq!(
                refused(Record { offset, ..first }),
                Malformed::Offset {
                    oid: 7,
                    expected: 3,
                    found: offset
                }
            );
        }
        assert_eq!(digests(&encoded(&[first])), Err(Malformed::UnfinishedRow));
        let mut bytes = encoded(&[first]);
        bytes[12] = 2;
        assert_eq!(digests(&bytes), Err(Malformed::Last(2)));
        bytes[12..17].copy_from_slice(&[0, 1, 0, 0x10, 0]);
        assert_eq!(digests(&bytes), Err(Malformed::RecordLength(0x10_0001)));
    }
}
