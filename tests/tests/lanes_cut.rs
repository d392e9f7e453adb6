//! Streams of many lanes that are cut, changed or left by their producer, and loads by many sessions that
//! lose one or are told to stop: nothing hangs, nothing is taken for whole, the cause is named.

use std::fs;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};

use pgx_tests::{Cluster, Database, Fixture, Pipe, Running, Scratch, campaign, stock, tool, wait_until};

fn shop() -> Database<'static> {
    Cluster::shared(18).filled(&Fixture::shop_of(campaign(20, 60)))
}

/// The stream of four lanes.
fn stream_of(database: &Database, file: &Path) -> Vec<u8> {
    let mut dump = tool("pgx-dump");
    dump.args(["-j4", "-Z", "none", "-d", &database.url(), "-f"]).arg(file);
    Pipe::of(&mut dump).run().expect_success();
    fs::read(file).expect("the file is there")
}

fn load(target: &Database) -> Command {
    let mut command = tool("pgx-load");
    command.args(["-j4", "-d", &target.url()]);
    command
}

/// What becomes of a file in an empty database, with statuses other than `expected` as a surprise.
fn surprise(name: &str, file: &Path, expected: &[i32]) -> Option<String> {
    let target = Cluster::shared(18).database("cut");
    Fixture::shop().make_roles(&target);
    let finished = Running::start(load(&target).arg(file)).end();
    let said = &finished.stages[0].stderr;
    let as_expected = finished.codes()[0].is_some_and(|code| expected.contains(&code));
    (finished.hung || !as_expected || said.is_empty()).then(|| format!("{name}: {}\n{said}", finished.stages[0].status))
}

#[test]
fn no_prefix_is_taken_for_the_whole() {
    let scratch = Scratch::new();
    let stream = stream_of(&shop(), &scratch.path().join("whole"));
    let tries = campaign(12, 50);
    let surprises: Vec<String> = (0..tries)
        .filter_map(|n| {
            // The last tries take away only a few bytes.
            let length = match tries - n {
                few @ 1..=4 => stream.len() - few,
                _ => stream.len() * n / tries,
            };
            let file = scratch.file("cut", &stream[..length]);
            surprise(&format!("{length} of {} bytes", stream.len()), &file, &[3])
        })
        .collect();
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let scratch = Scratch::new();
    let stream = stream_of(&shop(), &scratch.path().join("whole"));
    let tries = campaign(12, 50);
    let surprises: Vec<String> = (0..tries)
        .filter_map(|n| {
            let mut bytes = stream.clone();
            let place = stream.len() * n / tries + n % 7;
            bytes[place] ^= 1 << (n % 8);
            let file = scratch.file("flipped", &bytes);
            surprise(&format!("bit {} of byte {place}", n % 8), &file, &[1, 3])
        })
        .collect();
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn a_dump_of_many_lanes_killed_at_any_moment_makes_the_load_exit_3() {
    let scratch = Scratch::new();
    let source = shop();
    let length = stream_of(&source, &scratch.path().join("whole")).len();
    let moments = campaign(8, 30);
    for moment in 0..moments {
        let target = Cluster::shared(18).database("cut");
        Fixture::shop().make_roles(&target);
        let mut dump = Running::start(tool("pgx-dump").args(["-j4", "-d", &source.url()]));
        let mut loader = load(&target)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("pgx-load runs");
        let mut input = loader.stdin.take().expect("its input was piped");
        let passed = (length * moment / moments) as u64;
        // A loader that goes too early tells by its status.
        let _ = std::io::copy(&mut dump.stdout().take(passed), &mut input);
        dump.signal("KILL");
        drop(input);
        let finished = loader.wait_with_output().expect("it ends");
        let said = String::from_utf8_lossy(&finished.stderr);
        assert_eq!(
            finished.status.code(),
            Some(3),
            "after {passed} of {length} bytes: {said}"
        );
        assert!(said.starts_with("pgx-load: error: "), "{said}");
        wait_until("its sessions are gone", || target.sessions_of("pgx-load") == 0);
    }
}

/// A dump of four lanes whose reader has stopped.
fn stopped_dump(source: &Database) -> Running {
    let mut dump = Running::start(tool("pgx-dump").args(["-j4", "-d", &source.url()]));
    dump.read(256 << 10);
    wait_until("four lanes read", || source.sessions_of("pgx-dump") == 4);
    dump
}

/// Ends a session of a dump, in the order in which they were opened.
fn end_session(source: &Database, number: usize) {
    source.sql(&format!(
        "SELECT pg_terminate_backend(pid) FROM (SELECT pid FROM pg_stat_activity WHERE application_name = 'pgx-dump'
         AND datname = current_database() ORDER BY backend_start LIMIT 1 OFFSET {number}) one"
    ));
}

/// Ends a session of a dump that is amid the rows of a table, other than the one that holds the locks.
fn end_reader(source: &Database) {
    let end = "SELECT count(pg_terminate_backend(pid)) FROM (SELECT pid FROM (SELECT pid, query FROM pg_stat_activity
         WHERE application_name = 'pgx-dump' AND datname = current_database() AND state = 'active'
         ORDER BY backend_start OFFSET 1) others WHERE query LIKE 'COPY %' LIMIT 1) one";
    wait_until("a lane reads rows", || source.sql(end).trim() == "1");
}

#[test]
fn a_dump_that_loses_lanes_goes_on_where_they_stopped() {
    let scratch = Scratch::new();
    let source = Cluster::shared(18).filled(&Fixture::shop_of(60));
    let totals = |stream: &[u8]| {
        let sizes = tool("pgx-toc")
            .arg("--sizes")
            .arg(scratch.file("stream", stream))
            .output();
        let sizes = String::from_utf8_lossy(&sizes.expect("pgx-toc runs").stdout).into_owned();
        sizes.lines().map(str::to_owned).collect::<Vec<_>>()
    };
    let whole = totals(&stream_of(&source, &scratch.path().join("whole")));
    for round in 1..4 {
        wait_until("the dump before is gone", || source.sessions_of("pgx-dump") == 0);
        let mut dump = Running::start(tool("pgx-dump").args(["-j4", "-d", &source.url()]));
        let mut stream = dump.read(256 << 10);
        wait_until("four lanes read", || source.sessions_of("pgx-dump") == 4);
        end_reader(&source);
        stream.extend(dump.read(4 << 20));
        end_session(&source, 1);
        let finished = dump.end();
        assert!(
            finished.said(0).contains("another one goes on"),
            "{}",
            finished.stages[0].stderr
        );
        stream.extend(&finished.stdout);
        assert_eq!(totals(&stream), whole, "round {round}");
        let check = Pipe::of(tool("pgx-toc").arg("--check").arg(scratch.path().join("stream")));
        check.run().expect_success();
    }
}

#[test]
fn what_a_lost_lane_had_begun_is_gone_on_with_by_the_one_that_has_the_locks() {
    let scratch = Scratch::new();
    let source = Cluster::shared(18).filled(&Fixture::shop_of(60));
    let sizes = |stream: &[u8]| {
        let file = scratch.file("stream", stream);
        let check = Pipe::of(tool("pgx-toc").arg("--check").arg(&file));
        check.run().expect_success();
        Pipe::of(tool("pgx-toc").arg("--sizes").arg(&file))
            .run()
            .expect_success()
    };
    let whole = sizes(&stream_of(&source, &scratch.path().join("whole")));
    let mut dump = tool("pgx-dump");
    let mut dump = Running::start(dump.args(["-vv", "-j4", "-d", &source.url()]));
    let mut stream = dump.read(256 << 10);
    wait_until("four lanes read", || source.sessions_of("pgx-dump") == 4);
    // From now on nobody but who has its lock can lock any table.
    let tables = "SELECT 'ALTER TABLE ' || oid::regclass || ' ADD later integer' FROM pg_class
         WHERE relnamespace = 'shop'::regnamespace AND relkind = 'r' AND NOT relispartition";
    let altering: Vec<Running> = source
        .sql(tables)
        .lines()
        .map(|alter| {
            let mut psql = stock("psql");
            psql.env("PGAPPNAME", "alter");
            Running::start(psql.args(["-X", "-q", "-c", alter, "-d", &source.url()]))
        })
        .collect();
    let queued = "SELECT count(DISTINCT pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
         WHERE NOT granted AND application_name = 'alter' AND datname = current_database()";
    wait_until("all of them wait", || {
        source.sql(queued).trim() == altering.len().to_string()
    });
    end_reader(&source);
    let finished = dump.end();
    let said = finished.said(0);
    assert!(
        said.contains("a session was lost") && said.contains("the rest of table data "),
        "{said}"
    );
    stream.extend(&finished.stdout);
    assert_eq!(sizes(&stream), whole);
    for psql in altering {
        psql.end().said(0);
    }
}

#[test]
fn a_dump_that_loses_its_snapshot_says_so_in_the_stream() {
    let source = Cluster::shared(18).filled(&Fixture::shop_of(60));
    let dump = stopped_dump(&source);
    end_session(&source, 0);
    let finished = dump.end();
    let said = finished.said(1);
    assert!(said.contains("the snapshot of the dump is lost"), "{said}");
    wait_until("its sessions are gone", || source.sessions_of("pgx-dump") == 0);
    let end = &finished.stdout[finished.stdout.len().saturating_sub(4096)..];
    let last_words = String::from_utf8_lossy(end);
    assert!(last_words.contains("reading rows"), "{last_words}");
}

#[test]
fn an_interrupt_ends_all_lanes_of_a_dump() {
    let source = Cluster::shared(18).filled(&Fixture::shop_of(60));
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let dump = stopped_dump(&source);
        dump.signal(signal);
        dump.end().said(code);
        wait_until("its sessions are gone", || source.sessions_of("pgx-dump") == 0);
    }
}

/// A load of a stream whose second half does not come until the value is dropped.
struct Waiting {
    load: Running,
    _feeder: Feeder,
}

/// What keeps the stream open; it ends with the value.
struct Feeder(std::process::Child);

impl Drop for Feeder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Waiting {
    fn start(target: &Database, stream: &[u8]) -> Waiting {
        let cat = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut feeder = Feeder(cat.expect("cat runs"));
        let load = Running::start(load(target).stdin(feeder.0.stdout.take().expect("its output was piped")));
        let input = feeder.0.stdin.as_mut().expect("its input was piped");
        input.write_all(&stream[..stream.len() / 2]).expect("cat reads");
        Waiting { load, _feeder: feeder }
    }
}

/// The sessions of a load that are at work on rows, by their process ids.
fn copying(target: &Database) -> Vec<String> {
    let sessions = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'";
    target.sql(sessions).lines().map(str::to_owned).collect()
}

/// One of them that waits for rows that do not come; that which had just ended a part would not be missed.
fn waiting_for_rows(target: &Database) -> String {
    let sessions = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'COPY%' AND state = 'active'
         AND wait_event = 'ClientRead' AND clock_timestamp() - query_start > '2 s'
         AND (SELECT bool_and(state = 'idle' OR wait_event = 'ClientRead') FROM pg_stat_activity
              WHERE datname = current_database() AND application_name = 'pgx-load') LIMIT 1";
    let mut session = String::new();
    wait_until("all that came is copied", || {
        session = target.sql(sessions).trim().to_owned();
        !session.is_empty()
    });
    session
}

#[test]
fn a_load_that_loses_a_session_names_what_it_was_doing() {
    let scratch = Scratch::new();
    let stream = stream_of(&shop(), &scratch.path().join("whole"));
    let target = Cluster::shared(18).database("lost");
    Fixture::shop().make_roles(&target);
    let waiting = Waiting::start(&target, &stream);
    let lost = waiting_for_rows(&target);
    target.sql(&format!("SELECT pg_terminate_backend({lost})"));
    // Four that work, and the one that keeps the lock.
    let replaced = || !copying(&target).contains(&lost) && target.sessions_of("pgx-load") == 5;
    wait_until("another session is in its place", replaced);
    drop(waiting._feeder);
    let finished = waiting.load.end();
    let said = finished.said(3);
    // Whether the server's own reason still comes through is a matter of luck.
    let reason = said.contains("57P01") || said.contains("the connection to the server was lost");
    // By then it may have gone on to what depends on its rows.
    let named = said.contains("table data ") || said.contains(": creating: ");
    assert!(
        named && reason && said.contains("warning: a session was lost: "),
        "{said}"
    );
    wait_until("its sessions are gone", || target.sessions_of("pgx-load") == 0);
}

#[test]
fn a_load_that_loses_an_idle_session_comes_to_an_end() {
    let scratch = Scratch::new();
    let stream = stream_of(&shop(), &scratch.path().join("whole"));
    let target = Cluster::shared(18).database("lost");
    Fixture::shop().make_roles(&target);
    let waiting = Waiting::start(&target, &stream);
    wait_until("rows are copied", || !copying(&target).is_empty());
    target.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'pgx-load' AND state = 'idle' AND datname = current_database()");
    drop(waiting._feeder);
    let finished = waiting.load.end();
    assert!(
        matches!(finished.codes()[..], [Some(1 | 3)]),
        "{:?}",
        finished.complaint()
    );
}

#[test]
fn an_interrupt_ends_all_sessions_of_a_load() {
    let scratch = Scratch::new();
    let stream = stream_of(&shop(), &scratch.path().join("whole"));
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let target = Cluster::shared(18).database("stopped");
        Fixture::shop().make_roles(&target);
        let waiting = Waiting::start(&target, &stream);
        wait_until("rows are copied", || !copying(&target).is_empty());
        waiting.load.signal(signal);
        waiting.load.end().said(code);
        wait_until("its sessions are gone", || target.sessions_of("pgx-load") == 0);
    }
}

/// A stream of tables whose indexes take forever, and one more table, of which only a part comes.
fn slow_indexes(scratch: &Scratch) -> Vec<u8> {
    let source = Cluster::shared(18).database("slow");
    source.sql(
        "CREATE FUNCTION slow(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
         CREATE TABLE a AS SELECT 1 AS id; CREATE INDEX ON a (slow(id));
         CREATE TABLE b AS SELECT 1 AS id; CREATE INDEX ON b (slow(id));
         CREATE TABLE z (id integer, x text STORAGE EXTERNAL);
         INSERT INTO z SELECT i, repeat(md5(i::text), 100) FROM generate_series(1, 3000) i;
         CREATE OR REPLACE FUNCTION slow(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
         'BEGIN PERFORM pg_catalog.pg_sleep(600); RETURN 1; END'",
    );
    stream_of(&source, &scratch.path().join("slow"))
}

fn building(target: &Database) -> bool {
    let sleeping =
        "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep' AND datname = current_database()";
    target.sql(sleeping).trim() != "0"
}

#[test]
fn an_interrupt_ends_sessions_that_build_indexes_beside_the_rows() {
    let scratch = Scratch::new();
    let stream = slow_indexes(&scratch);
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let target = Cluster::shared(18).database("stopped");
        // All rows are in, and nothing but the end of the stream is missing.
        let file = scratch.file("most", &stream[..stream.len() - 1]);
        let mut feeder = Command::new("sh");
        feeder.args(["-c", "cat \"$0\"; sleep 600"]).arg(&file);
        let mut feeder = Running::start(&mut feeder);
        let load = Running::start(load(&target).stdin(feeder.stdout()));
        wait_until("an index is built", || building(&target));
        load.signal(signal);
        load.end().said(code);
        wait_until("its sessions are gone", || target.sessions_of("pgx-load") == 0);
    }
}

#[test]
fn a_cut_stream_leaves_no_session_behind_that_builds_an_index() {
    let scratch = Scratch::new();
    let stream = slow_indexes(&scratch);
    let target = Cluster::shared(18).database("stopped");
    let file = scratch.file("most", &stream[..stream.len() - 1]);
    let finished = Running::start(load(&target).arg(&file)).end();
    finished.said(3);
    wait_until("its sessions are gone", || target.sessions_of("pgx-load") == 0);
}

#[test]
fn a_failed_statement_leaves_no_session_behind() {
    let scratch = Scratch::new();
    let source = Cluster::shared(18).database("failing");
    source.sql(
        "CREATE FUNCTION slow(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
         CREATE FUNCTION bad(integer) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
         CREATE TABLE a (id integer, x text STORAGE EXTERNAL); CREATE TABLE b (id integer, x text STORAGE EXTERNAL);
         INSERT INTO a SELECT 1, repeat(md5(i::text), 100) FROM generate_series(1, 6000) i; INSERT INTO b TABLE a;
         CREATE INDEX ON a (slow(id)); CREATE INDEX b_bad ON b (bad(id));
         CREATE OR REPLACE FUNCTION slow(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
         'BEGIN PERFORM pg_catalog.pg_sleep(600); RETURN 1; END';
         CREATE OR REPLACE FUNCTION bad(integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS
         'BEGIN PERFORM pg_catalog.pg_sleep(2); RAISE ''it is bad''; END'",
    );
    stream_of(&source, &scratch.path().join("failing"));
    let target = Cluster::shared(18).database("failing");
    let finished = Running::start(load(&target).arg(scratch.path().join("failing"))).end();
    let said = finished.said(1);
    assert!(
        said.contains("index public.b_bad") && said.contains("it is bad"),
        "{said}"
    );
    wait_until("its sessions are gone", || target.sessions_of("pgx-load") == 0);
}
