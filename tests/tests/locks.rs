//! What a dump locks, and that who waits behind its locks never makes it hang.

use std::io::Read;
use std::process::Stdio;
use std::time::{Duration, Instant};

use pgx_tests::{Cluster, Database, Pipe, stock, tool};

/// More than fits into the buffers between a dump and a reader that has stopped.
const WIDE_ROWS: &str = "SELECT i AS id, repeat(md5(i::text), 10) AS x FROM generate_series(1, 100000) i";

/// Waits until `condition` holds in the database.
fn wait_for(database: &Database, what: &str, condition: &str) {
    let start = Instant::now();
    while database.sql(&format!("SELECT {condition}")).trim() != "t" {
        assert!(start.elapsed() < Duration::from_secs(60), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Relations outside the catalogs on which pgx-dump holds a lock.
fn locked(database: &Database) -> String {
    database.sql(
        "SELECT string_agg(DISTINCT n.nspname || '.' || c.relname, ' ' ORDER BY n.nspname || '.' || c.relname)
         FROM pg_locks l JOIN pg_stat_activity a USING (pid) JOIN pg_class c ON c.oid = l.relation
         JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE a.application_name = 'pgx-dump' AND a.datname = current_database()
           AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND c.relkind IN ('r', 'v', 'm', 'p', 'S')",
    )
}

#[test]
fn a_role_that_owns_one_schema_dumps_it_and_locks_nothing_else() {
    for major in [15, 18] {
        let cluster = Cluster::shared(major);
        let database = cluster.database("tenants");
        database.sql(
            "DO $$ BEGIN CREATE ROLE tenant LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
             CREATE SCHEMA theirs; CREATE TABLE theirs.secrets (id integer PRIMARY KEY);
             CREATE VIEW theirs.broken AS SELECT 1 / id AS x FROM theirs.secrets;
             CREATE SCHEMA mine AUTHORIZATION tenant",
        );
        database.sql(&format!(
            "SET ROLE tenant; CREATE TABLE mine.rows AS {WIDE_ROWS};
             CREATE TABLE mine.small (id integer PRIMARY KEY, n text DEFAULT 'x'); INSERT INTO mine.small VALUES (1);
             CREATE VIEW mine.seen AS SELECT id FROM mine.small"
        ));

        let url = database.url_as("tenant");
        let mut dump = tool("pgx-dump")
            .args(["-n", "mine", "-d", &url])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("pgx-dump runs");
        let mut output = dump.stdout.take().expect("its output was piped");
        let mut stream = vec![0; 64 * 1024];
        output.read_exact(&mut stream).expect("a dump of this schema is longer");
        let seen = locked(&database);
        output.read_to_end(&mut stream).expect("a pipe is readable");
        let finished = dump.wait_with_output().expect("it ends");
        assert!(
            finished.status.success(),
            "{}",
            String::from_utf8_lossy(&finished.stderr)
        );
        assert!(seen.contains("mine.rows") && seen.contains("mine.small"), "{seen}");
        assert!(!seen.contains("theirs"), "{seen}");

        let ours = Pipe::of(tool("pgx-dump").args(["-s", "-F", "plain", "-n", "mine", "-d", &url])).run();
        let text = String::from_utf8_lossy(&ours.expect_success()).into_owned();
        assert!(
            text.contains("CREATE TABLE mine.rows") && !text.contains("theirs"),
            "{text}"
        );
    }
}

#[test]
fn an_alter_table_that_waits_behind_the_locks_does_not_stop_the_rows() {
    let database = Cluster::shared(18).database("queue");
    database.sql(&format!(
        "CREATE TABLE a AS {WIDE_ROWS}; CREATE TABLE b AS {WIDE_ROWS}; CREATE TABLE c AS {WIDE_ROWS}"
    ));
    let mut dump = tool("pgx-dump")
        .args(["-d", &database.url()])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pgx-dump runs");
    let mut output = dump.stdout.take().expect("its output was piped");
    let mut stream = vec![0; 64 * 1024];
    output
        .read_exact(&mut stream)
        .expect("a dump of these tables is longer");

    // The dump stands still, its locks held. Whatever table it reads next, an ALTER TABLE waits for it.
    let mut waiting: Vec<_> = ["a", "b", "c"]
        .map(|table| {
            let statement = format!("ALTER TABLE {table} ADD added integer");
            stock("psql")
                .args(["-X", "-q", "-c", &statement, "-d", &database.url()])
                .spawn()
                .expect("psql runs")
        })
        .into();
    wait_for(
        &database,
        "three wait",
        "count(*) = 3 FROM pg_locks WHERE NOT granted AND mode = 'AccessExclusiveLock'",
    );

    let reader = std::thread::spawn(move || output.read_to_end(&mut stream));
    let start = Instant::now();
    while dump.try_wait().expect("it can be asked").is_none() {
        if start.elapsed() > Duration::from_secs(60) {
            dump.kill().expect("it can be killed");
            panic!("the dump hangs");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    reader.join().expect("the reader ends").expect("a pipe is readable");
    let finished = dump.wait_with_output().expect("it ends");
    assert!(
        finished.status.success(),
        "{}",
        String::from_utf8_lossy(&finished.stderr)
    );
    for psql in &mut waiting {
        assert!(psql.wait().expect("psql ends").success());
    }
}

#[test]
fn alter_tables_at_every_moment_do_not_make_it_hang() {
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
    let mut storms: Vec<_> = (0..3)
        .map(|_| {
            let mut psql = stock("psql");
            psql.env("PGAPPNAME", "storm")
                .args(["-X", "-q", "-c", storm, "-d", &database.url()])
                .stderr(Stdio::null());
            psql.spawn().expect("psql runs")
        })
        .collect();
    wait_for(
        &database,
        "the storm",
        "count(*) = 3 FROM pg_stat_activity WHERE application_name = 'storm'",
    );
    let complaints: Vec<String> = (0..15)
        .filter_map(|turn| {
            let arguments: &[&str] = if turn % 2 == 0 { &[] } else { &["-s", "-F", "plain"] };
            Pipe::of(tool("pgx-dump").args(["-d", &database.url()]).args(arguments))
                .run()
                .complaint()
        })
        .collect();
    database.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'storm'");
    for psql in &mut storms {
        psql.wait().expect("psql ends");
    }
    assert!(
        complaints.is_empty(),
        "{} of 15 dumps failed\n{}",
        complaints.len(),
        complaints.join("\n")
    );
}
