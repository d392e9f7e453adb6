//! Names that were no key words where they were given, and are for the newest server.

use pgx_tests::{Cluster, Fixture, Pipe, judge, on_majors, stock, tool};

/// A function may not have an argument of that name any more, unless it is quoted.
const FUNCTIONS: &str = r#"
CREATE FUNCTION described(json text, "Other" integer DEFAULT 5, OUT merge_action text) LANGUAGE sql AS 'SELECT $1';
CREATE FUNCTION rows_of(VARIADIC json_table text[] DEFAULT '{a,b}') RETURNS TABLE (json_value integer, "x y" text)
    LANGUAGE sql AS $$SELECT 1, 'a'$$;
CREATE FUNCTION step(state text, json text) RETURNS text LANGUAGE sql AS 'SELECT $1 || $2';
CREATE AGGREGATE joined(json text) (SFUNC = step, STYPE = text);
COMMENT ON FUNCTION described IS 'it has a comment';
COMMENT ON AGGREGATE joined(text) IS 'this too';
GRANT EXECUTE ON FUNCTION rows_of TO pgx_owner;
CREATE TABLE json (json text, json_value integer, CHECK (json_value > 1));
CREATE INDEX ON json (json, (json_value + 1));
CREATE VIEW json_table AS SELECT json, json_value AS merge_action FROM json;
"#;

/// What 16 does not accept any more.
const PROCEDURE: &str = "
CREATE PROCEDURE done(system_user text, INOUT n integer DEFAULT 3) LANGUAGE sql AS 'SELECT 1';
COMMENT ON PROCEDURE done IS 'and this';
";

fn from(major: u32) {
    let source = Cluster::shared(major).database("words");
    Fixture::schema("01_schemas").make_roles(&source);
    source.sql(FUNCTIONS);
    if major < 16 {
        source.sql(PROCEDURE);
    }
    for target in [major, 18] {
        let copy = Cluster::shared(target).database("copy");
        Fixture::schema("01_schemas").make_roles(&copy);
        Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
            .to(tool("pgx-load").args(["-d", &copy.url()]))
            .run()
            .expect_success();
        if target == major {
            judge(&source, &copy).expect_equal();
        }
        let calls = "SELECT * FROM described('a'), rows_of(); SELECT joined(json) FROM json_table";
        assert_eq!(copy.sql(calls), source.sql(calls));
    }
    // Stock's text cannot be loaded: when it can, ours need not differ.
    let script = Pipe::of(stock("pg_dump").args(["-s", "-d", &source.url()]))
        .run()
        .expect_success();
    let text = String::from_utf8_lossy(&script);
    assert!(text.contains("described(json text, "), "{text}");
}

/// `system_user` is a function since 16: a view of a column of that name must not show its result.
#[test]
fn a_column_that_is_reserved_by_now_stays_a_column() {
    let source = Cluster::shared(15).database("reserved");
    source.sql(
        "CREATE TABLE audit (id integer, system_user text CHECK (system_user <> ''), UNIQUE (system_user));
         INSERT INTO audit VALUES (1, 'joe');
         CREATE INDEX by_length ON audit (length(system_user)) WHERE system_user <> 'x';
         CREATE VIEW who AS SELECT system_user FROM audit;
         CREATE TABLE system_user (id integer);
         CREATE VIEW ids AS SELECT system_user.id AS one, audit.id FROM system_user, audit;",
    );
    for target in [15, 18] {
        let copy = Cluster::shared(target).database("copy");
        Pipe::of(tool("pgx-dump").args(["-d", &source.url()]))
            .to(tool("pgx-load").args(["-d", &copy.url()]))
            .run()
            .expect_success();
        if target == 15 {
            judge(&source, &copy).expect_equal();
        }
        assert_eq!(copy.sql("SELECT * FROM who").trim(), "joe");
    }
}

#[test]
fn arguments_are_quoted_from_every_major_that_does_not_know_their_names() {
    on_majors(&[15, 16], |major| {
        if major < 17 {
            from(major);
        }
    });
}
