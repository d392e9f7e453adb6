//! A program that runs while the test does something else.

use std::io::Read;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::{Finished, PATIENCE, Stage};

/// A running program whose output nobody reads until the test does.
///
/// It is killed with the value, so that a failed test leaves nothing behind.
#[derive(Debug)]
pub struct Running {
    name: String,
    child: Child,
    stdout: Option<ChildStdout>,
    stderr: Option<JoinHandle<Vec<u8>>>,
}

impl Running {
    /// Starts a program; it reads what the command says, by default nothing.
    pub fn start(command: &mut Command) -> Running {
        let name = std::path::Path::new(command.get_program())
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{name}: {error}"));
        let stdout = child.stdout.take();
        let stderr = child.stderr.take().map(collect);
        Running {
            name,
            child,
            stdout,
            stderr,
        }
    }

    /// The next `length` bytes of its output; fewer where it ends.
    pub fn read(&mut self, length: usize) -> Vec<u8> {
        let mut bytes = Vec::new();
        if let Some(stdout) = &mut self.stdout {
            stdout
                .take(length as u64)
                .read_to_end(&mut bytes)
                .expect("a pipe is readable");
        }
        bytes
    }

    /// Stops reading its output for good, as `head` does.
    pub fn hang_up(&mut self) {
        self.stdout = None;
    }

    /// Hands its output over to another program.
    ///
    /// # Panics
    /// When it has been handed over before.
    pub fn stdout(&mut self) -> ChildStdout {
        self.stdout.take().expect("the output is handed over once")
    }

    /// Sends it a signal: `INT`, `TERM`, `KILL`.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill")
            .args(["-s", signal, &self.child.id().to_string()])
            .status()
            .expect("kill runs");
        assert!(sent.success(), "{} has ended before SIG{signal}", self.name);
    }

    /// Whether it still runs.
    pub fn runs(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(None))
    }

    /// Reads the rest of its output and waits for its end; when that does not come it is taken for hanging and killed.
    pub fn end(self) -> Finished {
        self.end_within(PATIENCE)
    }

    fn end_within(mut self, limit: Duration) -> Finished {
        let stdout = self.stdout.take().map(collect);
        let start = Instant::now();
        let mut hung = false;
        while self.runs() {
            if !hung && start.elapsed() > limit {
                hung = true;
                // It may have ended at this moment.
                let _ = self.child.kill();
            }
            thread::sleep(Duration::from_millis(2));
        }
        let status = self.child.wait().expect("a child can be waited for");
        let all =
            |reader: Option<JoinHandle<Vec<u8>>>| reader.and_then(|reader| reader.join().ok()).unwrap_or_default();
        let stderr = String::from_utf8_lossy(&all(self.stderr.take())).into_owned();
        Finished {
            stages: vec![Stage {
                name: self.name.clone(),
                status,
                stderr,
                memory: 0,
            }],
            stdout: all(stdout),
            hung,
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads everything on a thread of its own, so that the program does not wait for us.
fn collect(mut source: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut all = Vec::new();
        // What came before an error is what there is to show.
        let _ = source.read_to_end(&mut all);
        all
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_read_in_pieces_and_waited_for() {
        let mut running = Running::start(Command::new("sh").args(["-c", "printf abcdef; echo oh >&2; exit 3"]));
        assert_eq!(running.read(3), b"abc");
        let finished = running.end();
        assert_eq!(finished.stdout, b"def");
        assert_eq!(finished.codes(), [Some(3)]);
        assert_eq!(finished.stages[0].stderr, "oh\n");
    }

    #[test]
    fn what_hangs_is_killed() {
        let finished = Running::start(Command::new("sleep").arg("60")).end_within(Duration::from_millis(50));
        assert!(finished.hung);
    }

    #[test]
    fn it_gets_signals() {
        let running =
            Running::start(Command::new("sh").args(["-c", "trap 'exit 7' TERM; echo; while :; do sleep 0.01; done"]));
        let mut running = running;
        running.read(1);
        running.signal("TERM");
        assert_eq!(running.end().codes(), [Some(7)]);
    }
}
