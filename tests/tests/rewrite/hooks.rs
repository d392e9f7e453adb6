//! Hooks: they run at their moment, in the load's transaction with -1, and say where they fail.

use pgx_tests::Pipe;
use pgx_tests::stock;

use crate::Shop;

/// What can be seen at a moment, written to a table of the target's.
const SEEN: &str = "-- what there is
CREATE TABLE IF NOT EXISTS public.seen (moment text, tables bigint, rows bigint, indexes bigint);
INSERT INTO seen SELECT 'MOMENT',
    (SELECT count(*) FROM pg_class WHERE relnamespace = 'sales'::regnamespace AND relkind = 'r'),
    (SELECT count(*) FROM sales.orders) + (SELECT count(*) FROM sales.customers) + (SELECT count(*) FROM sales.events),
    (SELECT count(*) FROM pg_index i JOIN pg_class c ON c.oid = indexrelid WHERE relnamespace = 'sales'::regnamespace);
SET search_path = nowhere";

/// What the moments must have seen: tables, rows, indexes.
const EXPECTED: &str = "before|3|0|0\nafter|3|321|0\nend|3|321|4\n";

/// Files of hooks, one a moment.
fn hooks(shop: &Shop<'static>) -> Vec<String> {
    let moments = [("before-data", "before"), ("after-data", "after"), ("at-end", "end")];
    let flags = moments.into_iter().flat_map(|(flag, moment)| {
        let file = shop.file(&format!("{flag}.sql"), &SEEN.replace("MOMENT", moment));
        [format!("--{flag}"), file]
    });
    flags.collect()
}

#[test]
fn hooks_run_at_their_moments() {
    let shop = Shop::new();
    let hooks = hooks(&shop);
    let hooks: Vec<&str> = hooks.iter().map(String::as_str).collect();
    for flags in [&["-j4"][..], &["-j1"], &["-1"]] {
        let target = shop.target();
        shop.load(&target, &[&hooks, flags].concat()).expect_success();
        assert_eq!(target.sql("SELECT * FROM seen"), EXPECTED, "{flags:?}");
        assert_eq!(target.sql("SELECT count(*) FROM sales.counted"), "1\n");
    }
    let target = shop.target();
    target.script(shop.script(&hooks).as_bytes(), &[]);
    assert_eq!(target.sql("SELECT * FROM seen"), EXPECTED, "script");
}

#[test]
fn a_hook_that_fails_is_named_with_its_line() {
    let shop = Shop::new();
    let file = shop.file(
        "broken.sql",
        "CREATE TABLE public.mine (id int);\n\n/* so */ SELECT 1/0;\n",
    );
    for flag in ["--before-data", "--after-data", "--at-end"] {
        let target = shop.target();
        let refused = shop.load(&target, &[flag, &file, "-1"]);
        let said = refused.said(1);
        assert!(said.contains("broken.sql:3: division by zero"), "{said}");
        assert_eq!(
            target.sql("SELECT to_regclass('mine'), to_regclass('sales.orders')"),
            "|\n"
        );
    }
    let target = shop.target();
    let refused = shop.load(&target, &["--at-end", &file]);
    assert!(refused.said(1).contains("broken.sql:3: division by zero"));
    assert_eq!(target.sql("SELECT to_regclass('mine')"), "mine\n");
}

#[test]
fn what_only_psql_understands_is_refused_before_anything_is_written() {
    let shop = Shop::new();
    let target = shop.target();
    let file = shop.file("psql.sql", "SELECT 1;\n\\copy t from 'x'\n");
    let refused = shop.load(&target, &["--at-end", &file]);
    let said = refused.said(2);
    assert!(said.contains("psql.sql:2: \\copy is a command of psql"), "{said}");
    assert_eq!(target.sql("SELECT to_regnamespace('sales')"), "\n");
}

#[test]
fn statements_end_where_psql_ends_them() {
    let shop = Shop::new();
    let file = shop.file(
        "odd.sql",
        "CREATE FUNCTION public.f() RETURNS text LANGUAGE sql BEGIN ATOMIC SELECT 'a;b'; SELECT 'c;d'; END;\n\
         DO $do$ BEGIN PERFORM 'x;''y'; END $do$;\nCREATE TABLE public.\"semi;colon\" (e text DEFAULT E'\\';');\n",
    );
    let (by_hook, by_psql) = (shop.target(), shop.target());
    shop.load(&by_hook, &["-n", "public", "--at-end", &file])
        .expect_success();
    shop.load(&by_psql, &["-n", "public"]).expect_success();
    Pipe::of(stock("psql").args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &by_psql.url(), "-f", &file]))
        .run()
        .expect_success();
    pgx_tests::judge(&by_psql, &by_hook).expect_equal();
}
