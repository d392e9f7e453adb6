//! Positions of sequences.
//!
//! From 18 on `pg_get_sequence_data` gives them all in one query. Before, a sequence is a relation that has to
//! be read by its name, so they are read together by UNION ALL.

use pgx_archive::{Entry, Kind};

use crate::database::{Body, Database, NodeId};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::literal;

use super::{Phase, Reader};

const POSITIONS: Select = Select {
    columns: &[
        column("oid", "w.oid"),
        column("last", "d.last_value"),
        column("is_called", "d.is_called"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid), pg_catalog.pg_get_sequence_data(w.oid) d",
};

/// The positions of the sequences that [`super::data::plan`] found wanted.
pub const READER: Reader = Reader {
    name: "positions of sequences",
    phase: Phase::Late,
    query,
    read,
};

/// The position of a sequence.
#[derive(Clone, Debug)]
pub struct SequenceSet {
    /// The sequence.
    pub sequence: NodeId,
    /// Its last value.
    pub last: i64,
    /// Whether that value was handed out.
    pub is_called: bool,
}

/// The sequences whose positions are wanted.
fn wanted(db: &Database) -> impl Iterator<Item = NodeId> {
    db.objects.iter().filter_map(|object| match &object.body {
        Body::SequenceSet(body) => Some(body.sequence),
        _ => None,
    })
}

fn query(db: &Database) -> Option<String> {
    wanted(db).next()?;
    if db.server.major() >= 18 {
        let oids: Vec<u32> = wanted(db).map(|id| db.object(id).catalog.oid).collect();
        return Some(POSITIONS.sql(db.server.major(), &oids));
    }
    let selects: Vec<String> = wanted(db).map(|id| by_name(db, id)).collect();
    Some(union(&selects))
}

fn by_name(db: &Database, id: NodeId) -> String {
    format!(
        "SELECT '{}' AS oid, last_value::pg_catalog.text AS last, is_called::pg_catalog.text AS is_called FROM {}",
        db.object(id).catalog.oid,
        db.qualified(id)
    )
}

/// `… UNION ALL …`, nested evenly: a chain of thousands would exhaust the server's stack.
fn union(selects: &[String]) -> String {
    match selects {
        [] => String::new(),
        [one] => one.clone(),
        many => {
            let (left, right) = many.split_at(many.len() / 2);
            format!("({})\nUNION ALL ({})", union(left), union(right))
        }
    }
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let Some((sequence, relation)) = db.relation_by_oid(row.oid("oid")?) else {
            continue;
        };
        let data = relation.data;
        // The server answers with nulls, not with an error, to those who may not read the sequence.
        let Some(_) = row.opt("last")? else {
            return Err(Error::Unreadable {
                object: format!("sequence {}", db.qualified(sequence)),
            });
        };
        let (last, is_called) = (row.number("last")?, row.flag("is_called")?);
        if let Some(data) = data
            && let Body::SequenceSet(body) = &mut db.object_mut(data).body
        {
            body.last = last;
            body.is_called = is_called;
        }
    }
    Ok(())
}

impl SequenceSet {
    /// Its entry.
    pub fn emit(&self, _id: NodeId, out: &mut Emitter<'_>) {
        let db = out.db;
        let mut entry = Entry::new(
            Kind::SequenceSet,
            Some(db.schema_name(self.sequence)),
            db.object(self.sequence).name.clone(),
            db.owner(self.sequence),
        );
        entry.visible = db.relation(self.sequence).is_some_and(|relation| relation.visible);
        entry.create = format!(
            "SELECT pg_catalog.setval({}, {}, {});\n",
            literal(&db.qualified(self.sequence)),
            self.last,
            self.is_called
        );
        out.after(entry, vec![self.sequence], Some(self.sequence));
    }
}

#[cfg(test)]
mod tests {
    use pgx_archive::CatalogId;

    use super::*;
    use crate::choose::Choice;
    use crate::kinds::data::{Plan, plan};
    use crate::kinds::relation::Relation;
    use crate::sample::{database, entries, relation, rows};

    /// A database with the sequence `S`, whose position is wanted.
    fn planned() -> (Database, String) {
        let mut db = database(18);
        let body = Relation {
            sequence: Some(Box::default()),
            ..Relation::default()
        };
        let id = relation(&mut db, "S", 'S', body);
        plan(&mut db, &Choice::default(), &Plan::default());
        let oid = db.object(id).catalog.oid.to_string();
        (db, oid)
    }

    #[test]
    fn the_position_of_a_sequence() {
        let (mut db, oid) = planned();
        read(&mut db, &rows(["oid", "last", "is_called"], &[[&oid, "-7", "t"]])).expect("the row is well-formed");
        let entries = entries(&db);
        let entry = entries.last().expect("there is a position");
        assert_eq!(entry.create, "SELECT pg_catalog.setval('public.\"S\"', -7, true);\n");
        assert_eq!(entry.catalog, CatalogId::default());
        assert_eq!(entry.dependencies.len(), 1);
    }

    #[test]
    fn a_sequence_that_may_not_be_read_is_named() {
        let (mut db, oid) = planned();
        let refused = read(&mut db, &rows(["oid", "last", "is_called"], &[[&oid, "-", "-"]]));
        let object = "sequence public.\"S\"".to_owned();
        assert_eq!(refused, Err(Error::Unreadable { object }));
    }

    #[test]
    fn old_servers_are_asked_by_name() {
        let (mut db, oid) = planned();
        assert!(query(&db).is_some_and(|sql| sql.contains("pg_get_sequence_data")));
        db.server.version = 170_000;
        let by_name = format!(
            "SELECT '{oid}' AS oid, last_value::pg_catalog.text AS last, is_called::pg_catalog.text AS is_called \
             FROM public.\"S\""
        );
        assert_eq!(query(&db), Some(by_name));
    }

    #[test]
    fn unions_are_nested_evenly() {
        let selects: Vec<String> = ["a", "b", "c"].map(str::to_owned).to_vec();
        assert_eq!(union(&selects), "(a)\nUNION ALL ((b)\nUNION ALL (c))");
    }
}
