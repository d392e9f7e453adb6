//! A blocking shell around the encoder.

use std::fmt;
use std::io::{self, Write};

use crate::codec::Compression;
use crate::data_frame::DataFrame;
use crate::digest::Digest;
use crate::encoder::{EncodeError, Encoder, Rows, Start, Toc};
use crate::entry::{Entry, EntryId};
use crate::event::Ancillary;
use crate::fail::Fail;
use crate::head::Head;
use crate::tick::Tick;
use crate::totals::{End, EntryEnd, PartEnd, TocEnd};

/// Writes one stream to a [`Write`], each frame as soon as it is made.
///
/// The states are those of [`Encoder`].
#[derive(Debug)]
pub struct Writer<W, State> {
    sink: W,
    encoder: Encoder<State>,
    /// What the encoder has made and the sink has not got.
    made: Vec<u8>,
}

impl<W: Write> Writer<W, Start> {
    /// A writer that compresses metadata so.
    pub fn new(sink: W, compression: Compression) -> Writer<W, Start> {
        Writer {
            sink,
            encoder: Encoder::new(compression),
            made: Vec::new(),
        }
    }

    /// Writes HEAD.
    pub fn head(mut self, head: &Head) -> Result<Writer<W, Toc>, WriteError> {
        let encoder = self.encoder.head(head, &mut self.made)?;
        send(&mut self.sink, &mut self.made)?;
        Ok(Writer {
            sink: self.sink,
            encoder,
            made: self.made,
        })
    }

    /// Gives up before HEAD.
    pub fn fail(mut self, fail: &Fail) -> Result<W, WriteError> {
        self.encoder.fail(fail, &mut self.made)?;
        last(self.sink, self.made)
    }
}

impl<W, State> Writer<W, State> {
    /// Where it is written to.
    pub fn sink(&self) -> &W {
        &self.sink
    }
}

impl<W: Write> Writer<W, Toc> {
    /// Writes entries; may be called any number of times.
    pub fn entries(&mut self, entries: &[Entry]) -> Result<(), WriteError> {
        self.encoder.entries(entries, &mut self.made)?;
        send(&mut self.sink, &mut self.made)
    }

    /// Writes TOC_END with the plan of these entries: rows may follow.
    ///
    /// This is for a dump. Who hands a stream on uses [`toc_end_of`](Writer::toc_end_of).
    pub fn toc_end(mut self) -> Result<(Writer<W, Rows>, TocEnd), WriteError> {
        let (encoder, end) = self.encoder.toc_end(&mut self.made)?;
        Writer::sent(self.sink, encoder, end, self.made)
    }

    /// Writes TOC_END with the plan that the TOC_END of the input has: rows may follow.
    pub fn toc_end_of(mut self, plan: Option<Digest>) -> Result<(Writer<W, Rows>, TocEnd), WriteError> {
        let (encoder, end) = self.encoder.toc_end_of(plan, &mut self.made)?;
        Writer::sent(self.sink, encoder, end, self.made)
    }

    /// Writes a sign of life.
    pub fn tick(&mut self, tick: &Tick) -> Result<(), WriteError> {
        self.encoder.tick(tick, &mut self.made)?;
        send(&mut self.sink, &mut self.made)
    }

    /// Writes an ancillary frame that a decoder gave and this version does not know.
    pub fn ancillary(&mut self, frame: &Ancillary) -> Result<(), WriteError> {
        self.encoder.ancillary(frame, &mut self.made)?;
        send(&mut self.sink, &mut self.made)
    }

    /// Gives up: the stream says why and ends.
    pub fn fail(mut self, fail: &Fail) -> Result<W, WriteError> {
        self.encoder.fail(fail, &mut self.made)?;
        last(self.sink, self.made)
    }
}

impl<W: Write> Writer<W, Rows> {
    fn sent(
        mut sink: W,
        encoder: Encoder<Rows>,
        end: TocEnd,
        mut made: Vec<u8>,
    ) -> Result<(Writer<W, Rows>, TocEnd), WriteError> {
        send(&mut sink, &mut made)?;
        Ok((Writer { sink, encoder, made }, end))
    }

    /// Writes a frame of rows.
    pub fn data(&mut self, frame: &DataFrame) -> Result<(), WriteError> {
        self.encoder.admit(frame)?;
        Ok(self.sink.write_all(frame.as_bytes())?)
    }

    /// Writes PART_END, given the sum of the digests of the part's rows.
    pub fn part_end(&mut self, entry: EntryId, part: u32, digest: Digest) -> Result<PartEnd, WriteError> {
        let end = self.encoder.part_end(entry, part, digest, &mut self.made)?;
        send(&mut self.sink, &mut self.made)?;
        Ok(end)
    }

    /// Writes ENTRY_END, after the last part of the entry.
    pub fn entry_end(&mut self, entry: EntryId) -> Result<EntryEnd, WriteError> {
        let end = self.encoder.entry_end(entry, &mut self.made)?;
        send(&mut self.sink, &mut self.made)?;
        Ok(end)
    }

    /// Writes a sign of life.
    pub fn tick(&mut self, tick: &Tick) -> Result<(), WriteError> {
        self.encoder.tick(tick, &mut self.made)?;
        send(&mut self.sink, &mut self.made)
    }

    /// Writes an ancillary frame that a decoder gave and this version does not know.
    pub fn ancillary(&mut self, frame: &Ancillary) -> Result<(), WriteError> {
        self.encoder.ancillary(frame, &mut self.made)?;
        send(&mut self.sink, &mut self.made)
    }

    /// Whether the rows of every entry have ended: if not, [`finish`](Writer::finish) would refuse, and
    /// there is still something to say with [`fail`](Writer::fail).
    pub fn all_ended(&self) -> Result<(), WriteError> {
        Ok(self.encoder.all_ended()?)
    }

    /// Writes INDEX, END and the trailer, and gives the sink back; another member may follow in it.
    pub fn finish(mut self) -> Result<(W, End), WriteError> {
        let end = self.encoder.finish(&mut self.made)?;
        Ok((last(self.sink, self.made)?, end))
    }

    /// Gives up: the stream says why and ends.
    pub fn fail(mut self, fail: &Fail) -> Result<W, WriteError> {
        self.encoder.fail(fail, &mut self.made)?;
        last(self.sink, self.made)
    }
}

/// Frames go out when they are made: who waits for them may be waiting for just this one.
fn send(sink: &mut impl Write, made: &mut Vec<u8>) -> Result<(), WriteError> {
    sink.write_all(made)?;
    sink.flush()?;
    made.clear();
    Ok(())
}

fn last<W: Write>(mut sink: W, mut made: Vec<u8>) -> Result<W, WriteError> {
    send(&mut sink, &mut made)?;
    Ok(sink)
}

/// Why a stream could not be written.
#[derive(Debug)]
pub enum WriteError {
    /// The frame was refused by the encoder.
    Encode(EncodeError),
    /// The sink refused it.
    Io(io::Error),
}

impl From<EncodeError> for WriteError {
    fn from(error: EncodeError) -> WriteError {
        WriteError::Encode(error)
    }
}

impl From<io::Error> for WriteError {
    fn from(error: io::Error) -> WriteError {
        WriteError::Io(error)
    }
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::Encode(error) => error.fmt(f),
            WriteError::Io(error) => write!(f, "the stream cannot be written: {error}"),
        }
    }
}

impl std::error::Error for WriteError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            WriteError::Encode(error) => Some(error),
            WriteError::Io(error) => Some(error),
        }
    }
}
