//! Rows that have come before their turn: in one file without a name, which is gone when the process is.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::Path;

use pgx_rows::large_object::{MAX_RECORD, records};

use crate::contents::Block;
use crate::error::Error;

/// Bytes of a record of large objects beside its content: `u32 oid, u64 offset, u8 last, u32 len`.
pub(crate) const RECORD_HEADER: usize = 17;
/// Names to try before there must be something else wrong.
const TRIES: u32 = 1000;

/// A file with pieces of the rows of blocks, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Stage {
    /// Made when something is staged for the first time.
    file: Option<File>,
    end: u64,
    pieces: HashMap<Block, Vec<Piece>>,
}

/// Bytes of the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Piece {
    begin: u64,
    length: u64,
}

impl Stage {
    /// Keeps rows of a block, behind those that are kept already.
    pub(crate) fn keep(&mut self, block: Block, bytes: &[u8]) -> Result<(), Error> {
        let file = match &mut self.file {
            Some(file) => file,
            None => self.file.insert(nameless(&std::env::temp_dir())?),
        };
        file.seek(SeekFrom::Start(self.end))?;
        file.write_all(bytes)?;
        let piece = Piece {
            begin: self.end,
            length: bytes.len() as u64,
        };
        self.end += piece.length;
        let pieces = self.pieces.entry(block).or_default();
        match pieces.last_mut() {
            Some(last) if last.begin + last.length == piece.begin => last.length += piece.length,
            _ => pieces.push(piece),
        }
        Ok(())
    }

    /// What was kept of a block, which then is forgotten.
    pub(crate) fn take(&mut self, block: Block) -> Result<Kept<'_>, Error> {
        let pieces = self.pieces.remove(&block).unwrap_or_default();
        if self.pieces.is_empty() && pieces.is_empty() {
            self.end = 0;
        }
        Ok(Kept {
            file: self.file.as_ref(),
            length: pieces.iter().map(|piece| piece.length).sum(),
            pieces,
            at: 0,
        })
    }
}

/// A file that nobody else can open.
fn nameless(directory: &Path) -> Result<File, Error> {
    let failed = |error: io::Error| Error::from(error).about(format!("a temporary file in {}", directory.display()));
    let mut options = File::options();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    for number in 0..TRIES {
        let path = directory.join(format!("pgx-{}-{number}", std::process::id()));
        match options.open(&path) {
            Ok(file) => {
                std::fs::remove_file(&path).map_err(failed)?;
                return Ok(file);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(failed(error)),
        }
    }
    Err(failed(io::Error::from(io::ErrorKind::AlreadyExists)))
}

/// The rows that were kept of a block.
#[derive(Debug)]
pub(crate) struct Kept<'a> {
    file: Option<&'a File>,
    pieces: Vec<Piece>,
    length: u64,
    at: u64,
}

impl Read for Kept<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(mut file) = self.file else { return Ok(0) };
        let mut before = 0;
        for piece in &self.pieces {
            let within = self.at - before;
            if within < piece.length {
                let wanted = buffer.len().min((piece.length - within).min(1 << 30) as usize);
                file.seek(SeekFrom::Start(piece.begin + within))?;
                let read = file.read(&mut buffer[..wanted])?;
                self.at += read as u64;
                return Ok(read);
            }
            before += piece.length;
        }
        Ok(0)
    }
}

impl Seek for Kept<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.at)
    }
}

/// The next record of large objects: its header, its OID, whether it is the object's last, its length.
pub(crate) fn record_header(staged: &mut impl Read) -> Result<([u8; RECORD_HEADER], u32, bool, usize), Error> {
    let mut bytes = [0; RECORD_HEADER];
    staged.read_exact(&mut bytes)?;
    let length = u32::from_le_bytes([bytes[13], bytes[14], bytes[15], bytes[16]]) as usize;
    // A record without its content is one of length 0, which the room of rows reads.
    let mut alone = bytes;
    alone[13..].fill(0);
    match records(&alone).next() {
        Some(Ok(record)) if length <= MAX_RECORD => Ok((bytes, record.oid, record.last, length)),
        _ => Err(Error::damaged("staged large objects are not records")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_blocks_come_back_apart() {
        let mut stage = Stage::default();
        for (block, bytes) in [(1, "a1"), (2, "b1"), (1, "a2"), (1, "a3"), (2, "b2")] {
            stage.keep(Block(block), bytes.as_bytes()).expect("writable");
        }
        assert_eq!(stage.pieces[&Block(1)].len(), 2, "pieces that lie together are one");
        let mut text = String::new();
        let mut kept = stage.take(Block(1)).expect("kept");
        kept.read_to_string(&mut text).expect("readable");
        assert_eq!(text, "a1a2a3");
        assert_eq!(kept.seek(SeekFrom::End(0)).expect("within"), 6);
        kept.seek(SeekFrom::Start(3)).expect("within");
        text.clear();
        kept.read_to_string(&mut text).expect("readable");
        assert_eq!(text, "2a3");
        text.clear();
        stage
            .take(Block(2))
            .expect("kept")
            .read_to_string(&mut text)
            .expect("readable");
        assert_eq!(text, "b1b2");
        text.clear();
        stage
            .take(Block(3))
            .expect("kept")
            .read_to_string(&mut text)
            .expect("readable");
        assert_eq!(text, "");
    }
}
