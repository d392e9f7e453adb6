//! What is no archive, or none that can be read: every tool says what it is and what to do.

use std::path::PathBuf;
use std::process::Command;

use pgx_tests::{Pipe, Scratch, repository, tool};

/// What is tried: its name, how it is made, the status, and words of the message of those that read pg_dump's archives,
/// then of pgx-filter where that says something else.
type Case = (
    &'static str,
    Vec<u8>,
    i32,
    &'static [&'static str],
    Option<&'static [&'static str]>,
);

/// What pgx-filter says of whatever pg_dump wrote.
const NOT_OURS: Option<&[&str]> = Some(&["which is not read here", "pgx-load and pgx-toc read it"]);

fn cases() -> Vec<Case> {
    let vector = |name: &str| std::fs::read(repository().join("tests/vectors").join(name)).expect("a vector");
    let script: &[u8] = b"--\n-- PostgreSQL database dump\n--\nSELECT 1;\n";
    let gzipped = |bytes: &[u8]| {
        let scratch = Scratch::new();
        let file = scratch.file("plain", bytes);
        Pipe::of(Command::new("gzip").arg("-c").arg(file))
            .run()
            .expect_success()
    };
    let mut tar = vec![0; 1024];
    tar[..5].copy_from_slice(b"notes");
    tar[100..135].copy_from_slice(b"0000644\x000000000\x000000000\x0000000000000");
    tar[257..265].copy_from_slice(b"ustar\x0000");
    tar[156] = b'0';
    tar[148..156].copy_from_slice(b"        ");
    let sum: u32 = tar[..512].iter().map(|byte| u32::from(*byte)).sum();
    tar[148..155].copy_from_slice(format!("{sum:06o}\0").as_bytes());
    let cut = vector("text.pgx")[..300].to_vec();
    vec![
        (
            "empty",
            vec![],
            3,
            &["is empty", "failed, or its output went elsewhere"],
            None,
        ),
        (
            "text",
            b"hello\n".to_vec(),
            1,
            &["is text, not an archive", "psql", "-f"],
            None,
        ),
        (
            "script.sql",
            script.to_vec(),
            1,
            &["is a plain SQL script", "psql -X -v ON_ERROR_STOP=1 -f"],
            None,
        ),
        (
            "script.sql.gz",
            gzipped(script),
            1,
            &["is a plain SQL script", "-f -"],
            None,
        ),
        (
            "cut.pgx",
            cut,
            3,
            &["the input ends after 300 bytes", "make it anew"],
            None,
        ),
        (
            "future.pgx",
            vector("major-2.pgx"),
            1,
            &["has format \"2.0\"", "read it with pgx of the version"],
            None,
        ),
        (
            "future.dump",
            b"PGDMP\x01\x11\x00\x04\x08\x01".to_vec(),
            1,
            &["version 1.17", "pg_dump of 9.0 to 18"],
            NOT_OURS,
        ),
        (
            "future2.dump",
            b"PGDMP\x02\x00\x00\x04\x08\x01".to_vec(),
            1,
            &["version 2.0", "1.12 to 1.16"],
            NOT_OURS,
        ),
        (
            "cut.dump",
            b"PGDMP\x01\x10\x00\x04\x08\x01".to_vec(),
            3,
            &["ends before it is complete", "was cut"],
            NOT_OURS,
        ),
        (
            "toc.dat",
            b"PGDMP\x01\x10\x00\x04\x08\x03".to_vec(),
            1,
            &["of a directory or tar archive", "give the directory"],
            NOT_OURS,
        ),
        (
            "other.tar",
            tar,
            1,
            &["notes: is not an archive of pg_dump", "pg_dump -Fc"],
            NOT_OURS,
        ),
        (
            "noise",
            vec![7, 0, 255, 9, 8, 0, 0],
            1,
            &["is not an archive", "archives come from pgx-dump"],
            None,
        ),
        (
            "some.lz4",
            b"\x04\x22\x4d\x18abcdefgh".to_vec(),
            1,
            &["is compressed with lz4", "decompress it"],
            None,
        ),
    ]
}

/// Tools that read archives, where nothing else stands in their way.
fn readers(path: &PathBuf) -> [(bool, Command); 3] {
    let with = |name: &str, flags: &[&str]| {
        let mut tool = tool(name);
        tool.args(flags).arg(path);
        tool
    };
    [
        (true, with("pgx-load", &["-f", "/dev/null"])),
        (true, with("pgx-toc", &[])),
        (false, with("pgx-filter", &["-f", "/dev/null"])),
    ]
}

#[test]
fn wrong_files_are_told_by_what_they_are() {
    let scratch = Scratch::new();
    for (name, bytes, status, words, of_filter) in cases() {
        let path = scratch.file(name, &bytes);
        for (reads_all, mut reader) in readers(&path) {
            let (status, words) = match of_filter {
                Some(words) if !reads_all => (1, words),
                _ => (status, words),
            };
            let finished = Pipe::of(&mut reader).run();
            let said = finished.said(status);
            assert!(said.contains(name), "{name}: {said}");
            for word in words {
                assert!(said.contains(word), "{name}, {word}: {said}");
            }
        }
    }
}

#[test]
fn directories_and_what_is_not_there_are_told() {
    let scratch = Scratch::new();
    let directory = scratch.path().join("some");
    std::fs::create_dir(&directory).expect("it can be made");
    for (_, mut reader) in readers(&directory) {
        let finished = Pipe::of(&mut reader).run();
        let said = finished.said(1);
        assert!(
            said.contains("is a directory, not an archive") && said.contains("toc.dat"),
            "{said}"
        );
    }
    for (_, mut reader) in readers(&scratch.path().join("nowhere")) {
        let finished = Pipe::of(&mut reader).run();
        let said = finished.said(1);
        assert!(said.contains("nowhere") && said.contains("No such file"), "{said}");
    }
    // A directory of pg_dump's whose contents are of another time, or not there.
    for (bytes, status, word) in [
        (&b"PGDMP\x01\x11\x00\x04\x08\x03"[..], 1, "version 1.17"),
        (b"", 3, "ends before"),
    ] {
        std::fs::write(directory.join("toc.dat"), bytes).expect("it can be written");
        for (_, mut reader) in readers(&directory).into_iter().take(2) {
            let finished = Pipe::of(&mut reader).run();
            assert!(finished.said(status).contains(word), "{}", finished.said(status));
        }
    }
}
