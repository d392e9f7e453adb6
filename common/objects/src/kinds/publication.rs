//! Publications (`pg_publication`) and what is in them.

use crate::database::NodeId;
use crate::emit::Emitter;

/// A publication.
#[derive(Clone, Debug)]
pub struct Publication {}

/// A table in a publication.
#[derive(Clone, Debug)]
pub struct PublicationTable {
    /// The publication.
    pub publication: NodeId,
    /// The table.
    pub table: NodeId,
}

/// A schema in a publication.
#[derive(Clone, Debug)]
pub struct PublicationSchema {
    /// The publication.
    pub publication: NodeId,
    /// The schema.
    pub schema: NodeId,
}

impl Publication {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}

impl PublicationTable {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}

impl PublicationSchema {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, _out: &mut Emitter<'_>) {}
}
