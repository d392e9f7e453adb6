//! Binary rows as text: value by value what the server's own COPY writes, for every type that travels in binary.

use std::process::Command;

use pgx_rows::to_text::{Column, Converter};
use pgx_rows::{Batcher, Format, TARGET, binary};
use pgx_tests::{Cluster, Database, MAJORS, Pipe, Scratch, comparable, difference, stock, tool};

mod edges;
mod random;

use edges::{CASES, TYPES};
use random::{RANDOM, Random};

/// Random values of each type.
const VALUES: usize = 3_000;

const SETTINGS: &str = "SET DateStyle = 'ISO'; SET IntervalStyle = 'postgres'; SET TimeZone = 'UTC'; \
                        SET bytea_output = 'hex'; SET extra_float_digits = 3";

fn copy(database: &Database, statement: &str) -> Command {
    let mut psql = stock("psql");
    psql.args(["-X", "-q", "-d", &database.url(), "-c", SETTINGS, "-c", statement]);
    psql
}

/// What the converter makes of a table's only column.
fn converted(database: &Database, table: &str, form: &str) -> String {
    let statement = format!("COPY {table} TO STDOUT (FORMAT binary)");
    let sent = Pipe::of(&mut copy(database, &statement)).run().expect_success();
    let mut batcher = Batcher::new(Format::Binary, TARGET);
    batcher.push(&sent).expect("the server sends rows");
    batcher.finish().expect("the server sends all of them");
    let mut converter = Converter::new(vec![Column {
        name: "v".to_owned(),
        form: form.parse().expect("a known type"),
    }]);
    let mut text = Vec::new();
    while let Some(batch) = batcher.next_batch() {
        let pushed = converter.push(&batch.bytes, &mut text);
        pushed.unwrap_or_else(|wrong| panic!("{form}: {wrong}"));
    }
    converter.finish().expect("the last row ends");
    String::from_utf8(text).expect("the database is UTF8")
}

/// Compares the rows of a table, one by one.
fn compare(database: &Database, table: &str, form: &str) {
    let statement = format!("COPY {table} TO STDOUT");
    let expected = Pipe::of(&mut copy(database, &statement)).run().expect_success();
    let expected = String::from_utf8(expected).expect("the database is UTF8");
    let found = converted(database, table, form);
    let major = database.cluster().major();
    assert_eq!(found.lines().count(), expected.lines().count(), "{form} on {major}");
    for (found, expected) in found.lines().zip(expected.lines()) {
        let shown = |line: &str| line.chars().take(200).collect::<String>();
        assert!(
            found == expected,
            "{form} on {major}\nserver: {}\n    us: {}",
            shown(expected),
            shown(found)
        );
    }
}

fn fill_with_edges(database: &Database) -> Vec<(String, &'static str)> {
    let mut script = String::from(TYPES);
    let mut tables = Vec::new();
    let known = CASES.iter().filter(|case| case.since <= database.cluster().major());
    for (number, case) in known.enumerate() {
        let table = format!("edge_{number}");
        script.push_str(&format!(
            "CREATE TABLE {table} (v {});\nINSERT INTO {table} VALUES (NULL);\n",
            case.name
        ));
        for value in case.values {
            script.push_str(&format!("INSERT INTO {table} SELECT ({value})::{};\n", case.name));
        }
        tables.push((table, case.form));
    }
    database.sql(&script);
    tables
}

fn fill_with_random(database: &Database) -> Vec<(String, &'static str)> {
    let scratch = Scratch::new();
    let mut tables = Vec::new();
    for (number, (form, value)) in RANDOM.iter().enumerate() {
        let mut random = Random::new(number as u64);
        let mut rows = binary::HEADER.to_vec();
        for _ in 0..VALUES {
            let value = value(&mut random);
            rows.extend(1i16.to_be_bytes());
            rows.extend((value.len() as i32).to_be_bytes());
            rows.extend(value);
        }
        rows.extend(binary::TRAILER);
        let file = scratch.file(form, rows);
        let table = format!("random_{number}");
        database.sql(&format!("CREATE TABLE {table} (v {form})"));
        let input = std::fs::File::open(&file).expect("it has been written");
        let statement = format!("COPY {table} FROM STDIN (FORMAT binary)");
        Pipe::of(&mut copy(database, &statement))
            .input(input)
            .run()
            .expect_success();
        tables.push((table, *form));
    }
    tables
}

#[test]
fn every_value_reads_as_the_server_writes_it() {
    for major in MAJORS {
        let database = Cluster::shared(major).database("values");
        let edges = fill_with_edges(&database);
        for (table, form) in edges.into_iter().chain(fill_with_random(&database)) {
            compare(&database, &table, form);
        }
    }
}

fn script(database: &Database, format: &str) -> String {
    let script = Pipe::of(tool("pgx-dump").args(["-j", "1", "--copy-format", format, "-d", &database.url()]))
        .to(tool("pgx-load").args(["-f", "-"]))
        .run()
        .expect_success();
    comparable(&String::from_utf8(script).expect("the database is UTF8"))
}

#[test]
fn a_script_from_binary_rows_is_the_one_from_text() {
    for major in MAJORS {
        let database = Cluster::shared(major).database("scripts");
        fill_with_edges(&database);
        let stream = Pipe::of(tool("pgx-dump").args(["-d", &database.url()]))
            .run()
            .expect_success();
        let contents = String::from_utf8_lossy(&stream);
        assert!(
            !contents.contains(r#""format":"text""#),
            "every type may travel in binary"
        );
        let (text, binary) = (script(&database, "text"), script(&database, "auto"));
        let differs = difference(("from text", &text), ("from binary", &binary), 20);
        assert_eq!(differs, None, "{major}");
    }
}
