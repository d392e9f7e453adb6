//! A schema-only dump in plain text is, byte for byte, what stock pg_dump of the newest major writes.
//!
//! Every pair of schema and server that differs is listed, not only the first.
//! `PGX_ONLY=05_tables cargo test -p pgx-tests --test same_text` compares one schema.

use std::process::Command;

use pgx_tests::{Cluster, Database, Fixture, MAJORS, Pipe, comparable, difference, on_majors, stock, tool};

/// Lines of a difference that are shown for each pair.
const SHOWN: usize = 60;

/// Where the script of pgx-dump is not that of pg_dump.
fn differs(database: &Database, flags: &[&str]) -> Option<String> {
    let dump = |mut program: Command| {
        let script = Pipe::of(program.args(["-F", "plain", "-d", &database.url()]).args(flags)).run();
        match script.complaint() {
            Some(complaint) => Err(complaint),
            None => Ok(comparable(&String::from_utf8_lossy(&script.stdout))),
        }
    };
    match (dump(stock("pg_dump")), dump(tool("pgx-dump"))) {
        (Ok(stocks), Ok(ours)) => difference(("pg_dump", &stocks), ("pgx-dump", &ours), SHOWN),
        (Err(complaint), _) | (_, Err(complaint)) => Some(complaint),
    }
}

fn same_text_on(major: u32) {
    let cluster = Cluster::shared(major);
    let mut compared = 0;
    let mut failures = Vec::new();
    for fixture in Fixture::all() {
        let database = cluster.database(fixture.name());
        match MAJORS.contains(&major) {
            true if fixture.runs_on(major) => fixture.load(&database),
            true => continue,
            false => fixture.load_as_far_as_known(&database),
        }
        compared += 1;
        if let Some(difference) = differs(&database, &["-s"]) {
            failures.push((fixture.name().to_owned(), difference));
        }
    }
    let names: Vec<&str> = failures.iter().map(|(name, _)| name.as_str()).collect();
    let texts: String = failures
        .iter()
        .map(|(name, text)| format!("==== {name} on {major}\n{text}\n"))
        .collect();
    assert!(
        failures.is_empty(),
        "{texts}{} of {compared} schemas differ on server {major}: {}",
        failures.len(),
        names.join(", ")
    );
}

/// Rows come as the role that dumps would see them: in its time zone, for one.
#[test]
fn rows_have_the_same_text() {
    let cluster = Cluster::shared(18);
    for fixture in [
        "05_tables",
        "06_partitions",
        "07_indexes",
        "13_large_objects",
        "16_names",
    ] {
        let database = cluster.filled(&Fixture::schema(fixture));
        database.sql(
            "CREATE TABLE bytes (b bytea, at timestamptz);
             INSERT INTO bytes VALUES ('\\x00ff5c', '2020-02-02 02:02:02+00');
             ALTER DATABASE :\"DBNAME\" SET TimeZone = 'Asia/Kathmandu';
             ALTER DATABASE :\"DBNAME\" SET bytea_output = escape",
        );
        assert_eq!(differs(&database, &[]), None, "{fixture}");
    }
}

#[test]
fn an_index_that_a_failed_build_left_behind_is_in_no_dump() {
    let database = Cluster::shared(18).database("indexes");
    database.sql(
        "CREATE TABLE indexed (id integer);
         CREATE INDEX is_valid ON indexed (id);
         CREATE INDEX not_valid ON indexed (id);
         UPDATE pg_index SET indisvalid = false WHERE indexrelid = 'not_valid'::regclass",
    );
    assert_eq!(differs(&database, &["-s"]), None);
    let dump = Pipe::of(tool("pgx-dump").args(["-s", "-F", "plain", "-d", &database.url()])).run();
    let script = String::from_utf8_lossy(&dump.expect_success()).into_owned();
    assert!(script.contains("is_valid") && !script.contains("not_valid"), "{script}");
}

#[test]
fn every_schema_has_the_same_text() {
    on_majors(&MAJORS, same_text_on);
}
