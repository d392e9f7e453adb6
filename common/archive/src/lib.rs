//! Placeholder page.

pub mod entry;
pub mod kind;

pub use entry::{CatalogId, Data, Entry, EntryId, Format, Grant, UsingIndex};
pub use kind::{Kind, Pass, Section};
