//! What copies of big databases and big values cost in memory.

use std::process::Command;

use pgx_tests::{Cluster, Database, Finished, Fixture, Pipe, campaign, judge, tool};

const MB: u64 = 1 << 20;

/// What a tool may have at once for a database of any size.
const ENOUGH: u64 = 150 * MB;

fn copy(source: &Database, target: &Database, flags: &[&str]) -> Finished {
    let with = |name: &str, database: &Database| {
        let mut command: Command = tool(name);
        command.args(flags).args(["-d", &database.url()]);
        command
    };
    Pipe::of(&mut with("pgx-dump", source))
        .to(&mut with("pgx-load", target))
        .run()
}

#[test]
fn a_shop_twice_as_large_costs_no_more() {
    let sizes = campaign([100, 200], [1000, 2000]);
    let peaks = sizes.map(|size| {
        let shop = Fixture::shop_of(size);
        let source = Cluster::shared(18).filled(&shop);
        let target = Cluster::shared(18).database("copy");
        let finished = copy(&source, &target, &["-j4"]);
        assert_eq!(finished.complaint(), None);
        finished.stages.iter().map(|stage| stage.memory).collect::<Vec<_>>()
    });
    for (tool, name) in ["pgx-dump", "pgx-load"].iter().enumerate() {
        let (small, large) = (peaks[0][tool], peaks[1][tool]);
        let told = format!("{name}: {} MB, then {} MB", small / MB, large / MB);
        assert!(0 < small && small < ENOUGH && large < ENOUGH, "{told}");
        // In the short form all rows fit into the loader's buffer of 64 MB, which may then hold more of them.
        let buffered = campaign(64, 0) * MB;
        assert!(large < small + small / 4 + 10 * MB + buffered, "{told}");
    }
}

#[test]
fn values_larger_than_frames_arrive() {
    let source = Cluster::shared(18).database("large");
    // Random text and bytes, so that nothing becomes small on the way.
    let megabytes = campaign(100, 400);
    source.sql(&format!(
        "CREATE TABLE words (id integer, x text STORAGE EXTERNAL);
         INSERT INTO words VALUES (1, 'small'), (2, repeat(md5('x') || E'\\n\\t\\\\', {megabytes} * 1024 * 1024 / 35)), (3, 'small');
         CREATE TABLE things (id integer, x bytea STORAGE EXTERNAL);
         INSERT INTO things SELECT 1, decode(repeat(md5('y'), {megabytes} * 1024 * 1024 / 16), 'hex');
         CREATE TABLE others AS SELECT i AS id, repeat(md5(i::text), 20) AS x FROM generate_series(1, 30000) i",
    ));
    // Nobody may leave a part amid a row, however little may wait.
    for (format, sessions) in [("auto", "-j4"), ("text", "-j2"), ("auto", "-j1 --buffer=1MB")] {
        let target = Cluster::shared(18).database("copy");
        let dump = Pipe::of(tool("pgx-dump").args(["-j4", "--copy-format", format, "-d", &source.url()]));
        let finished = dump
            .to(tool("pgx-load").args(sessions.split(' ')).args(["-d", &target.url()]))
            .run();
        assert_eq!(finished.complaint(), None);
        judge(&source, &target).expect_equal();
    }
}

#[test]
fn a_value_that_copy_cannot_send_is_named() {
    let source = Cluster::shared(18).database("huge");
    // As text, a bytea has two letters a byte: more than a gigabyte in all.
    source.sql(
        "CREATE TABLE huge (id integer PRIMARY KEY, x bytea STORAGE EXTERNAL);
         INSERT INTO huge VALUES (6, '');
         INSERT INTO huge SELECT 7, half || half FROM decode(repeat('00', 270 * 1024 * 1024), 'hex') half;
         INSERT INTO huge VALUES (8, '');
         CREATE TABLE others AS SELECT generate_series(1, 1000)",
    );
    let finished = Pipe::of(tool("pgx-dump").args(["--copy-format=text", "-d", &source.url()]))
        .to(tool("pgx-toc").arg("--check"))
        .run();
    assert_eq!(finished.codes()[0], Some(1), "{:?}", finished.complaint());
    let said = &finished.stages[0].stderr;
    assert!(
        said.contains("table data public.huge: row 2 is longer than COPY can send"),
        "{said}"
    );
    let hint = "SELECT ctid FROM ONLY public.huge OFFSET 1 LIMIT 1";
    assert!(said.contains(hint), "{said}");
    assert_eq!(finished.codes()[1], Some(3), "{:?}", finished.complaint());
}

#[test]
fn a_bytea_of_900_mb_arrives_in_a_campaign() {
    let megabytes = campaign(0, 900);
    if megabytes == 0 {
        return;
    }
    let source = Cluster::shared(18).database("huge");
    source.sql(
        "CREATE TABLE huge (id integer PRIMARY KEY, x bytea STORAGE EXTERNAL);
         INSERT INTO huge SELECT 7, half || half FROM decode(repeat(md5('z'), 450 * 1024 * 1024 / 16), 'hex') half",
    );
    let target = Cluster::shared(18).database("copy");
    let finished = copy(&source, &target, &["-j4"]);
    assert_eq!(finished.complaint(), None);
    let sum = "SELECT id, length(x), md5(x) FROM huge";
    assert_eq!(source.sql(sum), target.sql(sum));
}
