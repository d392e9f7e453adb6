//! Statistics of the planner: their text is stock pg_dump's, and a copy of 18 has them without ANALYZE.

use pgx_tests::{Cluster, Database, Fixture, MAJORS, Pipe, comparable, difference, on_majors, stock, tool};

/// Schemas with columns of many types, partitions, expression indexes and materialized views.
const SCHEMAS: [&str; 6] = [
    "02_types",
    "05_tables",
    "06_partitions",
    "07_indexes",
    "08_views",
    "17_cycles",
];

/// A database of one of these schemas that was analyzed, some of it.
fn analyzed<'c>(cluster: &'c Cluster, schema: &str) -> Database<'c> {
    let database = cluster.database(schema);
    Fixture::schema(schema).load_as_far_as_known(&database);
    database.sql("ANALYZE; CREATE TABLE public.never_analyzed AS SELECT 1 AS id");
    database
}

fn script(mut program: std::process::Command, database: &Database, flags: &[&str]) -> String {
    let script = Pipe::of(program.args(flags).args(["-F", "plain", "-d", &database.url()])).run();
    comparable(&String::from_utf8_lossy(&script.expect_success()))
}

fn same_text_on(major: u32) {
    for schema in SCHEMAS {
        let database = analyzed(Cluster::shared(major), schema);
        for flags in [&["--statistics-only"][..], &["--statistics"]] {
            let (theirs, ours) = (
                script(stock("pg_dump"), &database, flags),
                script(tool("pgx-dump"), &database, flags),
            );
            let flaw = difference(("pg_dump", &theirs), ("pgx-dump", &ours), 60);
            assert_eq!(flaw, None, "{schema} {flags:?} on {major}");
            assert!(ours.contains("pg_restore_attribute_stats"), "{schema} on {major}");
        }
    }
}

#[test]
fn their_text_is_stocks() {
    on_majors(&MAJORS, same_text_on);
}

/// What the planner knows of columns, and where it is ANALYZE that told it.
fn known(database: &Database) -> (String, String) {
    // The fraction of empty ranges is not taken in by the server where there are too few for a histogram.
    let columns = "SELECT jsonb_strip_nulls(to_jsonb(s) - 'range_empty_frac') FROM pg_stats s
                   WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND tablename <> 'never_analyzed'
                   ORDER BY schemaname, tablename, attname, inherited";
    let analyzed = "SELECT relname FROM pg_stat_user_tables t
                    WHERE last_analyze IS NOT NULL
                      AND EXISTS (SELECT FROM pg_stats s WHERE s.tablename = t.relname AND s.schemaname = t.schemaname)";
    database.sql("SELECT pg_stat_force_next_flush()");
    (database.sql(columns), database.sql(analyzed))
}

#[test]
fn a_copy_has_them_without_analyze() {
    let target = Cluster::shared(18);
    for from in [15, 18] {
        for schema in ["02_types", "06_partitions", "08_views", "17_cycles"] {
            let source = analyzed(Cluster::shared(from), schema);
            let copy = target.database("copy");
            Fixture::schema(schema).make_roles(&copy);
            Pipe::of(tool("pgx-dump").args(["--statistics", "-d", &source.url()]))
                .to(tool("pgx-load").args(["-d", &copy.url()]))
                .run()
                .expect_success();
            let ((theirs, _), (ours, analyzed)) = (known(&source), known(&copy));
            let flaw = difference(("source", &theirs), ("copy", &ours), 40);
            assert_eq!(flaw, None, "{schema} from {from}");
            // Nothing was known of this one.
            assert_eq!(analyzed.trim(), "never_analyzed", "{schema} from {from}");
        }
    }
}

#[test]
fn they_go_alone_into_tables_that_are_there() {
    let cluster = Cluster::shared(18);
    let source = analyzed(cluster, "07_indexes");
    let copy = cluster.database("copy");
    Fixture::schema("07_indexes").load(&copy);
    copy.sql("CREATE TABLE public.never_analyzed (id integer)");
    assert_ne!(known(&copy).0, known(&source).0);
    Pipe::of(tool("pgx-dump").args(["--statistics-only", "-d", &source.url()]))
        .to(tool("pgx-load").args(["--statistics-only", "-d", &copy.url()]))
        .run()
        .expect_success();
    assert_eq!(known(&copy).0, known(&source).0);
}

#[test]
fn a_server_that_cannot_take_them_in_analyzes() {
    let cluster = Cluster::shared(15);
    let source = analyzed(cluster, "02_types");
    let copy = cluster.database("copy");
    Fixture::schema("02_types").make_roles(&copy);
    let pipe = Pipe::of(tool("pgx-dump").args(["--statistics", "-d", &source.url()]))
        .to(tool("pgx-load").args(["-d", &copy.url()]))
        .run();
    let said = pipe.said(0).to_owned();
    assert!(
        said.contains("statistics are left out: only servers from 18 on take them in"),
        "{said}"
    );
    assert_ne!(
        copy.sql("SELECT count(*) FROM pg_stats WHERE schemaname = 'kinds'")
            .trim(),
        "0"
    );
}

#[test]
fn tables_are_vacuumed_where_that_is_wanted() {
    // Whoever connects to a server keeps rows unsettled for a moment, if transactions of others are old: here are none.
    let cluster = Cluster::private(18, &[]);
    let (source, target) = (cluster.database("vacuumed"), cluster.database("vacuumed"));
    // Nobody else is to look after them meanwhile.
    let tables = "CREATE TABLE t (id integer PRIMARY KEY, x text) WITH (autovacuum_enabled = false);
        CREATE TABLE p (id integer) PARTITION BY RANGE (id);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (9) WITH (autovacuum_enabled = false);";
    source.sql(tables);
    source.sql("INSERT INTO t SELECT i, 'x' FROM generate_series(1, 5000) i; INSERT INTO p VALUES (1)");
    let state = "SELECT string_agg(concat_ws(' ', relname, relallvisible > 0, reltuples > 0), ', ' ORDER BY relname)
        FROM pg_class WHERE relname IN ('t', 'p1')";
    for (flags, expected) in [
        (&["--no-analyze"][..], "p1 f f, t f f\n"),
        (&["--analyze"], "p1 f t, t f t\n"),
        (&["--vacuum"], "p1 t t, t t t\n"),
        (&["--vacuum", "--no-analyze", "-j1"], "p1 t t, t t t\n"),
    ] {
        // A table that is made anew has no figures.
        target.sql(&format!("DROP TABLE IF EXISTS t, p CASCADE; {tables}"));
        Pipe::of(tool("pgx-dump").args(["-a", "-d", &source.url()]))
            .to(tool("pgx-load").args(["-a", "-d", &target.url()]).args(flags))
            .run()
            .expect_success();
        assert_eq!(target.sql(state), expected, "{flags:?}");
    }
    let refused = Pipe::of(tool("pgx-load").args(["-1", "--vacuum", "-d", &target.url()])).run();
    assert!(refused.said(2).contains("--vacuum"), "{}", refused.said(2));
}
