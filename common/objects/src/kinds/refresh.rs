//! Contents of materialized views, made again by REFRESH in the order in which they use one another.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId};
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

/// Who uses whom, of the materialized views whose contents are wanted.
pub const READER: Reader = Reader {
    name: "uses of materialized views",
    phase: Phase::Late,
    query: |db| {
        let views = db
            .oids(|object| matches!(&object.body, Body::Relation(body) if body.relkind == 'm' && body.data.is_some()));
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

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let (view, used) = (row.oid("view")?, row.oid("used")?);
        let (Some((_, using)), Some((_, used))) = (db.relation_by_oid(view), db.relation_by_oid(used)) else {
            continue;
        };
        let (Some(refresh), Some(first)) = (using.data, used.data) else {
            continue;
        };
        // An empty view cannot be read, so what uses it cannot be filled. Of what is used indirectly there is a
        // row too: the order of rows does not matter.
        let can_be_read = used.is_populated;
        db.depend(refresh, first);
        if let Body::Refresh(refresh) = &mut db.object_mut(refresh).body {
            refresh.is_populated &= can_be_read;
        }
    }
    Ok(())
}

impl Refresh {
    /// Its entry; none if there are no contents to make again.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        if !self.is_populated {
            return;
        }
        let db = out.db;
        let (schema, owner) = (db.schema_name(self.view), db.owner(self.view));
        let mut entry = Entry::new(Kind::MaterializedViewData, Some(schema), &db.object(id).name, owner);
        entry.create = format!("REFRESH MATERIALIZED VIEW {};\n", db.qualified(self.view));
        out.always(entry);
        out.part_of(self.view);
    }
}
