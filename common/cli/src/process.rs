//! The life of a process, from its arguments to its exit status.

use std::collections::HashMap;
use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, FromArgMatches};

use crate::common::CommonArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::Input;
use crate::manual::{self, Generate, Manual};
use crate::message::{LogFormat, Messages, Verbosity};
use crate::output::{Content, Output, Target, standard_output};
use crate::progress::{Progress, ProgressMode, Surroundings};
use crate::prompt;
use crate::signals::{self, Interrupt};

/// What a run needs of the process it lives in. Clones share everything.
#[derive(Clone)]
pub struct Process {
    /// The voice of the tool.
    pub messages: Messages,
    /// Whether the user wants it to end.
    pub interrupt: Interrupt,
    manual: &'static Manual,
    progress: ProgressMode,
    /// Who asks for passwords in the place of the terminal.
    ask: Option<Ask>,
    /// Variables that come before those of the environment.
    variables: Arc<HashMap<String, String>>,
}

/// Asks for a password.
pub type Ask = Arc<dyn Fn(&str) -> Result<String, Failure> + Send + Sync>;

/// Runs a tool: the whole of its `main`.
///
/// Parses the command line (wrong usage ends with 2), answers `--help`, `--version` and the hidden
/// `--generate`, listens for Ctrl-C and SIGTERM, runs `run` and prints the failure it may return.
/// A run that fails after a signal ends with 130 or 143, whatever it failed with.
///
/// `run` is an ordinary function. A tool that works asynchronously makes its runtime inside `run`, so
/// that everything of the tool's own has ended before the status is chosen.
pub fn start<A: Args>(manual: &'static Manual, run: impl FnOnce(A, &Process) -> Result<(), Failure>) -> ExitCode {
    live(manual, std::env::args_os().collect(), run).into()
}

fn live<A: Args>(
    manual: &'static Manual,
    argv: Vec<OsString>,
    run: impl FnOnce(A, &Process) -> Result<(), Failure>,
) -> Exit {
    let command = manual::command::<A>(manual);
    let matches = match command.clone().try_get_matches_from(argv) {
        Ok(matches) => matches,
        Err(error) => return spoken_by_clap(&error),
    };
    if let Some(what) = matches.get_one::<Generate>("generate") {
        let messages = Messages::new(manual.name, LogFormat::Text, Verbosity::Normal);
        return ended(&messages, &Interrupt::default(), write_about(*what, manual, command));
    }
    let (common, args) = match (CommonArgs::from_arg_matches(&matches), A::from_arg_matches(&matches)) {
        (Ok(common), Ok(args)) => (common, args),
        (Err(error), _) | (_, Err(error)) => return spoken_by_clap(&error),
    };
    let process = Process::new(manual, &common);
    let result = match process.interrupt.listen(&process.messages) {
        Ok(()) => run(args, &process),
        Err(error) => Err(Failure::caused_by(Exit::Failed, &error).within("could not listen for signals")),
    };
    ended(&process.messages, &process.interrupt, result)
}

/// The status of a result, whose failure is printed.
fn ended(messages: &Messages, interrupt: &Interrupt, result: Result<(), Failure>) -> Exit {
    let failure = match (result, interrupt.exit()) {
        (Ok(()), _) => return Exit::Done,
        (Err(failure), None) => failure,
        // What fails because queries were cancelled is no news; what there is by now and how to go on, said for this
        // very end, is.
        (Err(failure), Some(exit)) => {
            let said = Some(failure.notice).filter(|_| failure.exit == exit);
            let mut failure = signals::interrupted(exit);
            (failure.notice.detail, failure.notice.hint) =
                said.map(|said| (said.detail, said.hint)).unwrap_or_default();
            failure
        }
    };
    messages.failure(&failure);
    failure.exit
}

/// Help and version go to standard output, wrong usage to standard error, in clap's own words.
fn spoken_by_clap(error: &clap::Error) -> Exit {
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

fn write_about(what: Generate, manual: &Manual, command: clap::Command) -> Result<(), Failure> {
    let mut output = Target::new(None, Content::Text).open()?;
    manual::generate(what, manual, command, &mut output).map_err(|error| output.failure(error))?;
    output.finish()
}

impl Process {
    fn new(manual: &'static Manual, common: &CommonArgs) -> Process {
        let verbosity = common.verbosity();
        let around = Surroundings {
            terminal: io::stderr().is_terminal(),
            output: standard_output(),
            hushed: verbosity == Verbosity::Quiet || common.log_format == LogFormat::Json,
        };
        Process {
            messages: Messages::new(manual.name, common.log_format, verbosity),
            interrupt: Interrupt::default(),
            manual,
            progress: common.progress.settle(around),
            ask: None,
            variables: Arc::default(),
        }
    }

    /// A process that stands in for another one.
    pub(crate) fn standing_in(
        manual: &'static Manual,
        messages: Messages,
        ask: Ask,
        variables: HashMap<String, String>,
    ) -> Process {
        Process {
            messages,
            interrupt: Interrupt::default(),
            manual,
            progress: ProgressMode::None,
            ask: Some(ask),
            variables: Arc::new(variables),
        }
    }

    /// A process without a terminal, for tests of a tool's parts.
    pub fn detached(manual: &'static Manual) -> Process {
        Process {
            messages: Messages::written_to(Box::new(io::sink()), manual.name, LogFormat::Text, Verbosity::Quiet),
            interrupt: Interrupt::default(),
            manual,
            progress: ProgressMode::None,
            ask: None,
            variables: Arc::default(),
        }
    }

    /// Opens FILE, or standard input for none and `-`; see [`Input::open`].
    pub fn input(&self, file: Option<&Path>) -> Result<Input, Failure> {
        Input::open(file).map_err(|failure| match (failure.exit, self.manual.examples.first()) {
            (Exit::Usage, Some((pipeline, _))) if failure.notice.hint.is_none() => {
                failure.hint(format!("give FILE, or a pipeline: {pipeline}"))
            }
            _ => failure,
        })
    }

    /// Reads a file of text that says what to do, such as a list; `-` is standard input.
    pub fn text(&self, file: &Path) -> Result<String, Failure> {
        let text = match file.as_os_str() == "-" {
            true => io::read_to_string(io::stdin()),
            false => std::fs::read_to_string(file),
        };
        text.map_err(|error| Failure::caused_by(Exit::Failed, &error).within(file.display().to_string()))
    }

    /// Opens the file of `-f`, or standard output for none and `-`; see [`Target`] for more choices.
    pub fn output(&self, file: Option<&Path>, content: Content) -> Result<Output, Failure> {
        Target::new(file, content).open()
    }

    /// Begins to show progress, as `--progress` says. One at a time; it ends with its last clone.
    pub fn progress(&self) -> Progress {
        Progress::drawn(self.progress, &self.messages)
    }

    /// Asks for a password on the terminal device: `Password for user alice: `.
    pub fn ask_password(&self, question: &str) -> Result<String, Failure> {
        match &self.ask {
            Some(ask) => ask(question),
            None => prompt::password(question, &self.interrupt),
        }
    }

    /// A variable of the environment.
    pub fn variable(&self, name: &str) -> Option<String> {
        let own = self.variables.get(name).cloned();
        own.or_else(|| std::env::var(name).ok())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Args)]
    struct ToolArgs {
        #[arg(long, required = true)]
        rows: u32,
    }

    static MANUAL: Manual = Manual {
        name: "pgx-test",
        version: "0.1.0",
        summary: "live and die",
        usage: &["pgx-test --rows N"],
        description: &[],
        exits: &[],
        environment: &[],
        examples: &[],
        see_also: &[],
    };

    fn status(argv: &[&str], run: impl FnOnce(ToolArgs, &Process) -> Result<(), Failure>) -> Exit {
        live(&MANUAL, argv.iter().map(OsString::from).collect(), run)
    }

    #[test]
    fn the_failure_gives_the_status() {
        let argv = ["pgx-test", "-q", "--rows", "7"];
        assert_eq!(
            status(&argv, |args, _| {
                assert_eq!(args.rows, 7);
                Ok(())
            }),
            Exit::Done
        );
        assert_eq!(
            status(&argv, |_, _| Err(Failure::silent(Exit::Difference))),
            Exit::Difference
        );
    }

    #[test]
    fn wrong_usage_is_2() {
        assert_eq!(status(&["pgx-test"], |_, _| Ok(())), Exit::Usage);
        assert_eq!(status(&["pgx-test", "--rows", "many"], |_, _| Ok(())), Exit::Usage);
    }

    #[test]
    fn after_a_signal_the_status_is_the_signals() {
        let run = |_: ToolArgs, process: &Process| {
            process.interrupt.on_raise(|| {});
            process.interrupt.raise(Exit::Terminated);
            Err(Failure::failed("canceling statement due to user request"))
        };
        assert_eq!(status(&["pgx-test", "--rows", "1"], run), Exit::Terminated);
    }

    #[test]
    fn a_signal_that_came_too_late_changes_nothing() {
        let run = |_: ToolArgs, process: &Process| {
            process.interrupt.on_raise(|| {});
            process.interrupt.raise(Exit::Interrupted);
            Ok(())
        };
        assert_eq!(status(&["pgx-test", "--rows", "1"], run), Exit::Done);
    }
}
