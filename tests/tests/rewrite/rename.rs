//! `--rename-schema`: another name at the end, and nothing of the target's is taken for the stream's.

use pgx_tests::{Pipe, judge, tool};

use crate::Shop;

#[test]
fn a_schema_is_called_otherwise() {
    let shop = Shop::new();
    shop.database.sql("CREATE SCHEMA \"no=one\"");
    let hook = shop.file(
        "end.sql",
        "CREATE TABLE public.sold AS SELECT count(*) FROM \"Sold 25\".orders",
    );
    for flags in [&["-j2"][..], &["-1"]] {
        let target = shop.target();
        let loaded = shop.load(
            &target,
            &[flags, &["--rename-schema", "sales=Sold 25", "--at-end", &hook]].concat(),
        );
        let said = loaded.said(0);
        assert!(said.contains("function sales.total()"), "{said}");
        assert!(!said.contains("follows"), "{said}");
        assert_eq!(
            target.sql("SELECT * FROM sold; SELECT \"Sold 25\".follows()"),
            "300\n300\n"
        );
        // Named back, it is what it was.
        target.sql("DROP TABLE sold; ALTER SCHEMA \"Sold 25\" RENAME TO sales; CREATE SCHEMA \"no=one\"");
        judge(&shop.database, &target).expect_equal();
    }
    let target = shop.target();
    target.script(shop.script(&["--rename-schema", "sales=sold"]).as_bytes(), &[]);
    assert_eq!(target.sql("SELECT count(*) FROM sold.orders"), "300\n");
}

#[test]
fn neither_name_may_be_there_already() {
    let shop = Shop::new();
    let target = shop.target();
    target.sql("CREATE SCHEMA sales; CREATE SCHEMA sold");
    for (rename, named) in [
        (
            "sales=other",
            "schema sales is to be renamed, and the target has one already",
        ),
        ("sales=sold", "schema sales is to be renamed"),
        (
            "public=sold",
            "schema sold is the new name of another, and is there already",
        ),
        ("sales=pg_sold", "no schema can be called pg_sold"),
        (
            "gone=other",
            "schema gone is to be renamed, and is not in what is loaded",
        ),
    ] {
        let refused = shop.load(&target, &["--rename-schema", rename]);
        let said = refused.said(1);
        assert!(said.contains(named), "{said}");
        let looked = shop.load(&target, &["--check", "--rename-schema", rename]);
        let said = looked.said(5);
        assert!(said.contains(&format!("--rename-schema: {named}")), "{said}");
    }
    assert_eq!(target.sql("SELECT to_regclass('\"DROP TABLE\"')"), "\n");
}

#[test]
fn a_filter_tells_whoever_loads() {
    let shop = Shop::new();
    let target = shop.target();
    let load = || {
        Pipe::of(
            tool("pgx-filter")
                .args(["--rename-schema", "sales=sold"])
                .arg(&shop.stream),
        )
        .to(tool("pgx-load").args(["-d", &target.url()]))
        .run()
    };
    load().expect_success();
    assert_eq!(
        target.sql("SELECT count(*) FROM sold.orders; SELECT to_regnamespace('sales')"),
        "300\n\n"
    );
    let mut convert = tool("pgx-filter");
    convert
        .args(["--rename-schema", "sales=sold", "-F", "custom"])
        .arg(&shop.stream);
    let refused = Pipe::of(&mut convert).run();
    assert!(refused.said(2).contains("--rename-schema"), "{}", refused.said(2));
    let piped = Pipe::of(
        tool("pgx-filter")
            .args(["--rename-schema", "sales=sold"])
            .arg(&shop.stream),
    )
    .to(tool("pgx-filter").args(["-F", "custom"]))
    .run();
    assert!(piped.said(1).contains("whoever loads it renames"), "{}", piped.said(1));
}
