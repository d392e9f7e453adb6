//! What pgx-toc shows of a stream beside its list.

use pgx_tests::{Cluster, Pipe, Scratch, tool};

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
