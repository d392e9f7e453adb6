//! Extended statistics (`pg_statistic_ext`): what to count together, not the counts.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column, since};
use crate::rows::Rows;

use super::names::Names;
use super::{Phase, Reader};

const STATISTICS: Select = Select {
    columns: &[
        column("oid", "s.oid"),
        column("name", "s.stxname"),
        column("schema", "s.stxnamespace"),
        column("owner", "s.stxowner"),
        column("table", "s.stxrelid"),
        column("definition", "pg_catalog.pg_get_statisticsobjdef(s.oid)"),
        // Before 17 the default is -1, from then on it is null.
        since(13, "target", "NULLIF(s.stxstattarget, -1)", "NULL"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_statistic_ext s ON s.stxrelid = w.oid",
};

/// The statistics objects of tables whose definition is wanted.
pub const READER: Reader = Reader {
    name: "extended statistics",
    phase: Phase::Late,
    query: |db| {
        let tables = db.oids(|object| {
            object.wanted.any(Wanted::DEFINITION)
                && matches!(&object.body, Body::Relation(body) if matches!(body.relkind, 'r' | 'p' | 'm' | 'f'))
        });
        (!tables.is_empty()).then(|| STATISTICS.sql(db.server.major(), &tables))
    },
    read,
};

/// A statistics object.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// The table.
    pub table: Option<NodeId>,
    /// `pg_get_statisticsobjdef`.
    pub definition: String,
    /// Statistics target, if it has one of its own.
    pub target: Option<i32>,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let statistics = Statistics {
            table: db.by_oid(class::CLASS, row.oid("table")?),
            definition: row.text("definition")?.to_owned(),
            target: row.opt("target")?.map(|_| row.number("target")).transpose()?,
        };
        let id = db.add(class::STATISTIC_EXT, &row, Body::Statistics(statistics))?;
        db.object_mut(id).wanted = wanted(db, id);
    }
    Ok(())
}

/// They belong to their own schema, which need not be the table's; and to a table that is chosen by its name.
fn wanted(db: &Database, id: NodeId) -> Wanted {
    let object = db.object(id);
    let contents = |schema: Option<NodeId>| match schema.map(|schema| &db.object(schema).body) {
        Some(Body::Schema(schema)) => schema.contents,
        _ => Wanted::NONE,
    };
    let table = match &object.body {
        Body::Statistics(statistics) => statistics.table.map(|table| db.object(table)),
        _ => None,
    };
    match table {
        _ if object.extension.is_some() => Wanted::NONE,
        Some(table) if !contents(table.schema).any(Wanted::DEFINITION) => table.wanted,
        _ => contents(object.schema),
    }
}

impl Statistics {
    /// The statistics object and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let names = Names::of(out.db, id);
        let mut entry = Entry::new(Kind::Statistics, Some(&names.schema), &names.raw, &names.owner);
        entry.create = self.create(&names.qualified);
        entry.drop = format!("DROP STATISTICS {};\n", names.qualified);
        out.main(entry);
        if let Some(table) = self.table {
            out.part_of(table);
        }
        out.comment("STATISTICS", &names.name, Some(&names.schema), &names.owner);
    }

    fn create(&self, name: &str) -> String {
        let target = match self.target {
            Some(target) => format!("ALTER STATISTICS {name} SET STATISTICS {target};\n"),
            None => String::new(),
        };
        format!("{};\n{target}", self.definition)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_set_afterwards() {
        let mut statistics = Statistics {
            table: None,
            definition: "CREATE STATISTICS s.x ON a, b FROM s.t".into(),
            target: None,
        };
        assert_eq!(statistics.create("s.x"), "CREATE STATISTICS s.x ON a, b FROM s.t;\n");
        statistics.target = Some(0);
        assert_eq!(
            statistics.create("s.x"),
            "CREATE STATISTICS s.x ON a, b FROM s.t;\nALTER STATISTICS s.x SET STATISTICS 0;\n"
        );
    }
}
