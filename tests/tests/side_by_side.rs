//! Copies made by several sessions on either side, judged: every fixture, in every way that lanes of a dump
//! can meet sessions of a load.

use pgx_tests::{Cluster, Database, Finished, Fixture, MAJORS, Pipe, Scratch, campaign, judge, tool};

/// How a copy is made.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Through a pipe, with these flags on either side.
    Pipe(&'static str, &'static str),
    /// Through a file, with these flags on either side.
    File(&'static str, &'static str),
}

const WAYS: [Way; 6] = [
    Way::Pipe("-j4", "-j4"),
    Way::File("-j4", "-j4"),
    Way::Pipe("-j8", "-j1"),
    Way::Pipe("-j1", "-j8"),
    Way::Pipe("-j4", "-1"),
    // Next to no rows may wait, so sessions change from part to part all the time.
    Way::Pipe("-j8", "-j2 --buffer=1MB"),
];

impl Way {
    fn copy(self, source: &Database, target: &Database) -> Finished {
        match self {
            Way::Pipe(lanes, sessions) => Pipe::of(&mut dump(source, lanes)).to(&mut load(target, sessions)).run(),
            Way::File(lanes, sessions) => {
                let scratch = Scratch::new();
                let file = scratch.path().join("app.pgx");
                let finished = Pipe::of(dump(source, lanes).arg("-f").arg(&file)).run();
                match finished.complaint() {
                    Some(_) => finished,
                    None => Pipe::of(load(target, sessions).arg(&file)).run(),
                }
            }
        }
    }
}

fn dump(source: &Database, flags: &str) -> std::process::Command {
    let mut command = tool("pgx-dump");
    command.args(flags.split(' ')).args(["-d", &source.url()]);
    command
}

fn load(target: &Database, flags: &str) -> std::process::Command {
    let mut command = tool("pgx-load");
    command.args(flags.split(' ')).args(["-d", &target.url()]);
    command
}

/// Gives the lanes something to do: a dump opens no more of them than its rows are worth.
fn with_ballast(database: &Database) {
    database.sql(
        "CREATE SCHEMA ballast;
         CREATE TABLE ballast.large (id integer PRIMARY KEY, x text);
         ALTER TABLE ballast.large ALTER x SET STORAGE EXTERNAL;
         INSERT INTO ballast.large SELECT i, repeat(md5(i::text), 100) FROM generate_series(1, 5000) i;
         CREATE TABLE ballast.middling AS SELECT * FROM ballast.large LIMIT 800;
         CREATE INDEX ON ballast.middling (id)",
    );
}

/// What went wrong between `source` and an empty database of the same server, if anything did.
fn flaw(source: &Database, target: &Cluster, fixture: &Fixture, way: Way) -> Option<String> {
    let copy = target.database("copy");
    fixture.make_roles(&copy);
    let complaint = way.copy(source, &copy).complaint();
    complaint.or_else(|| judge(source, &copy).difference())
}

/// In a campaign a fixture goes every way, otherwise the fixtures share them out.
fn ways(number: usize) -> Vec<Way> {
    campaign(vec![WAYS[number % WAYS.len()]], WAYS.to_vec())
}

fn copies(major: u32) {
    let cluster = Cluster::shared(major);
    let mut failures = Vec::new();
    for (number, fixture) in Fixture::all().iter().enumerate() {
        if !fixture.runs_on(major) {
            continue;
        }
        let source = cluster.filled(fixture);
        with_ballast(&source);
        for way in ways(number) {
            if let Some(flaw) = flaw(&source, cluster, fixture, way) {
                failures.push(format!("==== {}, {major}, {way:?}\n{flaw}", fixture.name()));
            }
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}

#[test]
fn many_lanes_and_many_sessions_make_true_copies() {
    for major in campaign(&[18][..], &MAJORS[..]) {
        copies(*major);
    }
}

#[test]
fn a_shop_of_some_size_goes_every_way() {
    let cluster = Cluster::shared(18);
    let shop = Fixture::shop_of(campaign(60, 400));
    let source = cluster.filled(&shop);
    for way in WAYS {
        assert_eq!(flaw(&source, cluster, &shop, way), None, "{way:?}");
    }
}

#[test]
fn a_server_that_lets_in_few_sessions_is_loaded_with_those() {
    let cluster = Cluster::shared(18);
    let few = Cluster::private(
        18,
        &[
            "max_connections=3",
            "superuser_reserved_connections=0",
            "max_wal_senders=0",
            "wal_level=replica",
        ],
    );
    let shop = Fixture::shop_of(20);
    let source = cluster.filled(&shop);
    let copy = few.database("copy");
    shop.make_roles(&copy);
    let finished = Way::Pipe("-j4", "-j8").copy(&source, &copy);
    assert_eq!(finished.complaint(), None);
    let said = &finished.stages[1].stderr;
    assert!(said.contains("warning: loading with 2 sessions"), "{said}");
    judge(&source, &copy).expect_equal();
}

#[test]
fn a_server_that_lets_out_few_sessions_is_dumped_with_those() {
    let few = Cluster::private(
        18,
        &[
            "max_connections=3",
            "superuser_reserved_connections=0",
            "max_wal_senders=0",
            "wal_level=replica",
        ],
    );
    let shop = Fixture::shop_of(60);
    let source = few.filled(&shop);
    let copy = Cluster::shared(18).database("copy");
    shop.make_roles(&copy);
    let finished = Way::Pipe("-j8", "-j2").copy(&source, &copy);
    assert_eq!(finished.complaint(), None);
    let said = &finished.stages[0].stderr;
    assert!(said.contains("warning: reading with 3 sessions"), "{said}");
    judge(&source, &copy).expect_equal();
}
