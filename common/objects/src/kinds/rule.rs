//! Rewrite rules (`pg_rewrite`).

use crate::database::NodeId;
use crate::emit::Emitter;

/// Rewrite rules (`pg_rewrite`).
#[derive(Clone, Debug)]
pub struct Rule {
    /// The relation.
    pub table: NodeId,
    /// Whether it is the ON SELECT DO INSTEAD rule that makes a view.
    pub is_view: bool,
    /// Made on its own rather than as the view.
    pub separate: bool,
}

impl Rule {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
