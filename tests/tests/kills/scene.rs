//! What is copied, and where to.

use std::process::Command;

use pgx_tests::{Cluster, Database, Fixture, Judge, tool};

use crate::moment::{Course, Moment};
use crate::run::Run;

/// Tables with rows that the copy has in common with its source: how many, and of how many rows.
const ROWS: &str = "
    SELECT format('SELECT %L, count(*) FROM ONLY %s', c.oid::regclass, c.oid::regclass)
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND n.nspname <> 'pgx_ledger' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'
    ORDER BY 1 \\gexec
    SELECT 'large objects', count(*) FROM (SELECT DISTINCT loid FROM pg_largeobject) o HAVING count(*) > 0";

/// Sessions of a load.
pub const SESSIONS: u64 = 2;

/// A source, a server for targets, and how a copy between them goes.
pub struct Scene {
    /// What is copied.
    pub source: &'static Database<'static>,
    /// Whether a copy is like it.
    pub judge: Judge<'static>,
    /// The same of a copy that was whole when its server crashed, and took from unlogged tables what it takes.
    pub crashed: Judge<'static>,
    /// Where to.
    pub server: Cluster,
    /// Every table of the source, with its number of rows.
    pub rows: Vec<(String, u64)>,
    course: Course,
}

impl Scene {
    /// A shop, a table that is committed in several pieces, one without a log, and large objects.
    pub fn new() -> Scene {
        // It stays as long as its server.
        let source: &Database = Box::leak(Box::new(Cluster::shared(18).filled(&Fixture::shop())));
        source.sql(
            "INSERT INTO shop.audit (what) VALUES ('a table without rows is complete at once');
             CREATE SCHEMA ballast;
             CREATE UNLOGGED TABLE ballast.forgetful (id integer PRIMARY KEY, x text);
             INSERT INTO ballast.forgetful SELECT i, md5(i::text) FROM generate_series(1, 5000) i;
             CREATE TABLE ballast.large (id integer PRIMARY KEY, x text);
             ALTER TABLE ballast.large ALTER x SET STORAGE EXTERNAL;
             INSERT INTO ballast.large SELECT i, repeat(md5(i::text), 100) FROM generate_series(1, 600) i;
             SELECT count(lo_from_bytea(0, repeat(md5(i::text), 100)::bytea)) FROM generate_series(1, 20) i;",
        );
        let server = Cluster::private(18, &["synchronous_commit=on"]);
        Fixture::shop().make_roles(&server.lasting("postgres"));
        let rows = rows_of(source);
        assert!(
            rows.iter().all(|(_, rows)| *rows > 0),
            "an empty table is complete at once: {rows:?}"
        );
        let target = server.database("whole");
        let (ends, rest) = Run::whole(&mut dump(source), load(&target));
        assert!(ends.is_whole(), "{}", ends.said());
        let length = ends.passed;
        drop(target);
        Scene {
            source,
            judge: Judge::of(source),
            crashed: Judge::of(after_a_crash(source)),
            server,
            rows,
            course: Course { length, rest },
        }
    }

    /// # Panics
    /// When a copy is not like its source; where its server `has_crashed` since it was whole, but for what that does.
    pub fn expect_like(&self, copy: &Database, has_crashed: bool) {
        match self.judge.judge(copy).difference() {
            Some(_) if has_crashed => self.crashed.judge(copy).expect_equal(),
            Some(difference) => panic!("the copy differs from its source\n{difference}"),
            None => {}
        }
    }

    /// When things go wrong; for each fault by its number.
    pub fn moments(&self, number: usize) -> Vec<Moment> {
        self.course.moments(number)
    }

    /// The source, and the server of the target.
    pub fn ends(&self) -> (&Database<'static>, &Cluster) {
        (self.source, &self.server)
    }
}

/// The same database with empty unlogged tables.
fn after_a_crash(source: &'static Database<'static>) -> &'static Database<'static> {
    let (cluster, name) = (source.cluster(), format!("{}_crashed", source.name()));
    cluster
        .lasting("postgres")
        .sql(&format!("CREATE DATABASE \"{name}\" TEMPLATE \"{}\"", source.name()));
    let crashed = Box::leak(Box::new(cluster.lasting(&name)));
    crashed.sql("TRUNCATE ballast.forgetful, shop.baskets");
    let unlogged = "SELECT count(*) FROM pg_class WHERE relkind = 'r' AND relpersistence = 'u'";
    assert_eq!(crashed.sql(unlogged).trim(), "2");
    crashed
}

/// A dump by two lanes.
pub fn dump(source: &Database) -> Command {
    let mut dump = tool("pgx-dump");
    dump.args(["-j2", "-d", &source.url()]);
    dump
}

/// A load that commits often.
pub fn load(target: &Database) -> Command {
    let mut load = tool("pgx-load");
    load.args(["-j", &SESSIONS.to_string(), "--buffer", "1MB", "-d", &target.url()]);
    load
}

/// Every table with its number of rows, and the large objects.
pub fn rows_of(database: &Database) -> Vec<(String, u64)> {
    let line = |line: &str| {
        let (name, rows) = line.split_once('|').expect("a line has two columns");
        (name.to_owned(), rows.parse().expect("a count is a number"))
    };
    database.sql(ROWS).lines().map(line).collect()
}
