//! Data: rows of tables, positions of sequences, contents of large objects and of materialized views.

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

/// The contents of a group of large objects.
#[derive(Clone, Debug)]
pub struct LargeObjectData {
    /// The group.
    pub group: NodeId,
}

/// The contents of a materialized view, made again by REFRESH.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// The view.
    pub view: NodeId,
}

impl TableData {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}

impl SequenceSet {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}

impl LargeObjectData {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}

impl Refresh {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
