//! Where more is promised than pg_restore does.

use pgx_tests::{Cluster, Database, Pipe, Scratch, judge, stock, tool};

use crate::{Shop, without};

/// Whether a load into a new database succeeds.
fn load<'a>(shop: &Shop, flags: &[&str]) -> (Database<'a>, pgx_tests::Finished) {
    let copy = Cluster::shared(18).database("part");
    let program = &mut tool("pgx-load");
    let program = program.args(["-d", &copy.url()]).args(flags).arg(&shop.stream);
    let finished = Pipe::of(program).run();
    (copy, finished)
}

/// What stock pg_dump says of one table.
fn table(database: &Database, name: &str) -> String {
    let program = &mut stock("pg_dump");
    let program = program.args(["-d", &database.url(), "--restrict-key", "key", "-t", name]);
    String::from_utf8(Pipe::of(program).run().expect_success()).expect("a script is text")
}

#[test]
fn a_table_with_its_dependencies_loads_and_is_whole() {
    let shop = Shop::new();
    for (pattern, tables) in [
        ("sales.orders", &["sales.orders", "public.customers"][..]),
        (
            "sales.open_orders",
            &["sales.open_orders", "sales.orders", "public.customers"],
        ),
        ("log_2024", &["public.log_2024"]),
        ("child", &["public.child", "public.parent"]),
        ("stock.totals", &["stock.totals", "sales.order_items"]),
    ] {
        let (copy, finished) = load(&shop, &["--with-dependencies", "-t", pattern]);
        finished.expect_success();
        for name in tables {
            assert_eq!(
                table(&copy, name),
                table(&shop.database, name),
                "{name} of -t {pattern}"
            );
        }
    }
}

#[test]
fn a_table_alone_says_beforehand_what_it_lacks() {
    let shop = Shop::new();
    let (copy, finished) = load(&shop, &["-t", "customers"]);
    let said = finished.said(1);
    let lacks = "trigger public.customers audit needs function public.touch()";
    assert!(said.find(lacks) < said.find("error:"), "{said}");
    assert!(said.contains("--with-dependencies"), "{said}");
    copy.sql("DROP TABLE public.customers");
    let (_copy, finished) = load(&shop, &["-t", "customers", "-P", "touch()"]);
    finished.expect_success();
}

#[test]
fn a_table_brings_what_belongs_to_it() {
    let shop = Shop::new();
    let expected = [
        "TABLE public customers postgres",
        "COMMENT public TABLE customers postgres",
        "COMMENT public COLUMN customers.name postgres",
        "ACL public TABLE customers postgres",
        "ACL public COLUMN customers.name postgres",
        "SEQUENCE public customers_id_seq postgres",
        "SEQUENCE OWNED BY public customers_id_seq postgres",
        "DEFAULT public customers id postgres",
        "TABLE DATA public customers postgres",
        "SEQUENCE SET public customers_id_seq postgres",
        "STATISTICS DATA public customers ",
        "CONSTRAINT public customers customers_pkey postgres",
        "PUBLICATION TABLE public news customers postgres",
        "STATISTICS DATA public customers_pkey ",
        "INDEX public customers_name postgres",
        "COMMENT public INDEX customers_name postgres",
        "STATISTICS DATA public customers_name ",
        "TRIGGER public customers audit postgres",
    ];
    let mut listed = shop.by_toc(&["-t", "customers"]);
    let mut expected = expected.map(str::to_owned);
    listed.sort();
    expected.sort();
    assert_eq!(listed, expected);
}

#[test]
fn a_table_brings_what_pg_dump_would_take() {
    let shop = Shop::new();
    for name in [
        "customers",
        "sales.orders",
        "stock.items",
        "log",
        "log_2024",
        "stock.totals",
        "sales.open_orders",
    ] {
        let (copy, scratch) = (Scratch::new(), "one.custom");
        let file = copy.path().join(scratch);
        let dump = &mut stock("pg_dump");
        let dump = dump
            .args(["-d", &shop.database.url(), "-Fc", "-t", name, "-f"])
            .arg(&file);
        Pipe::of(dump).run().expect_success();
        let listed = Pipe::of(stock("pg_restore").arg("-l").arg(&file))
            .run()
            .expect_success();
        let theirs = crate::entries(&listed);
        let ours = shop.by_toc(&["-t", name]);
        // They leave out the statistics that were declared, and places in publications.
        let mut more = ours.iter().filter(|line| !theirs.contains(line));
        let is_better = |line: &String| line.starts_with("STATISTICS ") || line.starts_with("PUBLICATION TABLE ");
        assert_eq!(more.find(|line| !is_better(line)), None, "-t {name}");
        let missing: Vec<&String> = theirs.iter().filter(|line| !ours.contains(line)).collect();
        assert!(missing.is_empty(), "-t {name}: {missing:?}");
    }
}

#[test]
fn an_extension_brings_the_rows_of_its_tables() {
    let shop = Shop::new();
    let listed = shop.by_toc(&["--extension", "pgx_*", "--no-comments"]);
    let expected = ["EXTENSION - pgx_shelf ", "TABLE DATA shelf shelf_settings postgres"];
    assert!(
        expected.iter().all(|line| listed.iter().any(|listed| listed == line)),
        "{listed:?}"
    );
    assert!(listed.iter().all(|line| line.contains("shelf")), "{listed:?}");
    let without = shop.by_toc(&["--exclude-extension", "pgx_shelf"]);
    assert!(!without.iter().any(|line| expected.contains(&line.as_str())));
}

#[test]
fn partitions_and_children_come_along_when_asked_for() {
    let shop = Shop::new();
    let tables = |flags: &[&str]| {
        let listed = shop.by_toc(&[flags, &["--bare", "-s"]].concat());
        let tables = listed.iter().filter_map(|line| line.strip_prefix("TABLE "));
        tables.map(str::to_owned).collect::<Vec<_>>()
    };
    let (parent, child) = ("public parent postgres", "public child postgres");
    let log = [
        "public log postgres",
        "public log_2024 postgres",
        "stock log_2025 postgres",
    ];
    assert_eq!(tables(&["--table-and-children", "parent"]), [parent, child]);
    assert_eq!(tables(&["--table-and-children", "log"]), log);
    let rest = tables(&[
        "--exclude-table-and-children",
        "log",
        "--exclude-table-and-children",
        "parent",
    ]);
    assert!(
        rest.len() > 4
            && !log
                .iter()
                .chain([&parent, &child])
                .any(|table| rest.contains(&(*table).to_owned()))
    );
    let filled = shop.by_toc(&["-a", "--exclude-table-data-and-children", "log"]);
    assert!(!filled.iter().any(|line| line.contains(" log_20")), "{filled:?}");
}

#[test]
fn an_archive_of_pg_dump_is_selected_from_alike() {
    let shop = Shop::new();
    for flags in [
        &["-t", "sales.orders"][..],
        &["-t", "customers"],
        &["--with-dependencies", "-t", "sales.open_orders", "-s"],
        &["-n", "sales", "-x"],
        &["--table-and-children", "public.log", "-s"],
        &["--exclude-table", "public.customers", "-s"],
    ] {
        // What statistics of a constraint's index belong to, such an archive does not say.
        let flags = &[flags, &["--no-statistics"]].concat();
        let ours = shop.script(&mut tool("pgx-load"), flags, &shop.stream);
        let theirs = shop.script(&mut tool("pgx-load"), flags, &shop.archive);
        let (more, missing) = (without(&theirs, &ours), without(&ours, &theirs));
        assert!(ours == theirs, "{flags:?}: missing {missing:#?}, more {more:#?}");
    }
}

#[test]
fn sections_one_after_another_make_the_whole() {
    let shop = Shop::new();
    let copy = Cluster::shared(18).database("whole");
    for section in ["pre-data", "data", "post-data"] {
        let program = &mut tool("pgx-load");
        let program = program
            .args(["-d", &copy.url(), "--section", section])
            .arg(&shop.stream);
        Pipe::of(program).run().expect_success();
    }
    judge(&shop.database, &copy).expect_equal();
}

#[test]
fn rows_go_into_tables_that_are_there() {
    let shop = Shop::new();
    let copy = Cluster::shared(18).database("filled");
    let program = &mut tool("pgx-load");
    let definitions = program.args([
        "-d",
        &copy.url(),
        "-s",
        "-n",
        "stock",
        "--exclude-table",
        "stock.log_2025",
    ]);
    let definitions = definitions.args(["--exclude-table", "stock.totals"]).arg(&shop.stream);
    Pipe::of(definitions).run().expect_success();
    let rows = &mut tool("pgx-load");
    let rows = rows
        .args(["-d", &copy.url(), "-a", "-t", "stock.items"])
        .arg(&shop.stream);
    Pipe::of(rows).run().expect_success();
    assert_eq!(copy.sql("SELECT count(*) FROM stock.items").trim(), "3");
    assert_eq!(copy.sql("SELECT count(*) FROM stock.orders").trim(), "0");
}

#[test]
fn a_list_is_edited_and_put_in_another_order() {
    let shop = Shop::new();
    let scratch = Scratch::new();
    let list = Pipe::of(tool("pgx-toc").arg(&shop.stream)).run().expect_success();
    let list = String::from_utf8(list).expect("a list is text");
    let wanted = |line: &&str| !line.contains("SUBSCRIPTION") && !line.starts_with(';');
    let reversed: Vec<&str> = list.lines().rev().filter(wanted).collect();
    let file = scratch.file(
        "reversed.list",
        format!("; the other way round\n{}\n99999; no such\n", reversed.join("\n")),
    );
    let listed = shop.by_toc(&["-L", &file.to_string_lossy()]);
    assert_eq!(listed.len(), reversed.len());
    assert!(
        reversed[0].ends_with(&listed[0]),
        "{} is not {}",
        reversed[0],
        listed[0]
    );
    // Whatever the order, what needs something comes after it.
    let (copy, finished) = load(&shop, &["-L", &file.to_string_lossy()]);
    assert!(finished.said(0).contains("line "), "the unknown line is mentioned");
    shop.database
        .sql("ALTER SUBSCRIPTION feed DISABLE; DROP SUBSCRIPTION feed");
    judge(&shop.database, &copy).expect_equal();
}

#[test]
fn a_list_of_a_part_says_the_part_again() {
    let shop = Shop::new();
    let scratch = Scratch::new();
    let flags = ["-n", "sales", "--bare"];
    let ours = Pipe::of(tool("pgx-toc").args(flags).arg(&shop.stream)).run();
    let file = scratch.file("our.list", ours.expect_success());
    let list = file.to_string_lossy();
    assert_eq!(shop.by_toc(&["-L", &list]), shop.by_toc(&flags));
    assert_eq!(shop.by_filter(&["-L", &list]), shop.by_toc(&flags));
    let from_input = Pipe::of(tool("pgx-toc").args(["-L", "-"]).arg(&shop.stream))
        .input(std::fs::File::open(&file).expect("it is there"))
        .run();
    assert_eq!(crate::entries(&from_input.expect_success()), shop.by_toc(&flags));
}

#[test]
fn a_filter_file_says_the_same_as_flags() {
    let shop = Shop::new();
    let scratch = Scratch::new();
    let lines = "include table sales.*  # orders\ninclude trigger audit\nexclude table_data *.order_items\ninclude function twice(text)\n";
    let file = scratch.file("keep.txt", lines);
    let flags = [
        "-t",
        "sales.*",
        "-T",
        "audit",
        "--exclude-table-data",
        "*.order_items",
        "-P",
        "twice(text)",
    ];
    assert_eq!(shop.by_toc(&["--filter", &file.to_string_lossy()]), shop.by_toc(&flags));
    let wrong = scratch.file("wrong.txt", "include table a\n\nexclude index b\n");
    let finished = Pipe::of(tool("pgx-toc").arg("--filter").arg(&wrong).arg(&shop.stream)).run();
    assert!(finished.said(2).contains("wrong.txt:3:"), "{}", finished.said(2));
}

#[test]
fn strict_names_fail_and_others_are_mentioned() {
    let shop = Shop::new();
    let toc = |flags: &[&str]| Pipe::of(tool("pgx-toc").args(flags).arg(&shop.stream)).run();
    assert!(toc(&["-t", "orders", "-t", "log"]).said(0).contains("try '*.orders'"));
    for flags in [
        ["-t", "nosuch"],
        ["-n", "nosuch"],
        ["-I", "nosuch"],
        ["-P", "nosuch()"],
        ["-T", "nosuch"],
    ] {
        let strict = toc(&[&flags[..], &["--strict-names"]].concat());
        assert!(
            strict.said(1).contains(&format!("matches {}", flags[1])),
            "{}",
            strict.said(1)
        );
    }
}

#[test]
fn a_stream_is_whole_or_not_whatever_is_taken_of_it() {
    let shop = Shop::new();
    let scratch = Scratch::new();
    let stream = std::fs::read(&shop.stream).expect("the stream is there");
    let cut = scratch.file("cut.pgx", &stream[..stream.len() - 30]);
    let copy = Cluster::shared(18).database("cut");
    let program = &mut tool("pgx-load");
    let program = program.args(["-d", &copy.url(), "-t", "tickets"]).arg(cut);
    assert!(Pipe::of(program).run().said(3).contains("cut"), "its end is missing");
}
