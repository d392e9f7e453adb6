//! Triggers (`pg_trigger`).

use crate::database::NodeId;
use crate::emit::Emitter;

/// Triggers (`pg_trigger`).
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The table.
    pub table: NodeId,
}

impl Trigger {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
