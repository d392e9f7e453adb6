//! Triggers (`pg_trigger`).
//!
//! Internal ones serve constraints and come with them. A trigger of a partitioned table comes to its
//! partitions by itself; what has to be said of a partition's is only that it is switched otherwise.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column, since};
use crate::rows::Rows;
use crate::sql::ident;

use super::names::Names;
use super::{Phase, Reader};

const TRIGGERS: Select = Select {
    columns: &[
        column("oid", "t.oid"),
        column("name", "t.tgname"),
        column("schema", "c.relnamespace"),
        column("table", "t.tgrelid"),
        column("state", "t.tgenabled"),
        since(13, "inherited", "t.tgparentid <> 0", "t.tgisinternal"),
        column("definition", "pg_catalog.pg_get_triggerdef(t.oid, false)"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_trigger t ON t.tgrelid = w.oid
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
LEFT JOIN pg_catalog.pg_trigger p ON p.oid = t.tgparentid
WHERE (NOT t.tgisinternal AND t.tgparentid = 0) OR t.tgenabled <> p.tgenabled
ORDER BY t.tgrelid, t.tgname",
};

/// On 12, where only `pg_depend` knows the parent of a partition's trigger.
const TRIGGERS_12: Select = Select {
    columns: TRIGGERS.columns,
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_trigger t ON t.tgrelid = w.oid
JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
LEFT JOIN pg_catalog.pg_depend d ON d.objid = t.oid
     AND d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass
     AND d.refclassid = 'pg_catalog.pg_trigger'::pg_catalog.regclass
LEFT JOIN pg_catalog.pg_trigger p ON p.oid = d.refobjid
WHERE NOT t.tgisinternal OR t.tgenabled <> p.tgenabled
ORDER BY t.tgrelid, t.tgname",
};

/// The triggers of tables whose definition is wanted.
pub const READER: Reader = Reader {
    name: "triggers",
    phase: Phase::Late,
    query: |db| {
        let tables = db.oids(|object| {
            object.wanted.any(Wanted::DEFINITION) && matches!(&object.body, Body::Relation(body) if body.has_triggers)
        });
        let select = if db.server.major() >= 13 { TRIGGERS } else { TRIGGERS_12 };
        (!tables.is_empty()).then(|| select.sql(db.server.major(), &tables))
    },
    read,
};

/// A trigger.
#[derive(Clone, Debug)]
pub struct Trigger {
    /// The table.
    pub table: NodeId,
    /// `tgenabled`: O enabled, D disabled, R on replicas, A always.
    pub state: char,
    /// It came from the partitioned table, whose own is switched otherwise.
    pub inherited: bool,
    /// `pg_get_triggerdef`.
    pub definition: String,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let table = row.oid("table")?;
        let (table, _) = db
            .relation_by_oid(table)
            .ok_or_else(|| row.dangling(format!("table {table}")))?;
        let trigger = Trigger {
            table,
            state: row.letter("state")?,
            inherited: row.flag("inherited")?,
            definition: row.text("definition")?.to_owned(),
        };
        let id = db.add(class::TRIGGER, &row, Body::Trigger(Box::new(trigger)))?;
        db.object_mut(id).wanted = Wanted::ALL;
    }
    Ok(())
}

impl Trigger {
    /// The trigger and its comment.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let table = Names::of(out.db, self.table);
        let name = out.db.object(id).name.clone();
        let relkind = out.db.relation(self.table).map_or('r', |relation| relation.relkind);
        let tag = format!("{} {name}", table.raw);
        let mut entry = Entry::new(Kind::Trigger, Some(&table.schema), tag, &table.owner);
        let on_table = format!("{} ON {}", ident(&name), table.qualified);
        let set_state = self.set_state(relkind, &table.qualified, &name);
        if self.inherited {
            // It stands already, and goes with its parent's.
            entry.create = set_state;
        } else {
            let bindings = out.bound_to_extensions("TRIGGER", &on_table);
            entry.create = format!("{};\n{bindings}{set_state}", self.definition);
            entry.drop = format!("DROP TRIGGER {on_table};\n");
        }
        out.main(entry);
        out.part_of(self.table);
        let word = format!("TRIGGER {} ON", ident(&name));
        out.comment(&word, &table.name, Some(&table.schema), &table.owner);
    }

    fn set_state(&self, relkind: char, table: &str, name: &str) -> String {
        let state = match self.state {
            'D' => "DISABLE",
            'A' => "ENABLE ALWAYS",
            'R' => "ENABLE REPLICA",
            _ if self.inherited => "ENABLE",
            _ => return String::new(),
        };
        let foreign = if relkind == 'f' { "FOREIGN " } else { "" };
        format!("\nALTER {foreign}TABLE {table} {state} TRIGGER {};\n", ident(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trigger(state: char, inherited: bool) -> Trigger {
        Trigger {
            table: NodeId(0),
            state,
            inherited,
            definition: String::new(),
        }
    }

    #[test]
    fn a_trigger_is_enabled_when_it_is_made() {
        assert_eq!(trigger('O', false).set_state('r', "s.t", "x"), "");
        assert_eq!(
            trigger('R', false).set_state('r', "s.t", "x"),
            "\nALTER TABLE s.t ENABLE REPLICA TRIGGER x;\n"
        );
        assert_eq!(
            trigger('D', false).set_state('f', "s.t", "X"),
            "\nALTER FOREIGN TABLE s.t DISABLE TRIGGER \"X\";\n"
        );
    }

    #[test]
    fn a_partition_may_enable_what_its_parent_disables() {
        assert_eq!(
            trigger('O', true).set_state('r', "s.t", "x"),
            "\nALTER TABLE s.t ENABLE TRIGGER x;\n"
        );
    }

    #[test]
    fn every_version_asks_what_it_knows() {
        assert!(!TRIGGERS_12.sql(12, &[1]).contains("tgparentid"));
        assert!(TRIGGERS.sql(13, &[1]).contains("tgparentid"));
    }
}
