//! The bytes of pg_dump's archives, read into entries and rows and written from them.
//!
//! pg_dump has three formats beside plain SQL: [`custom`], [`directory`] and [`tar`](mod@tar). They share a
//! table of contents, [`toc`], and differ in where rows lie. All of them are read in versions 1.12 to 1.16
//! (pg_dump 9.0 to 18) and written in [`Version`] 1.14 to 1.16, for pg_restore of 12 and later.
//!
//! - A reader tells a [`Visitor`] what it finds, in the order in which it comes: [`custom::read`],
//!   [`custom::read_file`], [`directory::read`], [`tar::read`].
//! - [`Assembly`] makes any of the formats from rows as a stream has them: parts of many tables, interleaved,
//!   in text or binary.
//! - A [`Recipe`] says which of them, for which pg_restore, compressed how, and refuses what cannot be had together.
//! - Below it, a writer takes a [`Plan`], made of HEAD and entries, and then rows: [`custom::Writer`] one block after
//!   another, [`directory::Writer`] any number at once, [`tar::Writer`] from rows that have been staged.
//! - [`Error`] says which entry, which byte and what is wrong; whatever the input, there is no panic, and
//!   memory is bounded.
//!
//! ```
//! use pgx_archive::{Content, Entry, EntryId, Head, Kind};
//! use pgx_pgdump::{Algorithm, Compression, Contents, Error, Next, Plan, Version, Visitor, custom};
//!
//! // An archive without rows, for pg_restore of 15.
//! let head = Head::new(Content::Database, "", "2026-01-31T12:00:00Z", "example 1.0");
//! let mut encoding = Entry::new(Kind::Encoding, None, "ENCODING", "");
//! encoding.id = EntryId(1);
//! encoding.create = "SET client_encoding = 'UTF8';\n".to_owned();
//! let version = Version::for_pg_restore(15).expect("it is a major of today");
//! let plan = Plan::new(&head, &[encoding], version, Algorithm::Gzip)?;
//! let archive = custom::Writer::new(Vec::new(), plan, Compression::of(Algorithm::Gzip))?.finish()?;
//! assert!(archive.starts_with(b"PGDMP\x01\x0e"));
//!
//! // Somebody who wants to know how many entries there are.
//! struct Count(usize);
//! impl Visitor for Count {
//!     type Error = Error;
//!     fn contents(&mut self, contents: Contents) -> Result<Next, Error> {
//!         self.0 = contents.entries.len();
//!         Ok(Next::Stop)
//!     }
//!     fn rows(&mut self, _: EntryId, _: &[u8]) -> Result<(), Error> {
//!         Ok(())
//!     }
//!     fn end(&mut self, _: EntryId) -> Result<(), Error> {
//!         Ok(())
//!     }
//! }
//! let mut count = Count(0);
//! custom::read(archive.as_slice(), &mut count)?;
//! assert_eq!(count.0, 1);
//! # Ok::<(), Error>(())
//! ```

pub mod assembly;
mod body;
mod bytes;
mod compression;
mod contents;
pub mod custom;
pub mod directory;
mod encoding;
mod entry;
mod error;
mod large_objects;
mod members;
mod method;
mod recipe;
#[cfg(test)]
mod samples;
mod stage;
pub mod tar;
#[cfg(test)]
mod tests;
pub mod toc;
mod version;
mod visitor;

pub use assembly::{Assembly, Target};
pub use compression::{Algorithm, Compression, Pressed};
pub use contents::{Block, Contents, Plan};
pub use error::{Error, Fault};
pub use method::Method;
pub use recipe::{Format, Recipe};
pub use version::Version;
pub use visitor::{Next, Visitor};
