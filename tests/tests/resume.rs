//! Loads that are broken off at any moment and gone on with: the copy is the source, no row is there twice, and
//! what does not belong together is refused.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use pgx_tests::{Cluster, Database, Finished, Fixture, Pipe, Running, Scratch, campaign, judge, tool, wait_until};

/// A database, its stream in a file, and where that is.
struct Source {
    database: Database<'static>,
    stream: Vec<u8>,
    file: PathBuf,
    scratch: Scratch,
}

/// A shop, with tables of several frames, a table without a log, and large objects.
fn source() -> Source {
    let database = Cluster::shared(18).filled(&Fixture::shop_of(campaign(10, 60)));
    database.sql(
        "CREATE SCHEMA ballast;
         CREATE UNLOGGED TABLE ballast.forgetful (id integer PRIMARY KEY, x text);
         INSERT INTO ballast.forgetful SELECT i, md5(i::text) FROM generate_series(1, 20000) i;
         CREATE TABLE ballast.large (id integer PRIMARY KEY, x text);
         ALTER TABLE ballast.large ALTER x SET STORAGE EXTERNAL;
         INSERT INTO ballast.large SELECT i, repeat(md5(i::text), 300) FROM generate_series(1, 2500) i;
         SELECT count(lo_from_bytea(0, repeat(md5(i::text), 100)::bytea)) FROM generate_series(1, 200) i;",
    );
    let scratch = Scratch::new();
    let file = scratch.path().join("whole");
    let mut dump = tool("pgx-dump");
    dump.args(["-j4", "-Z", "none", "-d", &database.url(), "-f"]).arg(&file);
    Pipe::of(&mut dump).run().expect_success();
    let stream = fs::read(&file).expect("the file is there");
    Source {
        database,
        stream,
        file,
        scratch,
    }
}

fn target<'c>(cluster: &'c Cluster) -> Database<'c> {
    let target = cluster.database("resumed");
    Fixture::shop().make_roles(&target);
    target
}

/// A load; little may wait, so that commits come often.
fn load(target: &Database) -> Command {
    let mut command = tool("pgx-load");
    command.args(["-j3", "-d", &target.url()]);
    command
}

fn resumed(target: &Database, file: &Path) -> Finished {
    Running::start(load(target).arg("--resume").arg(file)).end()
}

fn has_ledger(target: &Database) -> bool {
    target
        .sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'pgx_ledger'")
        .trim()
        == "1"
}

/// A load that has been given the first bytes of a stream and waits for more.
struct Fed {
    load: Running,
    feeder: Feeder,
}

/// What keeps the stream open; it ends with the value.
struct Feeder(std::process::Child);

impl Fed {
    fn with(target: &Database, bytes: &[u8]) -> Fed {
        let cat = Command::new("cat").stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
        let mut feeder = Feeder(cat.expect("cat runs"));
        let load = Running::start(load(target).stdin(feeder.0.stdout.take().expect("its output was piped")));
        let input = feeder.0.stdin.as_mut().expect("its input was piped");
        input.write_all(bytes).expect("cat reads");
        Fed { load, feeder }
    }

    /// Gives it the rest of the stream.
    fn finish(mut self, rest: &[u8]) -> Finished {
        let mut input = self.feeder.0.stdin.take().expect("its input was piped");
        // A load that has failed says so itself.
        let _ = input.write_all(rest);
        drop(input);
        self.load.end()
    }

    fn kill(mut self) {
        // It may have found something to fail for.
        if self.load.runs() {
            self.load.signal("KILL");
        }
        self.load.end();
    }
}

impl Drop for Feeder {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Where a stream is cut: evenly, and at its very end.
fn moments(length: usize, count: usize) -> impl Iterator<Item = usize> {
    (1..=count).map(move |moment| match moment == count {
        true => length - 1,
        false => length * moment / count,
    })
}

#[test]
fn a_truncated_stream_goes_on_from_the_whole() {
    let source = source();
    for length in moments(source.stream.len(), campaign(4, 50)) {
        let target = target(Cluster::shared(18));
        let cut = source.scratch.file("cut", &source.stream[..length]);
        let said = Running::start(load(&target).arg(&cut)).end().said(3).to_owned();
        assert!(said.contains("go on with: pgx-load --resume -j3 -d "), "{said}");
        // Without being asked to, nothing goes on.
        let said = Running::start(load(&target).arg(&source.file)).end().said(1).to_owned();
        assert!(said.contains("the target has a load that was broken off"), "{said}");
        resumed(&target, &source.file).expect_success();
        judge(&source.database, &target).expect_equal();
        assert!(!has_ledger(&target), "cut at {length}");
        let said = resumed(&target, &source.file).said(1).to_owned();
        assert!(said.contains("there is nothing to resume"), "{said}");
    }
}

#[test]
fn a_load_that_is_killed_goes_on() {
    let source = source();
    for length in moments(source.stream.len(), campaign(4, 50)) {
        let target = target(Cluster::shared(18));
        let fed = Fed::with(&target, &source.stream[..length]);
        wait_until("the load has begun", || has_ledger(&target));
        std::thread::sleep(Duration::from_millis(length as u64 % 150));
        fed.kill();
        resumed(&target, &source.file).expect_success();
        judge(&source.database, &target).expect_equal();
        assert!(!has_ledger(&target), "killed after {length} bytes");
    }
}

#[test]
fn two_loads_at_once_are_one_too_many() {
    let source = source();
    let target = target(Cluster::shared(18));
    let fed = Fed::with(&target, &source.stream[..source.stream.len() / 2]);
    wait_until("the load has begun", || has_ledger(&target));
    for flag in ["--no-analyze", "--resume"] {
        let mut second = load(&target);
        second.arg(flag).arg(&source.file);
        let said = Running::start(&mut second).end().said(1).to_owned();
        assert!(said.contains("another pgx-load is at work on this database"), "{said}");
    }
    let status = Running::start(tool("pgx-load").args(["--status", "-d", &target.url()])).end();
    assert!(String::from_utf8_lossy(&status.stdout).contains("at work"));
    fed.kill();
    resumed(&target, &source.file).expect_success();
    judge(&source.database, &target).expect_equal();
}

#[test]
fn what_does_not_belong_together_is_refused() {
    let source = source();
    let target = target(Cluster::shared(18));
    let cut = source.scratch.file("cut", &source.stream[..source.stream.len() / 2]);
    Running::start(load(&target).arg(&cut)).end().said(3);

    let another = source.scratch.path().join("another");
    let mut dump = tool("pgx-dump");
    dump.args(["-d", &source.database.url(), "-f"]).arg(&another);
    Pipe::of(&mut dump).run().expect_success();
    assert!(resumed(&target, &another).said(1).contains("it is of another archive"));

    let mut selected = load(&target);
    selected.args(["--resume", "-n", "ballast"]).arg(&source.file);
    let said = Running::start(&mut selected).end().said(1).to_owned();
    assert!(said.contains("it is of other options"), "{said}");

    let filtered = source.scratch.path().join("filtered");
    let mut filter = tool("pgx-filter");
    filter.args(["-N", "ballast", "-f"]).arg(&filtered).arg(&source.file);
    Pipe::of(&mut filter).run().expect_success();
    assert!(
        resumed(&target, &filtered)
            .said(1)
            .contains("it is of another part of the archive")
    );

    let token = Running::start(tool("pgx-load").args(["--print-token", "-d", &target.url()])).end();
    let token = String::from_utf8(token.stdout).expect("it is ASCII");
    assert!(token.starts_with("pgx1.") && token.len() < 2000, "{token}");

    let discarded = Running::start(tool("pgx-load").args(["--discard", "-d", &target.url()])).end();
    assert!(discarded.said(0).contains("what was loaded stays"));
    assert!(!has_ledger(&target));
    assert!(
        resumed(&target, &source.file)
            .said(1)
            .contains("there is nothing to resume")
    );
}

#[test]
fn a_database_that_was_made_goes_on() {
    let source = source();
    let cluster = Cluster::private(18, &[]);
    let admin = cluster.database("admin");
    Fixture::shop().make_roles(&admin);
    let copy = cluster.existing(source.database.name());
    for length in [source.stream.len() / 3, source.stream.len() - 1] {
        let cut = source.scratch.file("cut", &source.stream[..length]);
        let mut first = load(&admin);
        first.arg("-C").arg(&cut);
        let said = Running::start(&mut first).end().said(3).to_owned();
        assert!(said.contains("go on with: pgx-load --resume -j3 -d "), "{said}");
        let mut second = load(&admin);
        second.args(["-C", "--resume"]).arg(&source.file);
        Running::start(&mut second).end().expect_success();
        judge(&source.database, &copy).expect_equal();
        assert!(!has_ledger(&copy));
        admin.sql(&format!("DROP DATABASE \"{}\"", copy.name()));
    }
}

#[test]
fn a_server_that_crashes_forgets_its_ledger_with_its_rows() {
    let source = source();
    let cluster = Cluster::private(18, &[]);
    for (length, mode) in moments(source.stream.len(), campaign(3, 30)).zip(["immediate", "fast"].into_iter().cycle()) {
        let target = target(&cluster);
        let fed = Fed::with(&target, &source.stream[..length]);
        wait_until("the load has begun", || has_ledger(&target));
        std::thread::sleep(Duration::from_millis(length as u64 % 300));
        cluster.restart(mode);
        fed.kill();
        resumed(&target, &source.file).expect_success();
        judge(&source.database, &target).expect_equal();
        assert!(!has_ledger(&target), "{mode} after {length} bytes");
    }
}

#[test]
fn sessions_that_are_lost_are_replaced() {
    let source = source();
    for length in moments(source.stream.len(), campaign(4, 50)) {
        let target = target(Cluster::shared(18));
        let fed = Fed::with(&target, &source.stream[..length]);
        wait_until("the load has begun", || has_ledger(&target));
        std::thread::sleep(Duration::from_millis(length as u64 % 200));
        target.sql(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
             WHERE application_name = 'pgx-load' AND datname = current_database()",
        );
        let finished = fed.finish(&source.stream[length..]);
        let said = finished.said(0);
        assert!(
            said.contains("warning: a session was lost: ") && said.contains("; going on"),
            "{said}"
        );
        judge(&source.database, &target).expect_equal();
        assert!(!has_ledger(&target), "lost after {length} bytes");
    }
}

#[test]
fn a_server_that_is_restarted_is_waited_for() {
    let source = source();
    let cluster = Cluster::private(18, &[]);
    for length in moments(source.stream.len(), campaign(2, 50)) {
        let target = target(&cluster);
        let fed = Fed::with(&target, &source.stream[..length]);
        wait_until("the load has begun", || has_ledger(&target));
        std::thread::sleep(Duration::from_millis(length as u64 % 300));
        cluster.restart("fast");
        fed.finish(&source.stream[length..]).said(0);
        judge(&source.database, &target).expect_equal();
        assert!(!has_ledger(&target), "restarted after {length} bytes");
    }
}

#[test]
fn rows_that_are_merged_and_schemas_that_are_renamed_are_gone_on_with() {
    let source = source();
    let cut = source
        .scratch
        .file("cut", &source.stream[..source.stream.len() * 2 / 3]);
    let cluster = Cluster::shared(18);
    let flags = |target: &Database, more: &[&str], file: &Path| {
        let mut command = load(target);
        command.args(more).arg(file);
        Running::start(&mut command).end()
    };
    let sums = "SELECT count(*), sum(hashtext(x)::bigint) FROM ballast.large;
        SELECT count(*), sum(hashtext(x)::bigint) FROM ballast.forgetful;";
    let whole = source.database.sql(sums);
    for &conflict in campaign(&["update"][..], &["update", "nothing"]) {
        let target = target(cluster);
        flags(&target, &["-s"], &source.file).said(0);
        // Some rows are there already, with other values where these are to be replaced.
        target.sql("INSERT INTO ballast.large VALUES (7, 'other'), (2400, 'other')");
        let merge = ["-a", "-n", "ballast", "--on-conflict", conflict];
        flags(&target, &merge, &cut).said(3);
        assert!(has_ledger(&target));
        let refused = flags(&target, &["-a", "-n", "ballast", "--resume"], &source.file);
        assert!(refused.said(1).contains("other options"), "{}", refused.said(1));
        flags(&target, &[&merge[..], &["--resume"]].concat(), &source.file).said(0);
        match conflict {
            "update" => assert_eq!(target.sql(sums), whole),
            _ => assert_eq!(
                target.sql("SELECT count(*), count(*) FILTER (WHERE x = 'other') FROM ballast.large"),
                "2500|2\n"
            ),
        }
        assert!(!has_ledger(&target));
    }
    let target = target(cluster);
    let rename = ["--rename-schema", "ballast=moved"];
    flags(&target, &rename, &cut).said(3);
    flags(&target, &[&rename[..], &["--resume"]].concat(), &source.file).said(0);
    assert_eq!(target.sql(&sums.replace("ballast", "moved")), whole);
    target.sql("ALTER SCHEMA moved RENAME TO ballast");
    judge(&source.database, &target).expect_equal();
}
