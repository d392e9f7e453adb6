//! A part of a stream that lies in a file: what is not wanted is not even read. With a file of 1 GB in `make test-formats`.

use std::fs::File;
use std::process::Command;

use pgx_tests::{Cluster, Pipe, Scratch, campaign, stock, tool};

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

#[test]
fn little_is_read_of_a_big_file() {
    let scratch = Scratch::new();
    let source = Cluster::shared(18).database("part_of_archive");
    let rows = campaign(20_000, 1_000_000);
    source.sql(&format!(
        "CREATE TABLE a_big AS SELECT i AS id, repeat(md5(i::text), 16) AS line FROM generate_series(1, {rows}) i;
         CREATE TABLE small (id int PRIMARY KEY, word text);
         INSERT INTO small VALUES (1, 'one'), (2, 'two');
         CREATE TABLE z_big AS TABLE a_big"
    ));
    for (program, flags) in [
        (tool("pgx-dump"), ["-Fpgx", "-Znone"]),
        (tool("pgx-dump"), ["-Fc", "-Z0"]),
        (stock("pg_dump"), ["-Fc", "-Z0"]),
    ] {
        let archive = scratch.path().join("archive");
        let mut dump = program;
        dump.args(flags).args(["-d", &source.url(), "-f"]).arg(&archive);
        Pipe::of(&mut dump).run().expect_success();
        let size = std::fs::metadata(&archive).expect("it is there").len();
        let target = Cluster::shared(18).database("part");
        let mut load = tool("pgx-load");
        load.args(["-t", "small", "-d", &target.url()]).arg(&archive);
        let read = bytes_read(&load);
        assert_eq!(
            target.sql("SELECT string_agg(word, ' ' ORDER BY id) FROM small").trim(),
            "one two"
        );
        assert!(size > campaign(10 << 20, 1_000_000_000), "{size} bytes are little");
        assert!(read * 20 < size, "{read} of {size} bytes were read");
        std::fs::remove_file(&archive).expect("it is ours");
    }
}

/// Runs a program; gives how many bytes it read, as the kernel counts them for whoever waited for it.
fn bytes_read(program: &Command) -> u64 {
    let mut shell = Command::new("sh");
    shell.args(["-c", r#""$0" "$@" && sed -n 's/rchar: //p' "/proc/$$/io""#]);
    shell.arg(program.get_program()).args(program.get_args());
    for (name, _) in program.get_envs().filter(|(_, value)| value.is_none()) {
        shell.env_remove(name);
    }
    let counted = Pipe::of(&mut shell).run().expect_success();
    let counted = String::from_utf8(counted).expect("it is a number");
    counted.trim().parse().expect("the kernel counts")
}
