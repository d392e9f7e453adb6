//! Data: rows of tables, positions of sequences.

use crate::database::NodeId;
use crate::emit::Emitter;

/// The rows of a table.
#[derive(Clone, Debug)]
pub struct TableData {
    /// The table.
    pub table: NodeId,
    /// WHERE clause, for configuration tables of extensions.
    pub condition: Option<String>,
}

/// The position of a sequence.
#[derive(Clone, Debug)]
pub struct SequenceSet {
    /// The sequence.
    pub sequence: NodeId,
    /// Its last value.
    pub last: i64,
    /// Whether that value was handed out.
    pub is_called: bool,
}

impl TableData {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}

impl SequenceSet {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
