//! Who runs the race: the ways to copy a database, or to write its definitions.

use std::path::{Path, PathBuf};
use std::process::Command;

use pgx_tests::tool;

use crate::clients::Clients;
use crate::workload::Task;

/// A way to do the task.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// Ours, with its ANALYZE, which is the default.
    Pgx,
    /// Ours, told not to ANALYZE.
    PgxWithoutAnalyze,
    /// Stock, a script.
    Script,
    /// Stock, an archive through a pipe.
    Archive,
    /// Stock, two processes into a directory, then two out of it.
    Directory,
    /// Ours, definitions as a script.
    PgxDefinitions,
    /// Ours, definitions as a stream.
    PgxDefinitionsStream,
    /// Stock, definitions as a script.
    Definitions,
}

/// From where to where.
#[derive(Clone, Debug)]
pub struct Journey {
    /// URL of the source.
    pub source: String,
    /// URL of the target.
    pub target: String,
    /// A directory for what is in between.
    pub scratch: PathBuf,
}

/// Processes of stock tools that can have several: as many as issue and machine have in mind.
const JOBS: &str = "-j2";

impl Way {
    /// All ways to do a task.
    pub fn to(task: Task) -> &'static [Way] {
        match task {
            Task::Copy | Task::CopyFar => &[
                Way::Pgx,
                Way::Script,
                Way::PgxWithoutAnalyze,
                Way::Archive,
                Way::Directory,
            ],
            Task::Definitions => &[Way::PgxDefinitions, Way::Definitions, Way::PgxDefinitionsStream],
        }
    }

    /// What one would type.
    pub fn name(self) -> &'static str {
        match self {
            Way::Pgx => "pgx-dump | pgx-load",
            Way::PgxWithoutAnalyze => "pgx-dump | pgx-load --no-analyze",
            Way::Script => "pg_dump | psql",
            Way::Archive => "pg_dump -Fc | pg_restore",
            Way::Directory => "pg_dump -Fd -j2, pg_restore -j2",
            Way::PgxDefinitions => "pgx-dump -s -F plain",
            Way::PgxDefinitionsStream => "pgx-dump -s",
            Way::Definitions => "pg_dump -s",
        }
    }

    /// Whether it is ours.
    pub fn is_ours(self) -> bool {
        self.name().starts_with("pgx")
    }

    /// Whether its copies have no statistics yet.
    pub fn leaves_analyze(self) -> bool {
        matches!(self, Way::Script | Way::Archive | Way::Directory)
    }

    /// What is run, one pipe after another.
    pub fn pipes(self, clients: &Clients, journey: &Journey) -> Vec<Vec<Command>> {
        let Journey {
            source,
            target,
            scratch,
        } = journey;
        let directory = scratch.join("directory");
        let ours = |program: &str, arguments: &[&str]| with(tool(program), arguments);
        let stock = |program: &str, arguments: &[&str]| with(clients.command(program), arguments);
        match self {
            Way::Pgx => vec![vec![
                ours("pgx-dump", &["-d", source]),
                ours("pgx-load", &["-d", target]),
            ]],
            Way::PgxWithoutAnalyze => vec![vec![
                ours("pgx-dump", &["-d", source]),
                ours("pgx-load", &["-d", target, "--no-analyze"]),
            ]],
            Way::Script => vec![vec![
                stock("pg_dump", &["-d", source]),
                stock("psql", &["-X", "-q", "-d", target]),
            ]],
            Way::Archive => vec![vec![
                stock("pg_dump", &["-Fc", "-d", source]),
                stock("pg_restore", &["-d", target]),
            ]],
            Way::Directory => vec![
                vec![on(stock("pg_dump", &["-Fd", JOBS, "-d", source, "-f"]), &directory)],
                vec![on(stock("pg_restore", &[JOBS, "-d", target]), &directory)],
            ],
            Way::PgxDefinitions => vec![vec![ours("pgx-dump", &["-s", "-F", "plain", "-d", source])]],
            Way::PgxDefinitionsStream => vec![vec![ours("pgx-dump", &["-s", "-d", source])]],
            Way::Definitions => vec![vec![stock("pg_dump", &["-s", "-d", source])]],
        }
    }

    /// What gives the copy its statistics, where it has none.
    pub fn analyze(clients: &Clients, target: &str) -> Command {
        with(clients.command("vacuumdb"), &["-Z", "-q", JOBS, "-d", target])
    }
}

fn with(mut command: Command, arguments: &[&str]) -> Command {
    command.args(arguments);
    command
}

fn on(mut command: Command, path: &Path) -> Command {
    command.arg(path);
    command
}
