//! Contents of materialized views, made again by REFRESH.

use crate::database::NodeId;
use crate::emit::Emitter;

/// The contents of a materialized view, made again by REFRESH.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// The view.
    pub view: NodeId,
}

impl Refresh {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
