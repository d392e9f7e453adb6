//! A tar archive into a pipe, from rows that have been staged.

use std::collections::HashSet;
use std::io::{self, Read, Seek, SeekFrom, Write};

use crate::body::END_OF_ROWS;
use crate::compression::Algorithm;
use crate::contents::{Block, Plan};
use crate::error::Error;
use crate::members;
use crate::stage::{RECORD_HEADER, record_header};
use crate::toc::{Layout, Place};

/// Writes a tar archive: the table of contents at once, then the rows of one block after the other.
pub struct Writer<W: Write> {
    tar: tar::Builder<W>,
    plan: Plan,
    done: HashSet<Block>,
    seconds: u64,
}

impl<W: Write> Writer<W> {
    /// Writes the table of contents. `seconds` since 1970 is the time of all members.
    pub fn new(out: W, mut plan: Plan, seconds: u64) -> Result<Writer<W>, Error> {
        // That name stands there for large objects, too.
        plan.place(|id, _| Place::File(members::rows(id)));
        plan.toc.header.algorithm = Algorithm::None;
        let mut contents = Vec::new();
        plan.toc.write(Layout::Files, &mut contents)?;
        let mut writer = Writer {
            tar: tar::Builder::new(out),
            plan,
            done: HashSet::new(),
            seconds,
        };
        writer.member(members::CONTENTS, contents.len() as u64, &mut contents.as_slice())?;
        Ok(writer)
    }

    /// What is written, and where the rows of entries go.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Writes the rows of a block, all of them: lines of text, or records of large objects.
    ///
    /// pg_restore wants blocks in the order of [`Plan::blocks`], and the objects of a block ascending, which
    /// is seen to here.
    pub fn block(&mut self, block: Block, mut staged: impl Read + Seek) -> Result<(), Error> {
        let Some(rows) = self.plan.of_block(block) else {
            return Err(Error::damaged(format!("entry {} has no rows", block.0)));
        };
        let (objects, called) = (rows.objects, rows.called.clone());
        if !self.done.insert(block) {
            return Err(Error::damaged("its rows come twice").about(called));
        }
        let size = staged.seek(SeekFrom::End(0))?;
        staged.seek(SeekFrom::Start(0))?;
        if objects {
            return self.objects(block, staged, size).map_err(|error| error.about(called));
        }
        let all = size + END_OF_ROWS.len() as u64;
        self.member(&members::rows(block.0), all, &mut staged.take(size).chain(END_OF_ROWS))
    }

    fn objects(&mut self, block: Block, mut staged: impl Read + Seek, size: u64) -> Result<(), Error> {
        let mut found = objects(&mut staged, size)?;
        found.sort_unstable_by_key(|object| object.oid);
        let mut list = String::new();
        for object in &found {
            staged.seek(SeekFrom::Start(object.begin))?;
            let name = members::object(object.oid);
            let mut content = Content {
                staged: &mut staged,
                left: 0,
            };
            self.member(&name, object.size, &mut content)?;
            list += &format!("{} {name}\n", object.oid);
        }
        let name = members::objects(block.0, self.plan.toc.header.version);
        self.member(&name, list.len() as u64, &mut list.as_bytes())
    }

    /// Everything has been written.
    pub fn finish(self) -> Result<W, Error> {
        if let Some(missing) = self.plan.blocks().find(|block| !self.done.contains(block)) {
            let called = self.plan.of_block(missing).map(|rows| rows.called.clone());
            return Err(Error::damaged("its rows are missing").about(called.unwrap_or_default()));
        }
        let mut out = self.tar.into_inner()?;
        out.flush()?;
        Ok(out)
    }

    fn member(&mut self, name: &str, size: u64, content: &mut dyn Read) -> Result<(), Error> {
        let mut header = tar::Header::new_ustar();
        header.set_path(name)?;
        header.set_size(size);
        header.set_mode(0o600);
        header.set_mtime(self.seconds);
        header.set_entry_type(tar::EntryType::Regular);
        header.set_cksum();
        self.tar.append(&header, content.take(size))?;
        Ok(())
    }
}

impl<W: Write> std::fmt::Debug for Writer<W> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Writer")
            .field("plan", &self.plan)
            .finish_non_exhaustive()
    }
}

/// Where an object lies in staged records, and how large it is.
struct Object {
    oid: u32,
    begin: u64,
    size: u64,
}

fn objects(staged: &mut (impl Read + Seek), size: u64) -> Result<Vec<Object>, Error> {
    let mut found: Vec<Object> = Vec::new();
    let (mut at, mut ended) = (0, true);
    while at < size {
        let (_, oid, last, length) = record_header(staged)?;
        if ended {
            found.push(Object {
                oid,
                begin: at,
                size: 0,
            });
        }
        if let Some(object) = found.last_mut() {
            object.size += length as u64;
        }
        ended = last;
        staged.seek(SeekFrom::Current(length as i64))?;
        at += (RECORD_HEADER + length) as u64;
    }
    Ok(found)
}

/// The content of an object, without the headers of its records.
struct Content<'a, R> {
    staged: &'a mut R,
    left: usize,
}

impl<R: Read> Read for Content<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.left == 0 {
            self.left = record_header(self.staged)?.3;
        }
        let wanted = buffer.len().min(self.left);
        let read = self.staged.read(&mut buffer[..wanted])?;
        self.left -= read;
        Ok(read)
    }
}
