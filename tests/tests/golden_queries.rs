//! Every catalog query, as the golden files have it, is one that its server answers.

use pgx_tests::{Cluster, MAJORS, on_majors, repository};

fn answered_by(major: u32) {
    let database = Cluster::shared(major).database("asked");
    // Before 18, positions of sequences are read by name, so these must be there.
    database.sql("CREATE SEQUENCE numbers; CREATE SEQUENCE \"more numbers\"");
    let golden = repository().join(format!("tests/golden/queries/{major}.sql"));
    let queries = std::fs::read(&golden).unwrap_or_else(|error| panic!("{}: {error}", golden.display()));
    database.script(&queries, &[]);
}

#[test]
fn every_query_is_answered() {
    on_majors(&MAJORS, answered_by);
}
