//! Ctrl-C and SIGTERM: the servers are told first, then the tool ends, whatever it was waiting for.

use std::time::Duration;

use pgx_tests::{Act, Cluster, Database, Moment, PATIENCE, Pipe, Proxy, Running, Scratch, stock, tool, wait_until};

/// More rows than fit into the buffers between a dump and a reader that has stopped.
fn big() -> Database<'static> {
    let database = Cluster::shared(18).database("big");
    database.sql("CREATE TABLE big AS SELECT i AS id, repeat(md5(i::text), 10) AS x FROM generate_series(1, 50000) i");
    database
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
        let finished = dump.end();
        assert!(
            !finished.said(code).contains("SQLSTATE"),
            "{}",
            finished.stages[0].stderr
        );
        // The session that waits for a lock does not notice that its client is gone: it was cancelled.
        wait_until("its session is gone", || database.sessions_of("pgx-dump") == 0);
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
        dump.end().said(code);
        wait_until("its session is gone", || database.sessions_of("pgx-dump") == 0);
    }
}

#[test]
fn a_signal_between_two_statements_is_not_lost() {
    let database = big();
    for number in [5, 20, 40] {
        let proxy = Proxy::before(database.cluster());
        proxy.at(Moment::Message(number), Act::Pause);
        let dump = Running::start(tool("pgx-dump").args(["-d", &proxy.url(&database)]));
        assert!(proxy.paused_within(PATIENCE));
        dump.signal("INT");
        proxy.resume();
        dump.end().said(130);
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
        let ended = load.end();
        let said = ended.said(code);
        assert!(said.contains("definitions, 1 of 1 table complete, 1 row"), "{said}");
        assert!(said.contains("go on with: pgx-load --resume"), "{said}");
        wait_until("its session is gone", || target.sessions_of("pgx-load") == 0);
    }
}

#[test]
fn a_signal_ends_a_load_that_waits_for_its_input() {
    let source = big();
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        for answered in [0, 2_000_000] {
            // A server that cannot send drops no database, so the proxy goes before its databases do.
            let target = Cluster::shared(18).database("copy");
            let proxy = Proxy::before(source.cluster());
            // Nothing has come yet, or some rows have.
            proxy.at(Moment::Answer(answered), Act::Pause);
            let mut dump = Running::start(tool("pgx-dump").args(["-d", &proxy.url(&source)]));
            let load = Running::start(tool("pgx-load").args(["-d", &target.url()]).stdin(dump.stdout()));
            assert!(proxy.paused_within(PATIENCE));
            match answered {
                // Nothing shows from outside that it has begun to wait.
                0 => std::thread::sleep(Duration::from_millis(500)),
                _ => wait_until("the load has begun", || target.sessions_of("pgx-load") > 0),
            }
            load.signal(signal);
            load.end().said(code);
            wait_until("its session is gone", || target.sessions_of("pgx-load") == 0);
        }
    }
}
