//! One workload, every way, several times, in turn; every copy is judged.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use pgx_tests::{Cluster, Database, Pipe, Scratch, comparable, difference, judge, tool};

use crate::clients::{Clients, server_time};
use crate::far::Far;
use crate::figures::Figures;
use crate::measure::{self, Cost};
use crate::say;
use crate::way::{Journey, Way};
use crate::workload::{Task, Workload};

/// The servers and tools of all races.
pub struct Course {
    /// Where databases are copied from.
    pub source: Cluster,
    /// Where they are copied to.
    pub target: Cluster,
    /// The long ways to both.
    pub far: (Far, Far),
    /// Stock tools.
    pub clients: Clients,
    /// Runs of each way.
    pub runs: usize,
    /// How big workloads are, compared with what they are meant to be.
    pub scale: f64,
    /// The ways that take part; all where none is named.
    pub only: Vec<String>,
}

/// What came of a workload.
pub struct Race {
    /// The workload.
    pub workload: &'static Workload,
    /// How big its database is, in bytes.
    pub size: u64,
    /// Each way with its runs.
    pub results: Vec<(Way, Vec<Run>)>,
    /// What went wrong.
    pub failures: Vec<(Way, String)>,
}

/// A run whose copy was found to be true.
#[derive(Clone, Debug)]
pub struct Run {
    /// From the first start to the last end.
    pub wall: Duration,
    /// How long vacuumdb took afterwards, where it is needed.
    pub analyze: Option<Duration>,
    /// What each program cost, vacuumdb aside.
    pub costs: Vec<Cost>,
    /// Processor time of both servers, vacuumdb's aside.
    pub servers: Option<Duration>,
}

impl Race {
    /// What is measured of a way's runs; nothing without runs.
    pub fn figures(&self, way: Way, measured: impl Fn(&Run) -> Option<f64>) -> Figures {
        let runs = self.results.iter().filter(|(of, _)| *of == way);
        runs.flat_map(|(_, runs)| runs).filter_map(measured).collect()
    }
}

impl Run {
    /// Seconds until the copy is there, statistics aside.
    pub fn seconds(&self) -> f64 {
        self.wall.as_secs_f64()
    }

    /// Seconds with those that vacuumdb took.
    pub fn seconds_with_analyze(&self) -> f64 {
        (self.wall + self.analyze.unwrap_or_default()).as_secs_f64()
    }

    /// Processor seconds of all programs.
    pub fn cpu(&self) -> f64 {
        self.costs.iter().map(|cost| cost.cpu.as_secs_f64()).sum()
    }

    /// Processor seconds of the servers.
    pub fn server_cpu(&self) -> Option<f64> {
        self.servers.map(|time| time.as_secs_f64())
    }
}

impl Course {
    /// Runs one workload.
    pub fn race(&self, workload: &'static Workload) -> Race {
        say(format_args!("{}: filling the source", workload.name));
        let source = workload.fill(&self.source, self.scale);
        let size = source.sql("SELECT pg_database_size(current_database())");
        let chosen = |way: &&Way| self.only.is_empty() || self.only.iter().any(|name| way.name() == name);
        let ways: Vec<Way> = Way::to(workload.task).iter().filter(chosen).copied().collect();
        let mut race = Race {
            workload,
            size: size.trim().parse().unwrap_or(0),
            results: ways.iter().map(|way| (*way, Vec::new())).collect(),
            failures: Vec::new(),
        };
        for round in 0..self.runs.min(workload.runs_at_most) {
            // Nobody is always the first, or always comes after the same one.
            for place in 0..ways.len() {
                let way = ways[(place + round) % ways.len()];
                if race.failures.iter().any(|(failed, _)| *failed == way) {
                    continue;
                }
                match self.run(workload, way, &source) {
                    Ok(run) => {
                        say(format_args!(
                            "{} run {}: {:.2} s{}, {}",
                            workload.name,
                            round + 1,
                            run.seconds(),
                            run.analyze
                                .map(|time| format!(" and {:.2} s for vacuumdb", time.as_secs_f64()))
                                .unwrap_or_default(),
                            way.name(),
                        ));
                        race.results
                            .iter_mut()
                            .filter(|(of, _)| *of == way)
                            .for_each(|(_, runs)| runs.push(run.clone()));
                    }
                    Err(failure) => {
                        say(format_args!("{}: {} FAILED: {failure}", workload.name, way.name()));
                        race.failures.push((way, failure));
                    }
                }
            }
        }
        race
    }

    fn run(&self, workload: &Workload, way: Way, source: &Database) -> Result<Run, String> {
        let scratch = Scratch::new();
        if workload.task == Task::Definitions {
            return self.definitions(way, source, scratch.path());
        }
        let target = self.target.database("copy");
        let run = self.copy(workload.task, way, (source, &target), scratch.path());
        if workload.many_files {
            // It goes with its server.
            std::mem::forget(target);
        }
        run
    }

    fn copy(
        &self,
        task: Task,
        way: Way,
        (source, target): (&Database, &Database),
        scratch: &Path,
    ) -> Result<Run, String> {
        let urls = match task {
            Task::CopyFar => (self.far.0.url(source), self.far.1.url(target)),
            _ => (source.url(), target.url()),
        };
        let journey = Journey {
            source: urls.0,
            target: urls.1,
            scratch: scratch.to_owned(),
        };
        let mut run = self.timed(way.pipes(&self.clients, &journey), None, scratch)?;
        if way.leaves_analyze() {
            let analyze = vec![Way::analyze(&self.clients, &journey.target)];
            run.analyze = Some(measure::run(analyze, None, scratch)?.0);
        }
        match judge(source, target).difference() {
            None => Ok(run),
            Some(difference) => Err(format!("the copy differs from its source\n{difference}")),
        }
    }

    fn definitions(&self, way: Way, source: &Database, scratch: &Path) -> Result<Run, String> {
        let journey = Journey {
            source: source.url(),
            target: String::new(),
            scratch: scratch.to_owned(),
        };
        let path = scratch.join("definitions");
        let failed = |error: std::io::Error| error.to_string();
        let file = File::create(&path).map_err(failed)?;
        let run = self.timed(way.pipes(&self.clients, &journey), Some(file), scratch)?;
        let written = match way {
            Way::PgxDefinitionsStream => {
                let script = Pipe::of(tool("pgx-load").args(["-f", "-"]).arg(&path)).run();
                if let Some(complaint) = script.complaint() {
                    return Err(complaint);
                }
                script.stdout
            }
            _ => fs::read(&path).map_err(failed)?,
        };
        let written = comparable(&String::from_utf8_lossy(&written));
        match difference(("pg_dump", &comparable(&source.schema())), (way.name(), &written), 40) {
            None => Ok(run),
            Some(difference) => Err(format!("the definitions differ from pg_dump's\n{difference}")),
        }
    }

    /// Runs pipes one after another, on servers and disks that have nothing left to do.
    fn timed(&self, pipes: Vec<Vec<Command>>, output: Option<File>, scratch: &Path) -> Result<Run, String> {
        for cluster in [&self.source, &self.target] {
            let checkpoint = ["-X", "-q", "-c", "CHECKPOINT", "-d", &cluster.url("postgres")];
            let mut psql = self.clients.command("psql");
            psql.args(checkpoint);
            measure::run(vec![psql], None, scratch)?;
        }
        // What another way left in the system's cache must not be written at our expense.
        let synced = Command::new("sync").status();
        synced.map_err(|error| format!("sync: {error}"))?;
        let before = self.server_times();
        let (mut wall, mut costs, mut output) = (Duration::ZERO, Vec::new(), output);
        for pipe in pipes {
            let (time, cost) = measure::run(pipe, output.take(), scratch)?;
            wall += time;
            costs.extend(cost);
        }
        let servers = self
            .server_times()
            .zip(before)
            .map(|(after, before)| after.saturating_sub(before));
        Ok(Run {
            wall,
            analyze: None,
            costs,
            servers,
        })
    }

    fn server_times(&self) -> Option<Duration> {
        Some(server_time(&self.source)? + server_time(&self.target)?)
    }
}
