//! Settings of roles and databases that change how a server prints or reads: a copy does not depend on them.

use std::process::Command;

use pgx_tests::{Cluster, Database, Fixture, Pipe, comparable, difference, judge, stock, tool};

/// What a role or a database has set, each of it a trap for whoever reads or writes without looking.
const SETTINGS: &[&str] = &[
    "DateStyle = 'German, DMY'",
    "IntervalStyle = 'sql_standard'",
    "TimeZone = 'Asia/Kathmandu'",
    "search_path = 'kinds, public, pg_catalog'",
    "default_transaction_read_only = on",
    "default_transaction_isolation = 'serializable'",
    "default_transaction_deferrable = on",
    "statement_timeout = '200ms'",
    "lock_timeout = '100ms'",
    "idle_in_transaction_session_timeout = '100ms'",
    "bytea_output = 'escape'",
    "extra_float_digits = -10",
    "xmloption = 'document'",
    "array_nulls = off",
    "escape_string_warning = on",
    "backslash_quote = off",
    "check_function_bodies = on",
    "client_min_messages = 'debug1'",
    "session_replication_role = 'replica'",
    "row_security = on",
    "enable_seqscan = off",
    "default_statistics_target = 1",
];

/// These change what stock pg_dump writes, too.
const ODD_SETTINGS: &[&str] = &["standard_conforming_strings = off", "quote_all_identifiers = on"];

/// Values that print differently under those settings, and definitions that have some inside.
const VALUES: &str = r#"
CREATE SCHEMA kinds;
CREATE TABLE kinds.pg_class (
    id integer PRIMARY KEY, d date DEFAULT '2020-02-03', t timestamptz DEFAULT '2020-02-03 04:05:06+00',
    i interval DEFAULT '-1 day -02:03:04', b bytea DEFAULT '\x5c00ff', f float8 DEFAULT 0.1, x xml, a text[],
    s text DEFAULT E'back\\slash ''and'' quote\n', CHECK (t > '1901-02-03 04:05:06+00' AND s <> E'\\\\')
);
INSERT INTO kinds.pg_class VALUES
    (1, '1999-12-31', '2000-01-01 00:00+00', '1 year 2 mons -3 days 04:05:06.7', '\x00', 1e-300, 'a <b/>', '{NULL,"NULL",a}', '\'),
    (2, '2004-05-06', 'infinity', '-5 mons 1 day', '\x5c5c27', 'NaN', '<a/>', ARRAY['\', '"', ''], E'\\N\t\n');
CREATE TABLE kinds.child (parent integer REFERENCES kinds.pg_class);
INSERT INTO kinds.child VALUES (1), (2);
CREATE TABLE kinds.noted (what text);
CREATE FUNCTION kinds.note() RETURNS trigger LANGUAGE plpgsql AS
    $$BEGIN INSERT INTO kinds.noted VALUES (E'back\\slash'); RETURN NEW; END$$;
CREATE TRIGGER note AFTER INSERT ON kinds.child FOR EACH ROW WHEN (NEW.parent > 0) EXECUTE FUNCTION kinds.note('\');
CREATE FUNCTION kinds.escaped(a text DEFAULT '\', b date DEFAULT '2020-02-03') RETURNS text LANGUAGE sql
    SET DateStyle = 'German' AS $$SELECT a || '\' || b$$;
CREATE VIEW kinds.seen AS SELECT id, s || '\' AS s, i + '1 day -01:00:00' AS i FROM kinds.pg_class
    WHERE d > '2001-02-03' AND b <> '\x5c00';
CREATE MATERIALIZED VIEW kinds.kept AS SELECT * FROM kinds.seen;
CREATE INDEX i ON kinds.pg_class (s) WHERE s <> '\' AND t < '2020-02-03 04:05:06+00';
CREATE TABLE kinds.parted (d date) PARTITION BY RANGE (d);
CREATE TABLE kinds.early PARTITION OF kinds.parted FOR VALUES FROM ('2001-02-03') TO ('2002-03-04');
COMMENT ON TABLE kinds.pg_class IS 'back\slash';
"#;

/// A database that has it all.
fn source(cluster: &Cluster) -> Database<'_> {
    let source = cluster.database("settings");
    source.sql(VALUES);
    for fixture in ["03_functions", "05_tables", "08_views"] {
        Fixture::schema(fixture).load(&source);
    }
    source
}

/// Makes a superuser whose sessions have these settings.
fn role(database: &Database, name: &str, settings: &[&[&str]]) {
    let mut sql = format!("CREATE ROLE {name} LOGIN SUPERUSER;\n");
    for setting in settings.concat() {
        sql += &format!("ALTER ROLE {name} SET {setting};\n");
    }
    database.sql(&sql);
}

fn copied_on(major: u32) {
    let cluster = Cluster::shared(major);
    let source = source(cluster);
    role(&source, "pgx_odd", &[SETTINGS, ODD_SETTINGS]);
    for format in ["text", "binary"] {
        let copy = cluster.database("copy");
        Pipe::of(tool("pgx-dump").args(["-d", &source.url_as("pgx_odd"), "--copy-format", format]))
            .to(tool("pgx-load").args(["-d", &copy.url_as("pgx_odd")]))
            .run()
            .expect_success();
        judge(&source, &copy).expect_equal();
    }
}

#[test]
fn of_roles_on_both_sides_on_15() {
    copied_on(15);
}

#[test]
fn of_roles_on_both_sides_on_18() {
    copied_on(18);
}

/// With `-C` the database has its settings before it has its objects.
#[test]
fn of_a_database_that_is_made_again() {
    for major in [15, 18] {
        let elsewhere = Cluster::private(major, &[]);
        let source = source(Cluster::shared(major));
        let door = elsewhere.database("door");
        for name in ["03_functions", "05_tables", "08_views"] {
            Fixture::schema(name).make_roles(&door);
        }
        for setting in [SETTINGS, ODD_SETTINGS].concat() {
            source.sql(&format!(
                "SET default_transaction_read_only = off; ALTER DATABASE {} SET {setting}",
                source.name()
            ));
        }
        Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
            .to(tool("pgx-load").args(["-C", "-d", &door.url()]))
            .run()
            .expect_success();
        judge(&source, &elsewhere.existing(source.name())).expect_equal();
    }
}

/// What the target computes while it is loaded is what it computes for its users.
#[test]
fn what_is_computed_from_rows_is_as_the_target_has_it() {
    let cluster = Cluster::shared(18);
    let (source, copy) = (cluster.database("settings"), cluster.database("copy"));
    for database in [&source, &copy] {
        for setting in &SETTINGS[..3] {
            database.sql(&format!("ALTER DATABASE {} SET {setting}", database.name()));
        }
    }
    source.sql(
        "CREATE TABLE sold (at timestamptz, day date CHECK (day = at::date), i interval);
         INSERT INTO sold VALUES ('2024-03-04 23:00+00', '2024-03-05', '-1 day 02:03:04');
         CREATE MATERIALIZED VIEW days AS SELECT at::date AS day, at::text AS at, i::text AS i FROM sold",
    );
    let wanted = source.sql("TABLE days");
    assert!(wanted.starts_with("05.03.2024|05.03.2024 04:45:00 +0545"), "{wanted}");
    Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(tool("pgx-load").args(["--verify", "-d", &copy.url()]))
        .run()
        .expect_success();
    assert_eq!(copy.sql("TABLE days"), wanted);
}

/// What a role has set shows in a script exactly where it shows in stock's.
#[test]
fn scripts_have_stocks_text() {
    for major in [15, 18] {
        let source = source(Cluster::shared(major));
        role(&source, "pgx_plain", &[SETTINGS]);
        role(&source, "pgx_quoting", &[&["quote_all_identifiers = on"]]);
        for role in ["pgx_plain", "pgx_quoting"] {
            let dump = |mut program: Command| {
                let url = source.url_as(role);
                let script = Pipe::of(program.args(["-s", "-F", "plain", "-d", &url]))
                    .run()
                    .expect_success();
                comparable(&String::from_utf8_lossy(&script))
            };
            let (stock, ours) = (dump(stock("pg_dump")), dump(tool("pgx-dump")));
            let flaw = difference(("pg_dump", &stock), ("pgx-dump", &ours), 40);
            assert_eq!(flaw, None, "{role} on {major}");
        }
    }
}
