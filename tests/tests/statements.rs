//! What a dump asks a server for: little, the same however much there is, and nothing but to read.

use pgx_tests::{Cluster, Database, Fixture, Pipe, Proxy, tool};

/// How many more statements ten times as many tables may cost.
const TOLERANCE: usize = 5;

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
fn asked(database: &Database, arguments: &[&str]) -> Vec<String> {
    let proxy = Proxy::before(database.cluster());
    Pipe::of(tool("pgx-dump").args(["-d", &proxy.url(database)]).args(arguments))
        .run()
        .expect_success();
    let messages = proxy.statements();
    let statements = messages.iter().flat_map(|message| message.split("; "));
    let bare = |statement: &str| statement.trim_start_matches(['(', ' ', '\n']).to_owned();
    statements.map(bare).filter(|statement| !statement.is_empty()).collect()
}

#[test]
fn a_dump_only_reads() {
    for fixture in Fixture::schemas() {
        for cluster in [15, 18].map(Cluster::shared) {
            if !fixture.runs_on(cluster.major()) {
                continue;
            }
            let database = cluster.filled(&fixture);
            for arguments in [&[][..], &["-s", "-F", "plain"]] {
                for statement in asked(&database, arguments) {
                    let reads = READING.iter().any(|word| statement.starts_with(word));
                    let forbidden = FORBIDDEN.iter().any(|function| statement.contains(function));
                    let from = statement.starts_with("COPY") && !statement.contains(" TO STDOUT");
                    assert!(reads && !forbidden && !from, "{}: {statement}", fixture.name());
                }
            }
        }
    }
}

/// Tables with what every application has, and rows in some.
fn with_tables(count: u32) -> Database<'static> {
    let database = Cluster::shared(18).database("tables");
    database.sql("CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'");
    // A transaction for each fifty: every table keeps its locks until the end.
    database.sql(&format!(
        "DO $$ BEGIN FOR i IN 1..{count} LOOP
           EXECUTE format('CREATE TABLE t%1$s (id serial PRIMARY KEY, n integer DEFAULT 5);
                           INSERT INTO t%1$s DEFAULT VALUES; CREATE INDEX ON t%1$s (n);
                           COMMENT ON TABLE t%1$s IS ''one of many'';
                           CREATE TRIGGER note BEFORE INSERT ON t%1$s FOR EACH ROW EXECUTE FUNCTION note()', i);
           IF i % 50 = 0 THEN COMMIT; END IF;
         END LOOP; END $$"
    ));
    database
}

#[test]
fn a_full_dump_asks_for_rows_table_by_table_and_for_nothing_else() {
    // With one lane, as every further one begins with settings of its own.
    let others = |count| {
        let statements = asked(&with_tables(count), &["-j", "1"]);
        statements
            .iter()
            .filter(|statement| !statement.starts_with("COPY"))
            .count()
    };
    let (few, many) = (others(100), others(1000));
    assert!(
        many.abs_diff(few) <= TOLERANCE,
        "{few} statements for 100 tables, {many} for 1000, COPY not counted"
    );
}
