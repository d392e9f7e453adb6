//! Sequences (`pg_sequence`), owned, free or a column's identity.
//!
//! A sequence that a column owns follows its table: see [`follow_owners`]. That of an identity column has no
//! CREATE of its own; it is made by ALTER TABLE … ADD GENERATED.

use std::fmt::Write;

use pgx_archive::{Entry, Kind};

use crate::database::{Database, NodeId, Wanted, class};
use crate::emit::Emitter;
use crate::error::Error;
use crate::query::{Select, column};
use crate::rows::Rows;
use crate::sql::ident;

use super::columns::{Column, Identity};
use super::relation::Relation;
use super::{Phase, Reader, relation_facets};

const SEQUENCES: Select = Select {
    columns: &[
        column("oid", "s.seqrelid"),
        column("type_name", "pg_catalog.format_type(s.seqtypid, NULL)"),
        column("start", "s.seqstart"),
        column("increment", "s.seqincrement"),
        column("minimum", "s.seqmin"),
        column("maximum", "s.seqmax"),
        column("cache", "s.seqcache"),
        column("cycle", "s.seqcycle"),
    ],
    from: "FROM pg_catalog.unnest($oids) AS w(oid)
JOIN pg_catalog.pg_sequence s ON s.seqrelid = w.oid",
};

/// The parameters of wanted sequences.
pub const READER: Reader = Reader {
    name: "sequences",
    phase: Phase::Late,
    query: |db| Some(SEQUENCES.sql(db.server.major(), &db.wanted_relations("S"))),
    read,
};

/// What `pg_sequence` says.
#[derive(Clone, Debug, Default)]
pub struct Sequence {
    /// `smallint`, `integer` or `bigint`.
    pub type_name: String,
    /// START WITH.
    pub start: i64,
    /// INCREMENT BY.
    pub increment: i64,
    /// MINVALUE.
    pub minimum: i64,
    /// MAXVALUE.
    pub maximum: i64,
    /// CACHE.
    pub cache: i64,
    /// CYCLE.
    pub cycle: bool,
}

fn read(db: &mut Database, rows: &Rows) -> Result<(), Error> {
    for row in rows.iter() {
        let sequence = Sequence {
            type_name: row.text("type_name")?.to_owned(),
            start: row.number("start")?,
            increment: row.number("increment")?,
            minimum: row.number("minimum")?,
            maximum: row.number("maximum")?,
            cache: row.number("cache")?,
            cycle: row.flag("cycle")?,
        };
        let id = db.by_oid(class::CLASS, row.oid("oid")?);
        if let Some(relation) = id.and_then(|id| db.relation_mut(id)) {
            relation.sequence = Some(Box::new(sequence));
        }
    }
    Ok(())
}

/// Makes sequences that columns own wanted wherever their table is, after [`crate::choose::choose`].
///
/// An identity is part of its table, so exactly what is wanted of the table is wanted of it. Any other owned
/// sequence may be wanted for itself besides.
pub fn follow_owners(db: &mut Database) {
    for id in db.nodes() {
        let Some(relation) = db.relation(id).filter(|relation| relation.owning_table != 0) else {
            continue;
        };
        let Some(table) = db.by_oid(class::CLASS, relation.owning_table) else {
            continue;
        };
        let (is_identity, of_table) = (relation.is_identity, db.object(table).wanted);
        let object = db.object_mut(id);
        object.wanted = if is_identity {
            of_table
        } else {
            object.wanted | of_table
        };
    }
}

/// The sequence, the column that owns it, its comment, labels and privileges.
pub fn emit(relation: &Relation, id: NodeId, out: &mut Emitter<'_>) {
    let db = out.db;
    if out.wants(Wanted::DEFINITION)
        && let Some(sequence) = &relation.sequence
    {
        let owner = owning_column(relation, db);
        let mut entry = Entry::new(
            Kind::Sequence,
            Some(db.schema_name(id)),
            db.object(id).name.clone(),
            db.owner(id),
        );
        entry.visible = relation.visible;
        match owner {
            Some((table, column)) if relation.is_identity => {
                let differs = db
                    .relation(table)
                    .is_none_or(|table| table.persistence != relation.persistence);
                let persistence = differs.then_some(relation.persistence);
                let (name, of) = (db.qualified(id), db.qualified(table));
                entry.create = identity(sequence, &name, persistence, &of, column);
                if differs && db.server.major() < 15 {
                    // All sequences were logged, and nothing said so.
                    entry.before(15, identity(sequence, &name, None, &of, column));
                }
                out.main(entry);
                out.part_of(table);
            }
            _ => {
                entry.create = statement(sequence, &db.qualified(id), relation.persistence);
                entry.drop = format!("DROP SEQUENCE {};\n", db.qualified(id));
                out.main(entry);
            }
        }
        if let Some((table, column)) = owner
            && !relation.is_identity
            && db.object(table).wanted.any(Wanted::DEFINITION)
        {
            owned_by(id, table, column, out);
        }
        relation_facets::comments_and_labels(relation, id, "SEQUENCE", out);
    }
    relation_facets::all_privileges(id, "SEQUENCE", out);
}

fn owning_column<'a>(relation: &Relation, db: &'a Database) -> Option<(NodeId, &'a Column)> {
    let (table, owner) = db.relation_by_oid(relation.owning_table)?;
    let column = owner
        .columns
        .iter()
        .find(|column| column.number == relation.owning_column)?;
    Some((table, column))
}

/// `CREATE SEQUENCE …;`
fn statement(sequence: &Sequence, name: &str, persistence: char) -> String {
    let unlogged = if persistence == 'u' { "UNLOGGED " } else { "" };
    let mut sql = format!("CREATE {unlogged}SEQUENCE {name}\n");
    if sequence.type_name != "bigint" {
        let _ = writeln!(sql, "    AS {}", sequence.type_name);
    }
    sql + &parameters(sequence) + ";\n"
}

/// `ALTER TABLE … ADD GENERATED … AS IDENTITY ( … );` with the sequence's persistence where it is not the table's.
fn identity(sequence: &Sequence, name: &str, persistence: Option<char>, table: &str, column: &Column) -> String {
    let when = match column.identity {
        Some(Identity::Always) => "ALWAYS",
        Some(Identity::ByDefault) => "BY DEFAULT",
        None => "",
    };
    let persistence = match persistence {
        Some('u') => "    UNLOGGED\n",
        Some(_) => "    LOGGED\n",
        None => "",
    };
    format!(
        "ALTER TABLE {table} ALTER COLUMN {} ADD GENERATED {when} AS IDENTITY (\n    SEQUENCE NAME {name}\n{persistence}{}\n);\n",
        ident(&column.name),
        parameters(sequence)
    )
}

fn parameters(sequence: &Sequence) -> String {
    let (minimum, maximum) = usual_range(sequence);
    let limit = |word: &str, value: i64, usual: i64| {
        if value == usual {
            format!("    NO {word}\n")
        } else {
            format!("    {word} {value}\n")
        }
    };
    format!(
        "    START WITH {}\n    INCREMENT BY {}\n{}{}    CACHE {}{}",
        sequence.start,
        sequence.increment,
        limit("MINVALUE", sequence.minimum, minimum),
        limit("MAXVALUE", sequence.maximum, maximum),
        sequence.cache,
        if sequence.cycle { "\n    CYCLE" } else { "" }
    )
}

/// The range of a sequence that says nothing about it.
fn usual_range(sequence: &Sequence) -> (i64, i64) {
    let (lowest, highest) = match sequence.type_name.as_str() {
        "smallint" => (i64::from(i16::MIN), i64::from(i16::MAX)),
        "integer" => (i64::from(i32::MIN), i64::from(i32::MAX)),
        _ => (i64::MIN, i64::MAX),
    };
    if sequence.increment >= 0 {
        (1, highest)
    } else {
        (lowest, -1)
    }
}

fn owned_by(id: NodeId, table: NodeId, column: &Column, out: &mut Emitter<'_>) {
    let db = out.db;
    let mut entry = Entry::new(
        Kind::SequenceOwnedBy,
        Some(db.schema_name(id)),
        db.object(id).name.clone(),
        db.owner(id),
    );
    entry.create = format!(
        "ALTER SEQUENCE {} OWNED BY {}.{};\n",
        db.qualified(id),
        db.qualified(table),
        ident(&column.name)
    );
    out.facet(entry);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{column, database, entries, relation, table};

    fn plain(type_name: &str, increment: i64) -> Sequence {
        let mut sequence = Sequence {
            type_name: type_name.to_owned(),
            start: 1,
            increment,
            cache: 1,
            ..Sequence::default()
        };
        (sequence.minimum, sequence.maximum) = usual_range(&sequence);
        sequence
    }

    #[test]
    fn a_sequence_of_defaults() {
        assert_eq!(
            statement(&plain("bigint", 1), "public.s", 'p'),
            "CREATE SEQUENCE public.s\n    START WITH 1\n    INCREMENT BY 1\n    NO MINVALUE\n    NO MAXVALUE\n    CACHE 1;\n"
        );
    }

    #[test]
    fn a_sequence_that_says_everything() {
        let sequence = Sequence {
            minimum: -5,
            maximum: 7,
            cache: 3,
            cycle: true,
            ..plain("smallint", -2)
        };
        assert_eq!(
            statement(&sequence, "public.s", 'u'),
            "CREATE UNLOGGED SEQUENCE public.s\n    AS smallint\n    START WITH 1\n    INCREMENT BY -2\n    \
             MINVALUE -5\n    MAXVALUE 7\n    CACHE 3\n    CYCLE;\n"
        );
    }

    #[test]
    fn ranges_follow_type_and_direction() {
        assert_eq!(usual_range(&plain("smallint", 1)), (1, 32_767));
        assert_eq!(usual_range(&plain("integer", -1)), (i64::from(i32::MIN), -1));
        assert_eq!(usual_range(&plain("bigint", 1)), (1, i64::MAX));
    }

    fn owned(db: &mut Database, is_identity: bool) -> (NodeId, NodeId) {
        let id = Column {
            identity: is_identity.then_some(Identity::Always),
            ..column(1, "Id")
        };
        let table = table(db, "t", &[id]);
        let body = Relation {
            sequence: Some(Box::new(plain("integer", 1))),
            owning_table: db.object(table).catalog.oid,
            owning_column: 1,
            is_identity,
            ..Relation::default()
        };
        (table, relation(db, "t_id_seq", 'S', body))
    }

    #[test]
    fn an_identity_is_made_by_its_table() {
        let mut db = database(18);
        owned(&mut db, true);
        let entries = entries(&db);
        let entry = entries.last().expect("there is a sequence");
        assert_eq!(
            entry.create,
            "ALTER TABLE public.t ALTER COLUMN \"Id\" ADD GENERATED ALWAYS AS IDENTITY (\n    \
             SEQUENCE NAME public.t_id_seq\n    START WITH 1\n    INCREMENT BY 1\n    NO MINVALUE\n    \
             NO MAXVALUE\n    CACHE 1\n);\n"
        );
        assert_eq!(entry.drop, "");
        assert_eq!(entry.parent, Some(entries[entries.len() - 2].id));
    }

    #[test]
    fn a_server_before_15_is_not_told_that_the_identity_of_an_unlogged_table_is_logged() {
        let mut db = database(14);
        let (table, sequence) = owned(&mut db, true);
        db.relation_mut(table).expect("it is a table").persistence = 'u';
        db.relation_mut(sequence).expect("it is a sequence").persistence = 'p';
        let entries = entries(&db);
        let entry = entries.last().expect("there is a sequence");
        assert!(entry.create_on(Some(15)).contains("\n    LOGGED\n"), "{}", entry.create);
        assert_eq!(
            entry.create_on(Some(14)),
            entry.create_on(Some(15)).replace("    LOGGED\n", "")
        );
    }

    #[test]
    fn the_owner_of_a_sequence_is_told_in_an_entry_of_its_own() {
        let mut db = database(18);
        owned(&mut db, false);
        let entries = entries(&db);
        let entry = entries.last().expect("there is a sequence");
        assert_eq!(entry.kind, Kind::SequenceOwnedBy);
        assert_eq!(
            entry.create,
            "ALTER SEQUENCE public.t_id_seq OWNED BY public.t.\"Id\";\n"
        );
        assert_eq!(entry.dependencies, [entries[entries.len() - 2].id]);
    }

    #[test]
    fn owned_sequences_follow_their_table() {
        let mut db = database(18);
        let (table, sequence) = owned(&mut db, false);
        db.object_mut(sequence).wanted = Wanted::NONE;
        follow_owners(&mut db);
        assert_eq!(db.object(sequence).wanted, Wanted::ALL);
        db.object_mut(table).wanted = Wanted::NONE;
        follow_owners(&mut db);
        assert_eq!(db.object(sequence).wanted, Wanted::ALL, "it may be wanted for itself");
        db.relation_mut(sequence).expect("it is a sequence").is_identity = true;
        follow_owners(&mut db);
        assert_eq!(db.object(sequence).wanted, Wanted::NONE);
    }
}
