//! Whether a target is what a stream says: how to ask it, and how to compare what it answers.
//!
//! - [`differences`] compares entries with those that describe the target.
//! - [`Reading`] says how to read the rows of an entry again, so that they digest to what the stream says.
//! - [`FLAWS`] asks for what no definition shows; [`OWNED_SEQUENCES`] and [`positions`] for sequences that will
//!   give values which are taken.

mod definitions;
mod flaws;
mod reading;
mod sequences;

pub use definitions::{Comparison, Difference, Flaw, differences};
pub use flaws::{FLAWS, Weakness, weaken};
pub use reading::{Reading, UnknownSetting, root_of};
pub use sequences::{AT_ONCE, OWNED_SEQUENCES, Owned, positions};
