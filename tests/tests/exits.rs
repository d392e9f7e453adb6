//! Exit statuses, and the messages that come with them.

use std::process::Command;

use pgx_tests::{Cluster, Database, Pipe, stock, tool, wait_until};

/// More rows than fit into the buffers between a dump and a reader that has stopped.
fn big() -> Database<'static> {
    let database = Cluster::shared(18).database("big");
    database.sql("CREATE TABLE big AS SELECT i AS id, repeat(md5(i::text), 10) AS x FROM generate_series(1, 50000) i");
    database
}

#[test]
fn wrong_usage_is_2_and_connects_to_nothing() {
    let wrong: [(&str, &[&str]); 18] = [
        ("pgx-dump", &["--no-such-flag"]),
        ("pgx-dump", &["-s", "-a", "app"]),
        ("pgx-dump", &["-d", "app", "other"]),
        ("pgx-dump", &["-F", "parchment", "app"]),
        ("pgx-dump", &["-Z", "zstd:99", "app"]),
        ("pgx-dump", &["--copy-format", "braille", "app"]),
        // What a flag is about is missing, and something is given that conflicts with that.
        ("pgx-dump", &["--json", "-f", "app.pgx", "app"]),
        ("pgx-dump", &["--linger", "5m", "--resume", "pgx1", "app"]),
        ("pgx-dump", &["--yield-after", "5m", "--resume", "pgx1", "app"]),
        ("pgx-dump", &["--inconsistent", "--hold", "app"]),
        ("pgx-load", &["-1", "--keep-old", "-d", "app", "app.pgx"]),
        ("pgx-load", &["-1", "--errors", "errors", "-d", "app", "app.pgx"]),
        ("pgx-load", &["-f", "app.sql", "--errors", "errors", "app.pgx"]),
        ("pgx-load", &["-a", "--if-exists", "-d", "app", "app.pgx"]),
        ("pgx-load", &["-S", "dba", "-d", "app", "app.pgx"]),
        ("pgx-load", &["--no-such-flag"]),
        ("pgx-load", &[]),
        ("pgx-toc", &["--no-such-flag"]),
    ];
    for (name, arguments) in wrong {
        // No server is there: who tries to connect ends with 1.
        let finished = Pipe::of(tool(name).env("PGHOST", "/nonexistent").args(arguments)).run();
        assert_ne!(finished.said(2), "", "{name} {arguments:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_141_without_a_word() {
    let database = big();
    for arguments in [&[][..], &["-F", "plain"]] {
        let finished = Pipe::of(tool("pgx-dump").args(["-d", &database.url()]).args(arguments))
            .to(Command::new("head").args(["-c", "10"]))
            .run();
        assert_eq!(finished.codes(), [Some(141), Some(0)], "{:?}", finished.complaint());
        assert_eq!(finished.stages[0].stderr, "", "{arguments:?}");
        wait_until("its session is gone", || database.sessions_of("pgx-dump") == 0);
    }
}

#[test]
fn rows_that_the_target_refuses_name_their_table() {
    let source = Cluster::shared(18).database("liar");
    // What the constraint says changed after the rows had passed it.
    source.sql(
        "CREATE FUNCTION fine(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT true';
         CREATE TABLE orders (id integer CHECK (fine(id))); INSERT INTO orders VALUES (1), (2);
         CREATE OR REPLACE FUNCTION fine(integer) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < 2'",
    );
    let target = Cluster::shared(18).database("copy");
    let finished = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(tool("pgx-load").args(["-d", &target.url()]))
        .run();
    let said = finished.said(1);
    assert!(
        said.starts_with("pgx-load: error: ") && said.contains("public.orders: "),
        "{said}"
    );
    assert!(said.contains("(SQLSTATE 23514)"), "{said}");
}

#[test]
fn a_duplicate_key_names_its_index() {
    let source = Cluster::shared(18).database("liar");
    source.sql(
        "CREATE FUNCTION own(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT $1';
         CREATE TABLE orders (id integer); INSERT INTO orders VALUES (1), (2);
         CREATE UNIQUE INDEX orders_own ON orders (own(id));
         CREATE OR REPLACE FUNCTION own(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1'",
    );
    let target = Cluster::shared(18).database("copy");
    let finished = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(tool("pgx-load").args(["-d", &target.url()]))
        .run();
    let said = finished.said(1);
    assert!(
        said.contains("public.orders_own: ") && said.contains("(SQLSTATE 23505)"),
        "{said}"
    );
    assert!(said.contains("\ndetail: ") || said.contains("detail: "), "{said}");
}

#[test]
fn a_table_that_may_not_be_read_is_named() {
    let source = big();
    source.sql(
        "DO $$ BEGIN CREATE ROLE stranger LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    );
    let finished = Pipe::of(tool("pgx-dump").args(["-d", &source.url_as("stranger")])).run();
    let said = finished.said(1);
    assert!(said.contains("big") && said.contains("(SQLSTATE 42501)"), "{said}");
}

#[test]
fn an_archive_is_not_written_to_a_terminal() {
    let database = big();
    let command = |arguments: &str| {
        let dump = tool("pgx-dump");
        let line = format!("'{}' -d '{}' {arguments}", dump.get_program().display(), database.url());
        Pipe::of(Command::new("script").args(["-q", "-e", "-c", &line, "/dev/null"])).run()
    };
    let refused = command("");
    assert_eq!(refused.codes(), [Some(2)]);
    assert!(String::from_utf8_lossy(&refused.stdout).contains("an archive is not written to a terminal"));
    assert_eq!(command("-s -F plain").codes(), [Some(0)]);
}

#[test]
fn a_database_is_created_when_asked_for_and_only_once() {
    let source = Cluster::shared(18).database("shop");
    source.sql(
        "CREATE TABLE t AS SELECT 1 AS id; COMMENT ON DATABASE :\"DBNAME\" IS 'made by a test';
         ALTER DATABASE :\"DBNAME\" SET work_mem = '7MB'",
    );
    let elsewhere = Cluster::private(18, &[]);
    let copy_it = || {
        Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
            .to(tool("pgx-load").args(["-C", "-d", &elsewhere.url("postgres")]))
            .run()
    };
    copy_it().expect_success();
    let facts = "SELECT id, current_setting('work_mem'), shobj_description(oid, 'pg_database')
                 FROM t, pg_database WHERE datname = current_database()";
    let found =
        Pipe::of(stock("psql").args(["-X", "-A", "-t", "-c", facts, "-d", &elsewhere.url(source.name())])).run();
    assert_eq!(
        String::from_utf8_lossy(&found.expect_success()),
        "1|7MB|made by a test\n"
    );

    let again = copy_it();
    let said = again.said(1);
    assert!(said.contains(source.name()) && said.contains("exists"), "{said}");
}

#[test]
fn a_target_that_has_something_is_not_written_to() {
    let source = big();
    let target = Cluster::shared(18).database("copy");
    target.sql("CREATE TABLE precious (id integer)");
    let finished = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(tool("pgx-load").args(["-d", &target.url()]))
        .run();
    assert!(finished.said(1).contains("precious"), "{:?}", finished.complaint());
    assert_eq!(
        target
            .sql("SELECT count(*) FROM pg_class WHERE relkind = 'r' AND oid >= 16384")
            .trim(),
        "1"
    );
}

#[test]
fn an_older_target_is_refused_by_name() {
    let source = big();
    let target = Cluster::shared(15).database("copy");
    let finished = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(tool("pgx-load").args(["-d", &target.url()]))
        .run();
    let said = finished.said(1);
    assert!(said.contains("15") && said.contains("18"), "{said}");
    assert_eq!(
        target.sql("SELECT count(*) FROM pg_class WHERE oid >= 16384").trim(),
        "0"
    );
}
