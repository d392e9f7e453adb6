//! A part of a stream that lies in a file: what is not wanted is not even read.

use std::fs::File;

use pgx_tests::{Cluster, Pipe, Scratch, tool};

#[test]
fn what_is_not_wanted_of_a_file_is_not_read() {
    let scratch = Scratch::new();
    let source = Cluster::shared(18).database("part_of_file");
    source.sql(
        "CREATE TABLE big AS SELECT i AS id, repeat('x', 500) AS line FROM generate_series(1, 40000) i;
         CREATE TABLE small (id int PRIMARY KEY, word text);
         INSERT INTO small VALUES (1, 'one'), (2, 'two')",
    );
    let dump = Pipe::of(tool("pgx-dump").args(["-j", "2", "-Z", "none", "-d", &source.url()]));
    let mut stream = dump.run().expect_success();
    let at = stream.windows(100).position(|bytes| bytes == [b'x'; 100]);
    stream[at.expect("the big table has such lines")] ^= 1;
    let damaged = scratch.file("damaged.pgx", &stream);
    // Its end tells where parts are; without it, the file is read from its beginning.
    let cut = scratch.file("cut.pgx", &stream[..stream.len() - 1]);

    let load = |arguments: &[&str]| {
        let target = Cluster::shared(18).database("part");
        let mut load = tool("pgx-load");
        load.args(["-t", "small", "-d", &target.url()]).args(arguments);
        (target, load)
    };
    let path = damaged.display().to_string();
    let (target, mut from_file) = load(&[&path]);
    Pipe::of(&mut from_file).run().expect_success();
    assert_eq!(
        target.sql("SELECT string_agg(word, ' ' ORDER BY id) FROM small").trim(),
        "one two"
    );
    assert_eq!(
        target.sql("SELECT count(*) FROM pg_class WHERE relname = 'big'").trim(),
        "0"
    );

    let (_target, mut piped) = load(&[]);
    let cat = Pipe::of(std::process::Command::new("cat").arg(&damaged));
    let finished = cat.to(&mut piped).run();
    assert!(
        finished.stages[1]
            .stderr
            .contains("the checksum of the payload does not match")
    );

    let (_target, mut from_cut) = load(&[&cut.display().to_string()]);
    let finished = Pipe::of(&mut from_cut)
        .input(File::open("/dev/null").expect("it is there"))
        .run();
    assert_eq!(finished.codes(), [Some(1)], "it is read from its beginning");
}
