//! Rows in COPY's binary format: a tuple is a count of fields, and for each a length and its bytes.
//!
//! In a stream the tuples stand alone, so that parts can be cut and joined. What COPY wants around
//! them ([`HEADER`], [`TRAILER`]) is taken off by [`Batcher`](crate::Batcher) on the way out of a server, and put
//! back by the loader on the way in. Numbers are big-endian. PostgreSQL's manual describes the format
//! on the page `COPY`.

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

use crate::malformed::Malformed;

/// What COPY wants before the first tuple: signature, no flags, no extension.
pub const HEADER: [u8; 19] = *b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";
/// What COPY wants after the last tuple.
pub const TRAILER: [u8; 2] = [0xff, 0xff];
const SIGNATURE_LEN: usize = 11;
/// Flags that a reader must understand; the only one ever used said that rows have OIDs.
const CRITICAL_FLAGS: u32 = 0xffff_0000;

/// Finds where tuples end, and digests them.
#[derive(Clone, Default)]
pub(crate) struct Tuples {
    /// Fields of the tuples so far.
    fields: Option<i16>,
    /// Fields that are missing of the tuple that has begun.
    missing: Option<i16>,
    /// Bytes that are missing of the field that has begun.
    skip: usize,
    /// A count or length of which some bytes have come.
    number: [u8; 4],
    number_len: usize,
    /// Digest of an unfinished tuple.
    open: Option<Box<Xxh3>>,
}

impl Tuples {
    /// Takes bytes up to the end of a tuple: their number and the digest of the tuple. None when it
    /// does not end in these bytes, all of which are then taken.
    pub(crate) fn next_end(&mut self, bytes: &[u8]) -> Result<Option<(usize, u128)>, Malformed> {
        let Some(end) = self.walk(bytes)? else {
            if !bytes.is_empty() {
                self.open.get_or_insert_default().update(bytes);
            }
            return Ok(None);
        };
        let digest = match self.open.take() {
            None => xxh3_128(&bytes[..end]),
            Some(mut open) => {
                open.update(&bytes[..end]);
                open.digest128()
            }
        };
        Ok(Some((end, digest)))
    }

    pub(crate) fn in_row(&self) -> bool {
        self.open.is_some()
    }

    fn walk(&mut self, bytes: &[u8]) -> Result<Option<usize>, Malformed> {
        let mut at = 0;
        loop {
            let here = self.skip.min(bytes.len() - at);
            at += here;
            self.skip -= here;
            if self.skip > 0 {
                return Ok(None);
            }
            match self.missing {
                Some(0) => {
                    self.missing = None;
                    return Ok(Some(at));
                }
                Some(missing) => {
                    let Some(number) = self.number::<4>(bytes, &mut at) else {
                        return Ok(None);
                    };
                    let len = i32::from_be_bytes(number);
                    self.missing = Some(missing - 1);
                    self.skip = match len {
                        -1 => 0,
                        len => usize::try_from(len).map_err(|_| Malformed::FieldLength(len))?,
                    };
                }
                None => {
                    let Some(number) = self.number::<2>(bytes, &mut at) else {
                        return Ok(None);
                    };
                    let found = i16::from_be_bytes(number);
                    if found < 0 {
                        return Err(Malformed::FieldCount(found));
                    }
                    let expected = *self.fields.get_or_insert(found);
                    if expected != found {
                        return Err(Malformed::FieldCountChanged { expected, found });
                    }
                    self.missing = Some(found);
                }
            }
        }
    }

    /// The bytes of a number, of which some may have come before.
    fn number<const N: usize>(&mut self, bytes: &[u8], at: &mut usize) -> Option<[u8; N]> {
        let rest = &bytes[*at..];
        if self.number_len == 0
            && let Some(whole) = rest.first_chunk::<N>()
        {
            *at += N;
            return Some(*whole);
        }
        let here = rest.len().min(N - self.number_len);
        self.number[self.number_len..self.number_len + here].copy_from_slice(&rest[..here]);
        self.number_len += here;
        *at += here;
        if self.number_len < N {
            return None;
        }
        self.number_len = 0;
        self.number.first_chunk().copied()
    }
}

/// Takes off what COPY puts around its tuples.
#[derive(Clone, Debug)]
pub(crate) enum Envelope {
    /// The header is coming; these bytes of it have come.
    Header(Vec<u8>),
    /// So many bytes of the header's extension are coming.
    Extension(usize),
    Tuples,
    /// The first byte of a trailer has come.
    HalfTrailer,
    Done,
}

impl Envelope {
    pub(crate) fn new() -> Envelope {
        Envelope::Header(Vec::with_capacity(HEADER.len()))
    }

    /// The bytes from the next tuple on; `between` says that no tuple has begun.
    pub(crate) fn strip<'a>(&mut self, mut bytes: &'a [u8], between: bool) -> Result<&'a [u8], Malformed> {
        loop {
            match self {
                _ if bytes.is_empty() => return Ok(bytes),
                Envelope::Header(come) => {
                    let (here, rest) = bytes.split_at(bytes.len().min(HEADER.len() - come.len()));
                    come.extend_from_slice(here);
                    bytes = rest;
                    if let Some(header) = come.first_chunk() {
                        *self = Envelope::Extension(extension(header)?);
                    }
                }
                Envelope::Extension(0) => *self = Envelope::Tuples,
                Envelope::Extension(missing) => {
                    let here = bytes.len().min(*missing);
                    *missing -= here;
                    bytes = &bytes[here..];
                }
                Envelope::Tuples => match bytes {
                    [0xff] if between => {
                        *self = Envelope::HalfTrailer;
                        return Ok(&[]);
                    }
                    [0xff, 0xff, rest @ ..] if between => {
                        *self = Envelope::Done;
                        bytes = rest;
                    }
                    _ => return Ok(bytes),
                },
                Envelope::HalfTrailer if bytes[0] == 0xff => {
                    *self = Envelope::Done;
                    bytes = &bytes[1..];
                }
                Envelope::HalfTrailer => return Err(Malformed::FieldCount(i16::from_be_bytes([0xff, bytes[0]]))),
                Envelope::Done => return Err(Malformed::AfterTrailer),
            }
        }
    }

    /// Whether everything that belongs around the tuples has come.
    pub(crate) fn finish(&self) -> Result<(), Malformed> {
        match self {
            Envelope::Header(_) | Envelope::Extension(1..) => Err(Malformed::NoHeader),
            Envelope::Extension(0) | Envelope::Tuples | Envelope::HalfTrailer => Err(Malformed::NoTrailer),
            Envelope::Done => Ok(()),
        }
    }
}

/// Length of the extension behind a header.
fn extension(header: &[u8; HEADER.len()]) -> Result<usize, Malformed> {
    let (signature, numbers) = header.split_at(SIGNATURE_LEN);
    if signature != &HEADER[..SIGNATURE_LEN] {
        return Err(Malformed::Signature);
    }
    let number = |at: usize| [numbers[at], numbers[at + 1], numbers[at + 2], numbers[at + 3]];
    let flags = u32::from_be_bytes(number(0));
    if flags & CRITICAL_FLAGS != 0 {
        return Err(Malformed::CopyFlags(flags));
    }
    let len = i32::from_be_bytes(number(4));
    usize::try_from(len).map_err(|_| Malformed::HeaderExtension(len))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A tuple of (int4 7, null, text "ab").
    const TUPLE: &[u8] = b"\0\x03\0\0\0\x04\0\0\0\x07\xff\xff\xff\xff\0\0\0\x02ab";

    #[test]
    fn tuples_end_after_their_last_field() {
        let two = [TUPLE, TUPLE].concat();
        for cut in 0..two.len() {
            let mut tuples = Tuples::default();
            let mut ends = Vec::new();
            for (start, piece) in [(0, &two[..cut]), (cut, &two[cut..])] {
                let mut at = 0;
                while let Some((end, digest)) = tuples.next_end(&piece[at..]).unwrap() {
                    assert_eq!(digest, xxh3_128(TUPLE));
                    at += end;
                    ends.push(start + at);
                }
            }
            assert_eq!(ends, [TUPLE.len(), two.len()], "cut at {cut}");
            assert!(!tuples.in_row());
        }
    }

    #[test]
    fn a_tuple_may_have_no_field() {
        let mut tuples = Tuples::default();
        assert_eq!(tuples.next_end(&[0, 0]).unwrap(), Some((2, xxh3_128(&[0, 0]))));
    }

    #[test]
    fn impossible_numbers_are_refused() {
        let error = |bytes: &[u8]| Tuples::default().next_end(bytes).unwrap_err();
        assert_eq!(error(&[0xff, 0xff]), Malformed::FieldCount(-1));
        assert_eq!(error(&[0, 1, 0xff, 0xff, 0xff, 0xfe]), Malformed::FieldLength(-2));
        let mut tuples = Tuples::default();
        tuples.next_end(TUPLE).unwrap();
        assert_eq!(
            tuples.next_end(&[0, 2]),
            Err(Malformed::FieldCountChanged { expected: 3, found: 2 })
        );
    }

    fn strip(pieces: &[&[u8]]) -> Result<Vec<u8>, Malformed> {
        let mut envelope = Envelope::new();
        let mut tuples = Tuples::default();
        let mut stripped = Vec::new();
        for piece in pieces {
            let mut rest = *piece;
            loop {
                rest = envelope.strip(rest, !tuples.in_row())?;
                let taken = tuples.next_end(rest)?.map_or(rest.len(), |(end, _)| end);
                stripped.extend_from_slice(&rest[..taken]);
                rest = &rest[taken..];
                if rest.is_empty() {
                    break;
                }
            }
        }
        envelope.finish().map(|()| stripped)
    }

    #[test]
    fn the_envelope_comes_off_wherever_the_bytes_are_cut() {
        let extended = b"PGCOPY\n\xff\r\n\0\0\0\0\x01\0\0\0\x03abc";
        for header in [&HEADER[..], extended] {
            let copy = [header, TUPLE, TUPLE, &TRAILER].concat();
            for cut in 0..copy.len() {
                assert_eq!(
                    strip(&[&copy[..cut], &copy[cut..]]).unwrap(),
                    [TUPLE, TUPLE].concat(),
                    "cut at {cut}"
                );
            }
        }
    }

    #[test]
    fn a_damaged_envelope_is_refused() {
        assert_eq!(strip(&[&HEADER[..18]]), Err(Malformed::NoHeader));
        assert_eq!(strip(&[&HEADER, TUPLE]), Err(Malformed::NoTrailer));
        assert_eq!(strip(&[&HEADER, TUPLE, &[0xff]]), Err(Malformed::NoTrailer));
        assert_eq!(
            strip(&[&HEADER, TUPLE, &[0xff], &[0xfe]]),
            Err(Malformed::FieldCount(-2))
        );
        assert_eq!(strip(&[&HEADER, &TRAILER, b"x"]), Err(Malformed::AfterTrailer));
        assert_eq!(
            strip(&[b"PGCOPY\n\xff\n\0\0\0\0\0\0\0\0\0\0"]),
            Err(Malformed::Signature)
        );
        assert_eq!(
            strip(&[b"PGCOPY\n\xff\r\n\0\0\x01\0\0\0\0\0\0"]),
            Err(Malformed::CopyFlags(0x0001_0000))
        );
        assert_eq!(
            strip(&[b"PGCOPY\n\xff\r\n\0\0\0\0\0\xff\xff\xff\xff"]),
            Err(Malformed::HeaderExtension(-1))
        );
    }
}
