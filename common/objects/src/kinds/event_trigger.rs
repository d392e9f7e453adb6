//! Event triggers (`pg_event_trigger`).

use std::fmt::Write;

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::{Row, Rows};
use crate::sql::{ident, literal};

use super::names::Names;
use super::{Phase, Reader};

const EVENT_TRIGGERS: Select = Select {
    columns: &[
        column("oid", "e.oid"),
        column("name", "e.evtname"),
        column("owner", "e.evtowner"),
        column("event", "e.evtevent"),
        column("tags", "e.evttags"),
        column("function", "e.evtfoid::pg_catalog.regproc"),
        column("state", "e.evtenabled"),
    ],
    from: "FROM pg_catalog.pg_event_trigger e ORDER BY e.oid",
};

/// All event triggers.
pub const READER: Reader = Reader {
    name: "event triggers",
    phase: Phase::Early,
    query: |db| Some(EVENT_TRIGGERS.sql(db.server.major(), &[])),
    read: |db: &mut Database, rows: &Rows| {
        for row in rows.iter() {
            db.add(
                class::EVENT_TRIGGER,
                &row,
                Body::EventTrigger(Box::new(EventTrigger::read(&row)?)),
            )?;
        }
        Ok(())
    },
};

/// An event trigger.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventTrigger {
    /// What it waits for: `ddl_command_end`, …
    pub event: String,
    /// Commands to which it is limited, if it is.
    pub tags: Vec<String>,
    /// The function it calls, spelled.
    pub function: String,
    /// `evtenabled`: O as usual, D disabled, R on replicas only, A always.
    pub state: char,
}

impl EventTrigger {
    fn read(row: &Row<'_>) -> Result<EventTrigger, Error> {
        Ok(EventTrigger {
            event: row.text("event")?.to_owned(),
            tags: row.list("tags")?,
            function: row.text("function")?.to_owned(),
            state: row.letter("state")?,
        })
    }

    /// The event trigger with its facets.
    pub fn emit(&self, id: NodeId, out: &mut Emitter<'_>) {
        let names = Names::of(out.db, id);
        let mut entry = Entry::new(Kind::EventTrigger, None, names.raw, names.owner.clone());
        entry.create = self.create(&names.name);
        entry.drop = format!("DROP EVENT TRIGGER {};\n", names.name);
        out.main(entry);
        out.comment("EVENT TRIGGER", &names.name, None, &names.owner);
        out.label("EVENT TRIGGER", &names.name, None, &names.owner);
    }

    fn create(&self, name: &str) -> String {
        let mut sql = format!("CREATE EVENT TRIGGER {name} ON {}", ident(&self.event));
        if !self.tags.is_empty() {
            let tags: Vec<String> = self.tags.iter().map(|tag| literal(tag)).collect();
            let _ = write!(sql, "\n         WHEN TAG IN ({})", tags.join(", "));
        }
        let _ = writeln!(sql, "\n   EXECUTE FUNCTION {}();", self.function);
        let state = match self.state {
            'O' => return sql,
            'D' => "DISABLE",
            'A' => "ENABLE ALWAYS",
            'R' => "ENABLE REPLICA",
            _ => "ENABLE",
        };
        let _ = write!(sql, "\nALTER EVENT TRIGGER {name} {state};\n");
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_and_state_are_said_when_there_are_any() {
        let mut trigger = EventTrigger {
            event: "ddl_command_end".into(),
            tags: Vec::new(),
            function: "public.note".into(),
            state: 'O',
        };
        assert_eq!(
            trigger.create("t"),
            "CREATE EVENT TRIGGER t ON ddl_command_end\n   EXECUTE FUNCTION public.note();\n"
        );
        trigger.tags = vec!["CREATE TABLE".into(), "DROP TABLE".into()];
        trigger.state = 'A';
        assert_eq!(
            trigger.create("t"),
            "CREATE EVENT TRIGGER t ON ddl_command_end\n         WHEN TAG IN ('CREATE TABLE', 'DROP TABLE')\n   \
             EXECUTE FUNCTION public.note();\n\nALTER EVENT TRIGGER t ENABLE ALWAYS;\n"
        );
    }
}
