//! A dump by many lanes shows one moment of its source, whatever is written meanwhile.

use std::process::Command;

use pgx_tests::{Cluster, Database, Pipe, Running, campaign, judge, stock, tool, wait_until};

/// pgbench's database. Pages that are mostly empty make parts of few rows.
fn bank(cluster: &Cluster) -> Database<'_> {
    let database = cluster.database("bank");
    let (scale, fill) = campaign(("4", "16"), ("20", "90"));
    pgbench(&database, &["-i", "-q", "-s", scale, "-F", fill]).run_to_its_end();
    database
}

struct Bench(Command);

fn pgbench(database: &Database, flags: &[&str]) -> Bench {
    let mut command = stock("pgbench");
    command.args(flags).arg(database.url());
    Bench(command)
}

impl Bench {
    fn run_to_its_end(mut self) {
        Running::start(&mut self.0).end().expect_success();
    }

    /// Four clients that write for as long as the value lives.
    fn writers(database: &Database) -> Running {
        let writers = Running::start(&mut pgbench(database, &["-n", "-c", "4", "-T", "600"]).0);
        wait_until("something was written", || sums(database).history > 100);
        writers
    }
}

/// What a bank's books say.
#[derive(Debug, PartialEq)]
struct Sums {
    accounts: i64,
    tellers: i64,
    branches: i64,
    deltas: i64,
    history: i64,
}

fn sums(database: &Database) -> Sums {
    let line = database.sql(
        "SELECT (SELECT sum(abalance) FROM pgbench_accounts), (SELECT sum(tbalance) FROM pgbench_tellers),
                (SELECT sum(bbalance) FROM pgbench_branches), coalesce(sum(delta), 0), count(*) FROM pgbench_history",
    );
    let numbers: Vec<i64> = line
        .trim()
        .split('|')
        .map(|number| number.parse().expect("it is a number"))
        .collect();
    let [accounts, tellers, branches, deltas, history] = numbers[..] else {
        panic!("five numbers, not {line}");
    };
    Sums {
        accounts,
        tellers,
        branches,
        deltas,
        history,
    }
}

/// Copies of what is being written, through `reading`, all of them balanced.
fn copies_are_balanced(reading: &dyn Fn() -> Command, writing: &Database) {
    let mut before = sums(writing).history;
    for run in 0..campaign(2, 5) {
        let copy = Cluster::shared(18).database("copy");
        let finished = Pipe::of(reading().args(["-v", "-j4"]))
            .to(tool("pgx-load").args(["-j4", "-d", &copy.url()]))
            .run();
        assert_eq!(finished.complaint(), None, "run {run}");
        assert!(
            finished.stages[0].stderr.contains("(part 2 of "),
            "{}",
            finished.stages[0].stderr
        );
        let found = sums(&copy);
        let balanced = Sums {
            accounts: found.deltas,
            tellers: found.deltas,
            branches: found.deltas,
            ..found
        };
        assert_eq!(found, balanced, "run {run}");
        assert!(found.history >= before, "run {run}: {} rows of {before}", found.history);
        before = found.history;
        assert!(
            sums(writing).history > before,
            "run {run}: nothing was written meanwhile"
        );
    }
}

#[test]
fn a_bank_that_is_written_to_stays_balanced_in_its_copy() {
    let bank = bank(Cluster::shared(18));
    let _writers = Bench::writers(&bank);
    let dump = || {
        let mut dump = tool("pgx-dump");
        dump.args(["-d", &bank.url()]);
        dump
    };
    copies_are_balanced(&dump, &bank);
}

#[test]
fn a_standby_of_a_bank_gives_balanced_copies() {
    let primary = Cluster::private(18, &[]);
    let bank = bank(&primary);
    let standby = primary.standby();
    let _writers = Bench::writers(&bank);
    let url = standby.url(bank.name());
    let dump = || {
        let mut dump = tool("pgx-dump");
        dump.args(["-d", &url]);
        dump
    };
    copies_are_balanced(&dump, &bank);
}

#[test]
fn many_lanes_read_a_standby_as_it_is() {
    let primary = Cluster::private(18, &[]);
    let source = primary.filled(&pgx_tests::Fixture::shop_of(40));
    // What is not logged does not reach a standby.
    source.sql("TRUNCATE shop.baskets");
    let standby = primary.standby();
    let copy = Cluster::shared(18).database("copy");
    pgx_tests::Fixture::shop().make_roles(&copy);
    let copied = Pipe::of(tool("pgx-dump").args(["-j4", "-d", &standby.url(source.name())]))
        .to(tool("pgx-load").args(["-j4", "-d", &copy.url()]))
        .run();
    copied.said(0);
    let said = &copied.stages[0].stderr;
    assert!(
        said.contains("warning: rows of shop.baskets stay behind: it is unlogged"),
        "{said}"
    );
    judge(&source, &copy).expect_equal();
}
