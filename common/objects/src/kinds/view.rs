//! Views and materialized views: their definitions come from `pg_get_viewdef`.

use crate::database::NodeId;
use crate::emit::Emitter;

use super::relation::Relation;

/// The relation with its facets.
pub fn emit(_relation: &Relation, _id: NodeId, _out: &mut Emitter<'_>) {}
