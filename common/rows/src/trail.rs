//! The way back to a place in rows that come again.
//!
//! A session that reads rows may be lost in the middle of them. Another one that sees the same moment sends the
//! same bytes again; a [`Trail`] remembers how many have come and what they digest to, and a [`Retrace`] passes
//! over just these and makes sure that they are the same.

use std::fmt;

use xxhash_rust::xxh3::Xxh3;

/// What has come so far.
#[derive(Clone, Default)]
pub struct Trail {
    hash: Xxh3,
    length: u64,
}

impl Trail {
    /// Takes note of a piece.
    pub fn push(&mut self, piece: &[u8]) {
        self.hash.update(piece);
        self.length += piece.len() as u64;
    }

    /// How many bytes have come.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// The way to where this trail ends, for bytes that come from the beginning.
    pub fn retrace(&self) -> Retrace {
        Retrace {
            hash: Xxh3::default(),
            left: self.length,
            digest: self.hash.digest128(),
        }
    }
}

impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trail")
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// On the way to the end of a [`Trail`].
#[derive(Clone)]
pub struct Retrace {
    hash: Xxh3,
    left: u64,
    digest: u128,
}

impl Retrace {
    /// Passes over what has come before; what is left of the piece is new.
    ///
    /// # Errors
    /// When the bytes passed over are not those that had come.
    pub fn pass<'a>(&mut self, piece: &'a [u8]) -> Result<&'a [u8], Strayed> {
        if self.left == 0 {
            return Ok(piece);
        }
        let known = usize::try_from(self.left).unwrap_or(usize::MAX).min(piece.len());
        let (known, new) = piece.split_at(known);
        self.hash.update(known);
        self.left -= known.len() as u64;
        match self.left == 0 && self.hash.digest128() != self.digest {
            true => Err(Strayed),
            false => Ok(new),
        }
    }

    /// Makes sure, at the end of all bytes, that the end of the trail was reached.
    pub fn finish(&self) -> Result<(), Strayed> {
        match self.left {
            0 => Ok(()),
            _ => Err(Strayed),
        }
    }
}

/// The bytes are not those that came before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strayed;

impl fmt::Display for Strayed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("read again, its rows are not what they were")
    }
}

impl std::error::Error for Strayed {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_before_is_passed_over_however_it_is_cut() {
        let bytes = b"1\ttea\n2\tmilk\n3\tbread\n";
        for length in 0..=bytes.len() {
            let mut trail = Trail::default();
            bytes[..length].chunks(3).for_each(|piece| trail.push(piece));
            for size in 1..bytes.len() {
                let mut retrace = trail.retrace();
                let new: Vec<u8> = bytes
                    .chunks(size)
                    .flat_map(|piece| retrace.pass(piece).unwrap().to_vec())
                    .collect();
                assert_eq!((new.as_slice(), retrace.finish()), (&bytes[length..], Ok(())));
            }
        }
    }

    #[test]
    fn other_bytes_and_fewer_bytes_are_noticed() {
        let mut trail = Trail::default();
        trail.push(b"1\ttea\n");
        assert_eq!(trail.retrace().pass(b"2\ttea\n3\tmilk\n"), Err(Strayed));
        let mut shorter = trail.retrace();
        assert_eq!(shorter.pass(b"1\tte"), Ok(&b""[..]));
        assert_eq!(shorter.finish(), Err(Strayed));
    }
}
