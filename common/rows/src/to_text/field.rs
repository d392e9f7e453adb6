//! The bytes of a value, read from the front. Numbers are big-endian.

use super::Wrong;

/// What is left of a value.
#[derive(Clone, Copy)]
pub struct Field<'a>(pub &'a [u8]);

impl<'a> Field<'a> {
    /// The next bytes.
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], Wrong> {
        let (front, rest) = self.0.split_at_checked(len).ok_or(Wrong::Length)?;
        self.0 = rest;
        Ok(front)
    }

    /// The next bytes, as many as the caller's array has.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Wrong> {
        let (front, rest) = self.0.split_first_chunk::<N>().ok_or(Wrong::Length)?;
        self.0 = rest;
        Ok(*front)
    }

    /// A byte.
    pub fn u8(&mut self) -> Result<u8, Wrong> {
        self.array().map(u8::from_be_bytes)
    }

    /// A number of two bytes.
    pub fn i16(&mut self) -> Result<i16, Wrong> {
        self.array().map(i16::from_be_bytes)
    }

    /// A number of four bytes.
    pub fn i32(&mut self) -> Result<i32, Wrong> {
        self.array().map(i32::from_be_bytes)
    }

    /// A number of eight bytes.
    pub fn i64(&mut self) -> Result<i64, Wrong> {
        self.array().map(i64::from_be_bytes)
    }

    /// A float of eight bytes.
    pub fn f64(&mut self) -> Result<f64, Wrong> {
        self.array().map(f64::from_be_bytes)
    }

    /// A count of four bytes that is not negative.
    pub fn count(&mut self) -> Result<usize, Wrong> {
        usize::try_from(self.i32()?).map_err(|_| Wrong::Range)
    }

    /// A length and as many bytes; none for the null, whose length is -1.
    pub fn value(&mut self) -> Result<Option<&'a [u8]>, Wrong> {
        match self.i32()? {
            -1 => Ok(None),
            len => {
                let len = usize::try_from(len).map_err(|_| Wrong::Length)?;
                self.take(len).map(Some)
            }
        }
    }

    /// Nothing may be left.
    pub fn end(self) -> Result<(), Wrong> {
        match self.0 {
            [] => Ok(()),
            _ => Err(Wrong::Length),
        }
    }
}
