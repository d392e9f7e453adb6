//! What is copied: one row for each workload.

use pgx_tests::{Cluster, Database};

/// A database to copy, and what we expect of copying it.
#[derive(Debug)]
pub struct Workload {
    /// What it is called on the command line.
    pub name: &'static str,
    /// What it is, in a few words.
    pub about: &'static str,
    /// How many times as fast as the best stock way it should be copied.
    pub aim: Option<f64>,
    /// What is done with it.
    pub task: Task,
    /// Runs that are enough however many are asked for, where stock tools take very long.
    pub runs_at_most: usize,
    /// Whether it has so many files that their removal would slow down who makes files next: some file systems
    /// (ext4) look at every inode that was freed within a minute or more. Copies then stay until the end.
    pub many_files: bool,
    script: &'static str,
    /// The script's variable that says how big it is, and its value at scale 1.
    size: (&'static str, u32),
}

/// What the tools have to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Copy the database into an empty one.
    Copy,
    /// The same, with servers so far away that every message takes [`crate::far::ONE_WAY`].
    CopyFar,
    /// Write the definitions only.
    Definitions,
}

/// Every workload, in the order of the report.
pub const ALL: &[Workload] = &[
    Workload {
        name: "shop",
        about: "a shop: mixed types, foreign keys, partitions, over twenty indexes",
        aim: Some(1.15),
        task: Task::Copy,
        runs_at_most: usize::MAX,
        many_files: false,
        script: include_str!("../shop.sql"),
        size: ("size", 1000),
    },
    Workload {
        name: "one-table",
        about: "one big table with three indexes",
        aim: Some(1.4),
        task: Task::Copy,
        runs_at_most: usize::MAX,
        many_files: false,
        script: include_str!("workloads/one_table.sql"),
        size: ("rows", 3_900_000),
    },
    Workload {
        name: "many-tables",
        about: "2,000 small tables with indexes, triggers and views",
        aim: Some(2.0),
        task: Task::Copy,
        runs_at_most: usize::MAX,
        many_files: true,
        script: include_str!("workloads/many_tables.sql"),
        size: ("tables", 2_000),
    },
    Workload {
        name: "large-objects",
        about: "20,000 large objects of 8 kB",
        aim: Some(2.2),
        task: Task::Copy,
        runs_at_most: usize::MAX,
        many_files: false,
        script: include_str!("workloads/large_objects.sql"),
        size: ("objects", 20_000),
    },
    Workload {
        name: "many-tables-20ms",
        about: "the 2,000 small tables, both servers 20 ms away",
        aim: Some(10.0),
        task: Task::CopyFar,
        runs_at_most: 1,
        many_files: true,
        script: include_str!("workloads/many_tables.sql"),
        size: ("tables", 2_000),
    },
    Workload {
        name: "catalog",
        about: "definitions only, of 20,000 tables",
        aim: None,
        task: Task::Definitions,
        runs_at_most: usize::MAX,
        many_files: false,
        script: include_str!("workloads/catalog.sql"),
        size: ("tables", 20_000),
    },
];

/// Roles that the scripts' privileges name.
pub const ROLES: [&str; 2] = ["shop_clerk", "shop_reports"];

impl Workload {
    /// Makes the database, as big as at scale 1 times `scale`.
    pub fn fill<'a>(&self, cluster: &'a Cluster, scale: f64) -> Database<'a> {
        let database = cluster.database("source");
        let (variable, size) = self.size;
        let size = (f64::from(size) * scale).round().max(1.0);
        database.script(self.script.as_bytes(), &[&format!("{variable}={size}")]);
        database.sql("VACUUM (ANALYZE)");
        database
    }
}
