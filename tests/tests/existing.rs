//! Rows into tables that stand already: looked at first, emptied, merged, with triggers or without.

use pgx_tests::{Cluster, Database, Finished, MAJORS, Pipe, Scratch, judge, tool};

/// A parent and its child, rows that a trigger counts, an identity, a generated column, and a partitioned table.
const TABLES: &str = "
    CREATE TABLE child (id integer PRIMARY KEY, parent integer NOT NULL, note text);
    CREATE TABLE parent (id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL,
                         size integer GENERATED ALWAYS AS (length(name)) STORED NOT NULL);
    ALTER TABLE child ADD FOREIGN KEY (parent) REFERENCES parent;
    CREATE TABLE parted (at integer, x text, PRIMARY KEY (at)) PARTITION BY RANGE (at);
    CREATE TABLE parted_1 PARTITION OF parted FOR VALUES FROM (0) TO (100);
    CREATE TABLE parted_2 (x text, at integer NOT NULL);
    ALTER TABLE parted ATTACH PARTITION parted_2 FOR VALUES FROM (100) TO (200);
    CREATE TABLE fired (what text);
    CREATE FUNCTION fire() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO public.fired VALUES (TG_TABLE_NAME); RETURN NEW; END $$;
    CREATE TRIGGER fires AFTER INSERT ON child FOR EACH ROW EXECUTE FUNCTION fire();";

const ROWS: &str = "
    INSERT INTO parent (name) SELECT 'name ' || i FROM generate_series(1, 500) i;
    INSERT INTO child SELECT i, i % 500 + 1, repeat('x', 50) FROM generate_series(1, 20000) i;
    INSERT INTO parted SELECT i, 'row ' || i FROM generate_series(0, 199) i;
    TRUNCATE fired;";

struct Two<'a> {
    source: Database<'a>,
    target: Database<'a>,
}

/// A source with rows, and a target that has its tables.
fn two(cluster: &Cluster) -> Two<'_> {
    let (source, target) = (cluster.database("source"), cluster.database("target"));
    source.sql(TABLES);
    source.sql(ROWS);
    target.sql(TABLES);
    Two { source, target }
}

impl Two<'_> {
    /// The rows of the source, without table `fired`, into the target.
    fn load(&self, dump: &[&str], load: &[&str]) -> Finished {
        let mut dumping = tool("pgx-dump");
        dumping.args(["-a", "--exclude-table", "fired", "-d", &self.source.url()]);
        let mut loading = tool("pgx-load");
        loading.args(["-d", &self.target.url(), "-a"]);
        Pipe::of(dumping.args(dump)).to(loading.args(load)).run()
    }

    fn expect_equal(&self) {
        judge(&self.source, &self.target).expect_equal();
    }
}

#[test]
fn rows_go_in_in_the_order_of_foreign_keys() {
    for major in MAJORS {
        let two = two(Cluster::shared(major));
        two.load(&["-j2"], &["-j4"]).expect_success();
        assert_eq!(two.target.sql("SELECT count(*) FROM fired").trim(), "20000");
        two.target.sql("TRUNCATE fired");
        two.expect_equal();
    }
    let two = two(Cluster::shared(18));
    two.load(&[], &["-1"]).expect_success();
    two.target.sql("TRUNCATE fired");
    two.expect_equal();
}

#[test]
fn what_the_target_lacks_is_named_before_any_row_is_written() {
    let two = two(Cluster::shared(18));
    two.target.sql(
        "DROP TABLE parted; ALTER TABLE child DROP note;
         ALTER TABLE parent ALTER size DROP EXPRESSION; ALTER TABLE parent DROP name",
    );
    let finished = two.load(&[], &[]);
    let said = finished.said(1);
    for objection in [
        "there is no table public.parted_1",
        "there is no table public.parted_2",
        "table public.child has no column note",
        "table public.parent has no column name",
        "nothing was written to the target",
    ] {
        assert!(said.contains(objection), "{objection}: {said}");
    }
}

#[test]
fn triggers_stay_silent_and_are_as_they_were() {
    for major in MAJORS {
        let two = two(Cluster::shared(major));
        // Not in the order of foreign keys, and in parts.
        let scratch = Scratch::new();
        let stream = scratch.path().join("whole.pgx");
        let dump = &mut tool("pgx-dump");
        Pipe::of(dump.args(["-j2", "-d", &two.source.url(), "-f"]).arg(&stream))
            .run()
            .expect_success();
        let load = |flags: &[&str]| {
            let program = &mut tool("pgx-load");
            program.args(["-d", &two.target.url(), "-a"]).args(flags).arg(&stream);
            Pipe::of(program).run()
        };
        load(&["-j4", "--disable-triggers"]).expect_success();
        two.expect_equal();
        // A load that fails leaves them alone, too.
        assert!(load(&["--disable-triggers"]).said(1).contains("duplicate key"));
        let enabled = "SELECT count(*) FROM pg_trigger WHERE tgenabled <> 'O'";
        assert_eq!(two.target.sql(enabled).trim(), "0");
    }
}

#[test]
fn triggers_are_switched_off_by_those_who_may() {
    let two = two(Cluster::shared(18));
    two.target.sql(
        "CREATE ROLE loader LOGIN; CREATE ROLE chief SUPERUSER;
         ALTER TABLE parent OWNER TO loader; ALTER TABLE child OWNER TO loader;
         GRANT CREATE ON SCHEMA public TO loader; ALTER SEQUENCE parent_id_seq OWNER TO loader",
    );
    let load = |flags: &[&str]| {
        let dump = &mut tool("pgx-dump");
        dump.args(["-a", "-d", &two.source.url(), "-t", "child", "-t", "parent"]);
        let load = &mut tool("pgx-load");
        load.args([
            "-d",
            &two.target.url_as("loader"),
            "-a",
            "--disable-triggers",
            "--truncate",
        ]);
        Pipe::of(dump).to(load.args(flags)).run()
    };
    let refused = load(&[]);
    let said = refused.said(1);
    assert!(
        said.contains("disabling triggers: permission denied") && said.contains("GRANT SET"),
        "{said}"
    );
    two.target
        .sql("GRANT SET ON PARAMETER session_replication_role TO loader");
    load(&[]).expect_success();
    two.target
        .sql("REVOKE SET ON PARAMETER session_replication_role FROM loader; GRANT chief TO loader");
    load(&["-S", "chief", "-j3"]).expect_success();
    assert_eq!(two.target.sql("SELECT count(*) FROM fired").trim(), "0");
    assert_eq!(two.target.sql("SELECT count(*) FROM child").trim(), "20000");
    two.target
        .sql("DROP OWNED BY loader; DROP ROLE loader; DROP ROLE chief");
}

#[test]
fn tables_are_emptied_together_before_their_rows() {
    for major in MAJORS {
        let two = two(Cluster::shared(major));
        two.target.sql(
            "INSERT INTO parent (name) VALUES ('old'); INSERT INTO child VALUES (1, 1); INSERT INTO parted VALUES (5)",
        );
        two.load(&[], &["--truncate", "-j3"]).expect_success();
        two.load(&[], &["--truncate", "-1"]).expect_success();
        two.target.sql("TRUNCATE fired");
        two.expect_equal();
    }
}

#[test]
fn tables_that_others_refer_to_are_not_emptied() {
    let two = two(Cluster::shared(18));
    two.target.sql(
        "INSERT INTO parent (name) VALUES ('old');
         CREATE TABLE other (id integer REFERENCES parent, at integer REFERENCES parted)",
    );
    let refused = two.load(&[], &["--truncate"]);
    let said = refused.said(1);
    for pair in [
        "public.other refers to public.parent",
        "public.other refers to public.parted",
    ] {
        assert!(said.contains(pair), "{said}");
    }
    assert_eq!(two.target.sql("SELECT name FROM parent").trim(), "old");
}

#[test]
fn large_tables_that_were_emptied_have_frozen_rows() {
    let cluster = Cluster::shared(18);
    let (source, target) = (cluster.database("source"), cluster.database("target"));
    for database in [&source, &target] {
        database.sql("CREATE TABLE big (id integer, x text); CREATE TABLE flat (id integer, x text)");
        database.sql("INSERT INTO big SELECT i, repeat(md5(i::text), 30) FROM generate_series(1, 12000) i");
    }
    let copy = |flags: &[&str]| {
        let dump = &mut tool("pgx-dump");
        let load = &mut tool("pgx-load");
        load.args(["-a", "-d", &target.url()]).args(flags);
        Pipe::of(dump.args(["-d", &source.url()]))
            .to(load)
            .run()
            .expect_success();
    };
    source.sql("ANALYZE");
    copy(&["--truncate"]);
    judge(&source, &target).expect_equal();
    // ANALYZE notes what COPY has marked.
    assert_ne!(
        target
            .sql("SELECT relallvisible FROM pg_class WHERE relname = 'big'")
            .trim(),
        "0"
    );
}

#[test]
fn a_flat_table_goes_into_a_partitioned_one() {
    let cluster = Cluster::shared(18);
    let (source, target) = (cluster.database("source"), cluster.database("target"));
    source.sql("CREATE TABLE t (id integer PRIMARY KEY, x text)");
    source.sql("INSERT INTO t SELECT i, repeat(md5(i::text), 30) FROM generate_series(1, 12000) i; ANALYZE");
    target.sql(
        "CREATE TABLE t (x text, id integer PRIMARY KEY) PARTITION BY HASH (id);
         CREATE TABLE t_0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
         CREATE TABLE t_1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)",
    );
    for flags in [
        &[][..],
        &["--truncate"],
        &["--truncate", "-1"],
        &["--on-conflict", "update", "-j3"],
    ] {
        let load = &mut tool("pgx-load");
        load.args(["-a", "-d", &target.url()]).args(flags);
        let finished = Pipe::of(tool("pgx-dump").args(["-d", &source.url()])).to(load).run();
        let said = finished.said(0);
        assert!(
            flags.len() < 3 || said.contains("0 rows inserted, 12000 updated, 0 skipped"),
            "{said}"
        );
        let sum = "SELECT count(*), sum(id), md5(string_agg(x, ',' ORDER BY id)) FROM t";
        assert_eq!(target.sql(sum), source.sql(sum), "{flags:?}");
    }
}

#[test]
fn rows_that_are_there_take_new_values() {
    for major in MAJORS {
        for format in ["binary", "text"] {
            let two = two(Cluster::shared(major));
            two.target.sql(
                "INSERT INTO parent (name) VALUES ('old one'), ('old two');
                 INSERT INTO child VALUES (1, 1, 'old'), (3, 1, NULL);
                 INSERT INTO parted VALUES (5, 'old'), (150, 'old')",
            );
            let finished = two.load(&["-j2", "--copy-format", format], &["--on-conflict", "update", "-j4"]);
            let said = finished.said(0);
            assert!(
                said.contains("20694 rows inserted, 6 updated, 0 skipped"),
                "{major} {format}: {said}"
            );
            two.target.sql("TRUNCATE fired");
            two.expect_equal();
        }
    }
}

#[test]
fn rows_that_are_there_stay_as_they_are() {
    let two = two(Cluster::shared(18));
    two.target.sql(
        "INSERT INTO parent (name) VALUES ('old one'); INSERT INTO child VALUES (1, 1, 'old');
         CREATE TABLE free (x integer)",
    );
    two.source
        .sql("CREATE TABLE free (x integer); INSERT INTO free VALUES (1), (1), (2)");
    for flags in [&["--on-conflict", "nothing"][..], &["--on-conflict", "nothing", "-1"]] {
        let finished = two.load(&[], flags);
        assert!(finished.said(0).contains("skipped"), "{}", finished.stages[1].stderr);
    }
    assert_eq!(two.target.sql("SELECT name FROM parent WHERE id = 1").trim(), "old one");
    assert_eq!(two.target.sql("SELECT count(*) FROM child").trim(), "20000");
    // Without a key there is no conflict.
    assert_eq!(two.target.sql("SELECT count(*) FROM free").trim(), "6");
    let refused = two.load(&[], &["--on-conflict", "update"]);
    let said = refused.said(1);
    assert!(
        said.contains("table public.free has neither a primary key nor"),
        "{said}"
    );
    assert!(said.contains("nothing was written"), "{said}");
}

/// The server refuses these in the middle of a load, when other tables have their rows.
#[test]
fn tables_that_cannot_be_merged_into_are_named_before_any_row_is_written() {
    let two = two(Cluster::shared(18));
    let tables = "CREATE TABLE late (id integer PRIMARY KEY DEFERRABLE, n integer);
        CREATE TABLE ruled (id integer PRIMARY KEY, n integer);
        CREATE RULE one AS ON INSERT TO ruled WHERE new.n < 0 DO INSTEAD NOTHING;";
    two.source.sql(tables);
    two.target.sql(tables);
    two.source
        .sql("INSERT INTO late VALUES (1, 1); INSERT INTO ruled VALUES (1, 1)");
    for (conflict, table, flaw) in [
        ("nothing", "late", "has a deferrable key"),
        ("nothing", "ruled", "has rules for INSERT or UPDATE"),
        ("update", "late", "has neither a primary key nor"),
        ("update", "ruled", "has rules for INSERT or UPDATE"),
    ] {
        let other = if table == "late" { "ruled" } else { "late" };
        let refused = two.load(&["--exclude-table", other], &["--on-conflict", conflict]);
        let said = refused.said(1);
        assert!(said.contains(&format!("table public.{table} {flaw}")), "{said}");
        assert!(said.contains("nothing was written"), "{said}");
    }
    assert_eq!(two.target.sql("SELECT count(*) FROM child").trim(), "0");
    // Without ON CONFLICT, rules have no say and keys may wait.
    two.load(&[], &["-1"]).expect_success();
    two.target.sql("TRUNCATE fired");
    two.expect_equal();
}

#[test]
fn pg_dumps_archives_are_merged_too() {
    let two = two(Cluster::shared(18));
    two.target.sql("INSERT INTO parted VALUES (5, 'old')");
    let scratch = Scratch::new();
    let file = scratch.path().join("rows.dump");
    let dump = &mut pgx_tests::stock("pg_dump");
    dump.args(["-Fc", "-a", "-t", "par*", "-d", &two.source.url(), "-f"])
        .arg(&file);
    Pipe::of(dump).run().expect_success();
    let load = &mut tool("pgx-load");
    load.args(["-a", "--on-conflict", "update", "-d", &two.target.url()])
        .arg(&file);
    let finished = Pipe::of(load).run();
    assert!(finished.said(0).contains("699 rows inserted, 1 updated, 0 skipped"));
}

#[test]
fn scripts_disable_triggers_as_pg_dump_does() {
    let two = two(Cluster::shared(18));
    let ours = Pipe::of(tool("pgx-dump").args(["-a", "-d", &two.source.url()]))
        .to(tool("pgx-load").args(["-a", "--disable-triggers", "-S", "boss", "-f", "-"]))
        .run()
        .expect_success();
    let ours = String::from_utf8_lossy(&ours);
    assert!(ours.contains("ALTER TABLE public.child DISABLE TRIGGER ALL;"), "{ours}");
    assert!(ours.contains("SET SESSION AUTHORIZATION 'boss';"));
}

#[test]
fn indexes_wait_for_all_rows_and_keys_are_made_as_asked_for() {
    let cluster = Cluster::shared(18);
    let source = cluster.database("source");
    source.sql(TABLES);
    source.sql(ROWS);
    let load = |flags: &[&str]| {
        let target = cluster.database("target");
        let load = &mut tool("pgx-load");
        load.args(["-j3", "-d", &target.url()]).args(flags);
        Pipe::of(tool("pgx-dump").args(["-j2", "-d", &source.url()]))
            .to(load)
            .run()
            .expect_success();
        target
    };
    judge(&source, &load(&["--index-when", "end"])).expect_equal();
    let keys = "SELECT count(*), count(*) FILTER (WHERE convalidated) FROM pg_constraint WHERE contype = 'f'";
    assert_eq!(load(&["--fk", "validate"]).sql(keys).trim(), "1|1");
    assert_eq!(load(&["--fk", "not-valid"]).sql(keys).trim(), "1|0");
    assert_eq!(load(&["--fk", "skip"]).sql(keys).trim(), "0|0");
}
