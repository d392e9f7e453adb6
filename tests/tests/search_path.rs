//! Functions that find their names by a search path: a load, which has none, names them and the remedy.

use pgx_tests::{Cluster, Pipe, judge, tool};

/// What calls such a function, where its source still can.
struct Case {
    from: u32,
    to: u32,
    make: &'static str,
    /// The function, as the remedy names it.
    function: &'static str,
}

const WORDS: &str = "
    CREATE TABLE words (word text);
    INSERT INTO words VALUES ('One'), ('Two');
    CREATE TABLE small (letter text);
    INSERT INTO small VALUES ('o'), ('t');";

const CASES: [Case; 4] = [
    Case {
        from: 15,
        to: 15,
        make: "CREATE FUNCTION simple(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)';
               CREATE FUNCTION folded(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT simple($1) || 1';
               CREATE INDEX by_folded ON words (folded(word))",
        function: "folded",
    },
    Case {
        from: 18,
        to: 18,
        make: "CREATE FUNCTION is_known(w text) RETURNS boolean LANGUAGE plpgsql AS
               'BEGIN RETURN EXISTS (SELECT FROM small WHERE letter = lower(left(w, 1))); END';
               ALTER TABLE words ADD CHECK (is_known(word))",
        function: "public.is_known(text)",
    },
    Case {
        from: 15,
        to: 18,
        make: "CREATE FUNCTION count_small() RETURNS bigint LANGUAGE plpgsql AS 'BEGIN RETURN (SELECT count(*) FROM small); END';
               CREATE MATERIALIZED VIEW counted AS SELECT count_small() AS n",
        function: "public.count_small()",
    },
    Case {
        from: 15,
        to: 18,
        make: "CREATE FUNCTION letter(text) RETURNS text LANGUAGE plpgsql IMMUTABLE AS
               'DECLARE found small; BEGIN found.letter := left($1, 1); RETURN found.letter; END';
               ALTER TABLE words ADD first text GENERATED ALWAYS AS (letter(word)) STORED",
        function: "letter",
    },
];

#[test]
fn the_function_and_the_remedy_are_named() {
    for case in CASES {
        let source = Cluster::shared(case.from).database("source");
        source.sql(WORDS);
        source.sql(case.make);
        let copied = || {
            let copy = Cluster::shared(case.to).database("copy");
            let dump = Pipe::of(tool("pgx-dump").args(["-d", &source.url()]));
            let run = dump.to(tool("pgx-load").args(["-d", &copy.url()])).run();
            (copy, run)
        };
        let (_, failed) = copied();
        let said = failed.said(1);
        let remedy = format!("ALTER FUNCTION {} SET search_path", case.function);
        assert!(
            said.contains("does not exist") && said.contains(&remedy),
            "{}: {said}",
            case.function
        );

        let arguments = source.sql(&format!(
            "SELECT oid::regprocedure FROM pg_proc WHERE proname = regexp_replace('{}', '.*[.]|[(].*', '', 'g')",
            case.function
        ));
        source.sql(&format!("ALTER FUNCTION {} SET search_path = public", arguments.trim()));
        let (copy, mended) = copied();
        assert_eq!(mended.complaint(), None, "{}", case.function);
        if case.from == case.to {
            judge(&source, &copy).expect_equal();
        }
    }
}
