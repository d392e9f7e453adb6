//! The finished text of every catalog query, for every major: `tests/golden/queries/MAJOR.sql`.
//!
//! Whoever changes a query sees here what servers will be asked, and can paste it into psql; a test from
//! outside runs the files on real servers. `make golden` writes them anew.

use std::path::{Path, PathBuf};

use pgx_archive::Format;

use crate::database::{Body, Database, NodeId, class};
use crate::globals::{self, Wish};
use crate::kinds::data::TableData;
use crate::kinds::function::Function;
use crate::kinds::large_object_data::LargeObjectData;
use crate::kinds::relation::Relation;
use crate::kinds::sequence_set::SequenceSet;
use crate::kinds::types::Type;
use crate::kinds::{Phase, READERS, Reader};
use crate::sample;

const MAJORS: std::ops::RangeInclusive<u32> = 12..=18;

/// A database that has one of everything, so that every query has something to ask for.
fn everything(major: u32) -> Database {
    let mut db = sample::database(major);
    db.server.superuser = true;
    db.with_statistics = true;
    db.with_rows = true;
    let add = |db: &mut Database, class: u32, name: &str, body: Body| {
        let object = sample::object(db, class, name, body);
        db.push(object)
    };
    for (relkind, name) in [('r', "things"), ('p', "parted"), ('f', "far"), ('v', "seen")] {
        let body = Relation {
            has_index: matches!(relkind, 'r' | 'p'),
            has_triggers: true,
            has_rules: true,
            row_security: true,
            ..Relation::default()
        };
        let table = sample::relation(&mut db, name, relkind, body);
        if relkind == 'r' {
            let rows = add(&mut db, 0, name, data(table));
            if let Some(relation) = db.relation_mut(table) {
                relation.data = Some(rows);
            }
        }
    }
    let kept = sample::relation(&mut db, "kept", 'm', Relation::default());
    let contents = data(kept);
    let contents = add(&mut db, 0, "kept", contents);
    if let Some(relation) = db.relation_mut(kept) {
        relation.data = Some(contents);
    }
    for name in ["numbers", "more numbers"] {
        let sequence = sample::relation(&mut db, name, 'S', Relation::default());
        let position = Body::SequenceSet(SequenceSet {
            sequence,
            last: 1,
            is_called: false,
        });
        add(&mut db, 0, name, position);
    }
    for typtype in ['b', 'c', 'd', 'e', 'r'] {
        let body = Type {
            typtype,
            is_defined: true,
            relkind: if typtype == 'c' { 'c' } else { '\0' },
            ..Type::default()
        };
        add(&mut db, class::TYPE, "type", Body::Type(Box::new(body)));
    }
    let function = Function {
        kind: 'f',
        ..Function::default()
    };
    add(&mut db, class::PROC, "function", Body::Function(Box::new(function)));
    add(&mut db, class::PROC, "aggregate", Body::Aggregate(Box::default()));
    add(&mut db, class::OPCLASS, "class", Body::OperatorClass(Box::default()));
    add(
        &mut db,
        class::TS_CONFIG,
        "words",
        Body::TextSearchConfiguration(Default::default()),
    );
    add(
        &mut db,
        class::FOREIGN_SERVER,
        "server",
        Body::ForeignServer(Box::default()),
    );
    add(
        &mut db,
        class::PUBLICATION,
        "news",
        Body::Publication(Default::default()),
    );
    let contents = LargeObjectData { group: NodeId(0) };
    add(&mut db, 0, "large objects", Body::LargeObjectData(contents));
    db
}

fn data(table: NodeId) -> Body {
    Body::TableData(TableData {
        table,
        condition: None,
        format: Format::Text,
        root: None,
    })
}

/// All queries for a major, each under its name.
fn queries(major: u32) -> String {
    let mut db = everything(major);
    let mut text = format!("-- Every catalog query for servers of major {major}, as `make golden` writes it.\n");
    for reader in READERS {
        let phase = match reader.phase {
            Phase::Early => "before the locks",
            Phase::Chosen => "before the locks, of what is wanted",
            Phase::Late => "after the locks",
        };
        db.server.superuser = true;
        let sql = (reader.query)(&db);
        db.server.superuser = false;
        let others = (reader.query)(&db);
        if let Some(sql) = &sql {
            text += &format!("\n-- {}, {phase}\n{sql};\n", reader.name);
        }
        if let Some(others) = others.filter(|others| sql.as_ref() != Some(others)) {
            text += &format!("\n-- {}, {phase}, without superuser\n{others};\n", reader.name);
        }
    }
    for reader in globals::READERS {
        let wish = |passwords| Wish {
            passwords,
            ..Wish::default()
        };
        let [sql, others] = [true, false].map(|passwords| (reader.query)(major, &wish(passwords)));
        if let Some(sql) = &sql {
            text += &format!("\n-- {}, of a cluster\n{sql};\n", reader.name);
        }
        if let Some(others) = others.filter(|others| sql.as_ref() != Some(others)) {
            text += &format!("\n-- {}, of a cluster, without passwords\n{others};\n", reader.name);
        }
    }
    text
}

fn file(major: u32) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/golden/queries");
    root.join(format!("{major}.sql"))
}

#[test]
fn golden_queries_are_current() {
    for major in MAJORS {
        let (queries, file) = (queries(major), file(major));
        if std::env::var_os("PGX_WRITE_GOLDEN").is_some() {
            std::fs::write(&file, &queries).expect("golden files are writable");
        }
        let golden = std::fs::read_to_string(&file).unwrap_or_default();
        for (place, (golden, query)) in golden.lines().zip(queries.lines()).enumerate() {
            assert_eq!(
                golden,
                query,
                "line {} of {major}.sql: see what changed, then `make golden`",
                place + 1
            );
        }
        assert_eq!(golden.len(), queries.len(), "{major}.sql ends elsewhere: `make golden`");
    }
}

#[test]
fn every_query_is_in_a_golden_file() {
    for major in MAJORS {
        let mut db = everything(major);
        let mut asks = |reader: &Reader, superuser| {
            db.server.superuser = superuser;
            (reader.query)(&db).is_some()
        };
        let silent = READERS
            .iter()
            .filter(|reader| !asks(reader, true) && !asks(reader, false));
        let silent: Vec<&str> = silent.map(|reader| reader.name).collect();
        let unknown: &[&str] = match major {
            ..15 => &["schemas of publications"],
            15 => &[],
            16.. => &["names that are reserved since"],
        };
        assert_eq!(silent, unknown, "on {major}");
    }
}
