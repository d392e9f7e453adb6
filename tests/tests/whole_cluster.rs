//! A whole cluster through one pipe: globals, then one database after another, into another cluster.

use std::path::{Path, PathBuf};
use std::process::Command;

use pgx_tests::{Cluster, Finished, Pipe, Scratch, difference, judge, stock, tool};

/// Tablespaces may lie inside of the data directory, so that two clusters can have the same.
const IN_PLACE: &[&str] = &["allow_in_place_tablespaces=on"];

const GLOBALS: &str = r#"
CREATE ROLE owner LOGIN PASSWORD 'secret' CONNECTION LIMIT 7;
CREATE ROLE "Odd ""Role" NOINHERIT CREATEDB;
CREATE ROLE team;
CREATE ROLE company;
CREATE ROLE zoe;
CREATE ROLE carl;
GRANT company TO team;
GRANT team TO owner WITH ADMIN TRUE, INHERIT FALSE;
GRANT team TO zoe WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
GRANT team TO carl WITH SET FALSE GRANTED BY zoe;
ALTER ROLE owner SET work_mem = '8MB';
CREATE TABLESPACE fast OWNER owner LOCATION '' WITH (random_page_cost = 1.5);
GRANT CREATE ON TABLESPACE fast TO team;
"#;

/// Four databases: one in a tablespace with settings of its own, one with an odd name, two more.
fn source() -> Cluster {
    let cluster = Cluster::private(18, IN_PLACE);
    fill(&cluster);
    cluster
}

fn fill(cluster: &Cluster) {
    for sql in GLOBALS.lines().filter(|line| !line.is_empty()).chain([
        "CREATE DATABASE store OWNER owner TABLESPACE fast",
        "ALTER DATABASE store SET statement_timeout = '77s'",
        "ALTER ROLE owner IN DATABASE store SET lock_timeout = '7s'",
        "CREATE DATABASE \"Odd-Name\"",
        "CREATE DATABASE northwind",
        "CREATE DATABASE shop",
        "COMMENT ON DATABASE shop IS 'the shop'",
        "GRANT CONNECT ON DATABASE shop TO team",
    ]) {
        psql(cluster, "postgres", sql);
    }
    psql(
        cluster,
        "store",
        "CREATE TABLE t (id int PRIMARY KEY) TABLESPACE fast; INSERT INTO t SELECT generate_series(1, 500)",
    );
    psql(
        cluster,
        "Odd-Name",
        "CREATE TABLE \"T\" (x text); INSERT INTO \"T\" VALUES (E'tab\\there')",
    );
    psql(
        cluster,
        "shop",
        "CREATE TABLE orders (id bigint PRIMARY KEY, item text); CREATE INDEX ON orders (item);
        INSERT INTO orders SELECT i, md5(i::text) FROM generate_series(1, 20000) i; ALTER TABLE orders OWNER TO owner",
    );
    psql(
        cluster,
        "northwind",
        "CREATE VIEW v AS SELECT 1 AS x; GRANT SELECT ON v TO team",
    );
}

/// Runs statements in a database of a name that matters.
fn psql(cluster: &Cluster, database: &str, sql: &str) {
    let mut psql = stock("psql");
    psql.args([
        "-X",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        &cluster.url(database),
        "-c",
        sql,
    ]);
    Pipe::of(&mut psql).run().expect_success();
}

/// The members of the stream, each as a file, in their order.
fn members(source: &Cluster, scratch: &Scratch) -> Vec<PathBuf> {
    let globals = Pipe::of(tool("pgx-globals").args(["-d", &source.url("postgres")])).run();
    let mut files = vec![scratch.file("globals.pgx", globals.expect_success())];
    let list = Pipe::of(tool("pgx-globals").args(["--list-databases", "-d", &source.url("postgres")])).run();
    let list = String::from_utf8(list.expect_success()).expect("it is UTF-8");
    for (number, name) in list.lines().enumerate() {
        let dump = Pipe::of(tool("pgx-dump").args(["-C", "-d", &source.url(name)])).run();
        files.push(scratch.file(&format!("{number}.pgx"), dump.expect_success()));
    }
    assert_eq!(files.len(), 5, "{list}");
    files
}

fn load(target: &Cluster, stream: Vec<u8>, scratch: &Scratch) -> Finished {
    let input = std::fs::File::open(scratch.file("cluster.pgx", stream)).expect("it was just written");
    Pipe::of(tool("pgx-load").args(["-C", "-d", &target.url("postgres")]))
        .input(input)
        .run()
}

fn everything(cluster: &Cluster) -> String {
    let mut dumpall = stock("pg_dumpall");
    dumpall.args(["-d", &cluster.url("postgres"), "--restrict-key", "k"]);
    String::from_utf8(Pipe::of(&mut dumpall).run().expect_success()).expect("it is UTF-8")
}

fn read(file: &PathBuf) -> Vec<u8> {
    std::fs::read(file).expect("it was just written")
}

#[test]
fn a_cluster_is_made_again_and_a_member_that_is_missing_or_cut_is_noticed() {
    let scratch = Scratch::new();
    let source = source();
    let files = members(&source, &scratch);

    let target = Cluster::private(18, IN_PLACE);
    let pipeline = "{ pgx-globals; for db in $(pgx-globals --list-databases); do pgx-dump -C \"$db\"; done; } \
                    | PGHOST=$TARGET pgx-load -C -d postgres";
    let tools = tool("pgx-load");
    let tools = Path::new(tools.get_program())
        .parent()
        .expect("a tool is in a directory");
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", pipeline])
        .env(
            "PATH",
            format!("{}:{}", tools.display(), std::env::var("PATH").unwrap_or_default()),
        )
        .env("PGUSER", "postgres")
        .env("PGHOST", source.directory())
        .env("TARGET", target.directory());
    Pipe::of(&mut bash).run().expect_success();
    let differs = difference(
        ("the source", &everything(&source)),
        ("the copy", &everything(&target)),
        40,
    );
    assert_eq!(differs, None);

    // The globals are there already, and are what they were.
    let globals = load(&target, read(&files[0]), &scratch);
    assert!(globals.said(3).contains("missing: "), "databases are announced");
    let alone = Pipe::of(tool("pgx-globals").args(["-g", "-d", &source.url("postgres")])).run();
    load(&target, alone.expect_success(), &scratch).expect_success();
    let differs = difference(
        ("the source", &everything(&source)),
        ("the copy", &everything(&target)),
        40,
    );
    assert_eq!(differs, None);

    let whole: Vec<u8> = files.iter().flat_map(read).collect();
    let target = Cluster::private(18, IN_PLACE);
    let drop_all = || {
        for name in ["store", "Odd-Name", "northwind", "shop"] {
            psql(&target, "postgres", &format!("DROP DATABASE IF EXISTS \"{name}\""));
        }
    };
    for missing in 1..files.len() {
        let others = files.iter().enumerate().filter(|(number, _)| *number != missing);
        let stream = others.flat_map(|(_, file)| read(file)).collect();
        let finished = load(&target, stream, &scratch);
        let said = finished.said(3);
        assert!(said.contains("missing: "), "{missing}");
        // All that came is whole, the last as well.
        let whole = said
            .lines()
            .find_map(|line| line.trim().strip_prefix("whole in the target: "));
        let whole: Vec<&str> = whole.unwrap_or_default().split(", ").collect();
        assert_eq!(whole.len(), files.len() - 1, "{said}");
        if let Some(last) = whole.last().and_then(|last| last.strip_prefix("database ")) {
            judge(&source.lasting(last), &target.lasting(last)).expect_equal();
        }
        drop_all();
    }
    // Cut within the last member, and just before it.
    let last = read(&files[4]).len();
    for cut in [1, last / 2, last] {
        let finished = load(&target, whole[..whole.len() - cut].to_vec(), &scratch);
        assert!(
            finished.said(3).contains("the globals, database "),
            "cut {cut} before the end"
        );
        drop_all();
    }
}

#[test]
fn several_databases_are_not_loaded_into_one() {
    let scratch = Scratch::new();
    let cluster = Cluster::shared(18);
    let dump = |name: &str| {
        let database = cluster.database(name);
        database.sql("CREATE TABLE t (id int)");
        Pipe::of(tool("pgx-dump").args(["-d", &database.url()]))
            .run()
            .expect_success()
    };
    let stream = [dump("one"), dump("two")].concat();
    let target = cluster.database("both");
    let load = Pipe::of(
        tool("pgx-load")
            .args(["-d", &target.url()])
            .arg(scratch.file("two.pgx", stream)),
    );
    let finished = load.run();
    let said = finished.said(1);
    assert!(
        said.contains("the stream has several members, and -d names one database"),
        "{said}"
    );
    assert!(said.contains("whole in the target: database "), "{said}");
}
