//! Every schema, the shop and the samples through the pipe into an empty database, and judged.
//!
//! Within a major the copy must equal its source. Across majors the newer server itself prints some
//! things differently, so the copy must equal the one that stock pg_dump and psql make in the same server.

use pgx_tests::{Cluster, Database, Fixture, Pipe, judge, tool};

/// What went wrong between `source` and an empty database of `target`, if anything did.
fn flaw(source: &Database, target: &Cluster, fixture: &Fixture, format: &str) -> Option<String> {
    let copy = target.database("copy");
    fixture.make_roles(&copy);
    let pipe = Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "--copy-format", format]))
        .to(tool("pgx-load").args(["-d", &copy.url()]))
        .run();
    if let Some(complaint) = pipe.complaint() {
        return Some(complaint);
    }
    if source.cluster().major() == target.major() {
        return judge(source, &copy).difference();
    }
    let by_stock = target.database("by_stock");
    by_stock.copy_by_stock(source);
    judge(&by_stock, &copy).difference()
}

fn round_trip(from: u32, to: u32, format: &str) {
    let (source, target) = (Cluster::shared(from), Cluster::shared(to));
    let fixtures = Fixture::all();
    let failures: Vec<(&str, String)> = fixtures
        .iter()
        .filter(|fixture| fixture.runs_on(from))
        .filter_map(|fixture| {
            let filled = source.filled(fixture);
            flaw(&filled, target, fixture, format).map(|flaw| (fixture.name(), flaw))
        })
        .collect();
    let names: Vec<&str> = failures.iter().map(|(name, _)| *name).collect();
    let texts: String = failures
        .iter()
        .map(|(name, text)| format!("==== {name}, {from} to {to}, {format}\n{text}\n"))
        .collect();
    assert!(
        failures.is_empty(),
        "{texts}from {from} to {to} in {format}, {} copies failed: {}",
        names.len(),
        names.join(", ")
    );
}

#[test]
fn from_15_to_15_in_text() {
    round_trip(15, 15, "text");
}

#[test]
fn from_15_to_15_in_binary() {
    round_trip(15, 15, "binary");
}

#[test]
fn from_16_to_16_in_text() {
    round_trip(16, 16, "text");
}

#[test]
fn from_16_to_16_in_binary() {
    round_trip(16, 16, "binary");
}

#[test]
fn from_18_to_18_in_text() {
    round_trip(18, 18, "text");
}

#[test]
fn from_18_to_18_in_binary() {
    round_trip(18, 18, "binary");
}

#[test]
fn from_15_to_18_in_text() {
    round_trip(15, 18, "text");
}

#[test]
fn from_15_to_18_in_binary() {
    round_trip(15, 18, "binary");
}
