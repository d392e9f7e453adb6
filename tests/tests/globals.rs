//! Globals of a cluster: the script that stock pg_dumpall writes, and a cluster made from it.

use std::os::unix::fs::PermissionsExt;

use pgx_tests::{Cluster, Database, MAJORS, Pipe, Scratch, difference, stock, tool};

/// Tablespaces may lie inside of the data directory, so that two clusters can have the same.
const IN_PLACE: &[&str] = &["allow_in_place_tablespaces=on"];

const ROLES: &str = r#"
CREATE ROLE admin SUPERUSER LOGIN PASSWORD 'it''s secret' CONNECTION LIMIT 5;
CREATE ROLE "Odd ""Role" NOINHERIT CREATEDB CREATEROLE REPLICATION BYPASSRLS VALID UNTIL 'infinity';
CREATE ROLE ann LOGIN;
CREATE ROLE bob LOGIN;
CREATE ROLE carl;
CREATE ROLE team;
CREATE ROLE company;
CREATE ROLE boss CREATEROLE;
GRANT company TO team;
GRANT team TO boss WITH ADMIN OPTION;
GRANT pg_read_all_data TO ann;
GRANT pg_monitor TO "Odd ""Role" WITH ADMIN OPTION;
COMMENT ON ROLE ann IS 'it''s \ ann';
ALTER ROLE ann SET search_path = "$user", public, "a b";
ALTER ROLE ann SET work_mem = '8MB';
ALTER ROLE bob SET "app.x" = 'it''s \ x';
ALTER ROLE bob IN DATABASE postgres SET statement_timeout = '5s';
GRANT SET ON PARAMETER work_mem TO ann WITH GRANT OPTION;
GRANT ALTER SYSTEM ON PARAMETER "app.x" TO bob, PUBLIC;
CREATE TABLESPACE fast OWNER ann LOCATION '' WITH (random_page_cost = 1.5, seq_page_cost = 2);
CREATE TABLESPACE "slow disk" LOCATION '';
GRANT CREATE ON TABLESPACE fast TO bob;
GRANT CREATE ON TABLESPACE "slow disk" TO PUBLIC;
COMMENT ON TABLESPACE fast IS 'fast';
"#;

/// Options and grantors that servers know from 16 on; who grants comes after whom by name.
const OPTIONS: &str = r#"
GRANT team TO zoe WITH ADMIN TRUE, INHERIT FALSE, SET FALSE;
GRANT team TO carl WITH ADMIN TRUE GRANTED BY zoe;
GRANT team TO bob WITH SET FALSE GRANTED BY carl;
SET SESSION AUTHORIZATION boss;
GRANT team TO bob WITH INHERIT TRUE;
RESET SESSION AUTHORIZATION;
"#;

/// Flags that pg_dumpall has too.
const SCRIPTS: &[&[&str]] = &[
    &["-g"],
    &["-r"],
    &["-t"],
    &["-g", "--no-role-passwords"],
    &["-g", "-x"],
    &["-t", "--no-acl"],
    &["-g", "-O"],
    &["-g", "--no-tablespaces"],
    &["-t", "--no-tablespaces", "-c"],
    &["-g", "--no-comments"],
    &["-g", "--no-security-labels"],
    &["-g", "-c"],
    &["-r", "-c"],
    &["-t", "--clean", "--if-exists"],
    &["-g", "--quote-all-identifiers", "-c", "--if-exists"],
];

fn cluster(major: u32) -> Cluster {
    Cluster::private(major, IN_PLACE)
}

fn fill(door: &Database) {
    door.sql(ROLES);
    if door.cluster().major() >= 16 {
        door.sql(&format!("CREATE ROLE zoe; {OPTIONS}"));
    }
}

fn by_stock(cluster: &Cluster, flags: &[&str]) -> String {
    let mut dumpall = stock("pg_dumpall");
    dumpall
        .args(["-d", &cluster.url("postgres"), "--restrict-key", "k"])
        .args(flags);
    String::from_utf8(Pipe::of(&mut dumpall).run().expect_success()).expect("it is UTF-8")
}

fn by_us(cluster: &Cluster, flags: &[&str]) -> String {
    let mut globals = tool("pgx-globals");
    globals.args(["-d", &cluster.url("postgres")]).args(flags);
    String::from_utf8(Pipe::of(&mut globals).run().expect_success()).expect("it is UTF-8")
}

#[test]
fn the_script_is_that_of_pg_dumpall() {
    for major in MAJORS {
        let cluster = cluster(major);
        fill(&cluster.database("door"));
        for &flags in SCRIPTS {
            let expected = by_stock(&cluster, flags);
            let found = by_us(&cluster, &[flags, &["--sql", "--restrict-key", "k"]].concat());
            let differs = difference(("pg_dumpall", &expected), ("pgx-globals", &found), 30);
            assert_eq!(differs, None, "{major} {flags:?}");
        }
    }
}

#[test]
fn a_cluster_made_from_the_script_is_the_same() {
    let (source, target) = (cluster(18), cluster(18));
    let door = source.database("door");
    fill(&door);
    // pg_dumpall writes moments as the server's DateStyle has them, and leaves the settings of all roles behind.
    door.sql("ALTER ROLE admin VALID UNTIL '2030-02-01 12:00:00.5+00'; ALTER ROLE ALL SET lock_timeout = '1min'");
    let scratch = Scratch::new();
    let script = scratch.file("globals.sql", by_us(&source, &["--sql"]));
    let mut psql = stock("psql");
    psql.args(["-X", "-q", "-d", &target.url("postgres"), "-f"]).arg(script);
    let finished = Pipe::of(&mut psql).run();
    // The first superuser is there already.
    let said: Vec<&str> = finished.stages[0]
        .stderr
        .lines()
        .filter(|line| line.contains("ERROR"))
        .collect();
    assert_eq!(said.len(), 1, "{said:?}");
    let (expected, found) = (by_stock(&source, &["-g"]), by_stock(&target, &["-g"]));
    assert_eq!(difference(("source", &expected), ("copy", &found), 30), None);
    let of_all = "SELECT setconfig FROM pg_db_role_setting WHERE setdatabase = 0 AND setrole = 0";
    assert_eq!(target.database("door").sql(of_all), "{lock_timeout=1min}\n");
}

#[test]
fn the_databases_that_belong_to_a_cluster() {
    let cluster = cluster(18);
    let door = cluster.database("door");
    door.sql("CREATE DATABASE app");
    door.sql("CREATE DATABASE \"App\"");
    door.sql("CREATE DATABASE closed ALLOW_CONNECTIONS false");
    assert_eq!(by_us(&cluster, &["--list-databases"]), "App\napp\ndoor_0\n");
    assert_eq!(
        by_us(
            &cluster,
            &[
                "--list-databases",
                "--exclude-database",
                "A*",
                "--exclude-database",
                "door_?"
            ]
        ),
        "App\n"
    );
    let scratch = Scratch::new();
    let filter = |rules: &str| scratch.file("filter", rules).display().to_string();
    let file = filter("# ours\nexclude database A*\nexclude database door_?\n");
    assert_eq!(by_us(&cluster, &["--list-databases", "--filter", &file]), "App\n");
    let file = filter("\ninclude database app\n");
    let mut globals = tool("pgx-globals");
    let refused = Pipe::of(globals.args(["-d", &cluster.url("postgres"), "--filter", &file])).run();
    let said = format!("{file}:2: \"include database\" is not a rule here");
    assert_eq!(refused.codes(), [Some(2)]);
    assert!(refused.stages[0].stderr.contains(&said), "{}", refused.stages[0].stderr);
    // Where databases are announced, and do not follow, the listing is not the end of it.
    let head = |flags: &[&str], status: i32| {
        let listed = Pipe::of(tool("pgx-globals").args(["-d", &cluster.url("postgres")]).args(flags))
            .to(tool("pgx-toc").arg("--json"))
            .run();
        assert_eq!(listed.codes(), [Some(0), Some(status)], "{:?}", listed.complaint());
        let first = listed.stdout.split(|&byte| byte == b'\n').next().unwrap_or_default();
        let head: serde_json::Value = serde_json::from_slice(first).expect("a line of JSON");
        head["databases"].clone()
    };
    let announced = head(&["--exclude-database=door*"], 3);
    assert_eq!(announced, serde_json::json!(["App", "app"]));
    assert_eq!(head(&["-g"], 0), serde_json::Value::Null);
}

#[test]
fn only_what_a_stream_refers_to() {
    let cluster = cluster(18);
    let door = cluster.database("door");
    fill(&door);
    door.sql("GRANT CREATE ON DATABASE door_0 TO boss; CREATE SCHEMA s AUTHORIZATION boss; CREATE TABLE s.t (i int)");
    let scratch = Scratch::new();
    let stream = scratch.path().join("door.pgx");
    let dump = Pipe::of(tool("pgx-dump").args(["-d", &door.url(), "-f"]).arg(&stream)).run();
    dump.expect_success();
    let flags = ["--sql", "--for", &stream.to_string_lossy()];
    let script = by_us(&cluster, &flags);
    let made: Vec<&str> = script.lines().filter(|line| line.starts_with("CREATE")).collect();
    assert_eq!(
        made,
        [
            "CREATE ROLE boss;",
            "CREATE ROLE company;",
            "CREATE ROLE postgres;",
            "CREATE ROLE team;"
        ]
    );
}

#[test]
fn hashes_are_for_superusers_and_for_the_owner_of_the_file() {
    let cluster = cluster(18);
    let door = cluster.database("door");
    fill(&door);
    let refused = Pipe::of(tool("pgx-globals").args(["-g", "-d", &door.url_as("bob")]))
        .to(tool("pgx-toc").arg("--check"))
        .run();
    assert_eq!(refused.codes(), [Some(1), Some(3)]);
    let hint = "hint: only a superuser can read password hashes: try --no-role-passwords";
    assert!(refused.stages[0].stderr.contains(hint), "{}", refused.stages[0].stderr);
    let free = Pipe::of(tool("pgx-globals").args(["--no-role-passwords", "-d", &door.url_as("bob")])).run();
    free.expect_success();

    let scratch = Scratch::new();
    let file = scratch.path().join("globals.pgx");
    let dump = Pipe::of(tool("pgx-globals").args(["-g", "-d", &door.url(), "-f"]).arg(&file)).run();
    dump.expect_success();
    let mode = file.metadata().expect("it was written").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_tablespace_that_cannot_be_where_it_was_says_what_to_do() {
    let (source, target) = (cluster(18), Cluster::private(18, &[]));
    source
        .database("door")
        .sql("CREATE TABLESPACE \"slow disk\" LOCATION '' WITH (seq_page_cost = 2)");
    let globals = || Pipe::of(tool("pgx-globals").args(["-t", "-d", &source.url("postgres")]));
    let load = || {
        let mut load = tool("pgx-load");
        load.args(["-d", &target.url("postgres")]);
        load
    };
    let refused = globals().to(&mut load()).run();
    let said = refused.said(1);
    assert!(
        said.contains("hint: CREATE TABLESPACE \"slow disk\" LOCATION '...', where this server has room for it"),
        "{said}"
    );
    let door = target.database("door");
    door.sql("ALTER ROLE CURRENT_USER SET allow_in_place_tablespaces = on");
    door.sql("CREATE TABLESPACE \"slow disk\" LOCATION ''");
    globals().to(&mut load()).run().expect_success();
    let options = "SELECT spcoptions FROM pg_tablespace WHERE spcname = 'slow disk'";
    assert_eq!(door.sql(options).trim(), "{seq_page_cost=2}");
}
