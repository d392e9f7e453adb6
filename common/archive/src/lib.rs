//! The pgx stream: what travels through the pipe and lies in the files.
//!
//! A stream is a magic number and a row of frames: HEAD, which says where it comes from; ENTRIES, the
//! table of contents; the rows of many tables, interleaved; END and a trailer, which prove that nothing
//! is missing. Each frame has a header of 36 bytes with checksums, and is compressed on its own.
//!
//! This crate is pure. It makes bytes and understands bytes; it opens no file, asks no clock, and does
//! not know what SQL means. Start here:
//!
//! - [`Encoder`] writes, [`Decoder`] reads; [`Writer`] and [`Reader`] are thin shells around
//!   [`Write`](std::io::Write) and [`Read`](std::io::Read); [`Archive`] reads single parts of a file.
//! - [`Head`] and [`Entry`] are what streams say of themselves; [`kind`] is the one table of what an
//!   entry can be.
//! - [`DataFrame`] is a frame of rows, made by lanes in parallel and passed on by filters as it is.
//! - [`DecodeError`] says that a stream is broken, [`Incomplete`] that it ends too early.
//!
//! What rows are made of, and how they are digested, is the affair of `pgx-rows`.
//!
//! ```
//! use pgx_archive::*;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A table of contents with one entry, whose rows come in one part.
//! let mut orders = Entry::new(Kind::TableData, Some("public"), "orders", "shop");
//! orders.id = EntryId(1);
//! orders.data = Some(Box::new(Data {
//!     columns: vec!["id".into(), "item".into()],
//!     types: Vec::new(),
//!     format: Format::Text,
//!     encoding: "UTF8".into(),
//!     settings: Default::default(),
//!     parts: 1,
//!     part_blocks: 0,
//!     logged: true,
//!     via_root: false,
//!     estimated_rows: 2,
//!     estimated_bytes: 8192,
//! }));
//!
//! // Write it.
//! let head = Head::new(Content::Database, "0b5fa9d2", "2026-01-31T12:00:00Z", "example 1.0");
//! let mut toc = Writer::new(Vec::new(), Compression::Zstd(3)).head(&head)?;
//! toc.entries(&[orders])?;
//! let (mut rows, _) = toc.toc_end()?;
//! let place = Place { entry: EntryId(1), part: 1, seq: 0 };
//! rows.data(&DataFrame::seal(place, 2, false, b"1\ttea\n2\tmilk\n", Compression::Zstd(3))?)?;
//! rows.part_end(EntryId(1), 1, Digest(0))?;
//! rows.entry_end(EntryId(1))?;
//! let (stream, end) = rows.finish()?;
//! assert_eq!(end.rows, 2);
//!
//! // Read it.
//! let mut reader = Reader::new(stream.as_slice());
//! while let Some(event) = reader.next_event()? {
//!     if let Event::Data(frame) = event {
//!         assert_eq!(*frame.raw()?, *b"1\ttea\n2\tmilk\n");
//!     }
//! }
//!
//! // Cut short, it is never taken for complete.
//! let mut reader = Reader::new(&stream[..stream.len() - 1]);
//! let error = loop {
//!     match reader.next_event() {
//!         Ok(Some(_)) => {}
//!         Ok(None) => unreachable!("a cut stream ends with an error"),
//!         Err(error) => break error,
//!     }
//! };
//! assert!(error.to_string().ends_with("last received: END"));
//! # Ok(())
//! # }
//! ```

mod account;
pub mod archive;
pub mod codec;
pub mod data_frame;
pub mod decoder;
pub mod digest;
pub mod encoder;
pub mod entry;
pub mod error;
pub mod event;
mod explain;
pub mod fail;
mod finding;
pub mod frame;
pub mod head;
pub mod index;
pub mod kind;
pub mod latin1;
pub mod naming;
pub mod order;
pub mod plan;
pub mod properties;
pub mod reader;
mod roll;
pub mod spelling;
pub mod tick;
pub mod token;
pub mod totals;
pub mod trailer;
pub mod writer;

pub use account::Stage;
pub use archive::{Archive, ArchiveError, PartReader};
pub use codec::{Codec, CodecError, Compression};
pub use data_frame::{DataFrame, Place, UnpackError};
pub use decoder::Decoder;
pub use digest::Digest;
pub use encoder::{EncodeError, Encoder};
pub use entry::{CatalogId, Data, Entry, EntryId, Format, Grant, UsingIndex};
pub use error::{DecodeError, FrameLabel, Incomplete, Reason};
pub use event::{Ancillary, Event};
pub use explain::Explanation;
pub use fail::Fail;
pub use finding::{Finding, Weight};
pub use frame::{Flags, FrameKind, Header, HeaderError};
pub use head::{Content, Estimates, Head, HeadError, Locale, Resumes, SkippedParts, Source, Transform};
pub use index::IndexedPart;
pub use kind::{Kind, Pass, Section};
pub use order::OrderError;
pub use reader::{ReadError, Reader};
pub use tick::{TICK_INTERVAL, Tick};
pub use token::{DoneParts, Token, TokenError};
pub use totals::{End, EntryEnd, PartEnd, TocEnd};
pub use trailer::{Trailer, TrailerError};
pub use writer::{WriteError, Writer};
