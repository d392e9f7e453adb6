//! `--where`: only some rows of a table.

use pgx_tests::{Cluster, Pipe, tool};

const ROWS: &str = "
    CREATE SCHEMA shelf;
    CREATE EXTENSION pgx_shelf SCHEMA shelf;
    INSERT INTO shelf.shelf_settings VALUES ('mine', 'a', false), ('yours', 'b', false);
    CREATE TABLE customer (id integer, name text);
    INSERT INTO customer VALUES (1, 'Ann'), (2, 'Bob');
    CREATE TABLE \"Order\" (id integer, customer integer, total numeric);
    INSERT INTO \"Order\" VALUES (1, 1, 5), (2, 1, 50), (3, 2, 5), (4, 2, 500);
    CREATE TABLE log (at integer, level integer) PARTITION BY RANGE (at);
    CREATE TABLE log_1 PARTITION OF log FOR VALUES FROM (0) TO (10);
    CREATE TABLE log_2 PARTITION OF log FOR VALUES FROM (10) TO (20);
    INSERT INTO log SELECT n, n % 3 FROM generate_series(0, 19) AS n;";

const CONDITIONS: &[&str] = &[
    "public.\"Order\": customer IN (SELECT id FROM public.customer WHERE name = 'Ann') OR total::int > 400",
    "\"Order\": total <> 50",
    "log:level = 0",
    "shelf.shelf_settings:value = 'a'",
];

#[test]
fn only_rows_that_meet_all_conditions_come_along() {
    let source = Cluster::shared(18).database("all");
    source.sql(ROWS);
    let copy = Cluster::shared(18).database("some");
    let conditions = CONDITIONS.iter().flat_map(|condition| ["--where", condition]);
    Pipe::of(
        tool("pgx-dump")
            .args(["-q", "-j2", "-d", &source.url()])
            .args(conditions),
    )
    .to(tool("pgx-load").args(["-q", "-d", &copy.url()]))
    .run()
    .expect_success();
    assert_eq!(copy.sql("SELECT id FROM \"Order\" ORDER BY id"), "1\n4\n");
    assert_eq!(copy.sql("SELECT count(*) FROM log_1"), "4\n");
    assert_eq!(copy.sql("SELECT DISTINCT level FROM log"), "0\n");
    assert_eq!(copy.sql("SELECT count(*) FROM customer"), "2\n");
    let ours = "SELECT name FROM shelf.shelf_settings WHERE name IN ('mine', 'yours')";
    assert_eq!(copy.sql(ours), "mine\n");
}

#[test]
fn a_condition_that_finds_no_table_or_is_none_stops_the_dump() {
    let source = Cluster::shared(18).database("all");
    source.sql("CREATE TABLE a (b integer); CREATE VIEW v AS SELECT 1 AS b");
    for (condition, message) in [
        ("missing:true", "no matching tables were found for pattern \"missing\""),
        ("v:true", "no matching tables were found for pattern \"v\""),
        ("a:c > 1", "table data public.a: column \"c\" does not exist"),
    ] {
        let finished = Pipe::of(tool("pgx-dump").args(["-d", &source.url(), "--where", condition])).run();
        assert!(finished.said(1).contains(message), "{}", finished.said(1));
    }
}
