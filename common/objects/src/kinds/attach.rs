//! Partitions under their parents (`pg_inherits`, `pg_class.relpartbound`).
//!
//! A partition is made as a table of its own and attached afterwards: so its columns keep their order and it
//! can be loaded without its parent.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, Object, Wanted};
use crate::emit::Emitter;

/// A table under its partitioned table.
#[derive(Clone, Debug)]
pub struct TableAttach {
    /// The partitioned table.
    pub parent: NodeId,
    /// The partition.
    pub partition: NodeId,
}

/// Adds the place of a partition under its parent, if its definition is wanted.
pub fn push(db: &mut Database, partition: NodeId) {
    let object = db.object(partition);
    let Some(relation) = db.relation(partition) else { return };
    let Some(&parent) = relation.parents.first() else {
        return;
    };
    if !relation.is_partition || !object.wanted.any(Wanted::DEFINITION) {
        return;
    }
    let attach = Object {
        catalog: Default::default(),
        schema: object.schema,
        name: object.name.clone(),
        owner: object.owner,
        acl: Default::default(),
        extension: None,
        wanted: Wanted::ALL,
        dependencies: vec![partition, parent],
        body: Body::TableAttach(TableAttach { parent, partition }),
    };
    db.push(attach);
}

impl TableAttach {
    /// Its entry. It has no drop statement, since it goes with its table; its owner says who runs it.
    pub fn emit(&self, _id: NodeId, out: &mut Emitter<'_>) {
        let db = out.db;
        let bound = db
            .relation(self.partition)
            .and_then(|body| body.partition_bound.as_deref());
        let mut entry = Entry::new(
            Kind::TableAttach,
            Some(db.schema_name(self.partition)),
            db.object(self.partition).name.clone(),
            db.owner(self.partition),
        );
        entry.create = format!(
            "ALTER TABLE ONLY {} ATTACH PARTITION {} {};\n",
            db.qualified(self.parent),
            db.qualified(self.partition),
            bound.unwrap_or_default()
        );
        out.main(entry);
        out.part_of(self.partition);
    }
}
