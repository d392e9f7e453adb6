//! Indexes under their partitioned indexes (`pg_inherits` rows of indexes).
//!
//! Each is made on its own, the partitioned one empty with ON ONLY; attaching the last one makes the
//! partitioned index valid.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, Object, Wanted};
use crate::emit::Emitter;

/// An index under its partitioned index.
#[derive(Clone, Debug)]
pub struct IndexAttach {
    /// The partitioned index.
    pub parent: NodeId,
    /// The index of the partition.
    pub partition: NodeId,
}

/// Adds the attaching of an index of a partition to its partitioned index.
///
/// It comes after both, and after their tables, so that nothing else works on those meanwhile.
pub fn add(db: &mut Database, parent: NodeId, partition: NodeId) {
    let (Body::Index(above), Body::Index(below)) = (&db.object(parent).body, &db.object(partition).body) else {
        return;
    };
    let dependencies = vec![partition, parent, below.table, above.table];
    let index = db.object(partition);
    let attach = Object {
        catalog: Default::default(),
        schema: index.schema,
        name: index.name.clone(),
        owner: index.owner,
        acl: Default::default(),
        extension: None,
        wanted: index.wanted & Wanted::DEFINITION,
        dependencies,
        body: Body::IndexAttach(IndexAttach { parent, partition }),
    };
    let attach = db.push(attach);
    if let Body::Index(above) = &mut db.object_mut(parent).body {
        above.attached.push(attach);
    }
}

/// Every attaching below a partitioned index, at any depth.
pub fn below(db: &Database, index: NodeId) -> Vec<NodeId> {
    let mut found = Vec::new();
    let mut open = vec![index];
    while let Some(at) = open.pop() {
        let Body::Index(body) = &db.object(at).body else {
            continue;
        };
        for &attach in &body.attached {
            found.push(attach);
            if let Body::IndexAttach(body) = &db.object(attach).body {
                open.push(body.partition);
            }
        }
    }
    found
}

impl IndexAttach {
    /// Its entry: it goes with either index, so there is nothing to drop.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let (Body::Index(above), Body::Index(below)) =
            (&out.db.object(self.parent).body, &out.db.object(self.partition).body)
        else {
            return;
        };
        let mut entry = Entry::new(
            Kind::IndexAttach,
            Some(out.db.schema_name(id)),
            &out.db.object(id).name,
            out.db.owner(above.table),
        );
        entry.create = format!(
            "ALTER INDEX {} ATTACH PARTITION {};\n",
            out.db.qualified(self.parent),
            out.db.qualified(self.partition)
        );
        out.main(entry);
        out.part_of(below.table);
    }
}
