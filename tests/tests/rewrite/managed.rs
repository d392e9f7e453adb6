//! `--managed`: a role that is no superuser loads what it may, and says what it left out.

use pgx_tests::{Cluster, Pipe, Scratch, tool};

/// What only superusers make, among what everybody does.
const APP: &str = "
    CREATE EXTENSION pg_trgm; COMMENT ON EXTENSION pg_trgm IS 'ours';
    REVOKE ALL ON FUNCTION similarity(text, text) FROM PUBLIC;
    CREATE SCHEMA s; GRANT CREATE, USAGE ON SCHEMA s TO ww_app; GRANT USAGE ON SCHEMA s TO ww_ann;
    CREATE TABLE s.t (id integer PRIMARY KEY) TABLESPACE fast; ALTER TABLE s.t OWNER TO ww_boss; INSERT INTO s.t VALUES (1);
    GRANT SELECT ON s.t TO ww_ann WITH GRANT OPTION;
    SET SESSION AUTHORIZATION ww_ann; GRANT SELECT ON s.t TO PUBLIC; RESET SESSION AUTHORIZATION;
    ALTER DEFAULT PRIVILEGES FOR ROLE ww_boss GRANT SELECT ON TABLES TO ww_ann;
    CREATE TABLE s.theirs (id integer); ALTER TABLE s.theirs OWNER TO ww_ann;
    CREATE TABLE s.apps (id integer); ALTER TABLE s.apps OWNER TO ww_app; INSERT INTO s.apps VALUES (1), (2);
    CREATE FUNCTION s.tight(integer) RETURNS integer LANGUAGE sql LEAKPROOF RETURN $1;
    CREATE VIEW s.needs_it AS SELECT s.tight(1);
    CREATE CAST (text AS bytea) WITHOUT FUNCTION;
    CREATE PUBLICATION everything FOR ALL TABLES; CREATE PUBLICATION something FOR TABLE s.t;
    CREATE FUNCTION s.watch() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
    CREATE EVENT TRIGGER watch ON ddl_command_end EXECUTE FUNCTION s.watch(); COMMENT ON EVENT TRIGGER watch IS 'w';";

const CLUSTER: &[&str] = &[
    "CREATE ROLE ww_boss SUPERUSER REPLICATION CREATEDB CONNECTION LIMIT 3",
    "CREATE ROLE ww_ann LOGIN BYPASSRLS",
    "CREATE ROLE ww_app",
    "CREATE ROLE ww_team",
    "GRANT ww_team TO ww_ann WITH ADMIN OPTION",
    "ALTER ROLE ww_ann SET work_mem = '7MB'",
    "ALTER ROLE ww_ann SET log_statement = 'all'",
    "ALTER ROLE ALL SET lock_timeout = '7s'",
    "CREATE TABLESPACE fast OWNER ww_boss LOCATION ''",
    "GRANT SET ON PARAMETER work_mem TO ww_ann",
    "CREATE DATABASE app OWNER ww_boss TEMPLATE template0 TABLESPACE fast CONNECTION LIMIT 77",
    "ALTER DATABASE app SET log_statement = 'all'",
    "ALTER DATABASE app SET work_mem = '8MB'",
    "ALTER ROLE ww_ann IN DATABASE app SET work_mem = '9MB'",
];

/// Who administers the managed server, and nothing more: a role that can be given what is ww_app's.
const MANAGER: &[&str] = &[
    "CREATE ROLE manager LOGIN CREATEDB CREATEROLE",
    "CREATE ROLE ww_app",
    "GRANT ww_app TO manager",
];

/// What must be said of the globals, and of the database.
const LEFT_OUT: &[&str] = &[
    "SUPERUSER, REPLICATION of role ww_boss",
    "BYPASSRLS of role ww_ann",
    "role postgres",
    "role setting ALL lock_timeout",
    "role setting ww_ann log_statement",
    "tablespace fast",
    "acl PARAMETER work_mem",
    "setting log_statement of database properties app",
    "event trigger watch",
    "comment EVENT TRIGGER watch",
    "comment EXTENSION pg_trgm",
    "acl public.FUNCTION similarity(text, text)",
    "default acl DEFAULT PRIVILEGES FOR TABLES",
    "function s.tight(integer)",
    "view s.needs_it",
    "cast CAST (text AS bytea)",
    "publication everything",
    "who granted acl s.TABLE t",
    "owner ww_ann of 1 object",
    "owner ww_boss of ",
    "tablespace fast of 1 object",
];

#[test]
fn what_may_be_made_is_made_and_the_rest_is_named() {
    made_on(
        18,
        &["GRANT ww_team TO ww_boss GRANTED BY ww_ann"],
        &["who granted role membership ww_team ww_boss", "role ww_app"],
    );
}

#[test]
fn before_16_whoever_makes_roles_administers_all_of_them() {
    made_on(15, &[], &[]);
}

fn made_on(major: u32, also: &[&str], left_out: &[&str]) {
    let settings = &["allow_in_place_tablespaces=on"];
    let (source, target) = (Cluster::private(major, settings), Cluster::private(major, settings));
    for statement in CLUSTER.iter().chain(also) {
        source.lasting("postgres").sql(statement);
    }
    let app = source.lasting("app");
    app.sql(APP);
    for statement in MANAGER {
        target.existing("postgres").sql(statement);
    }
    let scratch = Scratch::new();
    let stream = scratch.path().join("all.pgx");
    let globals = Pipe::of(tool("pgx-globals").args(["-d", &source.url("postgres")]))
        .run()
        .expect_success();
    let dump = Pipe::of(tool("pgx-dump").args(["-C", "-d", &source.url("app")]))
        .run()
        .expect_success();
    std::fs::write(&stream, [globals, dump.clone()].concat()).expect("the directory is ours");
    let manager = target.existing("postgres").url_as("manager");
    let load = |flags: &[&str]| Pipe::of(tool("pgx-load").args(["-C", "-d", &manager]).args(flags).arg(&stream)).run();
    let refused = load(&[]);
    assert!(refused.said(1).contains("SQLSTATE 42501"), "{}", refused.said(1));
    let loaded = load(&["--managed", "--verify"]);
    let said = loaded.said(0);
    for line in LEFT_OUT.iter().chain(left_out) {
        assert!(said.contains(line), "{line:?} is not named:\n{said}");
    }
    assert!(said.contains("role manager may not do all of it"), "{said}");
    let sql = |sql: &str| target.existing("postgres").sql(sql);
    let roles = "SELECT rolname, rolsuper, rolcreatedb, rolconnlimit, rolconfig FROM pg_roles WHERE rolname ~ '^ww_' ORDER BY 1";
    assert_eq!(
        sql(roles),
        "ww_ann|f|f|-1|{work_mem=7MB}\nww_app|f|f|-1|\nww_boss|f|t|3|\nww_team|f|f|-1|\n"
    );
    let settings = "SELECT setrole <> 0, setconfig FROM pg_db_role_setting WHERE setdatabase <> 0 ORDER BY 1";
    assert_eq!(sql(settings), "f|{work_mem=8MB}\nt|{work_mem=9MB}\n");
    assert_eq!(
        sql("SELECT datconnlimit FROM pg_database WHERE datname = 'app'"),
        "77\n"
    );
    let app = target.lasting("app");
    assert_eq!(
        app.sql("SELECT tableowner, tablename FROM pg_tables WHERE schemaname = 's' ORDER BY 2"),
        "ww_app|apps\nmanager|t\nmanager|theirs\n"
    );
    assert_eq!(
        app.sql("SELECT count(*) FROM s.t; SELECT count(*) FROM s.apps"),
        "1\n2\n"
    );
    assert_eq!(
        app.sql(
            "SELECT has_table_privilege('ww_ann', 's.t', 'SELECT'), has_table_privilege('ww_team', 's.t', 'SELECT')"
        ),
        "t|t\n"
    );
    assert_eq!(
        app.sql("SELECT count(*) FROM pg_event_trigger; SELECT pubname FROM pg_publication"),
        "0\nsomething\n"
    );
    // Nothing of it fails when it is there.
    let again = load(&["--managed", "-c"]);
    again.said(0);
    // Looked at first, it is as it will be.
    target.existing("postgres").sql("DROP DATABASE app");
    let checked = load(&["--managed", "--check"]);
    assert!(
        checked.said(0).contains("role manager may not do all of it"),
        "{}",
        checked.said(0)
    );
    let checked = load(&["--check"]);
    checked.said(5);
}

#[test]
fn rows_are_never_left_out() {
    let cluster = Cluster::shared(18);
    let (source, target) = (cluster.database("managed"), cluster.database("managed"));
    source.sql(
        "CREATE FUNCTION tight(integer) RETURNS integer LANGUAGE sql LEAKPROOF RETURN $1;
         CREATE TABLE t (id integer DEFAULT tight(1), CHECK (tight(id) > 0)); INSERT INTO t VALUES (1)",
    );
    target.sql(
        "DO $$ BEGIN CREATE ROLE ww_manager LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    );
    target.sql("GRANT ALL ON SCHEMA public TO ww_manager");
    let load = |flags: &[&str]| {
        Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
            .to(tool("pgx-load")
                .args(["--managed", "-d", &target.url_as("ww_manager")])
                .args(flags))
            .run()
    };
    let refused = load(&[]);
    let said = refused.said(1);
    assert!(
        said.contains("table data public.t needs function public.tight(integer), which only a superuser makes"),
        "{said}"
    );
    assert_eq!(target.sql("SELECT to_regclass('t')"), "\n");
    load(&["-s"]).said(0);
}

#[test]
fn nothing_is_left_out_for_a_superuser() {
    let cluster = Cluster::shared(18);
    let (source, target) = (cluster.database("managed"), cluster.database("managed"));
    source.sql(
        "CREATE FUNCTION w() RETURNS event_trigger LANGUAGE plpgsql AS 'BEGIN END';
         CREATE EVENT TRIGGER watching ON ddl_command_end EXECUTE FUNCTION w(); ALTER EVENT TRIGGER watching DISABLE",
    );
    let loaded = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(tool("pgx-load").args(["--managed", "-d", &target.url()]))
        .run();
    assert!(!loaded.said(0).contains("left out"), "{}", loaded.said(0));
    pgx_tests::judge(&source, &target).expect_equal();
}
