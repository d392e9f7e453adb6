//! What cannot be had together is refused before anything is opened.

use pgx_tests::{Pipe, Scratch, tool};

/// Flags, and words of the message that says what conflicts.
const CONFLICTS: &[(&[&str], &[&str])] = &[
    (&["-s", "-a"], &["--schema-only", "--data-only"]),
    (&["-a", "--no-data"], &["--data-only", "--no-data"]),
    (&["-s", "--no-schema"], &["--schema-only", "--no-schema"]),
    (&["-a", "-c"], &["--clean", "--data-only"]),
    (&["-s", "--statistics-only"], &["--schema-only", "--statistics-only"]),
    (&["-a", "--statistics-only"], &["--data-only", "--statistics-only"]),
    (&["-a", "--statistics"], &["--data-only", "--statistics"]),
    (&["-s", "--statistics"], &["--schema-only", "--statistics"]),
    (
        &["--statistics", "--no-statistics"],
        &["--statistics", "--no-statistics"],
    ),
    (
        &["--statistics-only", "--no-statistics"],
        &["--statistics-only", "--no-statistics"],
    ),
    (
        &["-s", "--include-foreign-data=x"],
        &["--schema-only", "--include-foreign-data"],
    ),
    (&["-s", "--where=a:true"], &["--schema-only", "--where"]),
    (&["--if-exists"], &["--if-exists", "--clean"]),
    (
        &["-F", "plain", "--on-conflict-do-nothing"],
        &["--on-conflict-do-nothing", "--inserts"],
    ),
    (&["--restrict-key=abc"], &["--restrict-key", "--format=plain"]),
    (&["--inserts"], &["--inserts", "--format=plain"]),
    (&["--column-inserts"], &["--column-inserts", "--format=plain"]),
    (&["--rows-per-insert=5"], &["--rows-per-insert", "--format=plain"]),
    (&["-F", "plain", "--rows-per-insert=0"], &["--rows-per-insert", "0"]),
    (&["--section=middle"], &["--section", "middle", "post-data"]),
    (&["--where=orders"], &["--where", "colon"]),
    (&["-F", "tar", "-Z", "gzip"], &["--format=tar", "--compress"]),
    (&["-F", "directory"], &["--format=directory", "--file"]),
    (
        &["-F", "directory", "-f", "/nowhere/d", "--rate-limit=1MB"],
        &["--rate-limit", "--format=directory"],
    ),
    (&["-F", "custom", "--inserts"], &["--inserts", "--format=plain"]),
    (
        &["-F", "custom", "--restrict-key=a"],
        &["--restrict-key", "--format=plain"],
    ),
    (
        &["-F", "custom", "--copy-format=binary"],
        &["--copy-format=binary", "--format"],
    ),
    (
        &["-F", "custom", "--pg-restore=15", "-Z", "lz4"],
        &["--compress", "--pg-restore"],
    ),
    (&["-F", "custom", "--pg-restore=9"], &["pg_restore of 12 and later"]),
    (&["--pg-restore=16"], &["--pg-restore", "--format=custom"]),
    (&["-Z", "lz4"], &["--compress=lz4", "--format"]),
    (&["-F", "plain", "-j", "2"], &["--jobs", "--format=plain"]),
    (
        &["-j", "2", "--include-foreign-data=x"],
        &["--jobs", "--include-foreign-data"],
    ),
    (
        &["--snapshot=1", "--serializable-deferrable"],
        &["--snapshot", "--serializable-deferrable"],
    ),
];

#[test]
fn conflicts_are_named() {
    for (flags, words) in CONFLICTS {
        let finished = Pipe::of(tool("pgx-dump").args(["-h", "/nowhere"]).args(*flags)).run();
        let said = finished.said(2);
        for word in *words {
            assert!(said.contains(word), "{flags:?}: {said}");
        }
    }
}

#[test]
fn wrong_filter_files_are_told_by_file_and_line() {
    let scratch = Scratch::new();
    let file = scratch.file("my filter", "# wanted\ninclude table a\ninclude trigger t\n");
    let filter = format!("--filter={}", file.display());
    let finished = Pipe::of(tool("pgx-dump").args(["-h", "/nowhere", &filter])).run();
    let message = format!("{}:3: \"include trigger\" is not a rule here", file.display());
    assert!(finished.said(2).contains(&message), "{}", finished.said(2));
    let finished = Pipe::of(tool("pgx-dump").args(["-h", "/nowhere", "--filter=/nowhere/f"])).run();
    assert!(finished.said(2).contains("/nowhere/f"), "{}", finished.said(2));
}
