//! Contents of materialized views, made again by REFRESH in the order in which they use one another.

use pgx_archive::{CatalogId, Entry, Kind};

use crate::database::{Body, Database, NodeId, Object, Wanted};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::{Phase, Reader};

/// Which materialized view uses which, directly or through views.
const USES: Select = Select {
    columns: &[column("view", "u.view"), column("used", "u.used")],
    from: "FROM (
    WITH RECURSIVE uses(view, used, relkind) AS (
        SELECT r.ev_class, c.oid, c.relkind
        FROM pg_catalog.unnest($oids) AS w(oid)
        JOIN pg_catalog.pg_rewrite r ON r.ev_class = w.oid
        JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
             AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> r.ev_class
        JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind IN ('m', 'v')
        UNION
        SELECT u.view, c.oid, c.relkind
        FROM uses u
        JOIN pg_catalog.pg_rewrite r ON r.ev_class = u.used
        JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass AND d.objid = r.oid
             AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.refobjid <> r.ev_class
        JOIN pg_catalog.pg_class c ON c.oid = d.refobjid AND c.relkind IN ('m', 'v')
    )
    SELECT view, used FROM uses WHERE relkind = 'm'
) u",
};

/// The materialized views whose contents are wanted.
pub const READER: Reader = Reader {
    name: "uses of materialized views",
    phase: Phase::Late,
    query: |db| {
        let views = db.oids(is_wanted);
        (!views.is_empty()).then(|| USES.sql(db.server.major(), &views))
    },
    read,
};

/// The contents of a materialized view.
#[derive(Clone, Debug)]
pub struct Refresh {
    /// The view.
    pub view: NodeId,
    /// Whether it and everything it uses have contents; otherwise it stays empty.
    pub is_populated: bool,
}

fn is_wanted(object: &Object) -> bool {
    object.wanted.any(Wanted::DATA) && matches!(&object.body, Body::Relation(body) if body.relkind == 'm')
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for id in db.nodes() {
        if is_wanted(db.object(id)) {
            add(db, id);
        }
    }
    for row in rows.iter() {
        let refresh = |oid: u32| db.relation_by_oid(oid).and_then(|(_, relation)| relation.data);
        let (Some(view), Some(used)) = (refresh(row.oid("view")?), refresh(row.oid("used")?)) else {
            continue;
        };
        db.depend(view, used);
        // Of what is used indirectly there is a row too, so the order of rows does not matter.
        let used_is_empty = matches!(&db.object(used).body, Body::Refresh(used)
            if db.relation(used.view).is_some_and(|relation| !relation.is_populated));
        if let Body::Refresh(body) = &mut db.object_mut(view).body
            && used_is_empty
        {
            body.is_populated = false;
        }
    }
    Ok(())
}

fn add(db: &mut Database, view: NodeId) {
    let object = db.object(view);
    let is_populated = db.relation(view).is_some_and(|relation| relation.is_populated);
    let refresh = Object {
        // No row of pg_depend is about it.
        catalog: CatalogId {
            class: 0,
            oid: object.catalog.oid,
        },
        schema: object.schema,
        name: object.name.clone(),
        owner: object.owner,
        acl: Default::default(),
        extension: None,
        wanted: Wanted::DATA,
        dependencies: vec![view],
        body: Body::Refresh(Refresh { view, is_populated }),
    };
    let refresh = db.push(refresh);
    if let Some(relation) = db.relation_mut(view) {
        relation.data = Some(refresh);
    }
}

impl Refresh {
    /// Its entry; none if there are no contents to make again.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        if !self.is_populated {
            return;
        }
        let db = out.db;
        let mut entry = Entry::new(
            Kind::MaterializedViewData,
            Some(db.schema_name(id)),
            &db.object(id).name,
            db.owner(id),
        );
        entry.create = format!("REFRESH MATERIALIZED VIEW {};\n", db.qualified(self.view));
        out.always(entry);
        out.part_of(self.view);
    }
}
