//! A directory, any number of its files at the same time.

use std::collections::{HashMap, HashSet};
use std::fs::{DirBuilder, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use pgx_rows::large_object::records;

use crate::body::END_OF_ROWS;
use crate::compression::{Compression, Container, Packer};
use crate::contents::{Block, Plan};
use crate::error::Error;
use crate::members;
use crate::toc::{Layout, Place};

/// Compressed bytes are written from this size on.
const WORTH_WRITING: usize = 64 << 10;

/// Writes a directory: files as rows come, the table of contents when all have come.
///
/// Without its table of contents a directory is no archive, so nobody takes one for whole that is not.
#[derive(Debug)]
pub struct Writer {
    directory: PathBuf,
    plan: Plan,
    compression: Compression,
    open: HashMap<Block, Open>,
    done: HashSet<Block>,
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

impl Writer {
    /// Makes the directory; one that is there already has to be empty.
    pub fn new(directory: &Path, mut plan: Plan, compression: Compression) -> Result<Writer, Error> {
        if !expect_new(directory)? {
            let mut builder = DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            let made = builder.create(directory);
            made.map_err(|error| Error::from(error).about(directory.display().to_string()))?;
        }
        let version = plan.toc.header.version;
        plan.place(|id, objects| {
            Place::File(match objects {
                true => members::objects(id, version),
                false => members::rows(id),
            })
        });
        plan.toc.header.algorithm = compression.algorithm;
        Ok(Writer {
            directory: directory.to_owned(),
            plan,
            compression,
            open: HashMap::new(),
            done: HashSet::new(),
        })
    }

    /// What is written, and where the rows of entries go.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Writes rows of a block: whole lines of text, or whole records of large objects.
    pub fn rows(&mut self, block: Block, bytes: &[u8]) -> Result<(), Error> {
        self.begin(block)?;
        let (directory, compression) = (&self.directory, self.compression);
        match self.open.get_mut(&block) {
            Some(Open::Rows(file)) => file.push(bytes),
            Some(Open::Objects { list, object }) => {
                for record in records(bytes) {
                    let record = record.map_err(|error| Error::damaged(error.to_string()))?;
                    let mut file = match object.take() {
                        Some(file) => file,
                        None => {
                            let name = members::object(record.oid);
                            *list += &format!("{} {name}{}\n", record.oid, compression.algorithm.suffix());
                            Packed::create(directory, &name, compression)?
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

    /// Ends a block, which may have had no rows.
    pub fn end(&mut self, block: Block) -> Result<(), Error> {
        self.begin(block)?;
        self.done.insert(block);
        match self.open.remove(&block) {
            Some(Open::Rows(mut file)) => {
                file.push(END_OF_ROWS)?;
                file.finish()
            }
            Some(Open::Objects { list, object: None }) => {
                let name = members::objects(block.0, self.plan.toc.header.version);
                self.write(&name, list.as_bytes())
            }
            Some(Open::Objects { .. }) => Err(Error::damaged("a large object is not at its end")),
            None => Ok(()),
        }
    }

    fn begin(&mut self, block: Block) -> Result<(), Error> {
        let Some(rows) = self.plan.of_block(block) else {
            return Err(Error::damaged(format!("entry {} has no rows", block.0)));
        };
        if self.done.contains(&block) {
            return Err(Error::damaged("its rows come twice").about(rows.called.as_str()));
        }
        if self.open.contains_key(&block) {
            return Ok(());
        }
        let open = match rows.objects {
            true => Open::Objects {
                list: String::new(),
                object: None,
            },
            false => Open::Rows(Packed::create(
                &self.directory,
                &members::rows(block.0),
                self.compression,
            )?),
        };
        self.open.insert(block, open);
        Ok(())
    }

    /// Everything has been written: writes the table of contents.
    pub fn finish(self) -> Result<(), Error> {
        if let Some(missing) = self.plan.blocks().find(|block| !self.done.contains(block)) {
            let called = self.plan.of_block(missing).map(|rows| rows.called.clone());
            return Err(Error::damaged("its rows are missing").about(called.unwrap_or_default()));
        }
        let mut contents = Vec::new();
        self.plan.toc.write(Layout::Files, &mut contents)?;
        self.write(members::CONTENTS, &contents)
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let mut file = create(&self.directory, name)?;
        file.write_all(bytes).map_err(|error| Error::from(error).about(name))
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
    fn create(directory: &Path, name: &str, compression: Compression) -> Result<Packed, Error> {
        let name = format!("{name}{}", compression.algorithm.suffix());
        Ok(Packed {
            file: create(directory, &name)?,
            packer: Packer::new(compression, Container::File)?,
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

/// An error unless a directory is empty or not there at all; says whether it is there.
pub fn expect_new(directory: &Path) -> Result<bool, Error> {
    let about = || directory.display().to_string();
    match std::fs::read_dir(directory) {
        Ok(mut inside) => match inside.next() {
            None => Ok(true),
            Some(_) => {
                let what = "the directory is not empty";
                Err(Error::unsupported(what, Some("give the name of a new one")).about(about()))
            }
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(Error::from(error).about(about())),
    }
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
