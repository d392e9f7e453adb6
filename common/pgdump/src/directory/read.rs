//! A directory, by its path.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use pgx_archive::EntryId;

use crate::body::{self, Objects};
use crate::bytes::Source;
use crate::compression::{Algorithm, Container, Plain};
use crate::contents::Contents;
use crate::error::Error;
use crate::members::{self, CONTENTS, Member};
use crate::toc::{Layout, Place, Record, Toc};
use crate::version::Version;
use crate::visitor::{Next, Visitor};

const BUFFER: usize = 256 << 10;
/// The longest line of a list of large objects.
const LINE: u64 = 4096;

/// Reads a directory, the rows of its entries in the order of the table of contents.
pub fn read<V: Visitor>(directory: &Path, visitor: &mut V) -> Result<(), V::Error> {
    let contents = open(directory, CONTENTS)?;
    let mut source = Source::new(BufReader::with_capacity(BUFFER, contents));
    let toc = Toc::read(&mut source, Layout::Files).map_err(|error| error.about(CONTENTS))?;
    if visitor.contents(Contents::of(&toc)?)? == Next::Stop {
        return Ok(());
    }
    for record in toc.records.iter().filter(|record| record.has_data) {
        let entry = EntryId(record.id);
        if !visitor.wants(entry) {
            continue;
        }
        match record.kind.as_slice() {
            b"BLOBS" => objects(directory, record, toc.header.version, visitor)?,
            _ => {
                let Place::File(name) = &record.place else {
                    let error = Error::damaged("it is not said where its rows are");
                    return Err(error.about(record.describe()).into());
                };
                let mut file = Watched::new(open(directory, name)?);
                let about = format!("{name} ({})", record.describe());
                let taken = body::rows(&mut file, entry, &about, visitor);
                file.settle(taken, &about)?;
            }
        }
        visitor.end(entry)?;
    }
    Ok(())
}

/// Reads the objects that an entry lists.
fn objects<V: Visitor>(directory: &Path, record: &Record, version: Version, visitor: &mut V) -> Result<(), V::Error> {
    let list = members::objects(record.id, version);
    let mut lines = BufReader::new(open(directory, &list)?);
    let mut objects = Objects::new(EntryId(record.id), list.as_str());
    loop {
        let mut line = Vec::new();
        let read = lines.by_ref().take(LINE).read_until(b'\n', &mut line);
        read.map_err(|error| Error::from(error).about(list.as_str()))?;
        if line.is_empty() {
            break;
        }
        let (oid, name) = listed(&line).ok_or_else(|| {
            let line = String::from_utf8_lossy(&line).into_owned();
            Error::damaged(format!("{:?} names no large object", line.trim_end())).about(list.as_str())
        })?;
        let mut file = Watched::new(open(directory, &name)?);
        let taken = objects.object(oid, &mut file, visitor);
        file.settle(taken, &name)?;
    }
    objects.flush(visitor)
}

/// A line of a list: OID and name of the file, which has to be the one that goes with it.
fn listed(line: &[u8]) -> Option<(u32, String)> {
    let line = std::str::from_utf8(line).ok()?.strip_suffix('\n')?;
    let (oid, name) = line.split_once(' ')?;
    let oid = oid.parse().ok()?;
    let plain = Algorithm::ALL.iter().find_map(|(.., suffix)| match suffix.is_empty() {
        true => None,
        false => name.strip_suffix(suffix),
    });
    let plain = plain.unwrap_or(name);
    (Member::named(plain.as_bytes()) == Some(Member::Object(oid))).then(|| (oid, plain.to_owned()))
}

/// Opens a file of the directory, however it is compressed.
fn open(directory: &Path, name: &str) -> Result<Plain<BufReader<File>>, Error> {
    for (algorithm, _, suffix) in Algorithm::ALL {
        let path = directory.join(format!("{name}{suffix}"));
        let found = match std::fs::symlink_metadata(&path) {
            Ok(found) => found,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(Error::from(error).about(name)),
        };
        // A link may lead out of the directory, and a pipe to nowhere.
        if !found.is_file() {
            return Err(Error::unsupported("is not a regular file", None).about(name));
        }
        let file = File::open(&path).map_err(|error| Error::from(error).about(name))?;
        return Plain::new(BufReader::with_capacity(BUFFER, file), algorithm, Container::File);
    }
    Err(Error::new(crate::error::Fault::Ended).about(format!("{name} is missing")))
}

/// A file whose errors are told apart from those of the visitor.
struct Watched<R> {
    inner: R,
    read: u64,
    failed: Option<Error>,
}

impl<R: Read> Watched<R> {
    fn new(inner: R) -> Watched<R> {
        Watched {
            inner,
            read: 0,
            failed: None,
        }
    }

    fn settle<E: From<Error>>(self, taken: Result<(), E>, about: &str) -> Result<(), E> {
        match self.failed {
            Some(error) => Err(error.about(about).at(self.read).into()),
            None => taken,
        }
    }
}

impl<R: Read> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        match self.inner.read(buffer) {
            Ok(bytes) => {
                self.read += bytes as u64;
                Ok(bytes)
            }
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => Err(error),
            Err(error) => {
                self.failed = Some(error.into());
                Err(std::io::Error::other("the archive cannot be read"))
            }
        }
    }
}
