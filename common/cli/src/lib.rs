//! The life of a process: flags, input and output, messages, progress, signals, exit status, manual.
//!
//! Every tool of the family begins and ends here, so that all of them behave alike. This room knows
//! nothing of databases and archives; it is the only one that prints and that chooses exit statuses.
//! Tools return a [`Failure`] — facts and a status — and [`start`] does the rest.
//!
//! | to | use |
//! |---|---|
//! | begin | [`start`] with a [`Manual`] and a `run` function |
//! | offer `-d -h -p -U -w -W --role` | [`ConnectionArgs`] |
//! | read FILE or standard input | [`Process::input`] → [`Input`], which says what it is ([`Sniffed`]) |
//! | write `-f FILE` or standard output | [`Process::output`] → [`Output`]; [`Target`] for more choices |
//! | say something | [`Process::messages`] → [`Messages`] |
//! | end with an error | return a [`Failure`] |
//! | show progress | [`Process::progress`] → [`Progress`] |
//! | outlive the process that the user started | [`stand_in`], [`detach`] |
//! | tell what a check found | [`Findings`] |
//! | stop on Ctrl-C | [`Process::interrupt`] → [`Interrupt`] |
//!
//! A whole tool that copies its input:
//!
//! ```no_run
//! use std::path::PathBuf;
//! use std::process::ExitCode;
//!
//! use pgx_cli::{Content, Exit, Failure, Manual, Process};
//!
//! static MANUAL: Manual = Manual {
//!     name: "pgx-copy",
//!     version: env!("CARGO_PKG_VERSION"),
//!     summary: "copy an archive",
//!     usage: &["pgx-copy [OPTION]... [FILE]"],
//!     description: &["Copies FILE, or standard input, to standard output."],
//!     exits: &[Exit::Done, Exit::Failed, Exit::Usage],
//!     environment: &[],
//!     examples: &[("pgx-dump app | pgx-copy > app.pgx", "keep a dump")],
//!     see_also: &["pgx-dump(1)"],
//! };
//!
//! #[derive(clap::Args)]
//! struct CopyArgs {
//!     /// Archive to copy [default: standard input]
//!     file: Option<PathBuf>,
//! }
//!
//! fn run(args: CopyArgs, process: &Process) -> Result<(), Failure> {
//!     let mut input = process.input(args.file.as_deref())?;
//!     let mut output = process.output(None, Content::Archive)?;
//!     std::io::copy(&mut input, &mut output).map_err(|error| output.failure(error))?;
//!     output.finish()
//! }
//!
//! fn main() -> ExitCode {
//!     pgx_cli::start(&MANUAL, run)
//! }
//! ```

mod common;
mod connection;
pub mod exit;
mod failure;
mod finding;
mod form;
mod input;
mod manual;
mod message;
mod outlet;
mod output;
mod pace;
mod process;
mod progress;
mod prompt;
mod quantity;
mod report;
mod sanitize;
mod signals;
mod sniff;
mod stand_in;
mod tee;

pub use connection::ConnectionArgs;
pub use exit::Exit;
pub use failure::{Failure, Notice};
pub use finding::{Finding, Findings};
pub use form::{Form, FormArgs};
pub use input::Input;
pub use manual::{CONNECTION_ENVIRONMENT, Manual};
pub use message::{Hand, LogFormat, Messages, Severity, Verbosity, json_line};
pub use outlet::Outlet;
pub use output::{Content, Destination, Output, ReaderGone, Target};
pub use pace::Pace;
pub use process::{Ask, Process, start};
pub use progress::{Progress, ProgressMode};
pub use quantity::{buffer, duration, rate, spell};
pub use report::Report;
pub use sanitize::{sanitize, sanitize_lines};
pub use signals::{Interrupt, Raised, Then};
pub use sniff::Sniffed;
pub use stand_in::{Remote, detach, leave_standard_streams, parse, private_directory, stand_in, user};
pub use tee::Tee;
