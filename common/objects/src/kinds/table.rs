//! Tables: ordinary, partitioned and foreign.

use crate::database::NodeId;
use crate::emit::Emitter;

use super::relation::Relation;

/// The relation with its facets.
pub fn emit(_relation: &Relation, _id: NodeId, _out: &mut Emitter<'_>) {}
