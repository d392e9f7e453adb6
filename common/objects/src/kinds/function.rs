//! Functions and procedures (`pg_proc`).

use crate::database::NodeId;
use crate::emit::Emitter;

/// Functions and procedures (`pg_proc`).
#[derive(Clone, Debug)]
pub struct Function {
    /// OIDs of the argument types; ties in the order go by their names.
    pub arguments: Vec<u32>,
    /// Moved to post-data by a cycle.
    pub postponed: bool,
}

impl Function {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
