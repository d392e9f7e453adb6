//! Several programs in a row, each reading what the one before writes.

use std::io::Read;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::PATIENCE;

/// Programs that will be connected by pipes.
#[derive(Debug)]
pub struct Pipe {
    commands: Vec<Command>,
    input: Stdio,
}

/// How one program of a pipe ended.
#[derive(Debug)]
pub struct Stage {
    /// Its name, `pgx-dump`.
    pub name: String,
    /// How it ended.
    pub status: ExitStatus,
    /// What it said on standard error.
    pub stderr: String,
    /// The most memory it had at once, in bytes, as it was last seen before its end.
    pub memory: u64,
}

/// How a pipe ended.
#[derive(Debug)]
pub struct Finished {
    /// Its programs, in order.
    pub stages: Vec<Stage>,
    /// What the last one wrote.
    pub stdout: Vec<u8>,
    /// Whether it had to be killed because it seemed to hang.
    pub hung: bool,
}

impl Pipe {
    /// A pipe that starts with this program.
    pub fn of(command: &mut Command) -> Pipe {
        Pipe {
            commands: Vec::new(),
            input: Stdio::null(),
        }
        .to(command)
    }

    /// Gives the first program something to read.
    pub fn input(mut self, input: impl Into<Stdio>) -> Pipe {
        self.input = input.into();
        self
    }

    /// Adds a program that reads what the pipe writes so far.
    pub fn to(mut self, command: &mut Command) -> Pipe {
        self.commands.push(std::mem::replace(command, Command::new("")));
        self
    }

    /// Runs it to its end.
    pub fn run(self) -> Finished {
        let mut first = Some(self.input);
        let mut last: Option<ChildStdout> = None;
        let mut running = Vec::new();
        for mut command in self.commands {
            let input = last
                .take()
                .map(Stdio::from)
                .or(first.take())
                .unwrap_or_else(Stdio::null);
            command.stdin(input).stdout(Stdio::piped()).stderr(Stdio::piped());
            let name = std::path::Path::new(command.get_program())
                .file_name()
                .unwrap_or_default();
            let name = name.to_string_lossy().into_owned();
            let mut child = command.spawn().unwrap_or_else(|error| panic!("{name}: {error}"));
            // The command still holds the reading end: a writer would never learn that its reader is gone.
            drop(command);
            let stderr = collect(child.stderr.take());
            last = child.stdout.take();
            running.push((name, child, stderr, 0));
        }
        let stdout = collect(last);

        let start = Instant::now();
        let mut hung = false;
        loop {
            let mut runs = false;
            for (_, child, _, memory) in &mut running {
                if matches!(child.try_wait(), Ok(None)) {
                    runs = true;
                    *memory = peak(child.id()).unwrap_or(*memory);
                }
            }
            if !runs {
                break;
            }
            if !hung && start.elapsed() > PATIENCE {
                hung = true;
                for (_, child, ..) in &mut running {
                    let _ = child.kill();
                }
            }
            thread::sleep(Duration::from_millis(2));
        }
        let stage = |(name, mut child, stderr, memory): (String, Child, JoinHandle<Vec<u8>>, u64)| Stage {
            name,
            status: child.wait().expect("a child can be waited for"),
            stderr: String::from_utf8_lossy(&stderr.join().unwrap_or_default()).into_owned(),
            memory,
        };
        let stages = running.into_iter().map(stage).collect();
        Finished {
            stages,
            stdout: stdout.join().unwrap_or_default(),
            hung,
        }
    }
}

/// The most memory that a running process has had at once, in bytes.
fn peak(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024)
}

/// Reads everything on a thread of its own, so that no program waits for us.
fn collect(source: Option<impl Read + Send + 'static>) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut all = Vec::new();
        if let Some(mut source) = source {
            // What came before an error is what there is to show.
            let _ = source.read_to_end(&mut all);
        }
        all
    })
}

impl Finished {
    /// Nothing if every program ended with 0, else what each said.
    pub fn complaint(&self) -> Option<String> {
        if !self.hung && self.stages.iter().all(|stage| stage.status.success()) {
            return None;
        }
        let mut text = String::from(if self.hung { "hung and was killed\n" } else { "" });
        for stage in &self.stages {
            text.push_str(&format!("{}: {}\n{}", stage.name, stage.status, stage.stderr));
        }
        Some(text)
    }

    /// What the last program wrote.
    ///
    /// # Panics
    /// Unless every program ended with 0.
    pub fn expect_success(self) -> Vec<u8> {
        if let Some(complaint) = self.complaint() {
            panic!("{complaint}");
        }
        self.stdout
    }

    /// What the last program said, which must have ended by itself with this status.
    ///
    /// # Panics
    /// When it ended otherwise.
    pub fn said(&self, status: i32) -> &str {
        let last = self.stages.last().expect("a pipe has programs");
        assert!(!self.hung, "{} hung and was killed\n{}", last.name, last.stderr);
        assert_eq!(last.status.code(), Some(status), "{}\n{}", last.name, last.stderr);
        &last.stderr
    }

    /// The exit status of each program; none for one that a signal ended.
    pub fn codes(&self) -> Vec<Option<i32>> {
        self.stages.iter().map(|stage| stage.status.code()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_program_reads_the_one_before_and_tells_how_it_ended() {
        let finished = Pipe::of(Command::new("printf").arg("b\na\n"))
            .to(&mut Command::new("sort"))
            .to(Command::new("sh").args(["-c", "cat; echo oh >&2; exit 3"]))
            .run();
        assert_eq!(finished.stdout, b"a\nb\n");
        assert_eq!(finished.codes(), [Some(0), Some(0), Some(3)]);
        assert_eq!(finished.stages[2].stderr, "oh\n");
        assert!(finished.complaint().is_some_and(|text| text.contains("oh")));
    }

    #[test]
    fn a_writer_learns_that_its_reader_is_gone() {
        let finished = Pipe::of(&mut Command::new("yes"))
            .to(Command::new("head").arg("-n1"))
            .run();
        assert_eq!(finished.codes()[1], Some(0));
        assert!(!finished.hung);
    }
}
