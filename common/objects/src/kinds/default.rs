//! Column defaults (`pg_attrdef`).

use crate::database::NodeId;
use crate::emit::Emitter;

/// Column defaults (`pg_attrdef`).
#[derive(Clone, Debug)]
pub struct ColumnDefault {
    /// The table.
    pub table: NodeId,
    /// The column's number.
    pub number: i32,
    /// `pg_get_expr`.
    pub expression: String,
    /// Made on its own rather than inside CREATE TABLE.
    pub separate: bool,
}

impl ColumnDefault {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
