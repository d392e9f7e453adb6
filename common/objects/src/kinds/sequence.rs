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
            relation.sequence = Some(sequence);
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
                entry.create = identity(sequence, &db.qualified(id), persistence, &db.qualified(table), column);
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
