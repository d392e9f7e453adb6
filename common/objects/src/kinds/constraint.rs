//! Constraints (`pg_constraint`).

use crate::database::NodeId;
use crate::emit::Emitter;

/// Constraints (`pg_constraint`).
#[derive(Clone, Debug, Default)]
pub struct Constraint {
    /// `contype`: p, u, x, f, c, n.
    pub contype: char,
    /// The table it is on.
    pub table: Option<NodeId>,
    /// The domain it is on.
    pub domain: Option<NodeId>,
    /// `pg_get_constraintdef`.
    pub definition: String,
    /// The index behind a primary key, unique or exclusion constraint.
    pub index: Option<NodeId>,
    /// OID of the table that a foreign key refers to, or 0.
    pub references: u32,
    /// Defined here, not only inherited.
    pub local: bool,
    /// DEFERRABLE.
    pub deferrable: bool,
    /// INITIALLY DEFERRED.
    pub deferred: bool,
    /// Made on its own rather than inside CREATE TABLE or CREATE DOMAIN.
    pub separate: bool,
}

impl Constraint {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}

impl Constraint {
    /// Whether it refers to another table.
    pub fn is_foreign_key(&self) -> bool {
        self.contype == 'f'
    }
}
