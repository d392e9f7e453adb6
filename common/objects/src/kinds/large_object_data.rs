//! Contents of large objects, in the groups of their metadata.

use crate::database::NodeId;
use crate::emit::Emitter;

/// The contents of a group of large objects.
#[derive(Clone, Debug)]
pub struct LargeObjectData {
    /// The group.
    pub group: NodeId,
}

impl LargeObjectData {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
