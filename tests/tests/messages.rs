//! Reading the catalogs costs the same number of messages whatever the number of tables.

use pgx_tests::{Cluster, Database, Pipe, Proxy, tool};

/// How many more messages ten times as many tables may cost: locks are taken in batches.
const TOLERANCE: u64 = 5;

/// Tables with everything that a careless reader would ask for table by table.
fn with_tables(count: u32) -> Database<'static> {
    let database = Cluster::shared(18).database("tables");
    database.sql("CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'");
    // In transactions of fifty: the locks of all would not fit into the server's table.
    database.sql(&format!(
        "DO $$ BEGIN FOR i IN 1..{count} LOOP
           EXECUTE format('CREATE TABLE t%s (id serial PRIMARY KEY, n integer DEFAULT 5 CHECK (n > 0), x text UNIQUE)', i);
           EXECUTE format('CREATE INDEX ON t%s (n)', i);
           EXECUTE format('COMMENT ON COLUMN t%s.n IS %L', i, 'column ' || i);
           EXECUTE format('CREATE TRIGGER note BEFORE INSERT ON t%s FOR EACH ROW EXECUTE FUNCTION note()', i);
           EXECUTE format('CREATE VIEW v%1$s AS SELECT id FROM t%1$s', i);
           EXECUTE format('ALTER TABLE t%s ENABLE ROW LEVEL SECURITY', i);
           EXECUTE format('CREATE POLICY all_rows ON t%s USING (true)', i);
           EXECUTE format('GRANT SELECT (n) ON t%s TO PUBLIC', i);
           EXECUTE format('CREATE FUNCTION f%1$s() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM t%1$s; END', i);
           IF i % 50 = 0 THEN COMMIT; END IF;
         END LOOP; END $$"
    ));
    database
}

/// A dump through a proxy that has seen it all.
fn seen(database: &Database, arguments: &[&str]) -> Proxy {
    let proxy = Proxy::before(database.cluster());
    Pipe::of(tool("pgx-dump").args(["-d", &proxy.url(database)]).args(arguments))
        .run()
        .expect_success();
    assert!(proxy.sessions() > 0, "the dump went past the proxy");
    proxy
}

/// Statements that are not about the rows of one table. One lane, as every further one has some of its own.
fn statements_but_copy(database: &Database) -> usize {
    let statements = seen(database, &["-j", "1"]).statements();
    statements
        .iter()
        .filter(|statement| !statement.starts_with("COPY"))
        .count()
}

#[test]
fn reading_catalogs_costs_the_same_for_200_and_2000_tables() {
    let (some, many) = (with_tables(200), with_tables(2000));
    for arguments in [
        &["-s"][..],
        &["-s", "-F", "plain"],
        &["-s", "-n", "public"],
        &["-s", "-t", "t*"],
    ] {
        let counts = [&some, &many].map(|database| seen(database, arguments).messages());
        assert!(
            counts[1].abs_diff(counts[0]) <= TOLERANCE,
            "{arguments:?}: {counts:?} messages for 200 and 2000 tables"
        );
    }
    let counts = [&some, &many].map(statements_but_copy);
    assert!(
        counts[1].abs_diff(counts[0]) <= TOLERANCE as usize,
        "with rows: {counts:?} statements for 200 and 2000 tables, COPY not counted"
    );
}
