//! `pgx-dump --inconsistent --resume`: the rest of a dump that nobody holds, from a new moment. Whole tables stay as
//! they were, all others are as they are now, and nothing is in between; what does not fit is refused.

use std::path::PathBuf;
use std::process::Command;

use pgx_tests::{Cluster, Database, Finished, Pipe, Scratch, judge, tool};

/// Tables large enough for several commits, and what else changes with rows.
const TABLES: u32 = 5;

fn source() -> Database<'static> {
    let source = Cluster::shared(18).database("moments");
    for table in 1..=TABLES {
        source.sql(&format!(
            "CREATE TABLE t{table} (id serial PRIMARY KEY, moment text, x text);
             INSERT INTO t{table} (moment, x) SELECT 'first', repeat(md5(i::text), 8) FROM generate_series(1, 6000) i"
        ));
    }
    source.sql(
        "SELECT lo_from_bytea(70000 + i, repeat('first ', 20000)::bytea) FROM generate_series(1, 30) i;
         CREATE UNLOGGED TABLE forgetful AS SELECT i AS id, 'first' AS moment FROM generate_series(1, 1000) i",
    );
    source
}

/// A dump of a source, which nobody holds, and a target that has a part of it.
struct Broken {
    source: Database<'static>,
    target: Database<'static>,
    token: String,
    _scratch: Scratch,
    stream: PathBuf,
}

impl Broken {
    fn at(percent: usize) -> Broken {
        let (source, target) = (source(), Cluster::shared(18).database("mended"));
        let scratch = Scratch::new();
        let stream = scratch.path().join("stream");
        let mut dump = tool("pgx-dump");
        dump.args(["-j1", "-Z", "none", "-d", &source.url(), "-f"]).arg(&stream);
        Pipe::of(&mut dump).run().expect_success();
        let length = std::fs::metadata(&stream).expect("it is there").len() as usize;
        let cut = (length * percent / 100).to_string();
        let finished = Pipe::of(Command::new("head").args(["-c", &cut]).arg(&stream))
            .to(&mut load(&target, &[]))
            .run();
        let said = &finished.stages[1].stderr;
        assert_eq!(finished.codes()[1], Some(3), "{said}");
        assert!(
            said.contains("--inconsistent takes the rest as it stands now"),
            "{said}"
        );
        let token = Pipe::of(tool("pgx-load").args(["--print-token", "-d", &target.url()])).run();
        let token = String::from_utf8(token.expect_success()).expect("it is ASCII");
        Broken {
            source,
            target,
            token: token.trim().to_owned(),
            _scratch: scratch,
            stream,
        }
    }

    /// Broken there or a little before, where something was committed of a table that is not whole: which commits were made by then
    /// is chance.
    fn amid(percent: usize) -> Broken {
        let begun = "SELECT count(DISTINCT entry) FROM pgx_ledger.filled f
             WHERE NOT EXISTS (SELECT FROM pgx_ledger.filled g WHERE g.entry = f.entry AND g.finished)";
        let mut tries = (percent - 9..=percent).rev().map(Broken::at);
        let broken = tries.find(|broken| broken.target.sql(begun).trim() != "0");
        broken.expect("commits come often")
    }

    /// Time goes on: every row and every large object changes, and there are more of them.
    fn go_on(&self) {
        for table in 1..=TABLES {
            self.source.sql(&format!(
                "UPDATE t{table} SET moment = 'second'; INSERT INTO t{table} (moment, x) SELECT 'second', 'x' FROM generate_series(1, 500)"
            ));
        }
        self.source.sql(
            "SELECT lo_truncate(lo_open(70000 + i, 131072), 0), lo_put(70000 + i, 0, 'second') FROM generate_series(1, 30) i;
             UPDATE forgetful SET moment = 'second'",
        );
    }

    fn rest(&self, source: &Database, flags: &[&str]) -> Command {
        let mut dump = tool("pgx-dump");
        dump.args(["--inconsistent", "--resume", &self.token, "-d", &source.url()])
            .args(flags);
        dump
    }

    fn mend(&self, flags: &[&str]) -> Finished {
        Pipe::of(&mut self.rest(&self.source, &[]))
            .to(load(&self.target, &["--resume"]).args(flags))
            .run()
    }
}

/// A load of which little waits, so that commits come often.
fn load(target: &Database, flags: &[&str]) -> Command {
    let mut load = tool("pgx-load");
    load.args(["-j2", "--buffer", "1MB", "-d", &target.url()]).args(flags);
    load
}

#[test]
fn every_table_is_of_one_moment() {
    // Amid a table, and about where large objects begin.
    for percent in [55, 80] {
        every_table_is_of_one_moment_after(Broken::amid(percent));
    }
}

fn every_table_is_of_one_moment_after(broken: Broken) {
    broken.go_on();
    let finished = broken.mend(&["--verify"]);
    let complaint = finished.complaint();
    assert_eq!(complaint, None);
    let warnings: Vec<&str> = finished.stages.iter().map(|stage| stage.stderr.as_str()).collect();
    assert!(warnings[0].contains("the rest is of another moment"), "{warnings:?}");
    assert!(
        warnings[1].contains("rows of tables that were not whole are taken back"),
        "{warnings:?}"
    );
    let mut moments = Vec::new();
    for table in 1..=TABLES {
        let moment = broken.target.sql(&format!(
            "SELECT string_agg(DISTINCT moment, ' '), count(*) FROM t{table}"
        ));
        moments.push(moment.trim().to_owned());
        let next = broken.target.sql(&format!("SELECT last_value FROM t{table}_id_seq"));
        assert_eq!(next.trim(), "6500", "a sequence is never behind its rows");
    }
    moments.sort();
    let [first, .., last] = &moments[..] else {
        panic!("there are tables")
    };
    assert_eq!((first.as_str(), last.as_str()), ("first|6000", "second|6500"));
    moments.dedup();
    assert_eq!(moments.len(), 2, "{moments:?}");
    let objects = broken
        .target
        .sql("SELECT DISTINCT left(convert_from(lo_get(oid), 'UTF8'), 6) FROM pg_largeobject_metadata");
    assert!(["first \n", "second\n"].contains(&objects.as_str()), "{objects}");
    assert_eq!(
        broken
            .target
            .sql("SELECT count(*) FROM pg_namespace WHERE nspname = 'pgx_ledger'"),
        "0\n"
    );
}

#[test]
fn where_nothing_has_changed_the_copy_is_the_source() {
    let broken = Broken::at(80);
    let finished = broken.mend(&[]);
    assert_eq!(finished.complaint(), None);
    judge(&broken.source, &broken.target).expect_equal();
}

#[test]
fn what_does_not_fit_is_refused() {
    let broken = Broken::at(55);
    let refused = |dump: &mut Command, status: i32, words: &str| {
        let finished = Pipe::of(dump).run();
        let said = finished.said(status);
        assert!(said.contains(words), "{said}");
        finished.stdout
    };
    // Who holds nothing says what else there is.
    let scratch = Scratch::new();
    let place = scratch.path().join("hold");
    let mut held = tool("pgx-dump");
    held.args(["--resume", &broken.token]).env("PGX_HOLD_DIR", &place);
    refused(&mut held, 1, "--inconsistent sends the rest as it stands now");

    // Another selection, another database with the same tables, an edited token.
    let other = "the definitions are not those of the dump that the token is of";
    refused(&mut broken.rest(&broken.source, &["-t", "t1"]), 1, other);
    let copy = Cluster::shared(18).database("copy");
    copy.copy_by_stock(&broken.source);
    refused(&mut broken.rest(&copy, &[]), 1, other);
    let edited = broken.token.replace("pgx1.", "pgx1.0");
    let mut dump = tool("pgx-dump");
    dump.args(["--inconsistent", "--resume", &edited, "-d", &broken.source.url()]);
    refused(&mut dump, 2, "cut or edited");

    // The rest goes into no other target than the one that the token is of.
    let stranger = Cluster::shared(18).database("stranger");
    let finished = Pipe::of(&mut broken.rest(&broken.source, &[]))
        .to(&mut load(&stranger, &["--resume"]))
        .run();
    let said = &finished.stages[1].stderr;
    assert_eq!(finished.codes()[1], Some(1), "{said}");
    assert!(said.contains("there is nothing to resume"), "{said}");
    let finished = Pipe::of(&mut broken.rest(&broken.source, &[]))
        .to(&mut load(&stranger, &[]))
        .run();
    let said = &finished.stages[1].stderr;
    assert_eq!(finished.codes()[1], Some(1), "{said}");
    assert!(
        said.contains("the rest of a dump whose beginning is elsewhere"),
        "{said}"
    );

    // Nor does it go in filtered on its way in another way than the first leg was.
    let finished = Pipe::of(&mut broken.rest(&broken.source, &[]))
        .to(tool("pgx-filter").args(["-T", "t5"]))
        .to(&mut load(&broken.target, &["--resume"]))
        .run();
    let said = &finished.stages[2].stderr;
    assert_eq!(finished.codes()[2], Some(1), "{said}");
    assert!(said.contains("it is of another part of the archive"), "{said}");

    // A token that was printed before more came: what is there comes again.
    let rest = Pipe::of(&mut broken.rest(&broken.source, &[])).run().expect_success();
    let rest = scratch.file("rest", &rest);
    let half = std::fs::read(&broken.stream).expect("it is there");
    let more = scratch.file("more", &half[..half.len() * 9 / 10]);
    Pipe::of(load(&broken.target, &["--resume"]).arg(more)).run().said(3);
    let finished = Pipe::of(load(&broken.target, &["--resume"]).arg(rest)).run();
    let said = finished.said(1);
    assert!(
        said.contains("its rows are in the target, and come again from another moment"),
        "{said}"
    );

    // A change of definitions, which reaches the loader as the cause.
    broken.source.sql("ALTER TABLE t1 ADD later integer");
    let finished = Pipe::of(&mut broken.rest(&broken.source, &[]))
        .to(&mut load(&broken.target, &["--resume"]))
        .run();
    assert_eq!(finished.codes(), [Some(1), Some(3)], "{:?}", finished.complaint());
    for stage in &finished.stages {
        assert!(stage.stderr.contains(other), "{}", stage.stderr);
    }
}
