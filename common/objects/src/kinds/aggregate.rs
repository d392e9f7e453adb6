//! Aggregates (`pg_aggregate`).

use crate::database::NodeId;
use crate::emit::Emitter;

/// Aggregates (`pg_aggregate`).
#[derive(Clone, Debug)]
pub struct Aggregate {
    /// OIDs of the argument types; ties in the order go by their names.
    pub arguments: Vec<u32>,
}

impl Aggregate {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
