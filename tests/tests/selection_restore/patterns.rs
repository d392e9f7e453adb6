//! Patterns find here what psql finds on a server.

use std::process::Stdio;

use pgx_tests::{Cluster, Database, Pipe, Scratch, stock, tool};

const NAMES: &str = r#"
    CREATE SCHEMA sales; CREATE SCHEMA "Sales"; CREATE SCHEMA "a.b"; CREATE SCHEMA s1; CREATE SCHEMA s2;
    CREATE TABLE orders (); CREATE TABLE "Orders" (); CREATE TABLE order_items (); CREATE TABLE orders2024 ();
    CREATE TABLE orders2025 (); CREATE TABLE "order?" (); CREATE TABLE "order*" (); CREATE TABLE a$b ();
    CREATE TABLE "x.y" (); CREATE TABLE "list[]" (); CREATE TABLE "say ""hi""" (); CREATE TABLE "tab(le)" ();
    CREATE TABLE größe (); CREATE TABLE "GRÖSSE" (); CREATE TABLE aa (); CREATE TABLE aaa (); CREATE TABLE aaaa ();
    CREATE TABLE "back\slash" (); CREATE TABLE "a+b" (); CREATE TABLE "{odd}" (); CREATE TABLE "two words" ();
    CREATE TABLE sales.orders (); CREATE TABLE sales.invoices (); CREATE TABLE "Sales".orders ();
    CREATE TABLE "a.b".c (); CREATE TABLE s1.t1 (); CREATE TABLE s1.t2 (); CREATE TABLE s2.t1 ();"#;

/// Patterns that both match.
const PATTERNS: &[&str] = &[
    "orders",
    "ORDERS",
    "\"Orders\"",
    "\"orders\"",
    "order*",
    "order?",
    "\"order?\"",
    "\"order*\"",
    "orders20[0-9]+",
    "orders202[45]",
    "orders202[^5]",
    "orders[[:digit:]]{4}",
    "orders\\d+",
    "(orders|aa)",
    "orders(2024|2025)",
    "a{2,3}",
    "a{3,}",
    "a+",
    "a$b",
    "\"x.y\"",
    "\"list[]\"",
    "list[]",
    "\"say \"\"hi\"\"\"",
    "\"tab(le)\"",
    "größe",
    "GRößE",
    "\"GRÖSSE\"",
    "gr*",
    "sales.orders",
    "sales.*",
    "\"Sales\".*",
    "*.orders",
    "s?.t1",
    "(s1|sales).*",
    "\"a.b\".c",
    "\"back\\slash\"",
    "back\\\\slash",
    "\"a+b\"",
    "a\\+b",
    "{odd}",
    "\"two words\"",
    "two words",
    "two*",
    "s1.t[1]",
    "*",
    "nothing",
    "sales.nothing",
];

/// Patterns that both refuse.
const WRONG: &[&str] = &[
    "(orders",
    "orders)",
    "+orders",
    "a{3,2}",
    "[b-a]",
    "a**+",
    "a.b.c",
    "other.sales.orders",
    "a.b.c.d",
];

/// Patterns that a server matches, and that are refused here since they might be matched differently.
const SERVER_ONLY: &[&str] = &[
    "orders\\w+",
    "(a)\\2",
    "\\yorders",
    "orders[[:alnum:]]+",
    "[[=o=]]rders",
];

/// What psql lists.
fn by_psql(database: &Database, pattern: &str) -> Result<Vec<String>, String> {
    let quoted = pattern.replace('\\', "\\\\").replace('\'', "''");
    let command = format!("\\dt '{quoted}'");
    let psql = &mut stock("psql");
    let psql = psql.args([
        "-X",
        "-At",
        "-v",
        "ON_ERROR_STOP=1",
        "-d",
        &database.url(),
        "-c",
        &command,
    ]);
    let output = psql.stdin(Stdio::null()).output().expect("psql runs");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if !output.status.success() && !said.contains("Did not find any") {
        return Err(said);
    }
    let lines = String::from_utf8_lossy(&output.stdout).into_owned();
    let lines = lines
        .lines()
        .map(|line| line.splitn(3, '|').take(2).collect::<Vec<_>>().join(" "));
    let mut found: Vec<String> = lines
        .filter(|line| !line.starts_with("pg_") && !line.starts_with("info"))
        .collect();
    found.sort();
    Ok(found)
}

#[test]
fn patterns_find_what_psql_finds() {
    let database = Cluster::shared(18).database("named");
    database.sql(NAMES);
    let scratch = Scratch::new();
    let file = scratch.path().join("named.pgx");
    let dump = Pipe::of(tool("pgx-dump").args(["-d", &database.url(), "-f"]).arg(&file)).run();
    dump.expect_success();
    let by_toc = |pattern: &str| {
        let listed = Pipe::of(tool("pgx-toc").args(["--bare", "-s", "-t", pattern]).arg(&file)).run();
        match listed.codes() == [Some(0)] {
            false => Err(listed.said(2).to_owned()),
            true => {
                let tables = crate::entries(&listed.expect_success());
                let tables = tables.iter().filter_map(|line| line.strip_prefix("TABLE "));
                let mut found: Vec<String> = tables
                    .filter_map(|line| line.strip_suffix(" postgres"))
                    .map(str::to_owned)
                    .collect();
                found.sort();
                Ok(found)
            }
        }
    };
    let flaws: Vec<String> = PATTERNS
        .iter()
        .filter_map(|pattern| {
            let (theirs, ours) = (by_psql(&database, pattern), by_toc(pattern));
            (theirs.is_err() || theirs != ours).then(|| format!("{pattern}: psql {theirs:?}, pgx {ours:?}"))
        })
        .collect();
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
    for pattern in WRONG {
        assert!(by_psql(&database, pattern).is_err(), "psql takes {pattern}");
        let refused = by_toc(pattern).expect_err(pattern);
        assert!(refused.contains(pattern), "{refused}");
    }
    for pattern in SERVER_ONLY {
        assert!(by_psql(&database, pattern).is_ok(), "psql refuses {pattern}");
        let refused = by_toc(pattern).expect_err(pattern);
        assert!(refused.contains("not supported"), "{refused}");
    }
}
