//! Faults of servers, disks, roles and pipes: each ends in the right outcome, and a message that names it.

use std::io::Write;
use std::process::{Command, Stdio};

use pgx_tests::{Cluster, Database, Finished, Fixture, Pipe, Running, Scratch, judge, stock, tool, wait_until};

fn shop(size: u32) -> Database<'static> {
    Cluster::shared(18).filled(&Fixture::shop_of(size))
}

fn target<'c>(cluster: &'c Cluster) -> Database<'c> {
    let target = cluster.database("faulty");
    Fixture::shop().make_roles(&target);
    target
}

fn dump(source: &Database) -> Command {
    let mut dump = tool("pgx-dump");
    dump.args(["-j2", "-d", &source.url()]);
    dump
}

fn load(target: &Database) -> Command {
    let mut load = tool("pgx-load");
    load.args(["-j2", "-d", &target.url()]);
    load
}

fn stream_of(source: &Database) -> Vec<u8> {
    Pipe::of(dump(source).args(["-Z", "none"])).run().expect_success()
}

/// A load whose stream goes through a relay, `sh`'s script: it passes on what it says.
fn relayed(source: &Database, relay: &str, load: &mut Command) -> Finished {
    Pipe::of(&mut dump(source))
        .to(Command::new("sh").args(["-c", relay]))
        .to(load)
        .run()
}

/// A file system of so many megabytes; it is gone with the value.
struct SmallDisk(Scratch);

impl SmallDisk {
    fn new(megabytes: u32) -> SmallDisk {
        let disk = SmallDisk(Scratch::new());
        let size = format!("size={megabytes}m,mode=777");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "tmpfs"])
            .arg(disk.0.path())
            .status();
        assert!(
            mounted.is_ok_and(|status| status.success()),
            "no small disk could be mounted: these tests run as root, in a container with CAP_SYS_ADMIN"
        );
        disk
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn a_disk_that_is_full_is_named_with_the_table() {
    let source = shop(1);
    source.sql(
        "CREATE TABLE public.heavy (id integer, x text); ALTER TABLE public.heavy ALTER x SET STORAGE EXTERNAL;
         INSERT INTO public.heavy SELECT i, repeat(md5(i::text), 300) FROM generate_series(1, 2500) i",
    );
    let disk = SmallDisk::new(8);
    let cluster = Cluster::private(18, &[]);
    let target = target(&cluster);
    let place = disk.0.path().display();
    std::process::Command::new("chown")
        .arg(format!("--reference={}", cluster.directory().join("data").display()))
        .arg(disk.0.path())
        .status()
        .expect("chown runs");
    target.sql(&format!("CREATE TABLESPACE small LOCATION '{place}'"));
    target.sql(&format!(
        "ALTER DATABASE \"{}\" SET default_tablespace = small",
        target.name()
    ));
    // One table after another, the largest first: with two sessions, a small one beside it may be the one that fails.
    let loaded = Pipe::of(tool("pgx-dump").args(["-j1", "-d", &source.url()]))
        .to(tool("pgx-load").args(["-j1", "-d", &target.url(), "--no-tablespaces"]))
        .run();
    let said = loaded.said(1).to_owned();
    target.sql("DROP SCHEMA IF EXISTS pgx_ledger CASCADE; DROP TABLE IF EXISTS public.heavy; DROP SCHEMA IF EXISTS shop CASCADE");
    assert!(said.contains("table data public.heavy"), "{said}");
    assert!(said.contains("No space left on device (SQLSTATE 53100)"), "{said}");
    assert!(said.contains("go on with: pgx-dump --resume"), "{said}");
}

#[test]
fn as_many_sessions_are_used_as_there_are() {
    let source = shop(2);
    let cluster = Cluster::private(
        18,
        &[
            "max_connections=3",
            "superuser_reserved_connections=0",
            "max_wal_senders=0",
        ],
    );
    let target = target(&cluster);
    let loaded = Pipe::of(&mut dump(&source))
        .to(tool("pgx-load").args(["-j8", "-d", &target.url()]))
        .run();
    let said = loaded.said(0);
    assert!(
        said.contains("loading with 2 sessions") && said.contains("too many clients"),
        "{said}"
    );
    judge(&source, &target).expect_equal();
    // As a source it has as few.
    let back = Cluster::shared(18).database("back");
    let mut dump = tool("pgx-dump");
    dump.args(["-j8", "-d", &target.url()]);
    Pipe::of(&mut dump)
        .to(tool("pgx-load").args(["-d", &back.url()]))
        .run()
        .expect_success();
    judge(&source, &back).expect_equal();
}

/// Each of them is locked when it is given to its owner.
#[test]
fn large_objects_need_not_fit_the_table_of_locks_all_at_once() {
    let source = Cluster::shared(18).database("objects");
    source.sql("SELECT count(lo_create(0)) FROM generate_series(1, 10000)");
    let few = [
        "max_connections=10",
        "max_prepared_transactions=0",
        "max_locks_per_transaction=128",
    ];
    let cluster = Cluster::private(18, &few);
    let target = cluster.database("objects");
    Pipe::of(&mut dump(&source))
        .to(tool("pgx-load").args(["-d", &target.url()]))
        .run()
        .expect_success();
    judge(&source, &target).expect_equal();
}

#[test]
fn timeouts_of_roles_have_no_say() {
    let source = shop(10);
    let role = format!("hasty_{}", std::process::id());
    source.sql(&format!(
        "CREATE ROLE {role} LOGIN SUPERUSER;
         ALTER ROLE {role} SET statement_timeout = '1s'; ALTER ROLE {role} SET lock_timeout = '1ms';
         ALTER ROLE {role} SET idle_in_transaction_session_timeout = '2s';
         ALTER ROLE {role} SET idle_session_timeout = '2s'; ALTER ROLE {role} SET transaction_timeout = '2s'"
    ));
    let target = target(Cluster::shared(18));
    let finished = Pipe::of(tool("pgx-dump").args(["-j2", "-d", &source.url_as(&role)]))
        .to(Command::new("sh").args(["-c", "head -c 20000; sleep 4; cat"]))
        .to(tool("pgx-load").args(["-j2", "-O", "-d", &target.url_as(&role)]))
        .run();
    let complaint = finished.complaint();
    target.sql(&format!("REASSIGN OWNED BY {role} TO postgres"));
    assert_eq!(complaint, None);
}

#[test]
fn what_changes_beside_a_dump_is_not_in_it() {
    let source = shop(10);
    source.sql("CREATE TABLE public.copied AS TABLE shop.order_lines; CREATE SEQUENCE public.counter START 41");
    let before = Cluster::shared(18).database("before");
    Fixture::shop().make_roles(&before);
    before.copy_by_stock(&source);
    let mut running = Running::start(&mut dump(&source));
    let head = running.read(1 << 16);
    // Whoever wants what the dump has locked waits; what is no table goes on.
    let beside: Vec<Running> = [
        "VACUUM FULL shop.order_lines",
        "DROP TABLE public.copied",
        "ALTER TABLE shop.customers ADD later integer",
    ]
    .iter()
    .map(|sql| {
        Running::start(
            stock("psql")
                .env("PGAPPNAME", "beside")
                .args(["-X", "-q", "-c", sql, "-d", &source.url()]),
        )
    })
    .collect();
    let waiting = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'beside' AND wait_event_type = 'Lock'
                   AND datname = current_database()";
    wait_until("all of them wait", || source.sql(waiting).trim() == "3");
    source.sql("SELECT nextval('public.counter') FROM generate_series(1, 1000)");
    let rest = running.end().expect_success();
    for psql in beside {
        psql.end().said(0);
    }
    let target = target(Cluster::shared(18));
    let file = Scratch::new();
    let file = file.file("stream", [head, rest].concat());
    Running::start(load(&target).arg(file)).end().said(0);
    let position = target.sql("SELECT last_value FROM public.counter");
    assert!(["41", "1040"].contains(&position.trim()), "{position}");
    for database in [&target, &before] {
        database.sql("SELECT setval('public.counter', 41)");
    }
    judge(&before, &target).expect_equal();
}

#[test]
fn a_stall_that_ends_in_time_is_survived() {
    let source = shop(10);
    let target = target(Cluster::shared(18));
    let loaded = relayed(
        &source,
        "head -c 60000; sleep 2; cat",
        load(&target).args(["--timeout", "20s"]),
    );
    assert_eq!(loaded.complaint(), None);
    judge(&source, &target).expect_equal();
}

#[test]
fn a_stream_that_stops_is_given_up_and_gone_on_with() {
    let source = shop(10);
    let stream = stream_of(&source);
    let target = target(Cluster::shared(18));
    let mut feeder = Command::new("cat")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("cat runs");
    let mut command = load(&target);
    command
        .args(["--timeout", "1s"])
        .stdin(feeder.stdout.take().expect("its output was piped"));
    let loading = Running::start(&mut command);
    drop(command);
    let mut input = feeder.stdin.take().expect("its input was piped");
    input.write_all(&stream[..stream.len() / 2]).expect("cat reads");
    let said = loading.end().said(3).to_owned();
    drop(input);
    feeder.wait().expect("cat ends");
    assert!(said.contains("nothing has come for 1s"), "{said}");
    // Of which table, or large objects, the two lanes decide.
    assert!(said.contains("bytes of the stream have come, rows of "), "{said}");
    assert!(
        said.contains("--timeout says how long it may") && said.contains("go on with: pgx-dump --resume"),
        "{said}"
    );
    let status = Running::start(tool("pgx-load").args(["--status", "--json", "-d", &target.url()])).end();
    status.said(0);
    let status = String::from_utf8_lossy(&status.stdout).into_owned();
    assert!(status.starts_with("{\"type\":\"load\",\"archive\":\""), "{status}");
    assert!(
        status.contains("\"state\":\"broken off\"") && status.contains("\"next\":\"pgx-load --resume -d "),
        "{status}"
    );
    let file = Scratch::new();
    let file = file.file("stream", &stream);
    Running::start(load(&target).arg("--resume").arg(file)).end().said(0);
    judge(&source, &target).expect_equal();
}
