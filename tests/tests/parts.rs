//! Big tables in parts, many tables at once: what is in flight, what it adds up to, what it costs.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use pgx_archive::{EntryId, Event, PartEnd, Reader};
use pgx_tests::{Cluster, Database, Fixture, Pipe, Running, Snapshot, campaign, judge, tool};

const MB: u64 = 1 << 20;

/// A table of several parts. Pages that are mostly empty count as much as full ones.
fn big() -> Database<'static> {
    let database = Cluster::shared(18).database("big");
    let (rows, fill) = campaign((40_000, 10), (500_000, 100));
    database.sql(&format!(
        "CREATE TABLE big (id integer, x text) WITH (fillfactor = {fill});
         ALTER TABLE big ALTER x SET STORAGE PLAIN;
         INSERT INTO big SELECT i, repeat(md5(i::text), 25) FROM generate_series(1, {rows}) i;
         CREATE UNIQUE INDEX ON big (id)",
    ));
    database
}

fn dump(source: &Database, flags: &[&str]) -> Command {
    let mut command = tool("pgx-dump");
    command.args(flags).args(["-d", &source.url()]);
    command
}

fn load(target: &Database, flags: &[&str]) -> Command {
    let mut command = tool("pgx-load");
    command.args(flags).args(["-d", &target.url()]);
    command
}

/// What a stream has of rows.
#[derive(Debug, Default)]
struct Flight {
    /// The most parts that were open at once.
    at_once: usize,
    /// What each adds up to.
    ends: BTreeMap<(EntryId, u32), PartEnd>,
}

fn flight(stream: &[u8]) -> Flight {
    let mut flight = Flight::default();
    let mut open = BTreeSet::new();
    let mut reader = Reader::new(stream);
    while let Some(event) = reader.next_event().expect("the stream is good") {
        match event {
            Event::Data(frame) => {
                open.insert((frame.entry(), frame.part()));
                flight.at_once = flight.at_once.max(open.len());
            }
            Event::PartEnd { entry, part, end } => {
                open.remove(&(entry, part));
                flight.ends.insert((entry, part), end);
            }
            _ => {}
        }
    }
    flight
}

#[test]
fn parts_of_a_big_table_move_side_by_side() {
    let source = big();
    let target = Cluster::shared(18).database("copy");
    let finished = Pipe::of(&mut dump(&source, &["-v", "-j4"]))
        .to(&mut load(&target, &["-v", "-j4"]))
        .run();
    assert_eq!(finished.complaint(), None);
    for (stage, did) in finished.stages.iter().zip(["reading", "filling"]) {
        let begun = |part: u32| {
            stage
                .stderr
                .contains(&format!("{did} table data public.big (part {part} of "))
        };
        assert!((1..=3).all(begun), "{}", stage.stderr);
    }
    judge(&source, &target).expect_equal();

    let stream = Pipe::of(&mut dump(&source, &["-j4"])).run().expect_success();
    assert!(flight(&stream).at_once >= 2, "one part after the other");
}

#[test]
fn digests_do_not_depend_on_lanes() {
    for source in [big(), Cluster::shared(18).filled(&Fixture::shop_of(campaign(60, 400)))] {
        let snapshot = Snapshot::of(&source);
        let ends = ["-j1", "-j4"].map(|lanes| {
            let finished = Running::start(&mut dump(&source, &[lanes, "--snapshot", snapshot.id()])).end();
            flight(&finished.expect_success()).ends
        });
        assert!(!ends[0].is_empty());
        assert_eq!(ends[0], ends[1]);
    }
}

#[test]
fn many_open_tables_go_through_a_small_buffer() {
    let source = Cluster::shared(18).database("many");
    // Eight lanes have eight tables open at once, each twice the buffer.
    let tables: String = (1..=8)
        .map(|number| {
            format!(
                "CREATE TABLE t{number} (id integer, x text STORAGE EXTERNAL);
                 INSERT INTO t{number} SELECT i, repeat(md5(i::text), 100) FROM generate_series(1, 2600) i;"
            )
        })
        .collect();
    source.sql(&tables);
    for sessions in ["-j1", "-1"] {
        let target = Cluster::shared(18).database("copy");
        let finished = Pipe::of(&mut dump(&source, &["-j8"]))
            .to(&mut load(&target, &[sessions, "--buffer=4MB"]))
            .run();
        assert_eq!(finished.complaint(), None);
        judge(&source, &target).expect_equal();
        let memory = finished.stages[1].memory;
        assert!(memory < 40 * MB, "{} MB", memory / MB);
    }
}
