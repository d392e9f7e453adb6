//! The directory format (`pg_dump -Fd`): a table of contents and a file for each entry with rows.
//!
//! The names of files say how they are compressed. A large object is a file of its own; those of an entry are
//! listed in another.

mod files;
mod hands;
mod read;
mod write;

pub use read::read;
pub use write::{Writer, expect_new};
