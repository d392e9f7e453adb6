//! Every catalog query, as the golden files have it, is one that its server answers.

use pgx_tests::{Cluster, repository};

fn answered_by(major: u32) {
    let database = Cluster::shared(major).database("asked");
    // Before 18, positions of sequences are read by name, so these must be there.
    database.sql("CREATE SEQUENCE numbers; CREATE SEQUENCE \"more numbers\"");
    let golden = repository().join(format!("tests/golden/queries/{major}.sql"));
    let queries = std::fs::read(&golden).unwrap_or_else(|error| panic!("{}: {error}", golden.display()));
    database.script(&queries, &[]);
}

#[test]
fn on_15() {
    answered_by(15);
}

#[test]
fn on_16() {
    answered_by(16);
}

#[test]
fn on_18() {
    answered_by(18);
}

#[test]
#[ignore = "make test-matrix"]
fn on_the_other_majors() {
    for major in [12, 13, 14, 17] {
        answered_by(major);
    }
}
