//! Rows of COPY and large objects: where they end, what they digest to, and what binary ones are as text.
//!
//! Rows are bytes here, never values: a [`Batcher`] gathers what a server sends into batches for the
//! frames of a stream, and [`Rows`] or [`digest`] count and digest what came out of one. Both take pieces
//! that are cut anywhere. A [`Trail`] finds the way back into rows whose session was lost. Input that is
//! not rows gives [`Malformed`], never a panic. Only [`to_text`] looks into binary values.
//!
//! The digest of a table is the sum of the digests of its rows, so that it does not depend on their
//! order, nor on the parts and batches in which they travelled. It does depend on their [`Format`].
//!
//! ```
//! use pgx_rows::{Batcher, Format, Rows, TARGET};
//!
//! # fn main() -> Result<(), pgx_rows::Malformed> {
//! // On the way out: pieces of COPY become batches.
//! let mut batcher = Batcher::new(Format::Text, TARGET);
//! batcher.push(b"1\ttea\n2\tmi")?;
//! batcher.push(b"lk\n")?;
//! assert_eq!(batcher.next_batch(), None, "too little to be worth a frame");
//! let sent = batcher.finish()?;
//! let batch = batcher.next_batch().expect("two rows are left");
//! assert_eq!((batch.bytes.as_slice(), batch.rows), (b"1\ttea\n2\tmilk\n".as_slice(), 2));
//!
//! // On the way in: the same rows, the same digest.
//! let mut rows = Rows::new(Format::Text);
//! assert_eq!(rows.push(&batch.bytes)?, 2);
//! assert_eq!(rows.finish()?, sent);
//! # Ok(())
//! # }
//! ```

pub mod batch;
pub mod binary;
mod format;
pub mod insert;
pub mod large_object;
mod malformed;
pub mod object_rows;
mod rows;
mod text;
pub mod to_text;
mod trail;

pub use batch::{Batch, Batcher, TARGET};
pub use format::Format;
pub use malformed::Malformed;
pub use rows::{Rows, Summary, digest};
pub use trail::{Retrace, Strayed, Trail};
