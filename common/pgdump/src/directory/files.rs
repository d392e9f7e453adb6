//! Files of a directory that are being written, each compressed on its way.

use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use pgx_rows::large_object::records;

use crate::body::END_OF_ROWS;
use crate::compression::{Compression, Container, Packer};
use crate::contents::Block;
use crate::error::Error;
use crate::members;
use crate::version::Version;

/// Compressed bytes are written from this size on.
const WORTH_WRITING: usize = 64 << 10;

/// Where files are written, and how.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub directory: PathBuf,
    pub version: Version,
    pub compression: Compression,
}

/// Any number of blocks that have begun and not ended.
#[derive(Debug)]
pub(super) struct Files {
    place: Place,
    open: HashMap<Block, Open>,
}

#[derive(Debug)]
enum Open {
    Rows(Packed),
    Objects {
        /// The list of objects.
        list: String,
        /// The object that has begun.
        object: Option<Packed>,
    },
}

impl Files {
    pub(super) fn new(place: Place) -> Files {
        Files {
            place,
            open: HashMap::new(),
        }
    }

    /// Begins a block: of rows, or of large objects.
    pub(super) fn begin(&mut self, block: Block, objects: bool) -> Result<(), Error> {
        let open = match objects {
            true => Open::Objects {
                list: String::new(),
                object: None,
            },
            false => Open::Rows(Packed::create(&self.place, &members::rows(block.0))?),
        };
        self.open.insert(block, open);
        Ok(())
    }

    /// Writes rows of a block that has begun: whole lines of text, or whole records of large objects.
    pub(super) fn rows(&mut self, block: Block, bytes: &[u8]) -> Result<(), Error> {
        match self.open.get_mut(&block) {
            Some(Open::Rows(file)) => file.push(bytes),
            Some(Open::Objects { list, object }) => {
                for record in records(bytes) {
                    let record = record.map_err(|error| Error::damaged(error.to_string()))?;
                    let mut file = match object.take() {
                        Some(file) => file,
                        None => {
                            let name = members::object(record.oid);
                            let suffix = self.place.compression.algorithm.suffix();
                            *list += &format!("{} {name}{suffix}\n", record.oid);
                            Packed::create(&self.place, &name)?
                        }
                    };
                    file.push(record.bytes)?;
                    match record.last {
                        true => file.finish()?,
                        false => *object = Some(file),
                    }
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// Ends a block that has begun.
    pub(super) fn end(&mut self, block: Block) -> Result<(), Error> {
        match self.open.remove(&block) {
            Some(Open::Rows(mut file)) => {
                file.push(END_OF_ROWS)?;
                file.finish()
            }
            Some(Open::Objects { list, object: None }) => {
                let name = members::objects(block.0, self.place.version);
                write(&self.place.directory, &name, list.as_bytes())
            }
            Some(Open::Objects { .. }) => Err(Error::damaged("a large object is not at its end")),
            None => Ok(()),
        }
    }
}

/// A file whose content is compressed on its way.
struct Packed {
    name: String,
    file: File,
    packer: Packer,
}

impl std::fmt::Debug for Packed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Packed")
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}

impl Packed {
    fn create(place: &Place, name: &str) -> Result<Packed, Error> {
        let name = format!("{name}{}", place.compression.algorithm.suffix());
        Ok(Packed {
            file: create(&place.directory, &name)?,
            packer: Packer::new(place.compression, Container::File)?,
            name,
        })
    }

    fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.packer.push(bytes)?;
        let made = self.packer.made();
        if made.len() >= WORTH_WRITING {
            let written = self.file.write_all(made);
            made.clear();
            written.map_err(|error| Error::from(error).about(self.name.as_str()))?;
        }
        Ok(())
    }

    fn finish(mut self) -> Result<(), Error> {
        let rest = self.packer.finish()?;
        self.file
            .write_all(&rest)
            .map_err(|error| Error::from(error).about(self.name))
    }
}

/// Writes a file as it is.
pub(super) fn write(directory: &Path, name: &str, bytes: &[u8]) -> Result<(), Error> {
    let mut file = create(directory, name)?;
    file.write_all(bytes).map_err(|error| Error::from(error).about(name))
}

fn create(directory: &Path, name: &str) -> Result<File, Error> {
    let mut options = File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(directory.join(name))
        .map_err(|error| Error::from(error).about(name))
}
