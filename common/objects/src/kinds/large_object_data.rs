//! Contents of large objects, in the groups of their metadata.

use std::collections::BTreeMap;

use pgx_archive::{Data, Entry, Format, Kind};

use crate::database::{Body, NodeId};
use crate::emit::Emitter;

/// Bytes that a large object is taken to have: nobody counted.
const GUESS: u64 = 2048;

/// The contents of a group of large objects.
#[derive(Clone, Debug)]
pub struct LargeObjectData {
    /// The group.
    pub group: NodeId,
}

impl LargeObjectData {
    /// Its entry, which comes after its group.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let count = match &out.db.object(self.group).body {
            Body::LargeObjects(group) => group.oids.len() as u64,
            _ => 0,
        };
        let (name, owner) = (&out.db.object(id).name, out.db.owner(self.group));
        let mut entry = Entry::new(Kind::Blobs, None, name, owner);
        entry.data = Some(Box::new(Data {
            columns: Vec::new(),
            types: Vec::new(),
            format: Format::LargeObjects,
            encoding: out.db.server.encoding.clone(),
            settings: BTreeMap::new(),
            parts: 1,
            part_blocks: 0,
            logged: true,
            via_root: false,
            estimated_rows: count,
            estimated_bytes: count * GUESS,
        }));
        out.after(entry, vec![self.group], Some(self.group));
    }
}
