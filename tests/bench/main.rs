//! `make bench`: copies of databases, ours and stock's, side by side in one run.
//!
//! Every workload is made on one real server and copied to another by each way in turn, several times;
//! every copy is judged. The results are a table and a chart under `target/bench`, and a few lines on
//! standard output. `make bench BENCH='shop --runs 1 --scale 0.1'` is a quick look.

mod chart;
mod clients;
mod far;
mod figures;
mod measure;
mod pass;
mod race;
mod report;
mod way;
mod workload;

use std::fmt::Display;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;
use clap::builder::PossibleValuesParser;
use pgx_tests::Cluster;

use crate::clients::{Clients, SETTINGS};
use crate::far::Far;
use crate::pass::Passed;
use crate::race::{Course, Race};
use crate::workload::{ALL, ROLES, Workload};

/// Copies databases with pgx and with stock tools, and compares times, memory and copies.
#[derive(Parser)]
struct Arguments {
    /// Workloads [default: all]
    #[arg(value_parser = PossibleValuesParser::new(names()))]
    workloads: Vec<String>,

    /// Runs of each way; medians are reported
    #[arg(long, default_value_t = 3)]
    runs: usize,

    /// Size of the workloads, compared with what they are meant to be
    #[arg(long, default_value_t = 1.0)]
    scale: f64,

    /// Major of both servers and of the stock tools
    #[arg(long, default_value_t = 18)]
    major: u32,

    /// Only this way, spelled as in the report; may be repeated
    #[arg(long, value_name = "WAY")]
    only: Vec<String>,

    /// What `cargo bench` says to every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// What can be asked for.
fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|workload| workload.name).chain([pass::NAME])
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let done = match arguments.split_first() {
        Some((flag, rest)) if flag == measure::FLAG => {
            measure::measure(rest).map(|code| u8::try_from(code).map_or(ExitCode::FAILURE, ExitCode::from))
        }
        _ => bench(&Arguments::parse()),
    };
    done.unwrap_or_else(|message| {
        say(format_args!("error: {message}"));
        ExitCode::FAILURE
    })
}

fn bench(arguments: &Arguments) -> Result<ExitCode, String> {
    let asked = |name: &str| arguments.workloads.is_empty() || arguments.workloads.iter().any(|asked| asked == name);
    let chosen = |workload: &&Workload| asked(workload.name);
    let course = course(arguments)?;
    let directory = directory()?;
    let mut races: Vec<Race> = Vec::new();
    let passed = match asked(pass::NAME) {
        true => Some(pass::race(arguments.runs, arguments.scale)?),
        false => None,
    };
    for workload in ALL.iter().filter(chosen) {
        races.push(course.race(workload));
        // What is known so far is not lost when the next workload is too much for this machine.
        write_results(&directory, &course, &races, passed.as_ref())
            .map_err(|error| format!("{}: {error}", directory.display()))?;
    }

    let table = directory.join("results.md");
    let mut stdout = io::stdout().lock();
    if let Some(passed) = &passed {
        writeln!(stdout, "{:<17} {}", pass::NAME, passed.line()).map_err(|error| error.to_string())?;
    }
    write!(stdout, "{}\n{}\n", report::summary(&races), table.display()).map_err(|error| error.to_string())?;
    let failed = races.iter().any(|race| !race.failures.is_empty());
    Ok(if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn write_results(directory: &Path, course: &Course, races: &[Race], passed: Option<&Passed>) -> io::Result<()> {
    fs::create_dir_all(directory)?;
    let passed = passed.map_or(String::new(), |passed| {
        format!("\n## {}\n\n{}.\n", pass::NAME, passed.line())
    });
    fs::write(directory.join("results.md"), report::markdown(course, races) + &passed)?;
    fs::write(directory.join("results.svg"), chart::svg(races))
}

fn course(arguments: &Arguments) -> Result<Course, String> {
    say("starting two servers");
    let servers = [(); 2].map(|()| Cluster::private(arguments.major, SETTINGS));
    for server in &servers {
        let postgres = server.database("roles");
        for role in ROLES {
            postgres.sql(&format!("CREATE ROLE {role}"));
        }
    }
    let far = |server| Far::way_to(server).map_err(|error| format!("a long way: {error}"));
    let far = (far(&servers[0])?, far(&servers[1])?);
    let [source, target] = servers;
    Ok(Course {
        source,
        target,
        far,
        clients: Clients::of(arguments.major)?,
        runs: arguments.runs,
        scale: arguments.scale,
        only: arguments.only.clone(),
    })
}

/// `target/bench`, seen from where this executable is.
fn directory() -> Result<PathBuf, String> {
    let executable = std::env::current_exe().map_err(|error| error.to_string())?;
    let target = executable.ancestors().nth(3);
    Ok(target.ok_or("no directory to write to")?.join("bench"))
}

/// Tells whoever waits.
fn say(words: impl Display) {
    // Nobody may be listening.
    let _ = writeln!(io::stderr(), "bench: {words}");
}
