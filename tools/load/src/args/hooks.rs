//! The flags of hooks: files of SQL that run at certain moments of a load.

use std::path::{Path, PathBuf};

use clap::Args;
use pgx_cli::{Failure, Process};
use pgx_restore::{Hook, Hooks};

/// Files of SQL, and when they run.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Hooks")]
pub struct HookArgs {
    /// Run the SQL of FILE when definitions are made, before any rows go in
    #[arg(long, value_name = "FILE")]
    pub before_data: Vec<PathBuf>,

    /// Run the SQL of FILE when all rows are in, before indexes, constraints and triggers are made
    ///
    /// Indexes wait for the last row then, rather than for that of their table.
    #[arg(long, value_name = "FILE")]
    pub after_data: Vec<PathBuf>,

    /// Run the SQL of FILE when everything is made
    #[arg(long, value_name = "FILE")]
    pub at_end: Vec<PathBuf>,
}

impl HookArgs {
    /// Reads the files.
    pub fn read(&self, process: &Process) -> Result<Hooks, Failure> {
        let all = |files: &[PathBuf]| files.iter().map(|file| hook(file, process)).collect::<Result<_, _>>();
        Ok(Hooks {
            before_data: all(&self.before_data)?,
            after_data: all(&self.after_data)?,
            at_end: all(&self.at_end)?,
        })
    }
}

fn hook(file: &Path, process: &Process) -> Result<Hook, Failure> {
    if file == Path::new("-") {
        return Err(Failure::usage("a hook cannot be read from standard input").hint("give it as a file"));
    }
    let text = process.text(file)?;
    Hook::parse(&file.to_string_lossy(), &text).map_err(|error| {
        let failure = Failure::usage(error.to_string());
        match error.remedy() {
            Some(remedy) => failure.hint(remedy),
            None => failure,
        }
    })
}
