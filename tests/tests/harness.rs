//! What tests rely on is itself tested: the judge believes a true copy and finds every sort of flaw, a
//! server goes with the value that holds it.

use pgx_tests::{Cluster, Fixture, judge};

#[test]
fn copies_made_by_stock_tools_are_equal() {
    let cluster = Cluster::shared(18);
    for fixture in Fixture::all() {
        let source = cluster.filled(&fixture);
        let copy = cluster.database("copy");
        copy.copy_by_stock(&source);
        assert_eq!(judge(&source, &copy).difference(), None, "{}", fixture.name());
    }
}

#[test]
fn a_flaw_is_found() {
    let cluster = Cluster::shared(18);
    let fixture = Fixture::schema("01_schemas");
    let flaws = [
        ("a row is missing", "DELETE FROM plain.thing"),
        ("a value differs", "UPDATE plain.thing SET id = 2"),
        ("an owner differs", "ALTER TABLE plain.thing OWNER TO pgx_reader"),
        ("a comment is missing", "COMMENT ON SCHEMA plain IS NULL"),
        ("a sequence stands elsewhere", "SELECT nextval('plain.numbers')"),
        ("a large object differs", "SELECT lo_put(7000, 0, 'x')"),
        ("a table is too many", "CREATE TABLE plain.more ()"),
    ];
    let prepare = "CREATE SEQUENCE plain.numbers; SELECT setval('plain.numbers', 5); SELECT lo_from_bytea(7000, 'abc')";
    let source = cluster.filled(&fixture);
    source.sql(prepare);
    for (name, flaw) in flaws {
        let copy = cluster.filled(&fixture);
        copy.sql(prepare);
        assert_eq!(judge(&source, &copy).difference(), None, "{name}: equal before");
        copy.sql(flaw);
        assert!(judge(&source, &copy).difference().is_some(), "{name}: not found");
    }
}

#[test]
fn a_private_server_leaves_nothing_behind() {
    let cluster = Cluster::private(16, &["max_connections=7"]);
    let directory = cluster.directory().to_owned();
    assert_eq!(cluster.database("any").sql("SHOW max_connections").trim(), "7");
    drop(cluster);
    assert!(!directory.exists());
}
