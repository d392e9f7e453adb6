//! Flags that make a script drop first what it makes.

use clap::Args;
use pgx_cli::Failure;
use pgx_objects::globals::Clean;

/// What a script drops.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output options")]
pub struct CleanArgs {
    /// In a script, drop tablespaces and roles first
    #[arg(short = 'c', long)]
    pub clean: bool,

    /// With -c, drop only what is there
    #[arg(long)]
    pub if_exists: bool,
}

impl CleanArgs {
    /// Refuses what has no meaning; `sql` says whether a script is written.
    pub fn check(&self, sql: bool) -> Result<(), Failure> {
        match (self.clean, self.if_exists) {
            (false, true) => Err(Failure::usage("--if-exists requires --clean")),
            (true, _) if !sql => Err(Failure::usage("--clean is for scripts: it requires --sql")),
            _ => Ok(()),
        }
    }

    /// What is dropped first.
    pub fn mode(&self) -> Clean {
        match (self.clean, self.if_exists) {
            (false, _) => Clean::No,
            (true, false) => Clean::All,
            (true, true) => Clean::IfExists,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dropping_is_for_scripts() {
        let args = |clean, if_exists| CleanArgs { clean, if_exists };
        assert!(args(false, true).check(true).is_err() && args(true, false).check(false).is_err());
        assert!(args(true, true).check(true).is_ok() && args(false, false).check(false).is_ok());
        assert_eq!(args(true, true).mode(), Clean::IfExists);
    }
}
