//! Row security policies (`pg_policy`), and row security itself.

use crate::database::NodeId;
use crate::emit::Emitter;

/// Row security policies (`pg_policy`), and row security itself.
#[derive(Clone, Debug)]
pub struct Policy {
    /// The table.
    pub table: NodeId,
}

impl Policy {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
