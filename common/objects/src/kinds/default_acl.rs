//! Default privileges (`pg_default_acl`).

use crate::database::NodeId;
use crate::emit::Emitter;

/// Default privileges (`pg_default_acl`).
#[derive(Clone, Debug)]
pub struct DefaultAcl {
    /// The role whose objects they are for.
    pub role: u32,
    /// `defaclobjtype`.
    pub kind: char,
}

impl DefaultAcl {
    /// Its entries.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
