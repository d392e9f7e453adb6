//! Flags that cannot be had together are refused before anything is opened, by a message that names them. Those of
//! pgx-dump are in `selection_dump/refused.rs`.

use pgx_tests::{Pipe, tool};

/// A tool, flags, and words of the message that says what conflicts.
const CONFLICTS: &[(&str, &[&str], &[&str])] = &[
    ("pgx-load", &["-a", "-s"], &["--data-only", "--schema-only"]),
    (
        "pgx-load",
        &["-a", "--statistics-only"],
        &["--data-only", "--statistics-only"],
    ),
    (
        "pgx-load",
        &["-s", "--statistics-only"],
        &["--schema-only", "--statistics-only"],
    ),
    ("pgx-load", &["-a", "--no-data"], &["--data-only", "--no-data"]),
    ("pgx-load", &["-s", "--no-schema"], &["--schema-only", "--no-schema"]),
    ("pgx-load", &["-a", "--statistics"], &["--data-only", "--statistics"]),
    ("pgx-load", &["-s", "--statistics"], &["--schema-only", "--statistics"]),
    (
        "pgx-load",
        &["--statistics", "--no-statistics"],
        &["--statistics", "--no-statistics"],
    ),
    (
        "pgx-load",
        &["--statistics-only", "--no-statistics"],
        &["--statistics-only", "--no-statistics"],
    ),
    ("pgx-load", &["-C", "-1"], &["--create", "--single-transaction"]),
    ("pgx-load", &["-j2", "-1"], &["--jobs", "--single-transaction"]),
    ("pgx-load", &["-C", "-a"], &["--create", "--data-only"]),
    ("pgx-load", &["-f", "x"], &["--file", "--dbname"]),
    ("pgx-load", &["--restrict-key=x"], &["--restrict-key", "--file"]),
    ("pgx-load", &["-L", "-"], &["-"]),
    ("pgx-toc", &["-a", "-s"], &["--data-only", "--schema-only"]),
    ("pgx-toc", &["--tree", "--json"], &["--tree", "--json"]),
    ("pgx-toc", &["--tree", "--sizes"], &["--tree", "--sizes"]),
    ("pgx-toc", &["--diff", "x", "--tee"], &["--diff", "--tee"]),
    ("pgx-toc", &["--diff", "x", "--check"], &["--diff", "--check"]),
    ("pgx-toc", &["--filter", "-"], &["-"]),
    ("pgx-filter", &["-a", "-s"], &["--data-only", "--schema-only"]),
    ("pgx-filter", &["-Z", "lz4"], &["lz4", "custom"]),
    ("pgx-filter", &["--pg-restore", "16"], &["--pg-restore", "-F"]),
    (
        "pgx-filter",
        &["-F", "tar", "-Z", "gzip"],
        &["--format=tar", "--compress"],
    ),
    (
        "pgx-filter",
        &["-F", "custom", "-Z", "zstd", "--pg-restore", "15"],
        &["--compress", "--pg-restore"],
    ),
    ("pgx-filter", &["-F", "directory"], &["--format=directory", "--file"]),
    (
        "pgx-filter",
        &["-F", "directory", "-f", "/nowhere/d", "--rate-limit", "1MB"],
        &["--rate-limit", "--format=directory"],
    ),
    ("pgx-filter", &["-F", "plain"], &["pgx-load -f"]),
    ("pgx-globals", &["-g", "-r"], &["--globals-only", "--roles-only"]),
    ("pgx-globals", &["-g", "-t"], &["--globals-only", "--tablespaces-only"]),
    ("pgx-globals", &["-r", "-t"], &["--roles-only", "--tablespaces-only"]),
    (
        "pgx-globals",
        &["-g", "--exclude-database=x"],
        &["--globals-only", "--exclude-database"],
    ),
    ("pgx-globals", &["--restrict-key=x"], &["--restrict-key", "--sql"]),
    (
        "pgx-globals",
        &["--list-databases", "--sql"],
        &["--list-databases", "--sql"],
    ),
];

#[test]
fn conflicts_are_named() {
    let mut flaws = String::new();
    for (name, flags, words) in CONFLICTS {
        let mut tool = tool(name);
        tool.args(*flags);
        if *name == "pgx-load" {
            tool.args(["-d", "host=/nowhere"]);
        }
        if *name == "pgx-globals" {
            tool.args(["-h", "/nowhere"]);
        }
        // What would be read, if it came to that: a stream that begins.
        let stream = pgx_tests::repository().join("tests/vectors/text.pgx");
        let input = std::fs::File::open(stream).expect("a vector");
        let finished = Pipe::of(&mut tool).input(input).run();
        let said = &finished.stages[0].stderr;
        let status = finished.codes()[0];
        if status != Some(2) || words.iter().any(|word| !said.contains(word)) {
            flaws += &format!("{name} {flags:?} ended with {status:?}, not naming {words:?}: {said}\n");
        }
    }
    assert!(flaws.is_empty(), "{flaws}");
}
