//! What is kept: the entries of `pgx-toc` against those of `pg_restore -l`.

use std::process::Output;

use pgx_tests::{Database, Pipe, Scratch, difference, stock, tool};

use crate::{compare, filled};

/// Selections by flags, alone and combined, as a shell would split them.
const SELECTIONS: &[&[&str]] = &[
    &[],
    &["-a"],
    &["-s"],
    &["--no-data"],
    &["--no-schema"],
    &["--no-data", "--no-schema"],
    &["--section=pre-data"],
    &["--section=data"],
    &["--section=post-data"],
    &["--section=pre-data", "--section=post-data"],
    &["-s", "--section=data"],
    &["-a", "--section=post-data"],
    &["-a", "--section=data"],
    &["-s", "--sequence-data"],
    &["--no-data", "--sequence-data"],
    &["-b"],
    &["-B"],
    &["-b", "-B"],
    &["-s", "-b"],
    &["--no-blobs"],
    &["--blobs", "-n", "shop"],
    &["-n", "shop"],
    &["-n", "shop", "-n", "public"],
    &["-n", "shop", "-s"],
    &["-n", "shop", "-a"],
    &["-n", "shop", "-b"],
    &["-n", "public"],
    &["-n", "shelf"],
    &["-N", "shop"],
    &["-N", "public"],
    &["-N", "shop", "-N", "shelf"],
    &["-n", "s*", "-N", "shop"],
    &["-n", "shop", "-N", "shop"],
    &["-n", "shop", "-T", "shop.customer"],
    &["-n", "shop", "--exclude-table-data=shop.*"],
    &["-t", "shop.customer"],
    &["-t", "shop.\"Order\""],
    &["-t", "shop.\"Order\"", "-a"],
    &["-t", "shop.\"Order\"", "-s"],
    &["-t", "shop.\"Order\"", "--section=post-data"],
    &["-t", "shop.open_orders", "-t", "shop.sums"],
    &["-t", "shop.ticket"],
    &["-t", "shop.\"Order_id_seq\""],
    &["-t", "owned_elsewhere"],
    &["-t", "owner_of"],
    &["-t", "shop.beyond"],
    &["-t", "animal"],
    &["-t", "\"Stock Room\".log"],
    &["-t", "log_new_rest"],
    &["-t", "shelf.shelf_settings"],
    &["-t", "shop.*", "-T", "shop.\"Order\""],
    &["-t", "shop.*", "-N", "shop"],
    &["-t", "shop.*", "-n", "public"],
    &["-t", "shop.*", "-b"],
    &["-T", "shop.\"Order\""],
    &["-T", "shop.customer", "-s"],
    &["-T", "shop.sums"],
    &["-T", "shop.ticket"],
    &["-T", "shelf.*"],
    &["-T", "\"Stock Room\".log"],
    &["--table-and-children=\"Stock Room\".log"],
    &["--table-and-children=animal"],
    &["--table-and-children=bird", "-T", "shop.parrot"],
    &["-t", "shop.customer", "--table-and-children=\"Stock Room\".log_new"],
    &["--exclude-table-and-children=\"Stock Room\".log"],
    &["--exclude-table-and-children=bird", "-n", "public"],
    &["--exclude-table-data=shop.\"Order\""],
    &["--exclude-table-data=shop.sums", "--exclude-table-data=shop.ticket"],
    &["--exclude-table-data=\"Stock Room\".log"],
    &["--exclude-table-data=shelf.*"],
    &["--exclude-table-data-and-children=\"Stock Room\".log"],
    &["--exclude-table-data-and-children=animal", "-a"],
    &["-e", "hstore"],
    &["-e", "pgx_shelf"],
    &["-e", "pgx_*", "-s"],
    &["-e", "pgx_shelf", "-n", "shop"],
    &["-e", "pgx_shelf", "-t", "animal"],
    &["-e", "hstore", "-b"],
    &["--exclude-extension=hstore"],
    &["--exclude-extension=*"],
    &["-e", "*", "--exclude-extension=hstore"],
    &["--exclude-extension=pgx_shelf", "-t", "shelf.shelf_settings"],
    &["-x"],
    &["--no-acl", "-n", "shop"],
    &["--no-comments"],
    &["--no-policies"],
    &["--no-policies", "--no-comments"],
    &["--no-publications"],
    &["--no-subscriptions"],
    &["--no-security-labels"],
    &["--no-publications", "--section=post-data"],
    &["--no-unlogged-table-data"],
    &["--no-toast-compression"],
    &["--load-via-partition-root"],
    &["--strict-names", "-t", "animal", "-n", "shop"],
    &["--strict-names", "-t", "animal", "-t", "nix"],
    &["--strict-names", "-e", "hstore", "-e", "nix"],
    &["--strict-names", "-n", "shop", "-N", "nix", "-T", "nix"],
    &["-t", "animal", "-t", "nix"],
    &["-n", "nix"],
    &["-e", "nix"],
    &["-e", "shop.hstore"],
    &["--exclude-extension=a.b"],
    &["-n", "a.b.c"],
    &["-N", "nix", "--exclude-table-data=nix"],
    &["-c", "--if-exists", "-C"],
    &["-O"],
    &["--no-tablespaces", "--no-table-access-method"],
];

/// Where we promise better, as the man page says. Each selection is followed by words of the entries that pg_dump
/// keeps and we do not.
///
/// - The schemas that every server has are no part of a dump, whatever pattern matches them.
/// - The comment that initdb gives the schema public is not repeated; pg_dump does when all names are quoted.
const BEYOND_US: &[(&[&str], &[&str])] = &[
    (&["-t", "*"], &[" pg_catalog "]),
    (&["-t", "*.*log*"], &[" information_schema "]),
    (&["-n", "*"], &["pg_catalog", "information_schema", "pg_toast"]),
    (&["--quote-all-identifiers"], &["COMMENT - SCHEMA \"public\""]),
];

/// Patterns for tables; for each what pg_dump finds is what pgx-dump finds.
const PATTERNS: &[&str] = &[
    "animal",
    "ANIMAL",
    "\"animal\"",
    "\"Animal\"",
    "order",
    "\"Order\"",
    "shop.order",
    "shop.\"Order\"",
    "SHOP.\"Order\"",
    "\"shop\".*",
    "shop.o*",
    "shop.\"O\"*",
    "sh*.*s*",
    "?????.*",
    "s?op.sums",
    "*.log*",
    "\"Stock Room\".*",
    "\"Stock*\".*",
    "stock room.*",
    "\"Stock Room\".log_new_[0-9]",
    "*.log_(old|new)",
    "*.log_new+",
    "public.(a|b).+",
    "public.\"a.b \"\"c\"\"\"",
    "public.a.b",
    "public.a?b*",
    "public.\"a.b\"*",
    "bird|animal",
    "public.animal$",
    "*.\"shop.*\"",
    "choice.shop.*",
    "other.shop.customer",
    "a.b.c.d",
    "",
    "\"",
    "public.values[]",
    "shop.beyond",
];

/// A filter file, and what else is said.
const FILTERS: &[(&str, &[&str])] = &[
    ("include table shop.customer\n", &[]),
    (
        "# comment\n\ninclude table shop.\"Order\" # this one\ninclude table animal\n",
        &[],
    ),
    ("include schema shop\nexclude table shop.customer\n", &[]),
    ("include schema shop\nexclude table_data shop.*\n", &["-s"]),
    ("include table_and_children \"Stock Room\".log\n", &[]),
    (
        "include table_and_children \"Stock\nRoom\".log\nexclude schema shop\ninclude table animal",
        &[],
    ),
    (
        "exclude table_and_children animal\nexclude table_data_and_children \"Stock Room\".log\n",
        &[],
    ),
    ("exclude extension hstore\nexclude schema shop\n", &[]),
    ("exclude table \"public\".\"a.b \"\"c\"\"\"\n", &[]),
    ("include table public.\"a.b \"\"c\"\"\"\n", &["-t", "animal"]),
    ("include index shop.order_total\n", &[]),
    ("exclude foreign_data away\n", &[]),
    ("include table\n", &[]),
    ("keep table t\n", &[]),
    ("include tables t\n", &[]),
    ("include table \"t\n", &[]),
];

/// What a dump keeps, or that it failed; stock says which objects, entry by entry.
fn entries(list: &Output) -> Result<Vec<String>, ()> {
    if !list.status.success() {
        return Err(());
    }
    let text = String::from_utf8_lossy(&list.stdout);
    let lines = text.lines().filter(|line| !line.starts_with(';') && !line.is_empty());
    // Number and OIDs say nothing of what it is.
    let mut entries: Vec<String> = lines
        .map(|line| line.splitn(4, ' ').nth(3).unwrap_or(line).to_owned())
        .collect();
    entries.sort();
    Ok(entries)
}

fn differs(database: &Database, flags: &[String]) -> Option<String> {
    differs_beyond(database, flags, &[])
}

/// The same but for entries of pg_dump's with these words in them, of which there must be some.
fn differs_beyond(database: &Database, flags: &[String], beyond: &[&str]) -> Option<String> {
    let scratch = Scratch::new();
    let [ours, theirs] = ["ours", "theirs"].map(|name| scratch.path().join(name));
    let url = database.url();
    let pgx = tool("pgx-dump")
        .args(["-q", "-d", &url, "-f"])
        .arg(&ours)
        .args(flags)
        .output()
        .expect("pgx-dump runs");
    let pg = stock("pg_dump")
        .args(["-Fc", "-Z0", "-d", &url, "-f"])
        .arg(&theirs)
        .args(flags)
        .output()
        .expect("pg_dump runs");
    let said = |output: &Output| String::from_utf8_lossy(&output.stderr).into_owned();
    match (pgx.status.success(), pg.status.success()) {
        (false, false) => return None,
        (true, true) => {}
        _ => return Some(format!("pgx-dump: {}\npg_dump: {}", said(&pgx), said(&pg))),
    }
    let ours = tool("pgx-toc").arg(&ours).output().expect("pgx-toc runs");
    let theirs = stock("pg_restore")
        .arg("-l")
        .arg(&theirs)
        .output()
        .expect("pg_restore runs");
    match (entries(&ours), entries(&theirs)) {
        (Ok(_), Ok(theirs))
            if beyond
                .iter()
                .any(|words| !theirs.iter().any(|entry| entry.contains(words))) =>
        {
            Some("the exception can go".to_owned())
        }
        (Ok(ours), Ok(mut theirs)) => {
            theirs.retain(|entry| !beyond.iter().any(|words| entry.contains(words)));
            // With -t, pg_dump forgets the extended statistics of the table.
            let mut ours = ours;
            ours.retain(|entry| !entry.contains("STATISTICS ") || theirs.contains(entry));
            // Of what is left out, pg_dump keeps the place in publications, and of what is named with -t or -n it does not.
            let is_place = |entry: &String| entry.starts_with("PUBLICATION TABLE");
            let limited = flags
                .iter()
                .any(|flag| flag == "-t" || flag == "-n" || flag.starts_with("--table"));
            match limited || theirs.iter().all(|entry| !entry.starts_with("PUBLICATION -")) {
                true => ours.retain(|entry| !is_place(entry) || theirs.contains(entry)),
                false => theirs.retain(|entry| !is_place(entry) || ours.contains(entry)),
            }
            difference(("pg_dump", &theirs.join("\n")), ("pgx-dump", &ours.join("\n")), 60)
        }
        _ => Some(format!("pgx-toc: {}\npg_restore: {}", said(&ours), said(&theirs))),
    }
}

fn owned(flags: &[&str]) -> Vec<String> {
    flags.iter().map(|flag| (*flag).to_owned()).collect()
}

#[test]
fn flags_keep_what_stock_keeps() {
    assert!(SELECTIONS.len() >= 60);
    let database = filled();
    compare(
        SELECTIONS,
        |flags| flags.join(" "),
        |flags| differs(&database, &owned(flags)),
    );
}

#[test]
fn what_we_promise_better_is_all_that_differs() {
    let database = filled();
    compare(
        BEYOND_US,
        |(flags, _)| flags.join(" "),
        |(flags, beyond)| differs_beyond(&database, &owned(flags), beyond),
    );
}

#[test]
fn a_table_that_is_named_has_its_extended_statistics() {
    let database = filled();
    for flags in [["-t", "shop.\"Order\""], ["-n", "shop"]] {
        let dump = Pipe::of(tool("pgx-dump").args(["-q", "-s", "-d", &database.url()]).args(flags));
        let list = dump.to(&mut tool("pgx-toc")).run().expect_success();
        assert!(
            String::from_utf8_lossy(&list).contains(" STATISTICS shop order_both "),
            "{flags:?}"
        );
    }
    let dump = Pipe::of(tool("pgx-dump").args(["-q", "-s", "-d", &database.url(), "-t", "*.log*"]));
    let list = dump.to(&mut tool("pgx-toc")).run().expect_success();
    assert!(!String::from_utf8_lossy(&list).contains(" STATISTICS "));
}

#[test]
fn what_is_left_out_is_in_no_publication() {
    let database = filled();
    let list = |flags: &[&str], filter: &[&str]| {
        let dump = Pipe::of(tool("pgx-dump").args(["-q", "-s", "-d", &database.url()]).args(flags));
        let kept = dump.to(tool("pgx-filter").args(["-q"]).args(filter));
        let list = kept.to(&mut tool("pgx-toc")).run().expect_success();
        let list = String::from_utf8_lossy(&list).into_owned();
        let has = |words: &str| list.contains(words);
        [
            has(" PUBLICATION - selected "),
            has(" PUBLICATION TABLE shop selected customer "),
            has(" PUBLICATION TABLES IN SCHEMA public selected public "),
        ]
    };
    assert_eq!(list(&[], &[]), [true, true, true]);
    assert_eq!(list(&["-T", "shop.customer"], &[]), [true, false, true]);
    assert_eq!(list(&["-N", "shop"], &[]), [true, false, true]);
    assert_eq!(list(&["-N", "public"], &[]), [true, true, false]);
    // What is named takes its places along, and the publications only where they are wanted, too.
    assert_eq!(list(&["-t", "shop.customer"], &[]), [false, true, false]);
    assert_eq!(list(&["-n", "public"], &[]), [false, false, true]);
    assert_eq!(list(&["-t", "shop.customer", "--no-publications"], &[]), [false; 3]);
    assert_eq!(list(&[], &["-t", "shop.customer"]), [false, true, false]);
    assert_eq!(list(&[], &["-n", "public"]), [false, false, true]);
    assert_eq!(
        list(&[], &["--with-dependencies", "-t", "shop.customer"]),
        [true, true, false]
    );
}

/// Words of a filter file that mean more than they do to pg_dump: `include extension` is `-e`, and white space around
/// the dot of a name does not count, with quotes or without.
#[test]
fn filter_files_say_what_flags_say() {
    let database = filled();
    let scratch = Scratch::new();
    for (rule, flags) in [
        ("include extension hstore\n", ["-e", "hstore"]),
        (
            "exclude table \"public\" . \"a.b \"\"c\"\"\"",
            ["-T", "\"public\".\"a.b \"\"c\"\"\""],
        ),
    ] {
        let filter = format!("--filter={}", scratch.file("filter", rule).display());
        let list = |flags: &[&str]| {
            let dump = Pipe::of(tool("pgx-dump").args(["-q", "-d", &database.url()]).args(flags));
            let list = dump.to(&mut tool("pgx-toc")).run().expect_success();
            let list = String::from_utf8_lossy(&list).into_owned();
            list.lines()
                .filter(|line| !line.starts_with(';'))
                .map(str::to_owned)
                .collect::<Vec<_>>()
        };
        assert_eq!(list(&[&filter]), list(&flags), "{rule}");
    }
}

#[test]
fn the_stream_says_what_was_chosen() {
    let database = filled();
    let scratch = Scratch::new();
    let filter = scratch.file("filter", "exclude schema shelf\n");
    let flags = [
        "-B",
        "--section=data",
        "-t",
        "animal",
        "--where",
        "public.animal:legs > 3",
    ];
    let mut dump = tool("pgx-dump");
    dump.args(["-d", &database.url()])
        .args(flags)
        .arg(format!("--filter={}", filter.display()));
    let json = Pipe::of(&mut dump)
        .to(tool("pgx-toc").arg("--json"))
        .run()
        .expect_success();
    let head: serde_json::Value = serde_json::Deserializer::from_slice(&json)
        .into_iter()
        .next()
        .expect("there is a head")
        .expect("it is JSON");
    assert_eq!(
        head["selection"],
        serde_json::json!([
            "--no-large-objects",
            "--section=data",
            "--exclude-schema=shelf",
            "--table=animal",
            "--where=public.animal:legs > 3",
        ])
    );
}

#[test]
fn patterns_find_what_stock_finds() {
    assert!(PATTERNS.len() >= 30);
    let database = filled();
    let name = database.name();
    let flags = |pattern: &&str| owned(&["-s", "-t", &pattern.replace("choice.", &format!("\"{name}\"."))]);
    compare(
        PATTERNS,
        |pattern| format!("-t {pattern}"),
        |pattern| differs(&database, &flags(pattern)),
    );
}

#[test]
fn filter_files_keep_what_stock_keeps() {
    let database = filled();
    let scratch = Scratch::new();
    let cases: Vec<Vec<String>> = FILTERS
        .iter()
        .enumerate()
        .map(|(at, (text, flags))| {
            let file = scratch.file(&format!("filter{at}"), text);
            let filter = format!("--filter={}", file.display());
            owned(flags).into_iter().chain([filter]).collect()
        })
        .collect();
    compare(
        &cases,
        |flags| {
            let file = flags.last().and_then(|flag| flag.strip_prefix("--filter="));
            let text = file.and_then(|file| std::fs::read_to_string(file).ok());
            format!("filter {}", text.unwrap_or_default())
        },
        |flags| differs(&database, flags),
    );
}

#[test]
fn filters_come_from_standard_input_too() {
    let database = filled();
    let scratch = Scratch::new();
    let file = scratch.file("filter", "include table animal\n");
    let dump = |filter: &str| {
        let input = std::fs::File::open(&file).expect("it was written");
        let pipe = Pipe::of(tool("pgx-dump").args(["-d", &database.url(), filter])).input(input);
        let list = pipe.to(&mut tool("pgx-toc")).run().expect_success();
        String::from_utf8_lossy(&list)
            .lines()
            .filter(|line| !line.starts_with(';'))
            .count()
    };
    assert_eq!(dump("--filter=-"), 2);
    assert_eq!(dump(&format!("--filter={}", file.display())), 2);
}
