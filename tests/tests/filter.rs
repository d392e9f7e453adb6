//! pgx-filter between a dump and a load: what is left out, what is passed on as it is, and that nothing it lets
//! through looks complete when what came in was not.

use std::path::Path;

use pgx_tests::{Cluster, Database, Finished, Pipe, Scratch, judge, tool};

/// Two schemas; the rows of one table fill several frames.
fn source() -> Database<'static> {
    let database = Cluster::shared(18).database("filtered");
    database.sql(
        "CREATE SCHEMA sales;
         CREATE TABLE sales.orders AS SELECT i AS id, md5(i::text) AS item FROM generate_series(1, 60000) i;
         ALTER TABLE sales.orders ADD PRIMARY KEY (id);
         CREATE TABLE sales.notes (id int REFERENCES sales.orders, note text);
         INSERT INTO sales.notes VALUES (1, 'first');
         CREATE TABLE public.log AS SELECT i AS id, repeat('x', 200) AS line FROM generate_series(1, 20000) i;
         COMMENT ON TABLE public.log IS 'goes with its table'",
    );
    database
}

fn dump(database: &Database, flags: &[&str]) -> Vec<u8> {
    let dump = Pipe::of(tool("pgx-dump").args(flags).args(["-d", &database.url()]));
    dump.run().expect_success()
}

fn filter(scratch: &Scratch, stream: &[u8], flags: &[&str]) -> Finished {
    let file = scratch.file("in.pgx", stream);
    Pipe::of(tool("pgx-filter").args(flags).arg(file)).run()
}

fn check(stream: &Path) -> Finished {
    Pipe::of(tool("pgx-toc").arg("--check").arg(stream)).run()
}

fn list(scratch: &Scratch, stream: &[u8]) -> String {
    let toc = Pipe::of(tool("pgx-toc").arg(scratch.file("listed.pgx", stream))).run();
    String::from_utf8(toc.expect_success()).expect("a list is text")
}

#[test]
fn everything_passes_and_makes_the_same_database() {
    let source = source();
    let target = Cluster::shared(18).database("passed");
    let flags: [&[&str]; 3] = [&[], &["-Z", "zstd:1", "--buffer", "1MB"], &["--rate-limit", "200MB"]];
    for flags in flags {
        let target = Cluster::shared(18).database("passed");
        let mut pipe = Pipe::of(tool("pgx-dump").args(["-j", "4", "-d", &source.url()]));
        pipe = pipe.to(tool("pgx-filter").args(flags));
        pipe.to(tool("pgx-load").args(["-d", &target.url()]))
            .run()
            .expect_success();
        judge(&source, &target).expect_equal();
    }
    drop(target);
}

#[test]
fn what_is_kept_is_passed_byte_for_byte_and_can_be_read_by_its_index() {
    let scratch = Scratch::new();
    let stream = dump(&source(), &["-Z", "zstd"]);
    let same = filter(&scratch, &stream, &[]).expect_success();
    // Rows are the same frames; what is not rows may be packed into frames differently.
    let digests = |stream: &[u8]| {
        let check = check(&scratch.file("checked.pgx", stream)).expect_success();
        String::from_utf8(check).expect("a check is text")
    };
    assert_eq!(digests(&same), digests(&stream));

    let fewer = filter(&scratch, &stream, &["-n", "sales"]).expect_success();
    assert!(
        !list(&scratch, &fewer).contains(" log "),
        "the other schema is left out"
    );
    assert!(list(&scratch, &fewer).contains("FK CONSTRAINT sales notes"));
    digests(&fewer);
}

#[test]
fn one_table_is_loaded_with_what_belongs_to_it() {
    let scratch = Scratch::new();
    let stream = dump(&source(), &[]);
    let kept = filter(&scratch, &stream, &["-t", "public.log"]).expect_success();
    let target = Cluster::shared(18).database("one_table");
    let load = Pipe::of(
        tool("pgx-load")
            .args(["-d", &target.url()])
            .arg(scratch.file("kept.pgx", kept)),
    );
    load.run().expect_success();
    let found = target.sql("SELECT count(*), obj_description('public.log'::regclass) FROM public.log");
    assert_eq!(found.trim(), "20000|goes with its table");
    assert_eq!(
        target
            .sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'sales'")
            .trim(),
        "0"
    );
}

#[test]
fn what_needs_something_that_is_left_out_is_named() {
    let scratch = Scratch::new();
    let stream = dump(&source(), &[]);
    let finished = filter(&scratch, &stream, &["-t", "sales.notes"]);
    let said = finished.said(0).to_owned();
    assert!(
        said.contains("pgx-filter: warning: what is kept needs what is left out"),
        "{said}"
    );
    assert!(said.contains("fk constraint sales.notes notes_id_fkey needs"), "{said}");
    assert!(said.contains("hint: --with-dependencies"), "{said}");
    let whole = filter(&scratch, &stream, &["-t", "sales.notes", "--with-dependencies"]).expect_success();
    assert!(list(&scratch, &whole).contains("TABLE sales orders"));
}

#[test]
fn what_was_cut_or_failed_never_comes_out_whole() {
    let scratch = Scratch::new();
    let stream = dump(&source(), &[]);
    for length in [0, 5, 300, stream.len() / 2, stream.len() - 1] {
        for flags in [&["-t", "public.log"][..], &["-Z", "zstd:1"]] {
            let finished = filter(&scratch, &stream[..length], flags);
            finished.said(3);
            let out = scratch.file("out.pgx", &finished.stdout);
            if !finished.stdout.is_empty() {
                let said = check(&out);
                assert!(said.said(3).contains("the producer gave up: filtering: "), "{length}");
            }
        }
    }
}

#[test]
fn flipped_bits_are_refused_even_in_what_is_left_out() {
    let scratch = Scratch::new();
    let mut stream = dump(&source(), &["-j", "1"]);
    let at = stream
        .windows(20)
        .position(|bytes| bytes == [b'x'; 20])
        .expect("the log has such lines");
    stream[at] ^= 1;
    let finished = filter(&scratch, &stream, &["-n", "sales"]);
    assert!(finished.said(1).contains("the checksum of the payload does not match"));
}

#[test]
fn members_pass_one_by_one_and_a_cut_at_a_boundary_is_left_to_the_roll() {
    let scratch = Scratch::new();
    let one = dump(&source(), &[]);
    let other = Cluster::shared(18).database("second_member");
    other.sql("CREATE TABLE small (id int); INSERT INTO small VALUES (7)");
    let both = [one.clone(), dump(&other, &[])].concat();
    let passed = filter(&scratch, &both, &["--exclude-table", "log"]).expect_success();
    assert!(passed.len() < both.len() - 20_000 * 200);
    let twice = filter(&scratch, &passed, &[]).expect_success();
    assert_eq!(twice, passed, "what has been filtered once is as this tool writes it");
}
