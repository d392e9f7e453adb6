//! Foreign keys (`pg_constraint` rows of type `f`), as far as they were declared: what partitioning derives
//! from them for partitions comes back by itself.

use crate::database::{Body, Database, Wanted, class};
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;

use super::constraint::Constraint;
use super::{Phase, Reader, index_attach};

const FOREIGN_KEYS: Select = Select {
    columns: &[
        column("oid", "c.oid"),
        column("name", "c.conname"),
        column("schema", "t.relnamespace"),
        column("table", "c.conrelid"),
        column("references", "c.confrelid"),
        column("index", "c.conindid"),
        column("definition", "pg_catalog.pg_get_constraintdef(c.oid)"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_constraint c ON c.conrelid = w.oid
JOIN pg_catalog.pg_class t ON t.oid = c.conrelid
WHERE c.contype = 'f' AND c.conparentid = 0
ORDER BY c.conrelid, c.conname",
};

/// The foreign keys of tables whose definition is wanted. Reads after indexes.
pub const READER: Reader = Reader {
    name: "foreign keys",
    phase: Phase::Late,
    query: |db| {
        let tables = db.oids(|object| {
            object.wanted.any(Wanted::DEFINITION)
                && matches!(&object.body, Body::Relation(body) if matches!(body.relkind, 'r' | 'p' | 'f'))
        });
        (!tables.is_empty()).then(|| FOREIGN_KEYS.sql(db.server.major(), &tables))
    },
    read,
};

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let table = row.oid("table")?;
        let (table, _) = db
            .relation_by_oid(table)
            .ok_or_else(|| row.dangling(format!("table {table}")))?;
        let references = row.oid("references")?;
        let constraint = Constraint {
            contype: 'f',
            table: Some(table),
            definition: row.text("definition")?.to_owned(),
            references,
            local: true,
            separate: true,
            ..Constraint::default()
        };
        let id = db.add(class::CONSTRAINT, &row, Body::Constraint(Box::new(constraint)))?;
        db.object_mut(id).wanted = Wanted::ALL;
        // A partitioned index serves a foreign key only when the index of every partition is attached.
        let partitioned = db
            .relation_by_oid(references)
            .is_some_and(|(_, relation)| relation.relkind == 'p');
        if partitioned && let Some(index) = db.by_oid(class::CLASS, row.oid("index")?) {
            for attach in index_attach::below(db, index) {
                db.depend(id, attach);
            }
        }
    }
    Ok(())
}
