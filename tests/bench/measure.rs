//! What a program cost: processor time and memory, as the kernel counted them.
//!
//! The kernel tells a parent what its children cost, all together. So each program is run by a process
//! of its own: this executable again, with [`FLAG`], which waits for it and writes down what it cost.

use std::fs::{self, File};
use std::io;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeValLike;

/// The first argument of a process that only measures: then come a file for what it finds, and the program.
pub const FLAG: &str = "--measure";

/// A program that runs longer is taken for hanging, and ends the race for its way.
const PATIENCE: Duration = Duration::from_secs(3 * 3600);
/// How often it is looked whether a program has ended; the precision of all times.
const GLANCE: Duration = Duration::from_millis(1);

/// What one program cost.
#[derive(Clone, Debug, PartialEq)]
pub struct Cost {
    /// Its name.
    pub program: String,
    /// Processor time, its children's included.
    pub cpu: Duration,
    /// The most memory it had at once, in bytes; the biggest process counts where it has children.
    pub memory: u64,
}

/// Runs a program for [`run`], and writes what it cost into a file; gives the status to exit with.
pub fn measure(arguments: &[String]) -> Result<i32, String> {
    let [file, program, arguments @ ..] = arguments else {
        return Err(format!("{FLAG} is given FILE PROGRAM [ARGUMENT]..."));
    };
    let failed = |error: &dyn std::fmt::Display| format!("{program}: {error}");
    let status = Command::new(program)
        .args(arguments)
        .status()
        .map_err(|error| failed(&error))?;
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN).map_err(|error| failed(&error))?;
    fs::write(file, figures(&usage)).map_err(|error| failed(&error))?;
    Ok(code(status))
}

/// Microseconds and kilobytes.
fn figures(usage: &Usage) -> String {
    let cpu = usage.user_time().num_microseconds() + usage.system_time().num_microseconds();
    format!("{cpu} {}", usage.max_rss())
}

fn read_figures(text: &str) -> Option<(Duration, u64)> {
    let (cpu, memory) = text.split_once(' ')?;
    Some((
        Duration::from_micros(cpu.parse().ok()?),
        memory.parse::<u64>().ok()? * 1024,
    ))
}

fn code(status: ExitStatus) -> i32 {
    let by_signal = status.signal().map(|signal| 128 + signal);
    status.code().or(by_signal).unwrap_or(1)
}

/// Runs programs as a pipe, until every one has ended; the last writes into `output`, if that is given.
///
/// An error is what the first that failed said.
pub fn run(commands: Vec<Command>, output: Option<File>, scratch: &Path) -> Result<(Duration, Vec<Cost>), String> {
    let broken = |error: io::Error| error.to_string();
    let last = commands.len().saturating_sub(1);
    let mut input = Stdio::null();
    let mut output = Some(output.map_or_else(Stdio::null, Stdio::from));
    let mut running = Vec::new();
    let start = Instant::now();
    for (number, command) in commands.into_iter().enumerate() {
        let program = name(&command);
        let (figures, complaint) = (
            scratch.join(format!("{number}.cost")),
            scratch.join(format!("{number}.stderr")),
        );
        let stdout = match number == last {
            true => output.take().unwrap_or_else(Stdio::null),
            false => Stdio::piped(),
        };
        let mut child = measured(&command, &figures)
            .map_err(broken)?
            .stdin(std::mem::replace(&mut input, Stdio::null()))
            .stdout(stdout)
            .stderr(File::create(&complaint).map_err(broken)?)
            .spawn()
            .map_err(|error| format!("{program}: {error}"))?;
        if let Some(stdout) = child.stdout.take() {
            input = stdout.into();
        }
        running.push(Measured {
            program,
            child,
            figures,
            complaint,
            status: None,
        });
    }
    await_all(&mut running, start).map_err(broken)?;
    let wall = start.elapsed();
    let costs: Result<_, _> = running.into_iter().map(Measured::cost).collect();
    Ok((wall, costs?))
}

fn await_all(running: &mut [Measured], start: Instant) -> io::Result<()> {
    loop {
        let mut all = true;
        for one in running.iter_mut().filter(|one| one.status.is_none()) {
            one.status = one.child.try_wait()?;
            all &= one.status.is_some();
            if one.status.is_none() && start.elapsed() > PATIENCE {
                // It may have ended at this moment.
                let _ = one.child.kill();
            }
        }
        if all {
            return Ok(());
        }
        thread::sleep(GLANCE);
    }
}

/// A program that is running, or has ended.
struct Measured {
    program: String,
    child: Child,
    figures: PathBuf,
    complaint: PathBuf,
    status: Option<ExitStatus>,
}

impl Measured {
    fn cost(self) -> Result<Cost, String> {
        let program = self.program;
        if !self.status.is_some_and(|status| status.success()) {
            let said = fs::read_to_string(self.complaint).unwrap_or_default();
            let how = self
                .status
                .map_or("has not ended".to_owned(), |status| status.to_string());
            return Err(format!("{program}: {how}\n{said}"));
        }
        let text = fs::read_to_string(self.figures).map_err(|error| format!("{program}: {error}"))?;
        let (cpu, memory) = read_figures(&text).ok_or_else(|| format!("{program}: its cost is not known"))?;
        Ok(Cost { program, cpu, memory })
    }
}

fn name(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    program.to_string_lossy().into_owned()
}

/// The same command, run by a process that measures it.
fn measured(command: &Command, figures: &Path) -> io::Result<Command> {
    let mut measured = Command::new(std::env::current_exe()?);
    measured
        .arg(FLAG)
        .arg(figures)
        .arg(command.get_program())
        .args(command.get_args());
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => measured.env(name, value),
            None => measured.env_remove(name),
        };
    }
    Ok(measured)
}
