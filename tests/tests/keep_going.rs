//! Errors that are gone on after: what failed is named and written down, what needs it is left out, the rest is whole.

use pgx_tests::{Cluster, Database, Finished, Pipe, Scratch, judge, tool};

const SHOP: &str = "
    CREATE TYPE mood AS ENUM ('calm');
    CREATE TABLE a (id integer PRIMARY KEY, x text, how mood);
    CREATE INDEX a_x ON a (x);
    CREATE TABLE b (id integer PRIMARY KEY, a integer REFERENCES a);
    CREATE TABLE c (id integer, x text);
    CREATE INDEX c_x ON c (x);
    CREATE VIEW v AS SELECT id, x FROM a;
    CREATE VIEW vv AS SELECT id FROM v;
    INSERT INTO a SELECT i, 'a' || i, 'calm' FROM generate_series(1, 100) i;
    INSERT INTO b SELECT i, i FROM generate_series(1, 50) i;
    INSERT INTO c SELECT i, 'c' || i FROM generate_series(1, 100) i;";

/// What `--errors` has written, a value a line.
fn errors(scratch: &Scratch) -> Vec<serde_json::Value> {
    let text = std::fs::read_to_string(scratch.path().join("errors.jsonl")).expect("the file is there");
    text.lines()
        .map(|line| serde_json::from_str(line).expect("a line is JSON"))
        .collect()
}

fn names(errors: &[serde_json::Value], skipped: bool) -> Vec<String> {
    let chosen = errors
        .iter()
        .filter(|error| error["skipped_because"].is_null() != skipped);
    let mut names: Vec<String> = chosen
        .map(|error| format!("{} {}", error["kind"], error["name"]).replace('"', ""))
        .collect();
    names.sort();
    names
}

fn load(source: &Database, target: &Database, scratch: &Scratch, flags: &[&str]) -> Finished {
    let load = &mut tool("pgx-load");
    load.args(["--keep-going", "-d", &target.url(), "--errors"])
        .arg(scratch.path().join("errors.jsonl"));
    Pipe::of(tool("pgx-dump").args(["-j2", "-d", &source.url()]))
        .to(load.args(flags))
        .run()
}

#[test]
fn what_failed_and_what_needs_it_is_left_out() {
    let cluster = Cluster::shared(18);
    let source = cluster.database("source");
    source.sql(SHOP);
    for flags in [&["-j3"][..], &["-j1", "--transaction-size", "1"]] {
        let (target, scratch) = (cluster.database("target"), Scratch::new());
        target.sql("CREATE TABLE a (other integer)");
        let finished = load(&source, &target, &scratch, &[&["--into-existing"], flags].concat());
        let said = finished.said(6);
        assert!(
            said.contains("table public.a: creating: relation \"a\" already exists"),
            "{said}"
        );
        assert!(said.contains("skipped for it: "), "{said}");
        assert!(said.contains("1 entry of the stream failed, 6 were skipped"), "{said}");
        assert!(said.contains("the stream has 100 rows"), "{said}");
        let errors = errors(&scratch);
        assert_eq!(names(&errors, false), ["TABLE a"]);
        assert_eq!(
            names(&errors, true),
            [
                "CONSTRAINT a a_pkey",
                "FK CONSTRAINT b b_a_fkey",
                "INDEX a_x",
                "TABLE DATA a",
                "VIEW v",
                "VIEW vv"
            ]
        );
        assert_eq!(
            (&errors[0]["sqlstate"], &errors[0]["stage"]),
            (&"42P07".into(), &"creating".into())
        );
        assert_eq!(errors[1]["skipped_because"], errors[0]["entry"]);
        assert_eq!(
            target.sql("SELECT count(*) FROM a; SELECT count(*) FROM b; SELECT count(*) FROM c"),
            "0\n50\n100\n"
        );
        assert_eq!(
            target
                .sql("SELECT count(*) FROM pg_indexes WHERE indexname IN ('b_pkey', 'c_x')")
                .trim(),
            "2"
        );
    }
}

#[test]
fn rows_that_fail_leave_other_tables_alone() {
    let cluster = Cluster::shared(18);
    let (source, target) = (cluster.database("source"), cluster.database("target"));
    for database in [&source, &target] {
        database.sql(
            "CREATE TABLE big (id integer PRIMARY KEY, x text); CREATE TABLE other (id integer PRIMARY KEY, x text);
             CREATE TABLE small (id integer PRIMARY KEY); CREATE TABLE tiny (id integer PRIMARY KEY);
             CREATE TABLE child (id integer REFERENCES small)",
        );
    }
    for table in ["big", "other"] {
        source.sql(&format!(
            "INSERT INTO {table} SELECT i, repeat(md5(i::text), 30) FROM generate_series(1, 60000) i"
        ));
    }
    source.sql(
        "INSERT INTO small VALUES (1), (2); INSERT INTO tiny VALUES (1), (2); INSERT INTO child VALUES (1); ANALYZE",
    );
    target.sql("INSERT INTO big VALUES (7), (59000); INSERT INTO small VALUES (2)");
    let scratch = Scratch::new();
    let stream = scratch.path().join("rows.pgx");
    let dump = &mut tool("pgx-dump");
    Pipe::of(dump.args(["-a", "-j2", "-d", &source.url(), "-f"]).arg(&stream))
        .run()
        .expect_success();
    for jobs in ["-j4", "-j1"] {
        target.sql("TRUNCATE other, tiny; DELETE FROM big WHERE x IS NOT NULL");
        let load = &mut tool("pgx-load");
        load.args(["-a", jobs, "--keep-going", "-d", &target.url(), "--errors"])
            .arg(scratch.path().join("errors.jsonl"))
            .arg(&stream);
        let finished = Pipe::of(load).run();
        let said = finished.said(6);
        assert!(
            said.contains("table data public.big: copying rows: duplicate key"),
            "{said}"
        );
        assert!(said.contains("the stream has 60003 rows"), "{said}");
        let errors = errors(&scratch);
        assert_eq!(names(&errors, false), ["TABLE DATA big", "TABLE DATA small"]);
        assert_eq!(names(&errors, true), ["TABLE DATA child"]);
        let counts = "SELECT count(*) FROM other; SELECT count(*) FROM tiny; SELECT count(*) FROM small; SELECT count(*) FROM child";
        assert_eq!(target.sql(counts), "60000\n2\n1\n0\n");
    }
}

#[test]
fn a_load_without_errors_is_as_without_the_flag() {
    let cluster = Cluster::shared(18);
    let (source, target, scratch) = (cluster.database("source"), cluster.database("target"), Scratch::new());
    source.sql(SHOP);
    load(&source, &target, &scratch, &["--no-data-for-failed-tables"]).expect_success();
    judge(&source, &target).expect_equal();
    assert!(errors(&scratch).is_empty());
}

#[test]
fn a_stream_that_is_cut_is_incomplete_whatever_is_tolerated() {
    let cluster = Cluster::shared(18);
    let (source, target) = (cluster.database("source"), cluster.database("target"));
    source.sql(SHOP);
    target.sql("CREATE TABLE a (other integer)");
    let load = &mut tool("pgx-load");
    load.args(["--keep-going", "--into-existing", "-d", &target.url()]);
    let finished = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(std::process::Command::new("head").args(["-c", "-40"]))
        .to(load)
        .run();
    let said = finished.said(3);
    assert!(said.contains("table public.a: creating"), "{said}");
}

#[test]
fn drops_and_hooks_end_the_load_and_the_file_is_there() {
    let cluster = Cluster::shared(18);
    let (source, scratch) = (cluster.database("source"), Scratch::new());
    source.sql(SHOP);
    let hook = scratch.file("hook.sql", b"CREATE TABLE hooked (id integer);\nSELECT 1/0;\n");
    let hook = hook.to_string_lossy();
    for (flags, words) in [
        (&["-c"][..], ": dropping: "),
        (&["--after-data", &hook], "hook.sql:2: division by zero"),
        (&["--at-end", &hook], "hook.sql:2: division by zero"),
    ] {
        let target = cluster.database("target");
        // An older file would tell of another load.
        std::fs::write(scratch.path().join("errors.jsonl"), "old\n").expect("the directory is ours");
        let finished = load(&source, &target, &scratch, flags);
        assert!(finished.said(1).contains(words), "{flags:?}: {}", finished.said(1));
        assert!(errors(&scratch).is_empty(), "{flags:?}");
    }
    // What can go on does, and the hooks run.
    let target = cluster.database("target");
    let hook = scratch.file("good.sql", b"CREATE TABLE hooked AS SELECT count(*) FROM c;\n");
    target.sql("CREATE TABLE a (other integer)");
    let flags = ["--into-existing", "--after-data", &*hook.to_string_lossy()];
    load(&source, &target, &scratch, &flags).said(6);
    assert_eq!(target.sql("SELECT count FROM hooked"), "100\n");
    assert_eq!(names(&errors(&scratch), false), ["TABLE a"]);
    // Nor can a file be written where there is no place.
    let load = &mut tool("pgx-load");
    load.args(["--keep-going", "-d", &target.url(), "--errors", "/nowhere/errors"]);
    let refused = Pipe::of(tool("pgx-dump").args(["-d", &source.url()])).to(load).run();
    assert!(refused.said(1).contains("/nowhere/errors"), "{}", refused.said(1));
}
