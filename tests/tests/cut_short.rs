//! What pgx-load says of input that is not a whole stream: where it ends, what is in the target, what it is.
//!
//! That no prefix and no flipped bit is ever taken for a whole stream is in `damaged.rs`.

use std::path::Path;

use pgx_tests::{Act, Cluster, Database, Finished, Moment, Pipe, Proxy, Running, Scratch, stock, tool};

/// Two tables alike, of several frames each.
fn source() -> Database<'static> {
    let database = Cluster::shared(18).database("whole");
    database.sql(
        "CREATE TABLE apples AS SELECT i AS id, md5(i::text) AS x FROM generate_series(1, 60000) i;
         CREATE TABLE pears AS SELECT * FROM apples;
         CREATE INDEX pears_x ON pears (x)",
    );
    database
}

fn dumped(database: &Database) -> Vec<u8> {
    Pipe::of(tool("pgx-dump").args(["-d", &database.url()]))
        .run()
        .expect_success()
}

/// What pgx-load makes of a file, and what is in the target afterwards.
fn load(file: &Path) -> (Finished, Database<'static>) {
    let target = Cluster::shared(18).database("cut");
    let input = std::fs::File::open(file).expect("the file is there");
    let finished = Pipe::of(tool("pgx-load").args(["-d", &target.url()]))
        .input(input)
        .run();
    (finished, target)
}

/// The message of a load that ended with `code`, in one line after the other.
fn said(finished: &Finished, code: i32) -> &str {
    let said = finished.said(code);
    assert!(said.starts_with("pgx-load: error: "), "{said}");
    said
}

/// Where some bytes are in a stream for the first time.
fn place(stream: &[u8], bytes: &[u8]) -> usize {
    let found = stream.windows(bytes.len()).position(|window| window == bytes);
    found.expect("the bytes are in the stream")
}

#[test]
fn a_cut_is_placed_and_what_is_in_the_target_is_told() {
    let scratch = Scratch::new();
    let source = source();
    let arguments = ["-j", "1", "--copy-format", "text", "-Z", "none", "-d", &source.url()];
    let stream = Pipe::of(tool("pgx-dump").args(arguments)).run().expect_success();
    // Of the table that comes first, some frames have come by its row 59000.
    let among_rows = place(&stream, b"\n59000\t");
    let cuts = [
        ("before the table of contents", 100, ""),
        ("among rows", among_rows, "table data public."),
        ("at the very end", stream.len() - 1, "END"),
    ];
    for (name, length, last) in cuts {
        let (finished, target) = load(&scratch.file("cut", &stream[..length]));
        let said = said(&finished, 3);
        let has = match length < 1000 {
            true => "nothing was written to the target".to_owned(),
            false => format!("tables complete, {} rows\n", rows_in(&target)),
        };
        for part in [&format!("the input ends after {length} bytes"), last, &has] {
            assert!(said.contains(part), "{name}, not {part}: {said}");
        }
    }
}

/// Rows that are in both tables.
fn rows_in(target: &Database) -> String {
    let count = "SELECT (SELECT count(*) FROM apples) + (SELECT count(*) FROM pears)";
    target.sql(count).trim().to_owned()
}

#[test]
fn the_reason_of_a_dump_that_failed_is_passed_on() {
    let source = source();
    let proxy = Proxy::before(source.cluster());
    let url = proxy.url(&source);
    let whole = Running::start(tool("pgx-dump").args(["-d", &url])).end();
    assert_eq!(whole.complaint(), None);
    let target = Cluster::shared(18).database("cut");

    // The connection to the source breaks amid the rows.
    let proxy = Proxy::before(source.cluster());
    proxy.at(Moment::Answer(whole.stdout.len() as u64 / 2), Act::Cut);
    let finished = Pipe::of(tool("pgx-dump").args(["-d", &proxy.url(&source)]))
        .to(tool("pgx-load").args(["-d", &target.url()]))
        .run();
    assert_eq!(finished.codes(), [Some(1), Some(3)], "{:?}", finished.complaint());
    for stage in &finished.stages {
        assert!(stage.stderr.contains("connection"), "{}: {}", stage.name, stage.stderr);
    }
}

#[test]
fn rows_that_a_dump_may_not_read_make_the_load_incomplete_and_name_the_table() {
    let source = source();
    source.sql(
        "DO $$ BEGIN CREATE ROLE picker LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
         GRANT SELECT ON apples TO picker",
    );
    let target = Cluster::shared(18).database("cut");
    let finished = Pipe::of(tool("pgx-dump").args(["-d", &source.url_as("picker")]))
        .to(tool("pgx-load").args(["-d", &target.url()]))
        .run();
    assert_eq!(finished.codes(), [Some(1), Some(3)], "{:?}", finished.complaint());
    for stage in &finished.stages {
        assert!(stage.stderr.contains("pears"), "{}: {}", stage.name, stage.stderr);
    }
}

#[test]
fn empty_input_is_incomplete() {
    let scratch = Scratch::new();
    let (finished, _target) = load(&scratch.file("empty", ""));
    assert!(said(&finished, 3).contains("is empty"));
    // However it came to be empty.
    let target = Cluster::shared(18).database("cut");
    let finished = Pipe::of(tool("pgx-dump").args(["-d", "host=/nonexistent"]))
        .to(tool("pgx-load").args(["-d", &target.url()]))
        .run();
    assert_eq!(finished.codes(), [Some(1), Some(3)]);
}

#[test]
fn what_is_no_stream_is_called_by_its_name() {
    let scratch = Scratch::new();
    let script = stock("pg_dump").args(["-d", &source().url()]).output();
    let files = [
        ("a plain SQL script", script.expect("pg_dump runs").stdout),
        ("text, not an archive", b"apples and pears\n".to_vec()),
        ("not an archive", vec![0, 1, 2, 3]),
    ];
    for (name, content) in files {
        let (finished, target) = load(&scratch.file("file", content));
        let said = said(&finished, 1);
        assert!(said.contains(name), "{name}: {said}");
        assert!(said.contains("hint: "), "{name}: {said}");
        assert_eq!(
            target.sql("SELECT count(*) FROM pg_class WHERE oid >= 16384").trim(),
            "0"
        );
    }
}

#[test]
fn the_line_for_psql_can_be_pasted() {
    let scratch = Scratch::new();
    let script = scratch.file("app.sql", source().schema());
    let finished = Pipe::of(
        tool("pgx-load")
            .args(["-d", &Cluster::shared(18).database("cut").url()])
            .arg(&script),
    )
    .run();
    let line = format!("psql -X -v ON_ERROR_STOP=1 -f {}", script.display());
    assert!(said(&finished, 1).contains(&line));
}

#[test]
fn a_directory_that_is_no_archive_is_called_by_its_name() {
    let scratch = Scratch::new();
    let target = Cluster::shared(18).database("cut");
    let load = Pipe::of(tool("pgx-load").args(["-d", &target.url()]).arg(scratch.path()));
    let finished = load.run();
    let said = said(&finished, 1);
    assert!(said.contains("a directory"), "{said}");
}

#[test]
fn what_follows_a_whole_stream_is_an_error() {
    let scratch = Scratch::new();
    let stream = dumped(&source());
    let (finished, _target) = load(&scratch.file("longer", [&stream[..], b"more"].concat()));
    let code = finished.stages[0].status.code();
    assert!(code == Some(1) || code == Some(3), "{:?}", finished.complaint());
}
