//! Targets and inputs that are refused before anything is written, each with what to do about it.

use pgx_tests::{Cluster, Pipe, tool};

use crate::Shop;

#[test]
fn a_target_that_is_not_empty_is_refused_unless_it_is_meant() {
    let shop = Shop::new();
    let target = shop.target();
    shop.load(&target, &["-s"]).expect_success();
    let refused = shop.load(&target, &[]);
    let said = refused.said(1);
    assert!(
        said.contains("the target is not empty: it has ") && said.contains("--into-existing"),
        "{said}"
    );
    // Rows alone go into what is there.
    shop.load(&target, &["-a", "-t", "sales.customers"]).expect_success();
    assert_eq!(target.sql("SELECT count(*) FROM sales.customers"), "20\n");
    target.sql("DROP SCHEMA sales CASCADE; SELECT lo_unlink(oid) FROM pg_largeobject_metadata");
    shop.load(&target, &["--into-existing", "-n", "sales"]).expect_success();
    assert_eq!(target.sql("SELECT count(*) FROM sales.orders"), "300\n");
}

#[test]
fn a_standby_and_an_older_server_are_refused() {
    let shop = Shop::new();
    let primary = Cluster::private(18, &[]);
    let standby = primary.standby();
    let load = |url: String| Pipe::of(tool("pgx-load").args(["-d", &url]).arg(&shop.stream)).run();
    let refused = load(standby.url("postgres"));
    let said = refused.said(1);
    assert!(
        said.contains("the target is a standby") && said.contains("load into its primary"),
        "{said}"
    );
    let older = Cluster::shared(15).database("older");
    let refused = load(older.url());
    let said = refused.said(1);
    assert!(
        said.contains("the target, PostgreSQL 15, is older than the source, PostgreSQL 18"),
        "{said}"
    );
    assert_eq!(older.sql("SELECT to_regnamespace('sales')"), "\n");
}

#[test]
fn a_script_is_for_psql() {
    let shop = Shop::new();
    let target = shop.target();
    let file = shop.file("shop.sql", &shop.script(&[]));
    let refused = Pipe::of(tool("pgx-load").args(["-d", &target.url(), &file])).run();
    let said = refused.said(1);
    assert!(said.contains("psql -X -v ON_ERROR_STOP=1 -f"), "{said}");
}
