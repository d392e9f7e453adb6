//! Partitions under their parents (`pg_inherits`, `pg_class.relpartbound`), tables and indexes.

use crate::database::NodeId;
use crate::emit::Emitter;

/// A table under its partitioned table.
#[derive(Clone, Debug)]
pub struct TableAttach {
    /// The partitioned table.
    pub parent: NodeId,
    /// The partition.
    pub partition: NodeId,
}

impl TableAttach {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}

/// An index under its partitioned index.
#[derive(Clone, Debug)]
pub struct IndexAttach {
    /// The partitioned index.
    pub parent: NodeId,
    /// The index of the partition.
    pub partition: NodeId,
}

impl IndexAttach {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
