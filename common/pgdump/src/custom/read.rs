//! A custom archive from a pipe, or from a file by the offsets of its blocks.

use std::collections::{HashMap, HashSet};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};

use pgx_archive::EntryId;

use super::{OBJECTS, ROWS};
use crate::body::{self, Objects};
use crate::bytes::Source;
use crate::compression::{Algorithm, Container, Plain};
use crate::contents::Contents;
use crate::error::{Error, Fault};
use crate::toc::{Layout, Place, Toc};
use crate::visitor::{Next, Visitor};

const BUFFER: usize = 256 << 10;

/// Reads an archive from its beginning to its end, without seeking.
///
/// An archive of this format has no end of its own: it is complete when each of its entries that has rows
/// has had its block.
pub fn read<V: Visitor>(reader: impl Read, visitor: &mut V) -> Result<(), V::Error> {
    let mut source = Source::new(BufReader::with_capacity(BUFFER, reader));
    let toc = Toc::read(&mut source, Layout::Offsets)?;
    if visitor.contents(Contents::of(&toc)?)? == Next::Stop {
        return Ok(());
    }
    Blocks::new(source, &toc).all(visitor)
}

/// Reads an archive from a file: of its rows only those that are wanted, where the archive says where they are.
pub fn read_file<V: Visitor>(file: impl Read + Seek, visitor: &mut V) -> Result<(), V::Error> {
    let mut source = Source::new(BufReader::with_capacity(BUFFER, file));
    let toc = Toc::read(&mut source, Layout::Offsets)?;
    let contents = Contents::of(&toc)?;
    if visitor.contents(contents)? == Next::Stop {
        return Ok(());
    }
    let with_rows = || toc.records.iter().filter(|record| record.has_data);
    let known = with_rows().all(|record| matches!(record.place, Place::At(_)));
    let all = with_rows().all(|record| visitor.wants(EntryId(record.id)));
    let mut blocks = Blocks::new(source, &toc);
    if all || !known {
        return blocks.all(visitor);
    }
    for record in with_rows() {
        if let Place::At(offset) = record.place
            && visitor.wants(EntryId(record.id))
        {
            let sought = blocks.source.seek(offset);
            sought.map_err(|error| error.about(blocks.about(record.id)))?;
            blocks.one(Some(record.id), visitor)?;
        }
    }
    Ok(())
}

impl<R: Read + Seek> Source<BufReader<R>> {
    fn seek(&mut self, offset: u64) -> Result<(), Error> {
        self.moved(offset, |reader| reader.seek(SeekFrom::Start(offset)).map(drop))
    }
}

/// The blocks behind the table of contents.
struct Blocks<R> {
    source: Source<R>,
    algorithm: Algorithm,
    /// What messages call the entries with rows.
    called: HashMap<u32, String>,
    /// Those of them that are large objects.
    objects: HashSet<u32>,
    missing: HashSet<u32>,
}

impl<R: BufRead> Blocks<R> {
    fn new(source: Source<R>, toc: &Toc) -> Blocks<R> {
        let with_rows = toc.records.iter().filter(|record| record.has_data);
        let called: HashMap<u32, String> = with_rows.map(|record| (record.id, record.describe())).collect();
        Blocks {
            source,
            algorithm: toc.header.algorithm,
            objects: toc
                .records
                .iter()
                .filter(|record| record.kind == b"BLOBS")
                .map(|record| record.id)
                .collect(),
            missing: called.keys().copied().collect(),
            called,
        }
    }

    fn all<V: Visitor>(&mut self, visitor: &mut V) -> Result<(), V::Error> {
        while !self.missing.is_empty() && !self.source.is_at_end()? {
            self.one(None, visitor)?;
        }
        match self.missing.iter().min() {
            // What pg_dump appends to a file that can only be appended to: its table of contents, once more.
            None => Ok(self.drain()?),
            Some(first) => Err(Error::new(Fault::Ended)
                .about(self.about(*first))
                .at(self.source.at())
                .into()),
        }
    }

    /// Reads to the end, so that the program that writes it can finish.
    fn drain(&mut self) -> Result<(), Error> {
        loop {
            match self.source.fill()?.len() {
                0 => return Ok(()),
                bytes => self.source.consume(bytes),
            }
        }
    }

    fn about(&self, id: u32) -> String {
        match self.called.get(&id) {
            Some(called) => format!("entry {id} ({called})"),
            None => format!("a block of entry {id}, which is not in the table of contents"),
        }
    }

    /// Reads a block, which has to be of `expected` where somebody said it is.
    fn one<V: Visitor>(&mut self, expected: Option<u32>, visitor: &mut V) -> Result<(), V::Error> {
        let begin = self.source.at();
        let about = |blocks: &Self| expected.map_or_else(|| "a block".to_owned(), |id| blocks.about(id));
        let kind = self.source.byte().map_err(|error| error.about(about(self)))?;
        let id = self.source.count("the number of an entry");
        let id = id.map_err(|error| error.about(about(self)))?;
        if expected.is_some_and(|expected| expected != id) {
            return Err(
                Error::damaged(format!("the block of entry {id} is where its rows should be"))
                    .about(about(self))
                    .at(begin)
                    .into(),
            );
        }
        let known = self.called.contains_key(&id);
        if known && !self.missing.remove(&id) {
            return Err(Error::damaged("its rows come twice")
                .about(self.about(id))
                .at(begin)
                .into());
        }
        let expected = if self.objects.contains(&id) { OBJECTS } else { ROWS };
        if known && kind != expected && matches!(kind, ROWS | OBJECTS) {
            return Err(Error::damaged("its block is of another kind than the entry")
                .about(self.about(id))
                .at(begin)
                .into());
        }
        let entry = EntryId(id);
        // The visitor's own errors go their way as they are; ours say where they happened.
        let wanted = known && visitor.wants(entry);
        match (kind, wanted) {
            (ROWS, true) => {
                let about = self.about(id);
                self.chunks(id, |reader| body::rows(reader, entry, &about, visitor))?;
                visitor.end(entry)
            }
            (ROWS, false) => Ok(self.skip(id)?),
            (OBJECTS, true) => {
                let mut objects = Objects::new(entry, self.about(id));
                loop {
                    match self.source.oid().map_err(|error| error.about(self.about(id)))? {
                        0 => break,
                        oid => self.chunks(id, |reader| objects.object(oid, reader, visitor))?,
                    }
                }
                objects.flush(visitor)?;
                visitor.end(entry)
            }
            (OBJECTS, false) => {
                while self.source.oid()? != 0 {
                    self.skip(id)?;
                }
                Ok(())
            }
            (other, _) => Err(Error::damaged(format!("{other} is not a kind of block"))
                .about(self.about(id))
                .at(begin)
                .into()),
        }
    }

    /// Decompresses what a list of chunks holds.
    fn chunks<E: From<Error>>(&mut self, id: u32, take: impl FnOnce(&mut dyn Read) -> Result<(), E>) -> Result<(), E> {
        let about = self.about(id);
        let mut watched = Watched {
            inner: Plain::new(Chunks::new(&mut self.source), self.algorithm, Container::Block)?,
            failed: None,
        };
        let empty = watched
            .inner
            .get_mut()
            .is_empty()
            .map_err(|error| error.about(about.as_str()))?;
        let taken = match empty {
            // What compressors write for nothing is something, but it need not be there.
            true => take(&mut io::empty()),
            false => take(&mut watched),
        };
        let Watched { mut inner, failed } = watched;
        let rest = inner.get_mut().is_empty();
        drop(inner);
        let at = self.source.at();
        if let Some(error) = failed {
            return Err(error.about(about).at(at).into());
        }
        taken?;
        match rest.map_err(|error| error.about(about.as_str()))? {
            true => Ok(()),
            false => Err(Error::damaged("bytes behind what was compressed")
                .about(about)
                .at(at)
                .into()),
        }
    }

    /// Passes by a list of chunks.
    fn skip(&mut self, id: u32) -> Result<(), Error> {
        let about = self.about(id);
        let mut chunks = Chunks::new(&mut self.source);
        let copied = io::copy(&mut chunks, &mut io::sink());
        copied.map_err(|error| Error::from(error).about(about).at(self.source.at()))?;
        Ok(())
    }
}

/// A reader whose error is kept, because whoever reads from it may be unable to hand it on as it is.
struct Watched<R> {
    inner: R,
    failed: Option<Error>,
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer).map_err(|error| match error.kind() {
            io::ErrorKind::Interrupted => error,
            _ => {
                self.failed = Some(error.into());
                io::Error::other("the archive cannot be read")
            }
        })
    }
}

/// The bytes of a list of chunks.
struct Chunks<'a, R> {
    source: &'a mut Source<R>,
    left: usize,
    ended: bool,
}

impl<'a, R: BufRead> Chunks<'a, R> {
    fn new(source: &'a mut Source<R>) -> Chunks<'a, R> {
        Chunks {
            source,
            left: 0,
            ended: false,
        }
    }

    fn is_empty(&mut self) -> Result<bool, Error> {
        Ok(self.fill_buf()?.is_empty())
    }
}

impl<R: BufRead> BufRead for Chunks<'_, R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 && !self.ended {
            self.left = self.source.count("the length of a chunk")? as usize;
            self.ended = self.left == 0;
        }
        if self.ended {
            return Ok(&[]);
        }
        if self.source.is_at_end()? {
            return Err(Error::new(Fault::Ended).at(self.source.at()).into());
        }
        let there = self.source.fill()?;
        Ok(&there[..there.len().min(self.left)])
    }

    fn consume(&mut self, bytes: usize) {
        self.source.consume(bytes);
        self.left -= bytes;
    }
}

impl<R: BufRead> Read for Chunks<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let there = self.fill_buf()?;
        let bytes = there.len().min(buffer.len());
        buffer[..bytes].copy_from_slice(&there[..bytes]);
        self.consume(bytes);
        Ok(bytes)
    }
}
