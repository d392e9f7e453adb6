//! A custom archive into a pipe, or into a file with the offsets of its blocks.

use std::collections::HashMap;
use std::io::{Seek, SeekFrom, Write};

use pgx_rows::large_object::records;

use super::{OBJECTS, ROWS};
use crate::body::END_OF_ROWS;
use crate::bytes::{put_int, put_oid};
use crate::compression::{Compression, Container, Packer};
use crate::contents::{Block, Plan};
use crate::error::Error;
use crate::toc::{Layout, Place};

/// Compressed bytes become a chunk from this size on.
const CHUNK: usize = 64 << 10;

/// Writes a custom archive: the table of contents at once, then one block after the other.
///
/// In a pipe, pg_restore wants blocks in the order of [`Plan::blocks`]; in a file any order will do.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    plan: Plan,
    compression: Compression,
    at: u64,
    offsets: HashMap<u32, u64>,
    open: Option<Open>,
    made: Vec<u8>,
}

/// The block that is being written.
struct Open {
    objects: bool,
    called: String,
    /// What is being compressed: the rows, or one object.
    packer: Option<Packer>,
}

impl std::fmt::Debug for Open {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Open")
            .field("called", &self.called)
            .finish_non_exhaustive()
    }
}

impl<W: Write> Writer<W> {
    /// Writes header and table of contents, and waits for blocks.
    pub fn new(mut out: W, mut plan: Plan, compression: Compression) -> Result<Writer<W>, Error> {
        plan.place(|_, _| Place::Somewhere);
        plan.toc.header.algorithm = compression.algorithm;
        let mut made = Vec::new();
        plan.toc.write(Layout::Offsets, &mut made)?;
        out.write_all(&made)?;
        Ok(Writer {
            out,
            at: made.len() as u64,
            plan,
            compression,
            offsets: HashMap::new(),
            open: None,
            made: Vec::new(),
        })
    }

    /// What is written, and where the rows of entries go.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Begins a block.
    ///
    /// # Errors
    /// Fails when another is open, or when it has been written already.
    pub fn begin(&mut self, block: Block) -> Result<(), Error> {
        let Some(rows) = self.plan.of_block(block) else {
            return Err(Error::damaged(format!("entry {} has no rows", block.0)));
        };
        let (objects, called) = (rows.objects, rows.called.clone());
        if let Some(open) = &self.open {
            return Err(Error::damaged(format!(
                "the rows of {} are not at their end",
                open.called
            )));
        }
        if self.offsets.insert(block.0, self.at).is_some() {
            return Err(Error::damaged("its rows come twice").about(called));
        }
        self.made.push(if objects { OBJECTS } else { ROWS });
        put_oid(block.0, &mut self.made);
        let packer = match objects {
            true => None,
            false => Some(Packer::new(self.compression, Container::Block)?),
        };
        self.open = Some(Open {
            objects,
            called,
            packer,
        });
        self.flush()
    }

    /// Writes rows of the open block: lines of text, or whole records of large objects.
    pub fn rows(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let Some(mut open) = self.open.take() else {
            return Err(Error::damaged("rows of no entry"));
        };
        if open.objects {
            for record in records(bytes) {
                let record = record.map_err(|error| Error::damaged(error.to_string()).about(open.called.as_str()))?;
                let mut packer = match open.packer.take() {
                    Some(packer) => packer,
                    None => {
                        put_oid(record.oid, &mut self.made);
                        Packer::new(self.compression, Container::Block)?
                    }
                };
                packer.push(record.bytes)?;
                self.chunk(packer.made(), CHUNK)?;
                match record.last {
                    true => self.end_list(packer)?,
                    false => open.packer = Some(packer),
                }
            }
        } else if let Some(packer) = &mut open.packer {
            packer.push(bytes)?;
            self.chunk(packer.made(), CHUNK)?;
        }
        self.open = Some(open);
        Ok(())
    }

    /// Ends the open block.
    pub fn end(&mut self) -> Result<(), Error> {
        let Some(open) = self.open.take() else {
            return Err(Error::damaged("the end of no entry"));
        };
        match (open.objects, open.packer) {
            (true, None) => put_int(0, &mut self.made),
            (false, Some(mut packer)) => {
                packer.push(END_OF_ROWS)?;
                self.end_list(packer)?;
            }
            _ => return Err(Error::damaged("a large object is not at its end").about(open.called)),
        }
        self.flush()
    }

    /// Everything has been written: checks it, and gives back where it was written to.
    pub fn finish(mut self) -> Result<W, Error> {
        self.complete()?;
        self.out.flush()?;
        Ok(self.out)
    }

    fn complete(&self) -> Result<(), Error> {
        match self.plan.blocks().find(|block| !self.offsets.contains_key(&block.0)) {
            None if self.open.is_none() => Ok(()),
            missing => {
                let called = missing
                    .and_then(|block| self.plan.of_block(block))
                    .map(|rows| rows.called.clone());
                Err(Error::damaged("its rows are missing").about(called.unwrap_or_default()))
            }
        }
    }

    /// Writes compressed bytes as a chunk, if they are worth one.
    fn chunk(&mut self, made: &mut Vec<u8>, worth: usize) -> Result<(), Error> {
        if made.len() >= worth && !made.is_empty() {
            self.flush()?;
            // Less than 2 GiB: what a caller gives at once, and what a compressor holds back.
            for piece in made.chunks(1 << 30) {
                let mut length = Vec::with_capacity(5);
                put_int(piece.len() as i32, &mut length);
                self.out.write_all(&length)?;
                self.out.write_all(piece)?;
                self.at += (length.len() + piece.len()) as u64;
            }
            made.clear();
        }
        Ok(())
    }

    fn end_list(&mut self, packer: Packer) -> Result<(), Error> {
        let mut rest = packer.finish()?;
        self.chunk(&mut rest, 1)?;
        put_int(0, &mut self.made);
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Error> {
        self.out.write_all(&self.made)?;
        self.at += self.made.len() as u64;
        self.made.clear();
        Ok(())
    }
}

impl<W: Write + Seek> Writer<W> {
    /// The same for a file: says in the table of contents where each block is, so that readers can seek.
    pub fn finish_file(mut self) -> Result<W, Error> {
        self.complete()?;
        let offsets = std::mem::take(&mut self.offsets);
        self.plan
            .place(|id, _| offsets.get(&id).map_or(Place::Somewhere, |offset| Place::At(*offset)));
        self.made.clear();
        self.plan.toc.write(Layout::Offsets, &mut self.made)?;
        self.out.seek(SeekFrom::Start(0))?;
        self.out.write_all(&self.made)?;
        self.out.seek(SeekFrom::Start(self.at))?;
        self.out.flush()?;
        Ok(self.out)
    }
}
