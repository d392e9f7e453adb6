//! `-c`: what the stream makes is dropped first, as stock does it, and all of it or nothing.

use pgx_tests::{Cluster, Pipe, comparable, difference, judge, stock, tool};

use crate::{Shop, text};

/// What shapes drops and definitions in scripts.
const SHAPES: &[&[&str]] = &[
    &["-c"],
    &["-c", "--if-exists"],
    &["-c", "-C"],
    &["-c", "-C", "--if-exists"],
    &["-c", "--if-exists", "-n", "sales", "--bare"],
    &["-O", "-c"],
    &["--use-set-session-authorization"],
    &["--use-set-session-authorization", "-C", "-c"],
    &["--use-set-session-authorization", "-O"],
    &["-x"],
    &["--no-tablespaces"],
    &["--no-table-access-method"],
];

#[test]
fn scripts_drop_as_those_of_pg_restore() {
    let shop = Shop::new();
    let archive = shop.scratch.path().join("shop.dump");
    let mut convert = tool("pgx-filter");
    convert.args(["-F", "custom", "-f"]).arg(&archive).arg(&shop.stream);
    Pipe::of(&mut convert).run().expect_success();
    let mut flaws = Vec::new();
    // What archives say in comments of who owns what has no owner is another thing; rows are elsewhere.
    let statements = |script: String| -> String {
        let says = |line: &&str| !line.starts_with("-- Name:");
        comparable(&script).split_inclusive('\n').filter(says).collect()
    };
    for flags in SHAPES {
        let theirs: Vec<&&str> = flags.iter().filter(|flag| **flag != "--bare").collect();
        let theirs = text(stock("pg_restore").args(["-s", "-f", "-"]).args(theirs).arg(&archive));
        let ours = shop.script(&[flags, &["-s"][..]].concat());
        let (theirs, ours) = (statements(theirs), statements(ours));
        flaws.extend(difference(("pg_restore", &theirs), ("pgx-load", &ours), 40));
    }
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
}

#[test]
fn a_copy_is_made_anew_where_one_is() {
    let shop = Shop::new();
    let target = shop.target();
    shop.load(&target, &[]).expect_success();
    target
        .sql("DELETE FROM sales.events; ALTER TABLE sales.customers ADD COLUMN extra text; CREATE TABLE kept (id int)");
    let refused = shop.load(&target, &[]);
    assert!(
        refused.said(1).contains("the target is not empty"),
        "{}",
        refused.said(1)
    );
    for flags in [&["-c"][..], &["-c", "--if-exists", "-j1"], &["-c", "-1"]] {
        shop.load(&target, flags).expect_success();
        assert_eq!(
            target.sql("SELECT count(*) FROM kept"),
            "0\n",
            "what the stream does not have stays"
        );
    }
    target.sql("DROP TABLE kept");
    judge(&shop.database, &target).expect_equal();
}

#[test]
fn what_is_missing_fails_unless_that_is_said() {
    let shop = Shop::new();
    let target = shop.target();
    let refused = shop.load(&target, &["-c"]);
    let said = refused.said(1);
    assert!(
        said.contains("dropping") && said.contains("--if-exists drops only what is there"),
        "{said}"
    );
    assert!(said.contains("nothing was written to the target"), "{said}");
    shop.load(&target, &["-c", "--if-exists"]).expect_success();
    judge(&shop.database, &target).expect_equal();
}

#[test]
fn a_drop_that_fails_takes_the_others_back() {
    let shop = Shop::new();
    let target = shop.target();
    shop.load(&target, &[]).expect_success();
    target.sql("CREATE VIEW mine AS SELECT * FROM sales.customers");
    let before = target.schema();
    for flags in [&["-c"][..], &["-c", "-1"]] {
        let refused = shop.load(&target, flags);
        assert!(refused.said(1).contains("mine depends on"), "{}", refused.said(1));
        // What has begun is kept in a ledger, unless nothing of it can stay.
        if flags == ["-c"] {
            let mut forget = tool("pgx-load");
            Pipe::of(forget.args(["--discard", "-d", &target.url()]))
                .run()
                .expect_success();
        }
        assert_eq!(comparable(&target.schema()), comparable(&before));
    }
}

#[test]
fn a_database_is_dropped_and_made_anew() {
    let cluster = Cluster::private(18, &[]);
    let source = cluster.database("twice");
    source.sql("CREATE TABLE t (id integer); INSERT INTO t VALUES (1)");
    let name = source.name().to_owned();
    let scratch = pgx_tests::Scratch::new();
    let stream = scratch.path().join("t.pgx");
    Pipe::of(tool("pgx-dump").args(["-C", "-d", &source.url(), "-f"]).arg(&stream))
        .run()
        .expect_success();
    source.sql("INSERT INTO t VALUES (2); CREATE TABLE later (id integer)");
    let load = |flags: &[&str], into: &str| {
        Pipe::of(
            tool("pgx-load")
                .args(["-d", &cluster.url(into)])
                .args(flags)
                .arg(&stream),
        )
        .run()
    };
    assert!(load(&["-C"], "postgres").said(1).contains("already exists"));
    load(&["-C", "-c"], "postgres").expect_success();
    assert_eq!(source.sql("SELECT id FROM t"), "1\n");
    assert_eq!(source.sql("SELECT to_regclass('later')"), "\n");
    // Nobody can drop the database that he is in.
    assert!(
        load(&["-C", "-c"], &name)
            .said(1)
            .contains("cannot drop the currently open database")
    );
    cluster.existing("postgres").sql(&format!("DROP DATABASE \"{name}\""));
    assert!(load(&["-C", "-c"], "postgres").said(1).contains("does not exist"));
    load(&["-C", "-c", "--if-exists"], "postgres").expect_success();
    assert_eq!(source.sql("SELECT id FROM t"), "1\n");
}

#[test]
fn flags_that_contradict_one_another_are_refused_by_name() {
    let cases: &[(&[&str], &str)] = &[
        (&["-a", "-c"], "--clean"),
        (&["--statistics-only", "-c"], "--clean"),
        (&["--if-exists"], "--clean"),
        (&["-c", "--rename-schema", "a=b"], "--rename-schema"),
        (&["--rename-schema", "a"], "OLD=NEW"),
        (&["--rename-schema", "a="], "OLD=NEW"),
        (&["--before-data", "-"], "standard input"),
    ];
    for (flags, named) in cases {
        let finished = Pipe::of(tool("pgx-load").args(["-f", "-"]).args(*flags)).run();
        let said = finished.said(2);
        assert!(said.contains(named), "{flags:?}: {said}");
    }
}
