//! Procedural languages (`pg_language`).

use crate::database::NodeId;
use crate::emit::Emitter;

/// Procedural languages (`pg_language`).
#[derive(Clone, Debug)]
pub struct Language {}

impl Language {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
