//! Rows in COPY's text format: a row is what stands before a newline.
//!
//! COPY writes a newline inside of a value as `\n`, and every encoding that a server can have leaves
//! the byte 0x0A to the newline itself; so a row ends at each of those bytes and nowhere else.

use xxhash_rust::xxh3::{Xxh3, xxh3_128};

/// Finds where lines end, and digests them without their newline.
#[derive(Clone, Default)]
pub(crate) struct Lines {
    /// Digest of an unfinished line.
    open: Option<Box<Xxh3>>,
}

impl Lines {
    /// Takes bytes up to the end of a line: their number and the digest of the line. None when the
    /// line does not end in these bytes, all of which are then taken.
    pub(crate) fn next_end(&mut self, bytes: &[u8]) -> Option<(usize, u128)> {
        let Some(end) = memchr::memchr(b'\n', bytes) else {
            if !bytes.is_empty() {
                self.open.get_or_insert_default().update(bytes);
            }
            return None;
        };
        let digest = match self.open.take() {
            None => xxh3_128(&bytes[..end]),
            Some(mut open) => {
                open.update(&bytes[..end]);
                open.digest128()
            }
        };
        Some((end + 1, digest))
    }

    pub(crate) fn in_row(&self) -> bool {
        self.open.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_at_newlines_only() {
        let mut lines = Lines::default();
        let bytes = b"1\tone\\ntwo\\\\\n\n3";
        assert_eq!(lines.next_end(bytes), Some((13, xxh3_128(b"1\tone\\ntwo\\\\"))));
        assert_eq!(lines.next_end(&bytes[13..]), Some((1, xxh3_128(b""))));
        assert_eq!(lines.next_end(&bytes[14..]), None);
        assert!(lines.in_row());
        assert_eq!(lines.next_end(b"4\n"), Some((2, xxh3_128(b"34"))));
        assert!(!lines.in_row());
    }
}
