//! A stream that is cut, changed or left by its producer is never taken for a whole one.

use std::io::{Read, Write};
use std::process::{Output, Stdio};

use pgx_tests::{Cluster, Database, Fixture, Pipe, tool};

/// Ways of being damaged that are tried through the real loader; the decoder's own tests try all.
const TRIES: usize = 50;

/// A database whose stream is about 200 kB.
fn small() -> Database<'static> {
    let database = Cluster::shared(18).filled(&Fixture::schema("05_tables"));
    database.sql("CREATE TABLE rows AS SELECT i AS id, md5(i::text) AS x FROM generate_series(1, 4000) i");
    database
}

fn stream_of(database: &Database) -> Vec<u8> {
    Pipe::of(tool("pgx-dump").args(["-d", &database.url()]))
        .run()
        .expect_success()
}

/// What pgx-load makes of these bytes.
fn load(bytes: &[u8]) -> Output {
    let target = Cluster::shared(18).database("damaged");
    Fixture::schema("05_tables").make_roles(&target);
    let mut loader = tool("pgx-load")
        .args(["-d", &target.url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("pgx-load runs");
    let mut input = loader.stdin.take().expect("its input was piped");
    std::thread::scope(|scope| {
        // A loader that has seen enough goes before it has read everything.
        scope.spawn(move || drop(input.write_all(bytes)));
        loader.wait_with_output().expect("it ends")
    })
}

/// Statuses other than `expected`, with what was said.
fn surprises(name: &str, output: &Output, expected: &[i32]) -> Option<String> {
    let code = output.status.code();
    if code.is_some_and(|code| expected.contains(&code)) {
        return None;
    }
    Some(format!(
        "{name}: {}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    ))
}

#[test]
fn the_whole_stream_is_taken() {
    let stream = stream_of(&small());
    assert_eq!(surprises("whole", &load(&stream), &[0]), None);
}

#[test]
fn no_prefix_is_taken_for_the_whole() {
    let stream = stream_of(&small());
    let surprises: Vec<String> = (0..TRIES)
        .filter_map(|n| {
            // The last tries take away only a few bytes.
            let length = if n < TRIES - 8 {
                stream.len() * n / TRIES
            } else {
                stream.len() - (TRIES - n)
            };
            surprises(
                &format!("{length} of {} bytes", stream.len()),
                &load(&stream[..length]),
                &[3],
            )
        })
        .collect();
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn no_flipped_bit_goes_unseen() {
    let stream = stream_of(&small());
    let surprises: Vec<String> = (0..TRIES)
        .filter_map(|n| {
            let mut bytes = stream.clone();
            let place = stream.len() * n / TRIES + n % 7;
            bytes[place] ^= 1 << (n % 8);
            surprises(&format!("bit {} of byte {place}", n % 8), &load(&bytes), &[1, 3])
        })
        .collect();
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

#[test]
fn a_dump_killed_at_any_moment_makes_the_load_exit_3() {
    let source = Cluster::shared(18).database("big");
    source.sql(
        "CREATE TABLE a AS SELECT i AS id, repeat(md5(i::text), 4) AS x FROM generate_series(1, 60000) i;
         CREATE TABLE b AS SELECT * FROM a; CREATE INDEX ON a (id)",
    );
    let length = stream_of(&source).len();
    let moments = 20;
    let mut found = Vec::new();
    for moment in 0..moments {
        let target = Cluster::shared(18).database("cut");
        let mut dump = tool("pgx-dump")
            .args(["-d", &source.url()])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("pgx-dump runs");
        let mut loader = tool("pgx-load")
            .args(["-d", &target.url()])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("pgx-load runs");
        let mut output = dump.stdout.take().expect("its output was piped");
        let mut input = loader.stdin.take().expect("its input was piped");
        let passed = (length * moment / moments) as u64;
        // The first moment is before the first byte. A loader that goes too early tells by its status.
        let _ = std::io::copy(&mut output.by_ref().take(passed), &mut input);
        dump.kill().expect("it can be killed");
        dump.wait().expect("it ends");
        drop(input);
        let finished = loader.wait_with_output().expect("it ends");
        let name = format!("killed after {passed} of {length} bytes");
        found.extend(surprises(&name, &finished, &[3]));
        if finished.stderr.is_empty() {
            found.push(format!("{name}: pgx-load said nothing"));
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}
