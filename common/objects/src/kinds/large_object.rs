//! Large objects (`pg_largeobject_metadata`), in groups of up to 1000 with one owner and one access list.

use crate::database::NodeId;
use crate::emit::Emitter;

/// Large objects (`pg_largeobject_metadata`), in groups of up to 1000 with one owner and one access list.
#[derive(Clone, Debug)]
pub struct LargeObjects {}

impl LargeObjects {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
