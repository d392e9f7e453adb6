//! A directory, any number of its files at the same time.

use std::collections::HashSet;
use std::fs::{DirBuilder, File};
use std::path::{Path, PathBuf};

use super::files::{self, Place as Where};
use super::hands::Hands;
use crate::compression::Compression;
use crate::contents::{Block, Plan};
use crate::error::Error;
use crate::members;
use crate::toc::{Layout, Place};

/// Writes a directory: files as rows come, the table of contents when all have come and are on disk.
///
/// Without its table of contents a directory is no archive, so nobody takes one for whole that is not.
#[derive(Debug)]
pub struct Writer {
    directory: PathBuf,
    plan: Plan,
    hands: Hands,
    done: HashSet<Block>,
}

impl Writer {
    /// Makes the directory; one that is there already has to be empty. So many threads compress and write.
    pub fn new(directory: &Path, mut plan: Plan, compression: Compression, threads: usize) -> Result<Writer, Error> {
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
        let place = Where {
            directory: directory.to_owned(),
            version,
            compression,
        };
        Ok(Writer {
            directory: directory.to_owned(),
            plan,
            hands: Hands::new(&place, threads)?,
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
        self.hands.rows(block, bytes)
    }

    /// Ends a block, which may have had no rows.
    pub fn end(&mut self, block: Block) -> Result<(), Error> {
        self.begin(block)?;
        self.done.insert(block);
        self.hands.end(block)
    }

    fn begin(&mut self, block: Block) -> Result<(), Error> {
        let Some(rows) = self.plan.of_block(block) else {
            return Err(Error::damaged(format!("entry {} has no rows", block.0)));
        };
        if self.done.contains(&block) {
            return Err(Error::damaged("its rows come twice").about(rows.called.as_str()));
        }
        match self.hands.has(block) {
            true => Ok(()),
            false => self.hands.begin(block, rows.objects),
        }
    }

    /// Everything has been written: writes the table of contents.
    pub fn finish(mut self) -> Result<(), Error> {
        if let Some(missing) = self.plan.blocks().find(|block| !self.done.contains(block)) {
            let called = self.plan.of_block(missing).map(|rows| rows.called.clone());
            return Err(Error::damaged("its rows are missing").about(called.unwrap_or_default()));
        }
        self.hands.finish()?;
        // Nobody is to find contents whose rows are lost, be it after a crash.
        settle(&self.directory)?;
        let mut contents = Vec::new();
        self.plan.toc.write(Layout::Files, &mut contents)?;
        files::write(&self.directory, members::CONTENTS, &contents)?;
        File::open(self.directory.join(members::CONTENTS))?.sync_all()?;
        Ok(File::open(&self.directory)?.sync_all()?)
    }
}

/// Waits until all files of a directory are on disk.
fn settle(directory: &Path) -> Result<(), Error> {
    for file in std::fs::read_dir(directory)? {
        let path = file?.path();
        let settled = File::open(&path).and_then(|file| file.sync_all());
        settled.map_err(|error| Error::from(error).about(path.display().to_string()))?;
    }
    Ok(())
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
