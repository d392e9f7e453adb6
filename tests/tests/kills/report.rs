//! Whether what a load says of the target is true.

use pgx_tests::{Database, Pipe, tool};

use crate::run::Ends;
use crate::scene::{SESSIONS, Scene, rows_of};

/// Compares what a load that failed said with what is there. What it is said not to know is not.
pub fn expect_true(scene: &Scene, target: &Database, ends: &Ends) {
    let said = &ends.load.stages[0].stderr;
    let rows = rows_of(target);
    if ends.load.codes() == [None] || said.contains("is not known") {
        return;
    }
    let Some((_, numbers)) = said.split_once("the target has ") else {
        assert!(rows.is_empty(), "there is something: {rows:?}\n{}", ends.said());
        return;
    };
    let numbers = numbers.lines().next().unwrap_or_default();
    let numbers: Vec<u64> = numbers
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|number| number.parse().ok())
        .collect();
    let [definitions, complete, of, all] = numbers[..] else {
        panic!("there are four numbers: {numbers:?}\n{said}")
    };
    let are = |name: &String, rows: &u64| scene.rows.contains(&(name.clone(), *rows));
    let there = rows.iter().filter(|(name, rows)| are(name, rows)).count() as u64;
    let sum = rows.iter().map(|(_, rows)| rows).sum::<u64>();
    assert_eq!((of, all), (scene.rows.len() as u64, sum), "{rows:?}\n{said}");
    // Each session may have put the last rows of a table in, and not heard that they were the last.
    let unheard = there.checked_sub(complete);
    assert!(unheard.is_some_and(|unheard| unheard <= SESSIONS), "{rows:?}\n{said}");
    if let Some(made) = made(target) {
        assert_eq!(definitions, made, "{said}");
    }
}

/// How many definitions the ledger of a target has; none where there is no ledger.
fn made(target: &Database) -> Option<u64> {
    let status = Pipe::of(tool("pgx-load").args(["--status", "--json", "-d", &target.url()])).run();
    if status.codes() != [Some(0)] {
        return None;
    }
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).expect("it is JSON");
    status["definitions"].as_u64()
}
