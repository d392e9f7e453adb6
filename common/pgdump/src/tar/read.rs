//! A tar archive from a pipe.

use std::collections::HashSet;
use std::io::{self, BufReader, Read};

use pgx_archive::EntryId;

use crate::body::{self, Objects};
use crate::bytes::Source;
use crate::contents::Contents;
use crate::error::{Error, Fault};
use crate::members::{CONTENTS, Member};
use crate::toc::{Layout, Record, Toc};
use crate::visitor::{Next, Visitor};

const BUFFER: usize = 256 << 10;

/// Reads an archive from its beginning to its end, without seeking.
pub fn read<V: Visitor>(reader: impl Read, visitor: &mut V) -> Result<(), V::Error> {
    let mut archive = tar::Archive::new(BufReader::with_capacity(BUFFER, reader));
    // Raw: names and sizes are those of the headers, and no header makes us take memory for it.
    let mut members = archive.entries().map_err(Error::from)?.raw(true);
    let Some(first) = members.next() else {
        return Err(Error::new(Fault::NotAnArchive).into());
    };
    let mut first = Incoming::new(first)?;
    if first.kind != Some(Member::Contents) {
        return Err(Error::new(Fault::NotAnArchive).about(first.name).into());
    }
    let mut source = Source::new(BufReader::new(&mut first));
    let toc = Toc::read(&mut source, Layout::Files).map_err(|error| error.about(CONTENTS))?;
    drop(source);
    first.pass()?;
    if visitor.contents(Contents::of(&toc)?)? == Next::Stop {
        return Ok(());
    }
    let mut rest = Rest::new(&toc);
    for member in members {
        let mut member = Incoming::new(member)?;
        rest.take(&mut member, visitor)?;
        member.pass()?;
    }
    io::copy(&mut archive.into_inner(), &mut io::sink()).map_err(Error::from)?;
    Ok(rest.finish()?)
}

/// What has come of the rows, and what has not.
struct Rest<'a> {
    /// Entries with rows whose rows have not come, in their order.
    missing: Vec<&'a Record>,
    done: HashSet<u32>,
    /// The entry whose large objects are coming, and how many have come.
    objects: Option<(Objects, u32, u64)>,
}

impl<'a> Rest<'a> {
    fn new(toc: &'a Toc) -> Rest<'a> {
        let mut missing: Vec<&Record> = toc.records.iter().filter(|record| record.has_data).collect();
        missing.reverse();
        Rest {
            missing,
            done: HashSet::new(),
            objects: None,
        }
    }

    fn take<V: Visitor>(&mut self, member: &mut Incoming<impl Read>, visitor: &mut V) -> Result<(), V::Error> {
        let refused = |what: &str, member: &str| Error::damaged(what).about(member.to_owned());
        match member.kind {
            Some(Member::Script) => Ok(()),
            Some(Member::Rows(id)) => {
                let is_rows = |record: &&Record| record.kind != b"BLOBS" && record.id == id;
                let Some(record) = self.missing.iter().rev().find(|record| is_rows(record)) else {
                    return Err(refused("is of no entry that has rows, or comes twice", &member.name).into());
                };
                let about = format!("{} ({})", member.name, record.describe());
                self.done_with(id);
                let entry = EntryId(id);
                if !visitor.wants(entry) {
                    return Ok(());
                }
                let taken = body::rows(member, entry, &about, visitor);
                member.settle(taken, &about)?;
                visitor.end(entry)
            }
            Some(Member::Object(oid)) => {
                if self.objects.is_none() {
                    let next = self.missing.iter().rev().find(|record| record.kind == b"BLOBS");
                    let Some(record) = next else {
                        return Err(refused("is of no entry that has large objects", &member.name).into());
                    };
                    self.objects = Some((Objects::new(EntryId(record.id), record.describe()), record.id, 0));
                }
                let Some((objects, id, count)) = &mut self.objects else {
                    return Ok(());
                };
                *count += 1;
                if !visitor.wants(EntryId(*id)) {
                    return Ok(());
                }
                let name = member.name.clone();
                let taken = objects.object(oid, member, visitor);
                member.settle(taken, &name)
            }
            Some(Member::Objects) => {
                let Some((mut objects, id, count)) = self.objects.take() else {
                    return Err(refused("lists large objects that have not come", &member.name).into());
                };
                let lines = member.lines()?;
                if lines != count {
                    let what = format!("lists {lines} large objects, and {count} have come");
                    return Err(refused(&what, &member.name).into());
                }
                self.done_with(id);
                if !visitor.wants(EntryId(id)) {
                    return Ok(());
                }
                objects.flush(visitor)?;
                visitor.end(EntryId(id))
            }
            Some(Member::Contents) => Err(refused("comes twice", &member.name).into()),
            None => Err(refused("is not a member that pg_dump writes", &member.name).into()),
        }
    }

    fn done_with(&mut self, id: u32) {
        self.done.insert(id);
        while let Some(last) = self.missing.last()
            && self.done.contains(&last.id)
        {
            self.missing.pop();
        }
        // Out of order, as nobody writes them; then it is looked for.
        self.missing.retain(|record| record.id != id);
    }

    fn finish(&self) -> Result<(), Error> {
        match self.missing.last() {
            None => Ok(()),
            Some(record) => Err(Error::new(Fault::Ended).about(record.describe())),
        }
    }
}

/// A member that is coming.
struct Incoming<R> {
    name: String,
    kind: Option<Member>,
    inner: R,
    left: u64,
    read: u64,
    failed: Option<Error>,
}

impl<'a, R: Read> Incoming<tar::Entry<'a, R>> {
    fn new(entry: io::Result<tar::Entry<'a, R>>) -> Result<Self, Error> {
        let entry = entry.map_err(broken)?;
        let bytes = entry.path_bytes().into_owned();
        let name = String::from_utf8_lossy(&bytes).into_owned();
        if !entry.header().entry_type().is_file() {
            return Err(Error::damaged("is not a regular file, as members of pg_dump's archives are").about(name));
        }
        Ok(Incoming {
            kind: Member::named(&bytes),
            left: entry.size(),
            inner: entry,
            name,
            read: 0,
            failed: None,
        })
    }
}

impl<R: Read> Incoming<R> {
    /// Passes by what nobody took.
    fn pass(&mut self) -> Result<(), Error> {
        io::copy(self, &mut io::sink()).map_err(Error::from)?;
        Ok(())
    }

    fn lines(&mut self) -> Result<u64, Error> {
        let mut lines = 0;
        let mut buffer = [0; 8192];
        loop {
            match self.read(&mut buffer) {
                Ok(0) => return Ok(lines),
                Ok(bytes) => lines += buffer[..bytes].iter().filter(|byte| **byte == b'\n').count() as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failed.take().unwrap_or_else(|| error.into())),
            }
        }
    }

    fn settle<E: From<Error>>(&mut self, taken: Result<(), E>, about: &str) -> Result<(), E> {
        match self.failed.take() {
            Some(error) => Err(error.about(about).at(self.read).into()),
            None => taken,
        }
    }
}

impl<R: Read> Read for Incoming<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let error = match self.inner.read(buffer) {
            // The member is shorter than its header says: the archive was cut.
            Ok(0) if self.left > 0 && !buffer.is_empty() => Error::new(Fault::Ended),
            Ok(bytes) => {
                self.read += bytes as u64;
                self.left -= bytes as u64;
                return Ok(bytes);
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => return Err(error),
            Err(error) => broken(error),
        };
        self.failed = Some(error.about(self.name.as_str()));
        Err(io::Error::from(io::ErrorKind::UnexpectedEof))
    }
}

/// What the reader of members says: a cut in a header or a member is the end of the archive.
fn broken(error: io::Error) -> Error {
    let text = error.to_string();
    let cut = error.kind() == io::ErrorKind::UnexpectedEof
        || ["failed to read entire block", "unexpected EOF"]
            .iter()
            .any(|said| text.contains(said));
    match cut {
        true => Error::new(Fault::Ended),
        false if error.get_ref().is_some() => Error::damaged(format!("is not a tar archive: {error}")),
        false => error.into(),
    }
}
