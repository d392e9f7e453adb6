//! An archive from rows that come in any order: parts of many tables, interleaved, as streams have them.
//!
//! The formats differ in how much order they need. A directory needs none. A custom archive takes one block
//! at a time: rows of another are staged until it is their turn; in a file blocks may stand in any order, and
//! in a pipe they must stand in that of the table of contents, because that is how pg_restore reads a pipe.
//! A tar archive wants that order and the size of each block before its rows, so everything is staged.

use std::collections::{HashMap, HashSet, VecDeque};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

use pgx_archive::{Entry, EntryId, Format, Head};
use pgx_rows::to_text::Converter;

use crate::contents::{Block, Plan};
use crate::error::Error;
use crate::recipe::Recipe;
use crate::stage::{Stage, record_header};
use crate::{custom, directory, tar};

/// Staged rows are copied in pieces of this size.
const PIECE: usize = 256 << 10;

/// Where an archive goes, and in which format.
#[derive(Debug)]
pub enum Target<W> {
    /// A custom archive into a file of its own, in which offsets can be filled in.
    CustomFile(W),
    /// A custom archive into a pipe, or anything else: there is no seeking.
    Custom(W),
    /// A directory, by its path, and how many threads compress and write.
    Directory(PathBuf, usize),
    /// A tar archive; the time of its members in seconds since 1970.
    Tar(W, u64),
}

enum Out<W: Write> {
    File(custom::Writer<W>),
    Pipe(custom::Writer<W>),
    Directory(directory::Writer),
    Tar(tar::Writer<W>),
}

/// An archive that is being put together.
pub struct Assembly<W: Write> {
    out: Out<W>,
    stage: Stage,
    /// Where the rows of entries go.
    blocks: HashMap<EntryId, Block>,
    /// What turns binary rows into text, for each entry that has them, and for each of its parts.
    forms: HashMap<EntryId, Converter>,
    converters: HashMap<(EntryId, u32), Converter>,
    text: Vec<u8>,
    /// Blocks of large objects.
    objects: HashSet<Block>,
    /// How many entries of a block have not ended.
    unfinished: HashMap<Block, usize>,
    /// Blocks that have not had their turn, in the order of the table of contents.
    waiting: VecDeque<Block>,
    /// The block that is being written.
    current: Option<Block>,
}

impl<W: Write + Seek> Assembly<W> {
    /// Begins an archive of these entries: rows of each of those that have [`Entry::data`] are to follow.
    pub fn new(target: Target<W>, head: &Head, entries: &[Entry], recipe: Recipe) -> Result<Assembly<W>, Error> {
        let Recipe {
            version, compression, ..
        } = recipe;
        let mut entries = entries.to_vec();
        let mut forms = HashMap::new();
        for entry in &mut entries {
            if let Some(converter) = converter(entry)? {
                forms.insert(entry.id, converter);
            }
        }
        let plan = Plan::new(head, &entries, version, compression.algorithm)?;
        let blocks: HashMap<EntryId, Block> = entries
            .iter()
            .filter_map(|entry| Some((entry.id, plan.block(entry.id)?)))
            .collect();
        let mut unfinished = HashMap::new();
        for block in blocks.values() {
            *unfinished.entry(*block).or_insert(0) += 1;
        }
        let waiting: VecDeque<Block> = plan.blocks().collect();
        let is_of_objects = |block: &Block| plan.of_block(*block).is_some_and(|rows| rows.objects);
        let objects = waiting.iter().copied().filter(is_of_objects).collect();
        let out = match target {
            Target::CustomFile(file) => Out::File(custom::Writer::new(file, plan, compression)?),
            Target::Custom(pipe) => Out::Pipe(custom::Writer::new(pipe, plan, compression)?),
            Target::Directory(path, threads) => {
                Out::Directory(directory::Writer::new(&path, plan, compression, threads)?)
            }
            Target::Tar(pipe, seconds) => Out::Tar(tar::Writer::new(pipe, plan, seconds)?),
        };
        Ok(Assembly {
            out,
            stage: Stage::default(),
            blocks,
            forms,
            converters: HashMap::new(),
            text: Vec::new(),
            objects,
            unfinished,
            waiting,
            current: None,
        })
    }

    /// Takes rows of a part of an entry, in the format that the entry says: whole rows or records of large
    /// objects, or pieces that follow one another until they are whole.
    pub fn rows(&mut self, entry: EntryId, part: u32, bytes: &[u8]) -> Result<(), Error> {
        let Some(form) = self.forms.get(&entry) else {
            return self.plain_rows(entry, bytes);
        };
        let converter = self.converters.entry((entry, part)).or_insert_with(|| form.clone());
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let converted = converter.push(bytes, &mut text);
        converted.map_err(|error| Error::damaged(error.to_string()).about(format!("entry {entry}")))?;
        let taken = self.plain_rows(entry, &text);
        self.text = text;
        taken
    }

    /// A part of an entry is complete.
    pub fn part_end(&mut self, entry: EntryId, part: u32) -> Result<(), Error> {
        match self.converters.remove(&(entry, part)) {
            Some(converter) => converter
                .finish()
                .map_err(|error| Error::damaged(error.to_string()).about(format!("entry {entry}"))),
            None => Ok(()),
        }
    }

    fn plain_rows(&mut self, entry: EntryId, bytes: &[u8]) -> Result<(), Error> {
        let block = self.block(entry)?;
        match &mut self.out {
            Out::Directory(writer) => return writer.rows(block, bytes),
            Out::Tar(_) => return self.stage.keep(block, bytes),
            Out::File(_) | Out::Pipe(_) => {}
        }
        if self.current.is_none() && self.may_begin(block) {
            self.begin(block)?;
        }
        if self.current != Some(block) {
            return self.stage.keep(block, bytes);
        }
        self.write(bytes)
    }

    /// All rows of an entry have come.
    pub fn end(&mut self, entry: EntryId) -> Result<(), Error> {
        let block = self.block(entry)?;
        self.blocks.remove(&entry);
        if let Some(left) = self.unfinished.get_mut(&block) {
            *left -= 1;
            if *left > 0 {
                return Ok(());
            }
        }
        if let Out::Directory(writer) = &mut self.out {
            return writer.end(block);
        }
        if self.current == Some(block) {
            self.end_current()?;
        }
        self.go_on()
    }

    /// Everything has come; what is missing is an error. Gives back where it was written to, which is none for
    /// a directory.
    pub fn finish(mut self) -> Result<Option<W>, Error> {
        self.go_on()?;
        match self.out {
            Out::File(writer) => writer.finish_file().map(Some),
            Out::Pipe(writer) => writer.finish().map(Some),
            Out::Directory(writer) => writer.finish().map(|()| None),
            Out::Tar(writer) => writer.finish().map(Some),
        }
    }

    fn block(&self, entry: EntryId) -> Result<Block, Error> {
        let block = self.blocks.get(&entry).copied();
        block.ok_or_else(|| Error::damaged(format!("rows of entry {entry}, which has none or has ended")))
    }

    fn has_ended(&self, block: Block) -> bool {
        self.unfinished.get(&block) == Some(&0)
    }

    /// Whether it may be the turn of a block.
    fn may_begin(&self, block: Block) -> bool {
        match self.out {
            Out::File(_) => self.waiting.contains(&block),
            _ => self.waiting.front() == Some(&block),
        }
    }

    /// Writes what can be written: blocks that are complete, and what has come of the next.
    fn go_on(&mut self) -> Result<(), Error> {
        while self.current.is_none() {
            let ended = |block: &&Block| self.has_ended(**block);
            let next = match self.out {
                Out::File(_) => self.waiting.iter().find(ended),
                _ => self.waiting.front().filter(ended),
            };
            let Some(&block) = next else { return Ok(()) };
            if let Out::Tar(writer) = &mut self.out {
                self.waiting.pop_front();
                writer.block(block, self.stage.take(block)?)?;
                continue;
            }
            self.begin(block)?;
            self.end_current()?;
        }
        Ok(())
    }

    /// Begins a block, with what has been staged of it.
    fn begin(&mut self, block: Block) -> Result<(), Error> {
        self.waiting.retain(|waiting| *waiting != block);
        self.current = Some(block);
        match &mut self.out {
            Out::File(writer) => writer.begin(block)?,
            Out::Pipe(writer) => writer.begin(block)?,
            Out::Directory(_) | Out::Tar(_) => {}
        }
        let objects = self.objects.contains(&block);
        let mut kept = self.stage.take(block)?;
        let left = kept.seek(SeekFrom::End(0))?;
        kept.seek(SeekFrom::Start(0))?;
        let mut at = 0;
        let mut piece = Vec::with_capacity(PIECE);
        while at < left {
            piece.clear();
            if objects {
                // Records go on as wholes, however long they are.
                let (header, _, _, length) = record_header(&mut kept)?;
                piece.extend_from_slice(&header);
                (&mut kept).take(length as u64).read_to_end(&mut piece)?;
            } else {
                (&mut kept).take(PIECE as u64).read_to_end(&mut piece)?;
            }
            at += piece.len() as u64;
            match &mut self.out {
                Out::File(writer) => writer.rows(&piece)?,
                Out::Pipe(writer) => writer.rows(&piece)?,
                Out::Directory(_) | Out::Tar(_) => {}
            }
        }
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match &mut self.out {
            Out::File(writer) => writer.rows(bytes),
            Out::Pipe(writer) => writer.rows(bytes),
            Out::Directory(_) | Out::Tar(_) => Ok(()),
        }
    }

    fn end_current(&mut self) -> Result<(), Error> {
        self.current = None;
        match &mut self.out {
            Out::File(writer) => writer.end(),
            Out::Pipe(writer) => writer.end(),
            Out::Directory(_) | Out::Tar(_) => Ok(()),
        }
    }
}

/// What turns the rows of an entry into text, if they are binary; the entry then says that they are text.
fn converter(entry: &mut Entry) -> Result<Option<Converter>, Error> {
    let called = entry.describe();
    let Some(data) = entry.data.as_mut().filter(|data| data.format == Format::Binary) else {
        return Ok(None);
    };
    let converter = Converter::spelled(&data.columns, &data.types).map_err(|error| {
        let hint = Some("make the stream with pgx-dump --copy-format text");
        Error::unsupported(error.to_string(), hint).about(called.as_str())
    })?;
    data.format = Format::Text;
    Ok(Some(converter))
}

impl<W: Write> std::fmt::Debug for Assembly<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Assembly")
            .field("current", &self.current)
            .field("waiting", &self.waiting.len())
            .finish_non_exhaustive()
    }
}
