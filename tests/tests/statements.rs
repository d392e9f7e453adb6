//! What a dump asks a server for: to read, and nothing else.

use pgx_tests::{Cluster, Database, Fixture, Pipe, Proxy, tool};

/// What statements may begin with. DO is not among them: a loop in the server is a query per object as well.
const READING: [&str; 12] = [
    "SELECT",
    "WITH",
    "SET",
    "SHOW",
    "BEGIN",
    "COMMIT",
    "ROLLBACK",
    "LOCK TABLE",
    "COPY",
    "SAVEPOINT",
    "RELEASE",
    "EXECUTE",
];

/// Functions that would change something, or run a statement for every row of a query.
const FORBIDDEN: [&str; 5] = ["query_to_xml", "table_to_xml", "dblink", "nextval(", "lo_open("];

/// The statements of a dump, split where several came in one message.
fn asked(database: &Database) -> Vec<String> {
    let proxy = Proxy::before(database.cluster());
    Pipe::of(tool("pgx-dump").args(["-d", &proxy.url(database)]))
        .run()
        .expect_success();
    let messages = proxy.statements();
    let statements = messages.iter().flat_map(|message| message.split("; "));
    let bare = |statement: &str| statement.trim_start_matches(['(', ' ', '\n']).to_owned();
    statements.map(bare).filter(|statement| !statement.is_empty()).collect()
}

#[test]
fn a_dump_only_reads() {
    for cluster in [15, 18].map(Cluster::shared) {
        for fixture in Fixture::schemas()
            .iter()
            .filter(|fixture| fixture.runs_on(cluster.major()))
        {
            for statement in asked(&cluster.filled(fixture)) {
                let reads = READING.iter().any(|word| statement.starts_with(word));
                let forbidden = FORBIDDEN.iter().any(|function| statement.contains(function));
                let from = statement.starts_with("COPY") && !statement.contains(" TO STDOUT");
                assert!(reads && !forbidden && !from, "{}: {statement}", fixture.name());
            }
        }
    }
}
