use pgx_archive::{Entry, EntryId, Kind};

use super::Schedule;
use crate::contents::Contents;
use crate::options::Options;
use crate::samples::{numbered, plain, rows, table};

fn on(mut entry: Entry, dependencies: &[u32]) -> Entry {
    entry.dependencies = dependencies.iter().map(|&id| EntryId(id)).collect();
    entry
}

fn part(entry: Entry, of: u32) -> Entry {
    let mut entry = on(entry, &[of]);
    entry.parent = Some(EntryId(of));
    entry
}

fn schedule(entries: Vec<Entry>) -> Schedule {
    let entries = numbered(entries);
    Schedule::new(&Contents::new(&entries, &Options::default()))
}

impl Schedule {
    fn now(&self) -> Vec<u32> {
        self.ready().map(|id| id.0).collect()
    }

    fn do_it(&mut self, ids: &[u32]) {
        for &id in ids {
            assert!(self.start(EntryId(id)), "{id} is not ready");
            self.finished(EntryId(id));
        }
    }
}

#[test]
fn who_grants_in_a_schema_is_let_in_first() {
    let within = |mut entry: Entry| {
        entry.schema = Some("s".to_owned());
        entry
    };
    let mut schedule = schedule(vec![
        plain(Kind::Schema, "s"),
        within(table("a")),
        within(part(plain(Kind::Acl, "TABLE a"), 2)),
        part(plain(Kind::Acl, "SCHEMA s"), 1),
    ]);
    schedule.do_it(&[1, 2]);
    assert_eq!(schedule.now(), [4]);
    schedule.do_it(&[4]);
    assert_eq!(schedule.now(), [3]);
}

#[test]
fn stages_follow_one_another() {
    let mut schedule = schedule(vec![
        table("a"),
        table("b"),
        on(rows("a"), &[1]),
        on(rows("b"), &[2]),
        plain(Kind::SequenceSet, "s"),
        part(plain(Kind::Index, "a_i"), 1),
        plain(Kind::Publication, "p"),
        part(plain(Kind::Acl, "TABLE a"), 1),
        plain(Kind::EventTrigger, "e"),
        plain(Kind::MaterializedViewData, "m"),
    ]);
    assert_eq!(schedule.now(), [1, 2]);
    schedule.do_it(&[1]);
    assert!(!schedule.accepts_rows(EntryId(3)), "definitions first");
    schedule.do_it(&[2]);
    assert!(schedule.accepts_rows(EntryId(3)) && schedule.accepts_rows(EntryId(4)));
    assert_eq!(schedule.now(), [5]);
    schedule.do_it(&[5, 3]);
    assert_eq!(schedule.now(), [6], "an index once its table has its rows");
    schedule.do_it(&[4]);
    assert_eq!(schedule.now(), [6, 7], "what has no table after all rows");
    schedule.do_it(&[6, 7]);
    assert_eq!(schedule.now(), [8], "privileges after everything");
    schedule.do_it(&[8]);
    assert_eq!(schedule.now(), [9, 10]);
    schedule.do_it(&[9, 10]);
    assert!(schedule.is_done());
}

#[test]
fn a_foreign_key_waits_for_both_sides() {
    let mut schedule = schedule(vec![
        table("a"),
        table("b"),
        on(rows("a"), &[1]),
        on(rows("b"), &[2]),
        part(plain(Kind::Constraint, "a_pkey"), 1),
        // It knows the other side by its key only.
        on(part(plain(Kind::FkConstraint, "b_a"), 2), &[2, 5]),
    ]);
    schedule.do_it(&[1, 2, 4]);
    assert_eq!(schedule.now(), [0; 0]);
    schedule.do_it(&[3]);
    assert_eq!(schedule.now(), [5]);
    schedule.do_it(&[5]);
    assert_eq!(schedule.now(), [6]);
}

/// A root with two partitions, one of them partitioned again, and rows at the leaves.
fn partitions() -> Vec<Entry> {
    vec![
        table("root"),
        table("p1"),
        table("p2"),
        table("p2a"),
        on(plain_attach("p1"), &[1, 2]),
        on(plain_attach("p2"), &[1, 3]),
        on(plain_attach("p2a"), &[3, 4]),
        on(rows("p1"), &[2]),
        on(rows("p2a"), &[4]),
        part(plain(Kind::Index, "root_i"), 1),
        part(plain(Kind::Index, "p1_i"), 2),
        part(plain(Kind::Index, "p2_i"), 3),
        part(plain(Kind::Index, "p2a_i"), 4),
        on(part(plain(Kind::IndexAttach, "p1_i"), 10), &[10, 11]),
    ]
}

fn plain_attach(name: &str) -> Entry {
    Entry::new(Kind::TableAttach, Some("public"), name, "shop")
}

#[test]
fn what_locks_a_partition_root_waits_for_all_its_rows() {
    let mut schedule = schedule(partitions());
    schedule.do_it(&[1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(schedule.now(), [11], "the other leaf does not concern this one");
    schedule.do_it(&[11, 9]);
    assert_eq!(schedule.now(), [10, 12, 13]);
    schedule.do_it(&[10]);
    assert_eq!(schedule.now(), [12, 13, 14]);
}

#[test]
fn rows_of_an_ancestor_count_too() {
    let mut schedule = schedule(vec![
        table("parent"),
        on(table("child"), &[1]),
        on(table("grandchild"), &[2]),
        on(rows("parent"), &[1]),
        on(rows("grandchild"), &[3]),
        part(plain(Kind::Index, "i"), 3),
    ]);
    schedule.do_it(&[1, 2, 3, 5]);
    assert_eq!(schedule.now(), [0; 0]);
    schedule.do_it(&[4]);
    assert_eq!(schedule.now(), [6]);
}

#[test]
fn rows_through_the_root_may_end_up_anywhere() {
    let mut entries = partitions();
    entries[8].data.as_mut().expect("these are rows").via_root = true;
    let mut schedule = schedule(entries);
    schedule.do_it(&[1, 2, 3, 4, 5, 6, 7, 8]);
    assert_eq!(schedule.now(), [0; 0]);
    schedule.do_it(&[9]);
    assert_eq!(schedule.now(), [10, 11, 12, 13]);
}

#[test]
fn a_batch_holds_what_builds_on_itself() {
    let mut schedule = schedule(vec![
        plain(Kind::Schema, "s"),
        on(table("a"), &[1]),
        part(plain(Kind::Comment, "TABLE a"), 2),
        on(table("b"), &[1, 2]),
        on(rows("a"), &[2]),
        part(plain(Kind::Index, "i"), 2),
    ]);
    let ids = |batch: Vec<EntryId>| batch.iter().map(|id| id.0).collect::<Vec<_>>();
    assert_eq!(ids(schedule.batch(3)), [1, 2, 3]);
    assert_eq!(schedule.now(), [0; 0], "the rest waits for the batch");
    for id in [1, 2, 3] {
        schedule.finished(EntryId(id));
    }
    assert_eq!(ids(schedule.batch(100)), [4]);
    assert!(
        !schedule.accepts_rows(EntryId(5)),
        "a batch that runs is no batch that is done"
    );
    schedule.finished(EntryId(4));
    assert!(schedule.accepts_rows(EntryId(5)));
    assert_eq!(ids(schedule.batch(100)), [0; 0], "the index waits for the rows");
}

#[test]
fn what_needs_a_failed_entry_is_skipped() {
    let mut schedule = schedule(vec![
        table("a"),
        table("b"),
        on(rows("a"), &[1]),
        on(rows("b"), &[2]),
        part(plain(Kind::Index, "a_i"), 1),
        part(plain(Kind::Comment, "INDEX a_i"), 5),
        part(plain(Kind::Index, "b_i"), 2),
        part(plain(Kind::Acl, "TABLE b"), 2),
    ]);
    schedule.do_it(&[2]);
    assert!(schedule.start(EntryId(1)));
    assert_eq!(schedule.failed(EntryId(1)), [EntryId(3), EntryId(5), EntryId(6)]);
    assert!(!schedule.accepts_rows(EntryId(3)));
    schedule.do_it(&[4, 7]);
    assert_eq!(schedule.now(), [8], "the rest goes on");
    schedule.do_it(&[8]);
    assert!(schedule.is_done());
}

#[test]
fn a_batch_that_fails_in_the_middle_loses_what_needs_it() {
    let mut schedule = schedule(vec![table("a"), on(table("b"), &[1]), table("c")]);
    assert_eq!(schedule.batch(9).len(), 3);
    assert_eq!(schedule.failed(EntryId(1)), [EntryId(2)]);
    schedule.finished(EntryId(2));
    schedule.finished(EntryId(3));
    assert!(schedule.is_done());
}

#[test]
fn a_circle_is_reported() {
    let mut schedule = schedule(vec![on(table("a"), &[2]), on(table("b"), &[1]), table("c")]);
    schedule.do_it(&[3]);
    assert_eq!(schedule.now(), [0; 0]);
    assert_eq!(schedule.unfinished(), [EntryId(1), EntryId(2)]);
}

#[test]
fn a_dependency_on_a_later_stage_is_no_circle() {
    let mut schedule = schedule(vec![on(table("a"), &[2, 99]), part(plain(Kind::Index, "i"), 1)]);
    schedule.do_it(&[1, 2]);
    assert!(schedule.is_done());
}

#[test]
fn eighty_thousand_entries_take_no_time() {
    let mut entries = vec![table("root")];
    for at in 0..20_000u32 {
        let child = 2 + at * 4;
        entries.push(table(&format!("p{at}")));
        entries.push(on(plain_attach(&format!("p{at}")), &[1, child]));
        entries.push(on(rows(&format!("p{at}")), &[child]));
        entries.push(part(plain(Kind::Index, &format!("i{at}")), child));
    }
    entries.push(part(plain(Kind::Index, "root_i"), 1));
    let mut schedule = schedule(entries);
    let mut ended = 0;
    while !schedule.is_done() {
        let mut batch = schedule.batch(100);
        if batch.is_empty() {
            batch = (0..20_000).map(|at| EntryId(4 + at * 4)).collect();
            batch.iter().for_each(|&id| assert!(schedule.start(id)));
        }
        ended += batch.len();
        batch.into_iter().for_each(|id| schedule.finished(id));
    }
    assert_eq!(ended, 80_002);
}
