//! `pgx-dump --check` names everything that a role cannot dump, each thing alone and all of it together, and nothing
//! where all can be read; and it locks nothing.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use pgx_tests::{Cluster, Database, Pipe, Pooler, tool};

/// Severity, code and object of what was found.
type Found = BTreeSet<(String, String, String)>;

fn cluster() -> &'static Cluster {
    static CLUSTER: OnceLock<Cluster> = OnceLock::new();
    CLUSTER.get_or_init(|| {
        let cluster = Cluster::private(18, &["max_prepared_transactions=2"]);
        cluster.database("prepare").sql(
            "CREATE ROLE reader LOGIN; CREATE ROLE keeper; CREATE ROLE hasty LOGIN SUPERUSER;
             ALTER ROLE hasty SET statement_timeout = '5min'",
        );
        cluster
    })
}

/// What a check finds, all but whose rights it has.
fn check(url: &str, flags: &[&str]) -> Found {
    let finished = Pipe::of(tool("pgx-dump").args(["--check", "--json", "-d", url]).args(flags)).run();
    let stdout = String::from_utf8_lossy(&finished.stdout).into_owned();
    let mut lines: Vec<serde_json::Value> = stdout
        .lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect();
    let last = lines.pop().unwrap_or_else(|| panic!("{:?}", finished.complaint()));
    assert_eq!(last["type"], "check");
    let text = |value: &serde_json::Value| value.as_str().expect("it is text").to_owned();
    let problems = lines.iter().filter(|line| line["severity"] == "problem");
    for problem in problems.clone() {
        assert!(!text(&problem["hint"]).is_empty(), "{problem} has no remedy");
    }
    let status = if problems.count() > 0 { 5 } else { 0 };
    assert_eq!(finished.codes(), [Some(status)], "{:?}", finished.complaint());
    assert_eq!(last["exit_status"], status);
    let told = lines.iter().filter(|line| line["code"] != "rights");
    told.map(|line| (text(&line["severity"]), text(&line["code"]), text(&line["object"])))
        .collect()
}

/// What is wrong, how it becomes so, and what is said of it by whom.
type Seed = (&'static str, &'static str, (&'static str, &'static str, &'static str));

const SEEDS: &[Seed] = &[
    (
        "CREATE TABLE secret (id integer)",
        "reader",
        ("problem", "select", "table public.secret"),
    ),
    (
        "CREATE SEQUENCE numbers",
        "reader",
        ("problem", "select", "sequence public.numbers"),
    ),
    (
        "CREATE SCHEMA closed; CREATE TABLE closed.t (id integer); GRANT SELECT ON closed.t TO reader",
        "reader",
        ("problem", "select", "table closed.t"),
    ),
    (
        "CREATE TABLE guarded (id integer); GRANT SELECT ON guarded TO reader;
         ALTER TABLE guarded ENABLE ROW LEVEL SECURITY",
        "reader",
        ("problem", "row-security", "table public.guarded"),
    ),
    (
        "CREATE SUBSCRIPTION away CONNECTION 'host=nowhere' PUBLICATION p WITH (connect = false, slot_name = NONE)",
        "reader",
        ("problem", "left-out", "source"),
    ),
    (
        "SELECT lo_from_bytea(4711, 'x')",
        "reader",
        ("problem", "select", "large object 4711"),
    ),
    (
        "CREATE FUNCTION gone() RETURNS integer LANGUAGE sql RETURN 1; CREATE VIEW broken AS SELECT gone() AS x;
         DELETE FROM pg_proc WHERE proname = 'gone'",
        "postgres",
        ("problem", "broken", "view public.broken"),
    ),
    (
        "CREATE TABLE lost (id integer);
         CREATE FUNCTION adrift() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM lost; END;
         DELETE FROM pg_depend WHERE refobjid = 'lost'::regclass AND classid = 'pg_proc'::regclass; DROP TABLE lost",
        "postgres",
        ("problem", "broken", "function public.adrift"),
    ),
    (
        "CREATE TABLE kept (id integer); BEGIN; LOCK TABLE kept; PREPARE TRANSACTION 'keeper'",
        "postgres",
        ("problem", "held", "table public.kept"),
    ),
    (
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w; CREATE FOREIGN TABLE far (id integer) SERVER s",
        "postgres",
        ("note", "foreign", "1 foreign tables"),
    ),
    (
        "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER s FOREIGN DATA WRAPPER w;
         CREATE USER MAPPING FOR keeper SERVER s OPTIONS (password 'x')",
        "reader",
        ("note", "user-mapping", "user mapping for keeper on server s"),
    ),
];

fn owned(found: &[(&str, &str, &str)]) -> Found {
    let text = |text: &str| text.to_owned();
    found
        .iter()
        .map(|(severity, code, object)| (text(severity), text(code), text(object)))
        .collect()
}

/// A subscription goes before its database, and so does a prepared transaction.
fn clear(database: &Database) {
    database.sql("DROP SUBSCRIPTION IF EXISTS away");
    if database
        .sql("SELECT gid FROM pg_prepared_xacts WHERE database = current_database()")
        .trim()
        == "keeper"
    {
        database.sql("ROLLBACK PREPARED 'keeper'");
    }
}

#[test]
fn each_seed_is_found_alone_and_all_together() {
    let together = cluster().database("together");
    let mut all = Found::new();
    for (sql, role, found) in SEEDS {
        let database = cluster().database("alone");
        database.sql(sql);
        let mut told = check(&database.url_as(role), &[]);
        // That there is a prepared transaction at all is a note of its own.
        told.retain(|(_, code, _)| code != "prepared");
        clear(&database);
        assert_eq!(told, owned(&[*found]), "{sql}");
        let again = found.1 == "foreign" || found.1 == "held";
        if !again {
            together.sql(sql);
        }
        if *role == "reader" {
            all.extend(owned(&[*found]));
        }
    }
    let told = check(&together.url_as("reader"), &[]);
    clear(&together);
    let missing: Vec<_> = all.difference(&told).collect();
    assert!(missing.is_empty(), "{missing:?} not in {told:?}");
}

#[test]
fn nothing_is_found_where_all_can_be_read() {
    let database = cluster().database("clean");
    database.sql(
        "CREATE TABLE t (id serial PRIMARY KEY, x text); CREATE VIEW v AS SELECT id FROM t; CREATE UNLOGGED TABLE u (id integer);
         CREATE FUNCTION f(integer) RETURNS integer LANGUAGE sql RETURN $1; SELECT lo_from_bytea(0, 'x');
         GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader; GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO reader",
    );
    assert_eq!(check(&database.url(), &[]), Found::new());
    // What is left out is not looked at.
    assert_eq!(check(&database.url_as("reader"), &["--no-large-objects"]), Found::new());
    database.sql("CREATE TABLE secret (id integer)");
    assert_eq!(check(&database.url_as("reader"), &["-t", "t"]), Found::new());
    // Nor does anything wait for, or keep, a lock.
    let held = "BEGIN; LOCK TABLE t; SELECT pg_sleep(0)";
    database.sql(held);
    assert_eq!(database.sessions_of("pgx-dump"), 0);
}

#[test]
fn the_server_is_looked_at() {
    let database = cluster().database("server");
    let timeouts = check(&database.url_as("hasty"), &[]);
    assert_eq!(timeouts, owned(&[("note", "timeout", "source")]));
    let pooler = Pooler::before(&database);
    let pooled = check(&pooler.url(&database), &[]);
    assert_eq!(pooled, owned(&[("problem", "pooler", "connection")]));
    database.sql("CREATE UNLOGGED TABLE u (id integer)");
    let standby = cluster().standby();
    let told = check(&standby.url(database.name()), &[]);
    assert!(
        told.contains(&("note".into(), "unlogged".into(), "1 unlogged tables".into())),
        "{told:?}"
    );
}
