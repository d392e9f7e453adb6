//! Sequences (`pg_sequence`), owned, free or a column's identity.

use crate::database::NodeId;
use crate::emit::Emitter;

use super::relation::Relation;

/// What `pg_sequence` says.
#[derive(Clone, Debug, Default)]
pub struct Sequence {}

/// The sequence with its facets.
pub fn emit(_relation: &Relation, _id: NodeId, _out: &mut Emitter<'_>) {}
