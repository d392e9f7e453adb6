//! The primitives that tables of contents and blocks are made of: bytes, numbers, texts, offsets.
//!
//! A number is a byte for its sign (1 is minus) and its magnitude, least significant byte first; a text is
//! its length and its bytes, or the length -1 for none.

use std::io::{self, BufRead, Read};

use crate::error::{Error, Fault};

/// The longest text of an entry: PostgreSQL itself has none of 1 GiB.
const LONGEST_TEXT: u64 = 1 << 30;
/// All of a table of contents: a thousand times what twenty thousand tables take would not fit.
pub(crate) const LONGEST_CONTENTS: u64 = 4 << 30;
/// Memory for a text before its bytes have come: its length is not believed.
const BELIEVED: u64 = 64 << 10;

/// Reads primitives and counts bytes.
#[derive(Debug)]
pub(crate) struct Source<R> {
    inner: R,
    at: u64,
    /// Bytes of a number's magnitude, and of an offset.
    pub(crate) int_size: u8,
    pub(crate) offset_size: u8,
}

impl<R: BufRead> Source<R> {
    /// Reads from here on; sizes are those that every pg_dump writes until a header says otherwise.
    pub(crate) fn new(inner: R) -> Source<R> {
        Source {
            inner,
            at: 0,
            int_size: 4,
            offset_size: 8,
        }
    }

    /// How many bytes have been read.
    pub(crate) fn at(&self) -> u64 {
        self.at
    }

    /// Fills all of a buffer.
    pub(crate) fn exact(&mut self, buffer: &mut [u8]) -> Result<(), Error> {
        match self.inner.read_exact(buffer) {
            Ok(()) => {
                self.at += buffer.len() as u64;
                Ok(())
            }
            Err(error) => Err(Error::from(error).at(self.at)),
        }
    }

    /// One byte.
    pub(crate) fn byte(&mut self) -> Result<u8, Error> {
        let mut byte = [0];
        self.exact(&mut byte)?;
        Ok(byte[0])
    }

    /// Whether nothing more comes.
    pub(crate) fn is_at_end(&mut self) -> Result<bool, Error> {
        Ok(self.fill()?.is_empty())
    }

    /// A number.
    pub(crate) fn int(&mut self) -> Result<i32, Error> {
        let begin = self.at;
        let negative = match self.byte()? {
            0 => false,
            1 => true,
            other => return Err(Error::damaged(format!("{other} is not the sign of a number")).at(begin)),
        };
        let magnitude = self.magnitude(self.int_size)?;
        let value = i64::try_from(magnitude)
            .ok()
            .map(|value| if negative { -value } else { value });
        value
            .and_then(|value| i32::try_from(value).ok())
            .ok_or_else(|| Error::damaged(format!("{magnitude} is too large for a number")).at(begin))
    }

    /// A number that may not be negative.
    pub(crate) fn count(&mut self, what: &str) -> Result<u32, Error> {
        let begin = self.at;
        let value = self.int()?;
        u32::try_from(value).map_err(|_| Error::damaged(format!("{value} is not {what}")).at(begin))
    }

    /// An OID, which from 2³¹ on is written as a negative number.
    pub(crate) fn oid(&mut self) -> Result<u32, Error> {
        Ok(self.int()?.cast_unsigned())
    }

    /// The bytes of an offset.
    pub(crate) fn offset(&mut self) -> Result<u64, Error> {
        self.magnitude(self.offset_size)
    }

    fn magnitude(&mut self, bytes: u8) -> Result<u64, Error> {
        let begin = self.at;
        let mut value = 0;
        for place in 0..u32::from(bytes) {
            match (self.byte()?, place) {
                (0, _) => {}
                (byte, 0..=7) => value |= u64::from(byte) << (8 * place),
                (_, _) => return Err(Error::damaged("a number of more than 8 bytes").at(begin)),
            }
        }
        Ok(value)
    }

    /// A text, or none.
    pub(crate) fn text(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let begin = self.at;
        let length = match self.int()? {
            -1 => return Ok(None),
            length => u64::try_from(length)
                .ok()
                .filter(|length| *length < LONGEST_TEXT)
                .ok_or_else(|| Error::damaged(format!("{length} is not the length of a text")).at(begin))?,
        };
        if self.at.saturating_add(length) > LONGEST_CONTENTS {
            return Err(Error::damaged("the table of contents does not end").at(begin));
        }
        let mut text = Vec::with_capacity(length.min(BELIEVED) as usize);
        let read = self.inner.by_ref().take(length).read_to_end(&mut text);
        self.at += text.len() as u64;
        read.map_err(|error| Error::from(error).at(self.at))?;
        if (text.len() as u64) < length {
            return Err(Error::new(Fault::Ended).at(self.at));
        }
        match text.contains(&0) {
            true => Err(Error::damaged("a text with a zero byte").at(begin)),
            false => Ok(Some(text)),
        }
    }

    /// What is at hand.
    pub(crate) fn fill(&mut self) -> Result<&[u8], Error> {
        let at = self.at;
        loop {
            match self.inner.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(Error::from(error).at(at)),
            }
        }
        self.inner.fill_buf().map_err(|error| Error::from(error).at(at))
    }

    /// Lets the reader go elsewhere, which is byte `at` from then on.
    pub(crate) fn moved(&mut self, at: u64, go: impl FnOnce(&mut R) -> io::Result<()>) -> Result<(), Error> {
        go(&mut self.inner).map_err(|error| Error::from(error).at(at))?;
        self.at = at;
        Ok(())
    }

    /// Takes bytes that [`fill`](Source::fill) gave.
    pub(crate) fn consume(&mut self, bytes: usize) {
        self.inner.consume(bytes);
        self.at += bytes as u64;
    }
}

/// Appends a number.
pub(crate) fn put_int(value: i32, out: &mut Vec<u8>) {
    out.push((value < 0).into());
    out.extend_from_slice(&value.unsigned_abs().to_le_bytes());
}

/// Appends an OID or the number of an entry.
pub(crate) fn put_oid(value: u32, out: &mut Vec<u8>) {
    put_int(value.cast_signed(), out);
}

/// Appends a text, or none.
pub(crate) fn put_text(text: Option<&[u8]>, out: &mut Vec<u8>) -> Result<(), Error> {
    let Some(text) = text else {
        put_int(-1, out);
        return Ok(());
    };
    let length = i32::try_from(text.len())
        .ok()
        .filter(|length| (*length as u64) < LONGEST_TEXT);
    let length = length.ok_or_else(|| Error::unsupported(format!("a text of {} bytes", text.len()), None))?;
    put_int(length, out);
    out.extend_from_slice(text);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_texts_come_back() {
        let mut bytes = Vec::new();
        for value in [0, 1, -1, 255, 256, i32::MAX, -i32::MAX, i32::MIN] {
            put_int(value, &mut bytes);
        }
        put_oid(4_000_000_001, &mut bytes);
        put_text(Some(b"orders"), &mut bytes).expect("short");
        put_text(Some(b""), &mut bytes).expect("short");
        put_text(None, &mut bytes).expect("short");
        assert_eq!(bytes[5..15], [0, 1, 0, 0, 0, 1, 1, 0, 0, 0]);
        let mut source = Source::new(bytes.as_slice());
        for value in [0, 1, -1, 255, 256, i32::MAX, -i32::MAX, i32::MIN] {
            assert_eq!(source.int().ok(), Some(value));
        }
        assert_eq!(source.oid().ok(), Some(4_000_000_001));
        assert_eq!(source.text().ok(), Some(Some(b"orders".to_vec())));
        assert_eq!(source.text().ok(), Some(Some(Vec::new())));
        assert_eq!(source.text().ok(), Some(None));
        assert!(source.is_at_end().expect("memory"));
    }

    #[test]
    fn lengths_are_not_believed() {
        for (length, message) in [
            (-2, "-2 is not the length of a text (byte 0)"),
            (i32::MAX, "2147483647 is not the length of a text (byte 0)"),
            (1 << 29, "the archive ends before it is complete (byte 7)"),
        ] {
            let mut bytes = Vec::new();
            put_int(length, &mut bytes);
            bytes.extend_from_slice(b"ab");
            let error = Source::new(bytes.as_slice()).text().expect_err("it lies");
            assert_eq!(error.to_string(), message);
        }
        let error = Source::new([0, 2, 0, 0, 0, b'a', 0].as_slice())
            .text()
            .expect_err("a zero byte");
        assert_eq!(error.to_string(), "a text with a zero byte (byte 0)");
    }
}
