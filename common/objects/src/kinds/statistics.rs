//! Extended statistics (`pg_statistic_ext`).

use crate::database::NodeId;
use crate::emit::Emitter;

/// Extended statistics (`pg_statistic_ext`).
#[derive(Clone, Debug)]
pub struct Statistics {
    /// The table.
    pub table: Option<NodeId>,
}

impl Statistics {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
