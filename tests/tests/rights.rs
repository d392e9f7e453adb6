//! A role that owns one schema dumps it, whatever lies beside it, and touches nothing else.

use pgx_tests::{Cluster, Database, Pipe, Running, judge, stock, tool, wait_until};

/// What the tenant has; more rows than fit into the buffers between a dump and a reader that has stopped.
const MINE: &str = "
    CREATE SCHEMA mine AUTHORIZATION tenant;
    SET ROLE tenant;
    CREATE TYPE mine.mood AS ENUM ('calm', 'cross');
    CREATE FUNCTION mine.double(integer) RETURNS integer LANGUAGE sql IMMUTABLE RETURN $1 * 2;
    CREATE TABLE mine.parents (id serial PRIMARY KEY, mood mine.mood DEFAULT 'calm', twice integer DEFAULT mine.double(3));
    CREATE TABLE mine.children (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, parent integer REFERENCES mine.parents, x text);
    INSERT INTO mine.parents DEFAULT VALUES;
    INSERT INTO mine.children (parent, x) SELECT 1, repeat(md5(i::text), 10) FROM generate_series(1, 30000) i;
    CREATE INDEX children_x ON mine.children (left(x, 8)) WHERE parent > 0;
    CREATE VIEW mine.seen AS SELECT p.mood, c.x FROM mine.parents p JOIN mine.children c ON c.parent = p.id;
    CREATE MATERIALIZED VIEW mine.counted AS SELECT count(*) FROM mine.children;
    CREATE TABLE mine.parted (id integer, at date) PARTITION BY RANGE (at);
    CREATE TABLE mine.parted_old PARTITION OF mine.parted FOR VALUES FROM (MINVALUE) TO ('2020-01-01');
    INSERT INTO mine.parted VALUES (1, '2019-12-31');
    RESET ROLE;";

/// What others have: nothing of it may be read, and some of it cannot be.
const THEIRS: &str = "
    CREATE SCHEMA theirs;
    CREATE TABLE theirs.secrets (id serial PRIMARY KEY, x text DEFAULT 'y', CHECK (x <> ''));
    CREATE INDEX secrets_x ON theirs.secrets (x);
    INSERT INTO theirs.secrets DEFAULT VALUES;
    CREATE TABLE theirs.guarded (id integer); ALTER TABLE theirs.guarded ENABLE ROW LEVEL SECURITY;
    CREATE POLICY none ON theirs.guarded USING (false);
    CREATE SEQUENCE theirs.numbers;
    CREATE MATERIALIZED VIEW theirs.kept AS SELECT x FROM theirs.secrets;
    CREATE FUNCTION theirs.reads() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM theirs.secrets; END;
    CREATE TABLE theirs.whole (id integer) PARTITION BY LIST (id);
    CREATE TABLE theirs.part PARTITION OF theirs.whole FOR VALUES IN (1);
    CREATE TABLE public.nobodys (id integer);
    REVOKE ALL ON public.nobodys FROM PUBLIC;
    CREATE PUBLICATION everything FOR ALL TABLES;
    SELECT lo_from_bytea(4711, 'theirs');
    CREATE TABLE theirs.gone (id integer);
    CREATE VIEW theirs.broken AS SELECT id FROM theirs.gone;
    DELETE FROM pg_depend WHERE refobjid = 'theirs.gone'::regclass AND classid = 'pg_rewrite'::regclass;
    DROP TABLE theirs.gone;";

/// The schema of the tenant among those of others, with all that a table there may suffer.
fn tenants(cluster: &Cluster) -> Database<'_> {
    let database = alone(cluster);
    database.sql(THEIRS);
    database
}

/// The schema of the tenant with nothing beside it.
fn alone(cluster: &Cluster) -> Database<'_> {
    let database = cluster.database("tenants");
    // Other tests of this file make the same role at the same time.
    database.sql(
        "DO $$ BEGIN CREATE ROLE tenant LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$",
    );
    database.sql(MINE);
    database
}

/// Relations outside the catalogs that a dump has locked, and how; a TOAST table goes by its owner.
fn locked(database: &Database) -> Vec<String> {
    let locks = database.sql(
        "SELECT DISTINCT n.nspname || '.' || c.relname || ' ' || l.mode
         FROM pg_locks l JOIN pg_stat_activity a USING (pid)
         LEFT JOIN pg_class toasted ON toasted.reltoastrelid = l.relation
         JOIN pg_class c ON c.oid = coalesce(toasted.oid, l.relation) JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE a.application_name = 'pgx-dump' AND a.datname = current_database() AND c.oid >= 16384
         ORDER BY 1",
    );
    locks.lines().map(str::to_owned).collect()
}

#[test]
fn only_its_own_relations_are_locked_and_only_against_change() {
    for major in [15, 18] {
        let database = tenants(Cluster::shared(major));
        let mut dump = Running::start(tool("pgx-dump").args(["-n", "mine", "-d", &database.url_as("tenant")]));
        dump.read(64 * 1024);
        let seen = locked(&database);
        assert_eq!(dump.end().complaint(), None);
        for table in ["children", "parents", "parted", "parted_old"] {
            let lock = format!("mine.{table} AccessShareLock");
            assert!(seen.contains(&lock), "on {major}, {lock} is missing: {seen:?}");
        }
        for lock in &seen {
            let own = lock.starts_with("mine.") && lock.ends_with(" AccessShareLock");
            assert!(own, "on {major}, {lock} is too much");
        }
    }
}

#[test]
fn a_lock_on_what_others_have_is_not_waited_for() {
    let database = tenants(Cluster::shared(18));
    let mut holder = Running::start(stock("psql").args(["-X", "-q", "-d", &database.url()]).args([
        "-c",
        "BEGIN",
        "-c",
        "LOCK TABLE theirs.secrets, theirs.guarded, theirs.whole, public.nobodys; SELECT 'held'",
        "-c",
        "SELECT pg_sleep(3600)",
    ]));
    wait_until("the tables of others are locked", || {
        database
            .sql("SELECT count(*) FROM pg_locks WHERE relation = 'theirs.secrets'::regclass AND granted")
            .trim()
            == "1"
    });
    for arguments in [&["-n", "mine"][..], &["-n", "mine", "-s"], &["-t", "mine.children"]] {
        let dump = Running::start(
            tool("pgx-dump")
                .args(["-d", &database.url_as("tenant")])
                .args(arguments),
        );
        assert_eq!(dump.end().complaint(), None, "{arguments:?}");
    }
    assert!(holder.runs(), "the locks were not held long enough");
}

#[test]
fn what_is_loaded_equals() {
    for major in [15, 18] {
        let cluster = Cluster::shared(major);
        let (source, expected, copy) = (tenants(cluster), alone(cluster), cluster.database("copy"));
        copy.sql("GRANT CREATE ON DATABASE :\"DBNAME\" TO tenant");
        expected.sql("GRANT CREATE ON DATABASE :\"DBNAME\" TO tenant");
        Pipe::of(tool("pgx-dump").args(["-n", "mine", "-d", &source.url_as("tenant")]))
            .to(tool("pgx-load").args(["-d", &copy.url()]))
            .run()
            .expect_success();
        judge(&expected, &copy).expect_equal();
    }
}

#[test]
fn the_owner_loads_what_it_dumped_without_being_superuser() {
    let cluster = Cluster::shared(18);
    let (source, expected, copy) = (tenants(cluster), alone(cluster), cluster.database("copy"));
    for database in [&expected, &copy] {
        database.sql("GRANT CREATE ON DATABASE :\"DBNAME\" TO tenant");
    }
    Pipe::of(tool("pgx-dump").args(["-n", "mine", "-d", &source.url_as("tenant")]))
        .to(tool("pgx-load").args(["-d", &copy.url_as("tenant")]))
        .run()
        .expect_success();
    judge(&expected, &copy).expect_equal();
}

/// More that a role cannot have, beside what others have.
const DENIED: &str = "
    SET ROLE tenant;
    CREATE TABLE mine.half (id integer); ALTER TABLE mine.half ENABLE ROW LEVEL SECURITY;
    RESET ROLE;
    ALTER TABLE mine.half OWNER TO CURRENT_USER;
    GRANT SELECT ON mine.half TO tenant;
    CREATE TABLE mine.\"Not seen\" (id serial);
    CREATE TABLE mine.only_written (id integer);
    GRANT UPDATE ON mine.only_written TO tenant;
    SELECT lo_from_bytea(4712, 'open to all');
    GRANT SELECT ON LARGE OBJECT 4712 TO PUBLIC;";

#[test]
fn what_it_may_not_read_is_one_list() {
    for major in [15, 18] {
        let database = tenants(Cluster::shared(major));
        database.sql(DENIED);
        let refused = |arguments: &[&str]| {
            let mut dump = tool("pgx-dump");
            dump.args(["-d", &database.url_as("tenant")]).args(arguments);
            let run = Running::start(&mut dump).end();
            let said = run.said(1).to_owned();
            let (_, list) = said
                .split_once("permission denied for ")
                .unwrap_or_else(|| panic!("on {major}: {said}"));
            assert!(said.contains("hint: ") && said.contains("(SQLSTATE 42501)"), "{said}");
            list.lines().next().unwrap_or_default().replace(" (SQLSTATE 42501)", "")
        };
        let mine = "table mine.\"Not seen\", table mine.only_written, sequence mine.\"Not seen_id_seq\"";
        let all = refused(&["-n", "mine", "-b"]);
        let mut all: Vec<&str> = all.split([',', ';']).map(str::trim).collect();
        let mut expected: Vec<&str> = mine.split(", ").collect();
        expected.extend(["large object 4711", "row security may hide rows of mine.half"]);
        all.sort_unstable();
        expected.sort_unstable();
        assert_eq!(all, expected, "on {major}");

        // Who may change a table may lock it, and its definition is no secret.
        assert_eq!(refused(&["-n", "mine", "-s"]), "table mine.\"Not seen\"", "on {major}");
        let theirs = refused(&["-n", "theirs", "-s"]);
        for table in ["secrets", "guarded", "whole", "part"] {
            assert!(
                theirs.contains(&format!("table theirs.{table}")),
                "on {major}: {theirs}"
            );
        }
        // What may be read is dumped.
        let rest = [
            "-n",
            "mine",
            "-T",
            "mine.\"Not seen\"",
            "-T",
            "mine.half",
            "-T",
            "mine.only_written",
        ];
        let sequence = ["-T", "mine.\"Not seen_id_seq\""];
        let dump = Pipe::of(
            tool("pgx-dump")
                .args(["-d", &database.url_as("tenant")])
                .args(rest)
                .args(sequence),
        );
        dump.to(&mut tool("pgx-toc")).run().expect_success();
    }
}

#[test]
fn options_of_user_mappings_that_it_may_not_read_are_named() {
    let database = alone(Cluster::shared(18));
    database.sql(
        "CREATE FOREIGN DATA WRAPPER files;
         CREATE SERVER far FOREIGN DATA WRAPPER files;
         CREATE USER MAPPING FOR tenant SERVER far OPTIONS (password 'mine');
         CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (password 'theirs');
         GRANT USAGE ON FOREIGN SERVER far TO tenant;",
    );
    let dump = Pipe::of(tool("pgx-dump").args(["-s", "-F", "plain", "-d", &database.url_as("tenant")])).run();
    let said = dump.said(0);
    assert!(
        said.contains("options of the user mapping for public on server far are left out"),
        "{said}"
    );
    assert!(!said.contains("for tenant"), "{said}");
    let script = String::from_utf8_lossy(&dump.stdout);
    assert!(
        script.contains("password 'mine'") && !script.contains("'theirs'"),
        "{script}"
    );
}
