//! Exit statuses, and the messages that come with them.

use std::process::Command;
use std::time::Duration;

use pgx_tests::{Act, Cluster, Database, Finished, Moment, Pipe, Proxy, Running, Scratch, stock, tool, wait_until};

/// Nothing here takes as long.
const LIMIT: Duration = Duration::from_secs(60);

/// More rows than fit into the buffers between a dump and a reader that has stopped.
fn big() -> Database<'static> {
    let database = Cluster::shared(18).database("big");
    database.sql("CREATE TABLE big AS SELECT i AS id, repeat(md5(i::text), 10) AS x FROM generate_series(1, 50000) i");
    database
}

/// Sessions of a tool in a database.
fn sessions(database: &Database, tool: &str) -> String {
    let count = format!(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = '{tool}'"
    );
    database.sql(&count).trim().to_owned()
}

/// Waits until none is left.
fn no_sessions(database: &Database, tool: &str) {
    wait_until(&format!("no session of {tool} is left"), || {
        sessions(database, tool) == "0"
    });
}

/// What the last program said, after a look at its status.
fn said(finished: &Finished, code: i32) -> &str {
    let stage = &finished.stages[finished.stages.len() - 1];
    assert!(!finished.hung, "{}: hung: {}", stage.name, stage.stderr);
    assert_eq!(stage.status.code(), Some(code), "{}: {}", stage.name, stage.stderr);
    &stage.stderr
}

#[test]
fn wrong_usage_is_2_and_connects_to_nothing() {
    let wrong: [(&str, &[&str]); 9] = [
        ("pgx-dump", &["--no-such-flag"]),
        ("pgx-dump", &["-s", "-a", "app"]),
        ("pgx-dump", &["-d", "app", "other"]),
        ("pgx-dump", &["-F", "parchment", "app"]),
        ("pgx-dump", &["-Z", "zstd:99", "app"]),
        ("pgx-dump", &["--copy-format", "braille", "app"]),
        ("pgx-load", &["--no-such-flag"]),
        ("pgx-load", &[]),
        ("pgx-toc", &["--no-such-flag"]),
    ];
    for (name, arguments) in wrong {
        // No server is there: who tries to connect ends with 1.
        let finished = Pipe::of(tool(name).env("PGHOST", "/nonexistent").args(arguments)).run();
        assert_ne!(said(&finished, 2), "", "{name} {arguments:?}");
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
        no_sessions(&database, "pgx-dump");
    }
}

/// A dump that waits for a lock, and the session that holds it.
fn waiting(database: &Database) -> (Running, Running) {
    let hold = "BEGIN; LOCK TABLE big IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(600)";
    let holder = Running::start(stock("psql").args(["-X", "-q", "-c", hold, "-d", &database.url()]));
    let locks = |condition: &str| {
        let count = format!("SELECT count(*) FROM pg_locks WHERE relation = 'big'::regclass AND {condition}");
        database.sql(&count).trim() == "1"
    };
    wait_until("big is locked", || locks("granted"));
    let dump = Running::start(tool("pgx-dump").args(["-d", &database.url()]));
    wait_until("the dump waits for it", || locks("NOT granted"));
    (dump, holder)
}

#[test]
fn a_signal_ends_a_dump_that_waits_for_the_server() {
    let database = big();
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let (dump, holder) = waiting(&database);
        dump.signal(signal);
        let finished = dump.end_within(LIMIT);
        assert!(
            !said(&finished, code).contains("SQLSTATE"),
            "{}",
            finished.stages[0].stderr
        );
        // The session that waits for a lock does not notice that its client is gone: it was cancelled.
        no_sessions(&database, "pgx-dump");
        holder.signal("KILL");
        database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'psql' AND pid <> pg_backend_pid() AND datname = current_database()");
    }
}

#[test]
fn a_signal_ends_a_dump_whose_reader_has_stopped() {
    let database = big();
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let mut dump = Running::start(tool("pgx-dump").args(["-d", &database.url()]));
        dump.read(64 * 1024);
        dump.signal(signal);
        wait_until("the dump has ended", || !dump.runs());
        said(&dump.end_within(LIMIT), code);
        no_sessions(&database, "pgx-dump");
    }
}

#[test]
fn a_signal_between_two_statements_is_not_lost() {
    let database = big();
    for number in [5, 20, 60] {
        let proxy = Proxy::before(database.cluster());
        proxy.at(Moment::Message(number), Act::Pause);
        let dump = Running::start(tool("pgx-dump").args(["-d", &proxy.url(&database)]));
        assert!(proxy.paused_within(LIMIT));
        dump.signal("INT");
        proxy.resume();
        said(&dump.end_within(LIMIT), 130);
    }
}

#[test]
fn a_signal_ends_a_load_that_waits_for_the_server() {
    let source = Cluster::shared(18).database("slow");
    // The copy's index takes long, the source's was made while it took nothing.
    source.sql(
        "CREATE FUNCTION slow(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
         CREATE TABLE t AS SELECT 1 AS id; CREATE INDEX ON t (slow(id));
         CREATE OR REPLACE FUNCTION slow(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
         'BEGIN PERFORM pg_catalog.pg_sleep(600); RETURN 1; END'",
    );
    let scratch = Scratch::new();
    let archive = scratch.path().join("archive");
    Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "-f"]).arg(&archive))
        .run()
        .expect_success();
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let target = Cluster::shared(18).database("copy");
        let load = Running::start(tool("pgx-load").args(["-d", &target.url()]).arg(&archive));
        wait_until("the index is being built", || {
            let building =
                "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
            target.sql(building).trim() == "1"
        });
        load.signal(signal);
        said(&load.end_within(LIMIT), code);
        no_sessions(&target, "pgx-load");
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
    let said = said(&finished, 1);
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
    let said = said(&finished, 1);
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
    let said = said(&finished, 1);
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
    let said = said(&again, 1);
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
    assert!(said(&finished, 1).contains("precious"), "{:?}", finished.complaint());
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
    let said = said(&finished, 1);
    assert!(said.contains("15") && said.contains("18"), "{said}");
    assert_eq!(
        target.sql("SELECT count(*) FROM pg_class WHERE oid >= 16384").trim(),
        "0"
    );
}
