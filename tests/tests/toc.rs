//! What pgx-toc shows of a stream beside its list.

use std::path::Path;
use std::process::Command;

use pgx_tests::{Cluster, Pipe, Scratch, tool};

/// What was kept of a whole cluster is listed and checked to its end, from a file and from a pipe.
#[test]
fn every_member_of_a_stream_is_listed_and_checked() {
    let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("vectors");
    let toc = |flags: &[&str], vector: &str, is_pipe: bool| {
        let file = vectors.join(vector);
        let mut toc = tool("pgx-toc");
        toc.args(flags);
        match is_pipe {
            true => Pipe::of(Command::new("cat").arg(file)).to(&mut toc).run(),
            false => Pipe::of(toc.arg(file)).run(),
        }
    };
    for is_pipe in [false, true] {
        let shown = |flags| String::from_utf8(toc(flags, "members.pgx", is_pipe).expect_success()).expect("it is text");
        let checked = shown(&["--check"]);
        let lines: Vec<&str> = checked
            .lines()
            .map(|line| line.split(':').next().unwrap_or(""))
            .collect();
        let whole = [
            "complete globals",
            "complete database shop",
            "complete database billing",
        ];
        assert_eq!(lines, whole, "{checked}");
        assert_eq!(shown(&[]).matches("TABLE public orders").count(), 2);
        assert!(shown(&["--sizes"]).contains("database billing\n"));
        let itself = vectors.join("members.pgx");
        let compared = toc(&["--diff", &itself.to_string_lossy()], "members.pgx", is_pipe);
        assert!(compared.said(1).contains("member"), "{}", compared.said(1));
        for flags in [&["--check"][..], &[], &["--sizes"], &["--json"]] {
            for (vector, words) in [
                ("database-missing.pgx", "missing: shop"),
                ("cut-in-last-member.pgx", "the input ends after "),
            ] {
                let finished = toc(flags, vector, is_pipe);
                let said = finished.said(3);
                assert!(said.contains(words), "{flags:?} {vector}: {said}");
            }
        }
    }
}

#[test]
fn views_show_tree_sizes_statements_and_roles() {
    let scratch = Scratch::new();
    let source = Cluster::shared(18).database("viewed");
    source.sql(
        "DROP ROLE IF EXISTS toc_reader; CREATE ROLE toc_reader;
         CREATE SCHEMA sales;
         CREATE TABLE sales.orders AS SELECT i AS id, repeat('x', 100) AS item FROM generate_series(1, 5000) i;
         ALTER TABLE sales.orders ADD PRIMARY KEY (id);
         GRANT SELECT ON sales.orders TO toc_reader;
         CREATE TABLE empty ()",
    );
    let file = scratch.path().join("viewed.pgx");
    let dump = Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "-f"]).arg(&file));
    dump.run().expect_success();
    let view = |flags: &[&str]| {
        let toc = Pipe::of(tool("pgx-toc").args(flags).arg(&file)).run();
        String::from_utf8(toc.expect_success()).expect("it is text")
    };
    let tree = view(&["--tree"]);
    let table = tree
        .find("├─ TABLE orders")
        .or(tree.find("└─ TABLE orders"))
        .expect("the table has its line");
    for below in [
        "─ TABLE DATA orders",
        "─ CONSTRAINT orders orders_pkey",
        "─ ACL TABLE orders",
    ] {
        assert!(tree[table..].contains(below), "{below}: {tree}");
    }

    let sizes = view(&["--sizes"]);
    let lines: Vec<&str> = sizes.lines().collect();
    assert!(
        lines[1].ends_with("  sales.orders") && lines[1].trim_start().starts_with("5000 "),
        "{sizes}"
    );
    assert!(lines[2].ends_with("  public.empty"), "{sizes}");
    assert!(lines.last().is_some_and(|line| line.ends_with("  all")), "{sizes}");

    assert_eq!(view(&["--roles"]), "postgres\ntoc_reader\n");
    assert_eq!(view(&["--roles", "-x", "-t", "empty"]), "postgres\n");
    let sql = view(&["--sql", "-n", "sales"]);
    assert!(
        sql.contains("CREATE TABLE sales.orders (") && !sql.contains("empty"),
        "{sql}"
    );

    let refused = Pipe::of(tool("pgx-toc").args(["--tree", "--json"]).arg(&file)).run();
    refused.said(2);
    source.sql("DROP OWNED BY toc_reader; DROP ROLE toc_reader");
}

#[test]
fn a_stream_is_passed_on_while_it_is_listed() {
    let scratch = Scratch::new();
    let source = Cluster::shared(18).database("passed_on");
    source.sql("CREATE TABLE t AS SELECT i, repeat('x', 100) AS x FROM generate_series(1, 50000) i");
    let file = scratch.path().join("stream.pgx");
    let dump = Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "-f"]).arg(&file));
    dump.run().expect_success();
    let stream = std::fs::read(&file).expect("it is there");
    let from = || std::fs::File::open(&file).expect("it is there");

    let finished = Pipe::of(tool("pgx-toc").arg("--tee")).input(from()).run();
    let said = finished.stages[0].stderr.clone();
    assert!(said.contains(" TABLE DATA public t "), "{said}");
    assert!(finished.expect_success() == stream, "it is the same stream");

    // With a file for the list, and everything checked on its way.
    let list = scratch.path().join("list");
    let checked = Pipe::of(
        tool("pgx-toc")
            .args(["--tee", "--check", "-s", "-f"])
            .arg(&list)
            .arg(&file),
    )
    .run();
    assert_eq!(checked.stages[0].stderr, "");
    assert!(
        checked.expect_success() == stream,
        "whatever is selected, all of it is passed on"
    );
    let list = std::fs::read_to_string(list).expect("it is there");
    assert!(list.starts_with("complete: "), "{list}");

    // A custom archive, too; nobody who listens is 141, a cut is 3 and passed on as far as it goes.
    let archive = Pipe::of(tool("pgx-dump").args(["-Fc", "-d", &source.url()]))
        .run()
        .expect_success();
    let archive_file = scratch.file("archive", &archive);
    let passed = Pipe::of(tool("pgx-toc").arg("--tee").arg(&archive_file)).run();
    assert!(passed.expect_success() == archive, "it is the same archive");
    let cut = scratch.file("cut", &stream[..stream.len() - 100]);
    let finished = Pipe::of(tool("pgx-toc").arg("--tee").arg(&cut)).run();
    finished.said(3);
    let gone = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
        .to(tool("pgx-toc").arg("--tee"))
        .to(Command::new("head").args(["-c", "10"]))
        .run();
    assert_eq!(gone.codes()[1..], [Some(141), Some(0)]);
    Pipe::of(tool("pgx-toc").arg("--tee").arg(scratch.path())).run().said(2);
}

#[test]
fn what_differs_between_two_archives_is_said() {
    let scratch = Scratch::new();
    let source = Cluster::shared(18).database("compared");
    source.sql(
        "DROP ROLE IF EXISTS toc_owner; CREATE ROLE toc_owner;
         CREATE TABLE a AS SELECT i AS id, i::text AS t, i * 0.5 AS n FROM generate_series(1, 3000) i;
         CREATE TABLE b (id int); CREATE VIEW v AS SELECT 1 AS one; CREATE TABLE old (); CREATE SEQUENCE s",
    );
    let dump = |name: &str, flags: &[&str]| {
        let file = scratch.path().join(name);
        let mut dump = tool("pgx-dump");
        dump.args(flags).args(["-d", &source.url(), "-f"]).arg(&file);
        Pipe::of(&mut dump).run().expect_success();
        file
    };
    let before = dump("before", &["-j2"]);
    let diff = |flags: &[&str], one: &std::path::Path, other: &std::path::Path| {
        let mut toc = tool("pgx-toc");
        toc.args(flags).arg("--diff").args([other, one]);
        Pipe::of(&mut toc).run()
    };
    // Whatever the form of rows, their parts and the format: the same is the same.
    for (name, flags) in [
        ("text", &["--copy-format=text"][..]),
        ("custom", &["-Fc"]),
        ("directory", &["-Fd"]),
        ("tar", &["-Ft"]),
    ] {
        let other = dump(name, flags);
        let finished = diff(&[], &before, &other);
        let said = String::from_utf8(finished.expect_success()).expect("it is text");
        assert!(
            said.ends_with(" entries are the same, 0 differ, 0 are only in the first archive, 0 only in the other\n"),
            "{name}: {said}"
        );
    }
    source.sql(
        "UPDATE a SET t = 'x' WHERE id = 17; INSERT INTO b VALUES (1); CREATE OR REPLACE VIEW v AS SELECT 2 AS one;
         DROP TABLE old; CREATE TABLE new (); ALTER SEQUENCE s OWNER TO toc_owner",
    );
    let after = dump("after", &[]);
    let finished = diff(&[], &before, &after);
    assert_eq!(finished.codes(), [Some(4)]);
    let said = String::from_utf8_lossy(&finished.stdout).into_owned();
    let lines: Vec<&str> = said.lines().collect();
    for expected in [
        "! TABLE DATA public a: digest",
        "! TABLE DATA public b: rows 0 → 1, digest",
        "! VIEW public v: definition",
        "! SEQUENCE public s: owner postgres → toc_owner",
        "- TABLE public old",
        "+ TABLE public new",
    ] {
        assert!(lines.contains(&expected), "{expected}: {said}");
    }
    // Definitions alone; as JSON.
    let finished = diff(&["-s", "--json"], &before, &after);
    assert_eq!(finished.codes(), [Some(4)]);
    let said = String::from_utf8_lossy(&finished.stdout).into_owned();
    assert!(
        said.contains(r#"{"type":"difference","kind":"TABLE","schema":"public","name":"old","change":"only_here"}"#),
        "{said}"
    );
    assert!(
        said.contains(r#""name":"definition""#) && !said.contains("digest"),
        "{said}"
    );
    assert!(
        said.lines()
            .last()
            .is_some_and(|line| line.starts_with(r#"{"type":"end","same":"#)),
        "{said}"
    );
    Pipe::of(tool("pgx-toc").args(["--diff", "-"])).run().said(2);
    let both = Pipe::of(tool("pgx-toc").args(["--diff", "x", "--tree"])).run();
    assert!(both.said(2).contains("--diff"), "{}", both.said(2));
    source.sql("DROP SEQUENCE s; DROP ROLE toc_owner");
}
