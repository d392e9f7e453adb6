//! Event triggers (`pg_event_trigger`).

use crate::database::NodeId;
use crate::emit::Emitter;

/// Event triggers (`pg_event_trigger`).
#[derive(Clone, Debug)]
pub struct EventTrigger {}

impl EventTrigger {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
