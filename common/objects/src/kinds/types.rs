//! Types (`pg_type`): base, composite, enum, range and multirange types, domains; arrays and row types stand
//! in the dependency graph only.

use crate::database::NodeId;
use crate::emit::Emitter;

/// A type.
#[derive(Clone, Debug, Default)]
pub struct Type {
    /// `typtype`: b, c, d, e, p, r, m.
    pub typtype: char,
    /// Relation of a composite or row type, or 0.
    pub relation: u32,
    /// `relkind` of that relation.
    pub relkind: char,
    /// Whether it is an array made with another type.
    pub is_array: bool,
    /// Whether it is a multirange made with a range.
    pub is_multirange: bool,
    /// Its declaration, for base and range types.
    pub shell: Option<NodeId>,
}

impl Type {
    /// Whether it only stands for its table, element or range in the dependency graph.
    pub fn is_dummy(&self) -> bool {
        (self.relation != 0 && self.relkind != 'c') || self.is_array || self.is_multirange
    }

    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}

/// The declaration of a type.
pub fn emit_shell(_of: NodeId, _out: &mut Emitter<'_>) {}
