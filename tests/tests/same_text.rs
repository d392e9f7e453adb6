//! A schema-only dump in plain text is, byte for byte, what stock pg_dump of the newest major writes.
//!
//! Every pair of schema and server that differs is listed, not only the first.
//! `PGX_ONLY=05_tables cargo test -p pgx-tests --test same_text` compares one schema.

use pgx_tests::{Cluster, Database, Fixture, MAJORS, Pipe, comparable, difference, on_majors, tool};

/// Lines of a difference that are shown for each pair.
const SHOWN: usize = 60;

fn differs(database: &Database) -> Option<String> {
    let ours = Pipe::of(tool("pgx-dump").args(["-s", "-F", "plain", "-d", &database.url()])).run();
    if let Some(complaint) = ours.complaint() {
        return Some(complaint);
    }
    let ours = String::from_utf8_lossy(&ours.stdout);
    difference(
        ("pg_dump", &comparable(&database.schema())),
        ("pgx-dump", &comparable(&ours)),
        SHOWN,
    )
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
        if let Some(difference) = differs(&database) {
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

#[test]
fn every_schema_has_the_same_text() {
    on_majors(&MAJORS, same_text_on);
}
