//! Every flag of pg_dump, pg_restore and pg_dumpall is there, spelled the same, in the tool where it belongs.

use std::collections::{BTreeMap, BTreeSet};

use pgx_tests::{Pipe, stock, tool};

/// Whose flags are found where. What pg_dumpall hands on to pg_dump is pgx-dump's.
const PLACES: &[(&str, &[&str])] = &[
    ("pg_dump", &["pgx-dump"]),
    ("pg_restore", &["pgx-load", "pgx-toc"]),
    ("pg_dumpall", &["pgx-globals", "pgx-dump"]),
];

/// Flags that are not taken, and why.
const NOT_TAKEN: &[(&str, &str)] = &[
    ("--binary-upgrade", "it is for pg_upgrade, which starts its own pg_dump"),
    ("--no-sync", "what -f writes is safe on disk before the tool ends"),
    ("--sync-method", "there is one method, which takes every file by itself"),
    (
        "--extra-float-digits",
        "a copy has the values of its source, not rounded ones",
    ),
];

/// The flags that a help lists: by their long names, the short ones. Both shapes of help are known.
fn flags(help: &str) -> BTreeMap<String, Option<String>> {
    let mut flags = BTreeMap::new();
    for line in help.lines().map(str::trim_start).filter(|line| line.starts_with('-')) {
        let spelled = line.split("  ").next().unwrap_or_default();
        let words: Vec<&str> = spelled
            .split(", ")
            .map(|word| word.split(['=', ' ', '[', '.']).next().unwrap_or_default())
            .collect();
        let short = words.iter().find(|word| word.len() == 2).map(|word| (*word).to_owned());
        for long in words.iter().filter(|word| word.starts_with("--")) {
            flags.insert((*long).to_owned(), short.clone());
        }
    }
    flags
}

fn help(program: &mut std::process::Command) -> String {
    let help = Pipe::of(program.arg("--help")).run().expect_success();
    String::from_utf8(help).expect("it is text")
}

/// Whether a tool takes a flag that its help may not list: all that is wrong on a line is found before help is given.
fn is_taken(name: &str, flag: &str) -> bool {
    ["", "=1", "=x"].iter().any(|value| {
        let output = tool(name).arg(format!("{flag}{value}")).arg("--help").output();
        output.expect("the tool runs").status.success()
    })
}

#[test]
fn every_flag_of_stock_is_there() {
    let mut flaws = Vec::new();
    let mut excused = BTreeSet::new();
    for (name, places) in PLACES {
        let theirs = flags(&help(&mut stock(name)));
        assert!(theirs.len() > 40, "{name} --help is not understood: {theirs:?}");
        let ours: Vec<_> = places.iter().map(|place| flags(&help(&mut tool(place)))).collect();
        for (long, short) in &theirs {
            if let Some((flag, _)) = NOT_TAKEN.iter().find(|(flag, _)| flag == long) {
                excused.insert(*flag);
                flaws.extend(
                    places
                        .iter()
                        .filter(|place| is_taken(place, flag))
                        .map(|place| format!("{place} has {flag}, which is said not to be taken")),
                );
                continue;
            }
            let same = ours.iter().any(|ours| ours.get(long) == Some(short));
            let hidden = || places.iter().any(|place| is_taken(place, long)) && short.is_none();
            if !same && !hidden() {
                flaws.push(format!("{name} {} {long}", short.as_deref().unwrap_or("")));
            }
        }
    }
    assert!(flaws.is_empty(), "{}", flaws.join("\n"));
    assert_eq!(excused.len(), NOT_TAKEN.len(), "all that is excused is of stock");
}

#[test]
fn spellings_that_no_help_lists_are_taken() {
    for (name, flags) in [
        (
            "pgx-dump",
            &["--blobs", "--no-blobs", "--attribute-inserts", "--no-acl", "-?", "-V"][..],
        ),
        ("pgx-load", &["-R", "--no-reconnect", "--no-acl", "-?", "-V"]),
        ("pgx-globals", &["--no-acl", "-?", "-V"]),
        ("pgx-toc", &["-?", "-V", "-l"]),
    ] {
        for flag in flags {
            assert!(is_taken(name, flag), "{name} {flag}");
        }
        assert!(!is_taken(name, "--binary-upgrade"), "that is for pg_upgrade alone");
    }
}

#[test]
fn an_archive_of_another_form_is_refused() {
    let scratch = pgx_tests::Scratch::new();
    let stream = pgx_tests::repository().join("tests/vectors/text.pgx");
    let script = scratch.file("script.sql", b"--\n-- PostgreSQL database dump\n--\n");
    for (name, to) in [("pgx-load", &["-f", "/dev/null"][..]), ("pgx-toc", &[])] {
        let run = |form: &str, file: &std::path::Path| Pipe::of(tool(name).args(to).args(["-F", form]).arg(file)).run();
        run("pgx", &stream).expect_success();
        let refused = run("c", &stream);
        let said = refused.said(1);
        assert!(said.contains("is a pgx stream, not what --format says"), "{said}");
        let refused = run("plain", &script);
        assert!(
            refused.said(2).contains("psql -X -v ON_ERROR_STOP=1 -f"),
            "{}",
            refused.said(2)
        );
        let refused = run("custom", &script);
        assert!(refused.said(1).contains("is a plain SQL script"), "{}", refused.said(1));
    }
}
