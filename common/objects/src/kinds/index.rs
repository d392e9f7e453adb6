//! Indexes (`pg_index`).

use crate::database::NodeId;
use crate::emit::Emitter;

/// Indexes (`pg_index`).
#[derive(Clone, Debug)]
pub struct Index {
    /// The table.
    pub table: NodeId,
    /// OID of the partitioned index it belongs to, or 0.
    pub parent: u32,
}

impl Index {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
