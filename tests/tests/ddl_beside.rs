//! Whoever alters tables while they are dumped waits for the dump, never the dump for them for ever.
//!
//! A proxy stops the dump at a message or in the middle of an answer; an ALTER TABLE of every table then
//! queues behind whatever the dump has locked; the dump goes on and must end well and in time.
//! `PGX_MOMENTS=all cargo test -p pgx-tests --test ddl_beside` stops it at every message there is.

use std::time::Duration;

use pgx_tests::{Act, Cluster, Database, Moment, Pipe, Proxy, Running, Scratch, stock, tool, wait_until};

/// Messages, and places in answers, at which the dump is stopped.
const MOMENTS: u64 = 10;

/// Tables with what has to be asked for after they are locked, by functions that lock them once more.
const TABLES: &str = "
    CREATE TABLE a (id serial PRIMARY KEY, n integer DEFAULT 1 CHECK (n > 0), x text);
    CREATE TABLE b (id integer PRIMARY KEY REFERENCES a, n integer DEFAULT 1, x text);
    CREATE TABLE c (id integer, n integer DEFAULT 1, x text) PARTITION BY LIST (id);
    CREATE TABLE c1 PARTITION OF c FOR VALUES IN (1);
    CREATE INDEX ON a (n) WHERE x <> ''; CREATE INDEX ON c (lower(x)); CREATE STATISTICS s ON id, n FROM b;
    CREATE VIEW seen AS SELECT a.n, b.x FROM a JOIN b USING (id);
    CREATE MATERIALIZED VIEW counted AS SELECT count(*) FROM a;
    CREATE FUNCTION both_of() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM a, b; END;
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER note BEFORE INSERT ON b FOR EACH ROW WHEN (NEW.n > 5) EXECUTE FUNCTION note();
    CREATE RULE quiet AS ON UPDATE TO b WHERE NEW.n = 7 DO INSTEAD NOTHING;
    ALTER TABLE a ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON a USING (n < 100);
    INSERT INTO a SELECT i, i, repeat(md5(i::text), 10) FROM generate_series(1, 5000) i;
    INSERT INTO b SELECT id, n, x FROM a; INSERT INTO c SELECT 1, n, x FROM a;";

fn filled(major: u32) -> Database<'static> {
    let database = Cluster::shared(major).database("beside");
    database.sql(TABLES);
    database
}

/// An ALTER TABLE of every table, each in a session of its own; none changes anything.
fn alter_all(database: &Database) -> Vec<Running> {
    let alter = |table: &&str| {
        let statement = format!("ALTER TABLE {table} ALTER n SET DEFAULT 1");
        let mut psql = stock("psql");
        psql.env("PGAPPNAME", "alter")
            .args(["-X", "-q", "-c", &statement, "-d", &database.url()]);
        Running::start(&mut psql)
    };
    let mut altering: Vec<Running> = ["a", "b", "c", "c1"].iter().map(alter).collect();
    wait_until("every ALTER TABLE is done or queued", || {
        let queued = "SELECT count(DISTINCT pid) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
                      WHERE NOT granted AND application_name = 'alter' AND datname = current_database()";
        let queued: usize = database.sql(queued).trim().parse().unwrap_or(0);
        altering.iter_mut().filter_map(|psql| psql.runs().then_some(())).count() == queued
    });
    altering
}

/// Stops a dump at a moment, lets every table be altered, and gives what went wrong after that.
///
/// A dump that ends before the moment comes must end well all the same.
fn flaw(database: &Database, moment: Moment) -> Option<String> {
    let proxy = Proxy::before(database.cluster());
    proxy.at(moment, Act::Pause);
    let scratch = Scratch::new();
    let archive = scratch.path().join("archive");
    let mut dump = Running::start(tool("pgx-dump").args(["-d", &proxy.url(database), "-f"]).arg(&archive));
    wait_until("it comes to the moment, or to its end", || {
        proxy.paused_within(Duration::ZERO) || !dump.runs()
    });
    wait_until("the server has done what it was asked for", || {
        let busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgx-dump'
                    AND datname = current_database() AND wait_event IS DISTINCT FROM 'ClientRead'
                    AND wait_event IS DISTINCT FROM 'ClientWrite'";
        database.sql(busy).trim() == "0"
    });
    let altering = alter_all(database);
    proxy.resume();
    let dumped = dump.end();
    if let Some(complaint) = dumped.complaint() {
        return Some(format!("stopped at {moment:?}: {complaint}"));
    }
    for psql in altering {
        assert_eq!(psql.end().complaint(), None, "stopped at {moment:?}");
    }
    let checked = Pipe::of(tool("pgx-toc").arg("--check").arg(archive)).run();
    checked
        .complaint()
        .map(|complaint| format!("stopped at {moment:?}: {complaint}"))
}

/// Messages and bytes of answers of an undisturbed dump.
fn length(database: &Database) -> (u64, u64) {
    let proxy = Proxy::before(database.cluster());
    let dump = Running::start(tool("pgx-dump").args(["-d", &proxy.url(database)]));
    assert_eq!(dump.end().complaint(), None);
    (proxy.messages(), proxy.answered())
}

/// Numbers from 1 to `last`, spread evenly: a few, or all when asked for.
fn spread(last: u64) -> Vec<u64> {
    let all = std::env::var("PGX_MOMENTS").is_ok_and(|moments| moments == "all");
    let few = if all { last } else { MOMENTS.min(last) };
    (0..few).map(|n| 1 + (last - 1) * n / (few - 1).max(1)).collect()
}

#[test]
fn a_dump_stopped_at_any_message_goes_on_and_ends_well() {
    for major in [15, 18] {
        let database = filled(major);
        // Lanes share the work differently every time, so the last moments may never come.
        let (messages, _) = length(&database);
        let flaws: Vec<String> = spread(messages)
            .into_iter()
            .filter_map(|number| flaw(&database, Moment::Message(number)))
            .collect();
        assert!(
            flaws.is_empty(),
            "on {major}, of {messages} messages:\n{}",
            flaws.join("\n")
        );
    }
}

#[test]
fn a_dump_stopped_amid_catalogs_or_rows_goes_on_and_ends_well() {
    let database = filled(18);
    let (_, bytes) = length(&database);
    let moments = (0..MOMENTS).map(|n| 1 + bytes * n / MOMENTS);
    let flaws: Vec<String> = moments
        .filter_map(|byte| flaw(&database, Moment::Answer(byte)))
        .collect();
    assert!(flaws.is_empty(), "of {bytes} bytes:\n{}", flaws.join("\n"));
}

#[test]
fn rows_that_contain_rows_of_an_altered_table_are_read() {
    let database = filled(18);
    // Whoever reads a big table looks at `a` for what its row type is; two sessions read them.
    database.sql(
        "CREATE TABLE big1 AS SELECT a, 1 AS n, repeat(x, 5) AS x FROM a; CREATE TABLE big2 AS SELECT * FROM big1",
    );
    let (messages, bytes) = length(&database);
    let flaws: Vec<String> = spread(messages)
        .into_iter()
        .filter(|number| *number > messages / 2)
        .map(Moment::Message)
        .chain((4..MOMENTS).map(|n| Moment::Answer(1 + bytes * n / MOMENTS / 8)))
        .filter_map(|moment| flaw(&database, moment))
        .collect();
    assert!(
        flaws.is_empty(),
        "of {messages} messages, {bytes} bytes:\n{}",
        flaws.join("\n")
    );
}

#[test]
fn an_alter_table_that_came_first_is_waited_for() {
    let database = filled(18);
    let hold = "BEGIN; ALTER TABLE b ADD late integer; SELECT pg_sleep(3); COMMIT";
    let altering = Running::start(stock("psql").args(["-X", "-q", "-c", hold, "-d", &database.url()]));
    wait_until("b is being altered", || {
        let held =
            "SELECT count(*) FROM pg_locks WHERE relation = 'b'::regclass AND granted AND mode = 'AccessExclusiveLock'";
        // Asking for b's OID by name does not wait for its lock.
        database.sql(held).trim() == "1"
    });
    let dump = Running::start(tool("pgx-dump").args(["-d", &database.url()]));
    assert_eq!(dump.end().complaint(), None);
    assert_eq!(altering.end().complaint(), None);
}

#[test]
fn waiting_has_the_limit_that_the_user_sets() {
    let database = filled(18);
    let hold = "BEGIN; ALTER TABLE b ADD late integer; SELECT pg_sleep(600)";
    let _altering = Running::start(stock("psql").args(["-X", "-q", "-c", hold, "-d", &database.url()]));
    wait_until("b is being altered", || {
        let held =
            "SELECT count(*) FROM pg_locks WHERE relation = 'b'::regclass AND granted AND mode = 'AccessExclusiveLock'";
        database.sql(held).trim() == "1"
    });
    let arguments = ["--lock-wait-timeout", "200", "-d", &database.url()];
    let dump = Running::start(tool("pgx-dump").args(arguments)).end();
    let said = dump.said(1);
    assert!(said.contains("SQLSTATE 55P03"), "{said}");
    assert!(said.contains("(psql) has locked table public.b: "), "{said}");
}

#[test]
fn a_storm_of_alter_tables_stops_no_dump() {
    let database = Cluster::shared(16).database("storm");
    database.sql(
        "DO $$ BEGIN FOR i IN 1..40 LOOP
           EXECUTE format('CREATE TABLE t%s (id integer PRIMARY KEY, n integer DEFAULT 1, x text)', i);
           EXECUTE format('INSERT INTO t%s SELECT i, i, repeat(''x'', 100) FROM generate_series(1, 500) i', i);
           EXECUTE format('CREATE VIEW v%1$s AS SELECT id FROM t%1$s', i);
           EXECUTE format('CREATE FUNCTION f%1$s() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM t%1$s; END', i);
         END LOOP; END $$",
    );
    // Each takes ACCESS EXCLUSIVE on one table after the other, for ever, and changes nothing.
    let storm = "DO $$ BEGIN LOOP FOR i IN 1..40 LOOP
                   EXECUTE format('ALTER TABLE t%s ALTER n SET DEFAULT 1', i); COMMIT;
                 END LOOP; END LOOP; END $$";
    let psql = || {
        let mut psql = stock("psql");
        Running::start(
            psql.env("PGAPPNAME", "storm")
                .args(["-X", "-q", "-c", storm, "-d", &database.url()]),
        )
    };
    let storms = [psql(), psql(), psql()];
    wait_until("the storm blows", || database.sessions_of("storm") == storms.len());
    let complaints: Vec<String> = [&[][..], &["-s", "-F", "plain"]]
        .iter()
        .cycle()
        .take(14)
        .map(|arguments| Running::start(tool("pgx-dump").args(["-d", &database.url()]).args(*arguments)))
        .filter_map(|dump| dump.end().complaint())
        .collect();
    database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'storm'");
    assert!(
        complaints.is_empty(),
        "{} failed\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}

/// What a session does to a table between the snapshot of a dump and its lock, and what the dump says; nothing where
/// it is as if it had come later.
const MEANWHILE: &[(&str, Option<&str>)] = &[
    ("DROP TABLE meant", Some("public.meant")),
    ("ALTER TABLE meant DROP COLUMN n", Some("table data public.meant")),
    (
        "ALTER TABLE meant RENAME COLUMN n TO m",
        Some("table data public.meant"),
    ),
    ("ALTER TABLE meant ALTER n TYPE text", Some("public.meant")),
    ("TRUNCATE meant", Some("public.meant")),
    ("ALTER TABLE meant ADD m integer", None),
    ("ALTER TABLE meant ALTER n SET DEFAULT 7", None),
];

#[test]
fn what_was_done_to_a_table_before_it_was_locked_is_named_or_does_not_matter() {
    let scratch = Scratch::new();
    for (statement, named) in MEANWHILE {
        let database = Cluster::shared(18).database("meanwhile");
        database.sql(
            "CREATE TABLE meant (id integer, n integer); INSERT INTO meant SELECT i, i FROM generate_series(1, 100) i",
        );
        let psql = |name: &str, sql: &str| {
            let mut psql = stock("psql");
            psql.env("PGAPPNAME", name);
            Running::start(psql.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-c", sql, "-d", &database.url()]))
        };
        let _gate = psql("gate", "SELECT pg_advisory_lock(7), pg_sleep(0); SELECT pg_sleep(600)");
        let waits = |name: &str, kind: &str| {
            database.sql(&format!(
                "SELECT count(*) FROM pg_stat_activity WHERE application_name = '{name}' AND datname = current_database()
                 AND wait_event_type = '{kind}'"
            ))
        };
        wait_until("the gate is shut", || waits("gate", "Timeout").trim() == "1");
        let doer = psql(
            "doer",
            &format!("BEGIN; {statement}; SELECT pg_advisory_lock(7); COMMIT"),
        );
        wait_until("it is done but for the end", || waits("doer", "Lock").trim() == "1");
        let file = scratch.path().join("stream");
        let dump = Running::start(tool("pgx-dump").args(["-d", &database.url(), "-f"]).arg(&file));
        wait_until("the dump waits for the table", || {
            waits("pgx-dump", "Lock").trim() == "1"
        });
        database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'gate' AND datname = current_database()");
        doer.end().expect_success();
        let finished = dump.end();
        match named {
            Some(named) => {
                let said = finished.said(1);
                assert!(said.contains(named), "{statement}: {said}");
            }
            None => {
                assert_eq!(finished.complaint(), None, "{statement}");
                let sizes = Pipe::of(tool("pgx-toc").arg("--sizes").arg(&file))
                    .run()
                    .expect_success();
                let sizes = String::from_utf8_lossy(&sizes).into_owned();
                assert!(sizes.contains("100"), "{statement}: {sizes}");
            }
        }
    }
}
