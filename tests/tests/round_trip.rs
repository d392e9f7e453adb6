//! Every schema, the shop and the samples through the pipe into an empty database, and judged: text on one session
//! each, within a major into a database that is made on the way (`-C`), and binary rows on four.
//!
//! The proof, which comes with each, finds nothing. Within a major the copy must equal its source. Across majors the
//! newer server itself prints some things differently, so the copy must equal the one that stock pg_dump and psql make in the same server.

use pgx_tests::{Cluster, Database, Fixture, Pipe, judge, tool};

/// How copies are made: the form of rows and how many sessions read and write.
struct Way {
    format: &'static str,
    jobs: &'static str,
    /// Whether the load makes the database itself.
    create: bool,
}

const TEXT: Way = Way {
    format: "text",
    jobs: "-j1",
    create: false,
};

/// The same into another server, as both databases have one name.
const TEXT_WITH_DATABASE: Way = Way { create: true, ..TEXT };

const BINARY: Way = Way {
    format: "binary",
    jobs: "-j4",
    create: false,
};

/// What went wrong between `source` and a new database of `target`, if anything did.
fn flaw(source: &Database, target: &Cluster, fixture: &Fixture, way: &Way) -> Option<String> {
    let given = target.database("copy");
    fixture.make_roles(&given);
    let pipe = Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "--copy-format", way.format, way.jobs]))
        .to(tool("pgx-load")
            .args(["--verify", "-d", &given.url(), way.jobs])
            .args(way.create.then_some("-C")))
        .run();
    if let Some(complaint) = pipe.complaint() {
        return Some(complaint);
    }
    let copy = match way.create {
        true => target.existing(source.name()),
        false => given,
    };
    if source.cluster().major() == target.major() {
        return judge(source, &copy).difference();
    }
    let by_stock = target.database("by_stock");
    by_stock.copy_by_stock(source);
    judge(&by_stock, &copy).difference()
}

fn round_trip(from: u32, to: u32, way: &Way) {
    let own = way.create.then(|| Cluster::private(to, &[]));
    let (source, target) = (Cluster::shared(from), own.as_ref().unwrap_or(Cluster::shared(to)));
    let fixtures = Fixture::all();
    let failures: Vec<(&str, String)> = fixtures
        .iter()
        .filter(|fixture| fixture.runs_on(from))
        .filter_map(|fixture| {
            let filled = source.filled(fixture);
            flaw(&filled, target, fixture, way).map(|flaw| (fixture.name(), flaw))
        })
        .collect();
    let names: Vec<&str> = failures.iter().map(|(name, _)| *name).collect();
    let texts: String = failures
        .iter()
        .map(|(name, text)| format!("==== {name}, {from} to {to}, {}\n{text}\n", way.format))
        .collect();
    assert!(
        failures.is_empty(),
        "{texts}from {from} to {to} in {}, {} copies failed: {}",
        way.format,
        names.len(),
        names.join(", ")
    );
}

#[test]
fn from_15_to_15_in_text() {
    round_trip(15, 15, &TEXT_WITH_DATABASE);
}

#[test]
fn from_15_to_15_in_binary() {
    round_trip(15, 15, &BINARY);
}

#[test]
fn from_16_to_16_in_text() {
    round_trip(16, 16, &TEXT_WITH_DATABASE);
}

#[test]
fn from_16_to_16_in_binary() {
    round_trip(16, 16, &BINARY);
}

#[test]
fn from_18_to_18_in_text() {
    round_trip(18, 18, &TEXT_WITH_DATABASE);
}

#[test]
fn from_18_to_18_in_binary() {
    round_trip(18, 18, &BINARY);
}

#[test]
fn from_15_to_18_in_text() {
    round_trip(15, 18, &TEXT);
}

#[test]
fn from_15_to_18_in_binary() {
    round_trip(15, 18, &BINARY);
}
