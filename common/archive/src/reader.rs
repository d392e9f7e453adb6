//! A blocking shell around the decoder.

use std::collections::HashSet;
use std::fmt;
use std::io::{self, Read};

use crate::decoder::Decoder;
use crate::entry::EntryId;
use crate::error::{DecodeError, Incomplete};
use crate::event::Event;

/// How much is asked of the source at a time: a pipe's usual 64 KiB, four times.
const CHUNK: usize = 256 << 10;

/// Reads a stream from a [`Read`].
#[derive(Debug)]
pub struct Reader<R> {
    source: R,
    decoder: Decoder,
    chunk: Vec<u8>,
}

impl<R: Read> Reader<R> {
    /// A reader at the beginning of a stream of one member.
    pub fn new(source: R) -> Reader<R> {
        Reader::with(Decoder::new(), source)
    }

    /// A reader at the beginning of a stream of any number of members.
    pub fn members(source: R) -> Reader<R> {
        Reader::with(Decoder::members(), source)
    }

    /// A reader that reads as this decoder does.
    pub fn with(decoder: Decoder, source: R) -> Reader<R> {
        Reader {
            source,
            decoder,
            chunk: vec![0; CHUNK],
        }
    }

    /// The next event; none only at the end of a complete stream.
    ///
    /// A FAIL is an event, and [`ReadError::Incomplete`] follows it.
    pub fn next_event(&mut self) -> Result<Option<Event>, ReadError> {
        loop {
            if let Some(event) = self.decoder.next_event()? {
                return Ok(Some(event));
            }
            match self.source.read(&mut self.chunk) {
                Ok(0) => return Ok(self.decoder.end_of_input().map(|()| None)?),
                Ok(count) => self.decoder.push(&self.chunk[..count]),
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(ReadError::Io(error)),
            }
        }
    }

    /// Gives the rows of these entries only; see [`Decoder::only_rows_of`].
    pub fn only_rows_of(&mut self, entries: HashSet<EntryId>) {
        self.decoder.only_rows_of(entries);
    }

    /// Bytes of the stream that have been told of.
    pub fn offset(&self) -> u64 {
        self.decoder.offset()
    }

    /// The decoder, to ask which member it is in and which databases are missing.
    pub fn decoder(&self) -> &Decoder {
        &self.decoder
    }
}

/// Why a stream could not be read to its end.
#[derive(Debug)]
pub enum ReadError {
    /// The source failed.
    Io(io::Error),
    /// The stream is not what a producer wrote.
    Decode(DecodeError),
    /// The stream ends before it is complete.
    Incomplete(Incomplete),
}

impl From<DecodeError> for ReadError {
    fn from(error: DecodeError) -> ReadError {
        ReadError::Decode(error)
    }
}

impl From<Incomplete> for ReadError {
    fn from(error: Incomplete) -> ReadError {
        ReadError::Incomplete(error)
    }
}

impl fmt::Display for ReadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ReadError::Io(error) => write!(f, "the stream cannot be read: {error}"),
            ReadError::Decode(error) => error.fmt(f),
            ReadError::Incomplete(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for ReadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            ReadError::Io(error) => Some(error),
            ReadError::Decode(error) => Some(error),
            ReadError::Incomplete(error) => Some(error),
        }
    }
}
