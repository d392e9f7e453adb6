//! The tar format (`pg_dump -Ft`): the table of contents first, then rows in its order, nothing compressed.
//!
//! The size of a member stands before it. Large objects are members, too, and come before their list.

mod read;
mod write;

pub use read::read;
pub use write::Writer;
