//! Rewrite rules (`pg_rewrite`).
//!
//! The ON SELECT rule of a view is the view, and has no entry unless a cycle set it apart: then its entry
//! replaces a view of empty columns by the real one.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::names::Names;
use super::{Phase, Reader, view};

const RULES: Select = Select {
    columns: &[
        column("oid", "r.oid"),
        column("name", "r.rulename"),
        column("schema", "c.relnamespace"),
        column("table", "r.ev_class"),
        column(
            "is_view",
            "c.relkind IN ('v', 'm') AND r.ev_type = '1' AND r.is_instead",
        ),
        column("state", "r.ev_enabled"),
        column(
            "definition",
            "CASE WHEN w.oid IS NOT NULL AND NOT (r.ev_type = '1' AND r.is_instead) THEN pg_catalog.pg_get_ruledef(r.oid) END",
        ),
    ],
    from: "FROM pg_catalog.pg_rewrite r
JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
LEFT JOIN pg_catalog.unnest($oids) AS w(oid) ON w.oid = r.ev_class
WHERE r.oid >= 16384
ORDER BY r.oid",
};

/// All rules: views that are not wanted still tell what comes after what. Texts only of wanted ones.
pub const READER: Reader = Reader {
    name: "rules",
    phase: Phase::Late,
    query: |db| {
        let wanted = db.oids(|object| {
            object.wanted.any(Wanted::DEFINITION) && matches!(&object.body, Body::Relation(body) if body.has_rules)
        });
        Some(RULES.sql(db.server.major(), &wanted))
    },
    read,
};

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The relation.
    pub table: NodeId,
    /// Whether it is the ON SELECT DO INSTEAD rule that makes a view.
    pub is_view: bool,
    /// Made on its own rather than as the view.
    pub separate: bool,
    /// `ev_enabled`: O enabled, D disabled, R on replicas, A always.
    pub state: char,
    /// `pg_get_ruledef`; empty for a view's.
    pub definition: String,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        // Temporary views are not part of a database.
        let Some((table, _)) = db.relation_by_oid(row.oid("table")?) else {
            continue;
        };
        let is_view = row.flag("is_view")?;
        let rule = Rule {
            table,
            is_view,
            separate: !is_view,
            state: row.letter("state")?,
            definition: row.opt("definition")?.unwrap_or_default().to_owned(),
        };
        let id = db.add(class::REWRITE, &row, Body::Rule(rule))?;
        db.object_mut(id).wanted = db.object(table).wanted;
        if is_view {
            db.depend(table, id);
        } else {
            db.depend(id, table);
        }
    }
    Ok(())
}

impl Rule {
    /// The rule and its comment, unless it is part of its view's text.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        if !self.separate {
            return;
        }
        let table = Names::of(out.db, self.table);
        let name = out.db.object(id).name.clone();
        let tag = format!("{} {name}", table.raw);
        let mut entry = Entry::new(Kind::Rule, Some(&table.schema), tag, &table.owner);
        match out.db.relation(self.table) {
            Some(relation) if self.is_view => {
                entry.create = view::late_body(relation, &table.qualified);
                entry.drop = view::without_body(relation, &table.qualified);
            }
            _ => {
                entry.create = format!("{}\n", self.definition);
                entry.drop = format!("DROP RULE {} ON {};\n", ident(&name), table.qualified);
            }
        }
        entry.create += &self.set_state(&table.qualified, &name);
        out.main(entry);
        out.part_of(self.table);
        let word = format!("RULE {} ON", ident(&name));
        out.comment(&word, &table.name, Some(&table.schema), &table.owner);
    }

    fn set_state(&self, table: &str, name: &str) -> String {
        let state = match self.state {
            'A' => "ENABLE ALWAYS",
            'R' => "ENABLE REPLICA",
            'D' => "DISABLE",
            _ => return String::new(),
        };
        format!("ALTER TABLE {table} {state} RULE {};\n", ident(name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_unusual_states_are_set() {
        let mut rule = Rule {
            table: NodeId(0),
            is_view: false,
            separate: true,
            state: 'O',
            definition: String::new(),
        };
        assert_eq!(rule.set_state("s.t", "R"), "");
        rule.state = 'D';
        assert_eq!(rule.set_state("s.t", "R"), "ALTER TABLE s.t DISABLE RULE \"R\";\n");
        rule.state = 'A';
        assert_eq!(rule.set_state("s.t", "r"), "ALTER TABLE s.t ENABLE ALWAYS RULE r;\n");
    }
}
