//! Flags of a dump that survives its pipe.

use std::time::Duration;

use clap::Args;
use pgx_cli::Failure;

use super::{DumpArgs, OutputFormat};

/// What to do when the pipe breaks.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Resuming options")]
pub struct HoldArgs {
    /// Keep the snapshot when the pipe breaks, for LEASE [6h]: 90s, 30m, 2d
    ///
    /// A process of its own keeps snapshot, locks and entries; the lease begins when nobody reads any more.
    #[arg(long, value_name = "LEASE", num_args = 0..=1, require_equals = true, default_missing_value = "6h",
          value_parser = pgx_cli::duration)]
    pub hold: Option<Duration>,

    /// With --hold, keep it for so long even when everything was read
    ///
    /// The reader has everything then, but may not have made use of it; it can still fail and ask for more.
    #[arg(long, value_name = "DURATION", value_parser = pgx_cli::duration)]
    pub linger: Option<Duration>,

    /// With --hold, end the dump when another session waits longer for its locks
    #[arg(long, value_name = "DURATION", value_parser = pgx_cli::duration)]
    pub yield_after: Option<Duration>,

    /// Send what is left of a dump that is held; pgx-load --print-token gives TOKEN
    #[arg(long, value_name = "TOKEN", conflicts_with_all = ["hold", "holders", "release"])]
    pub resume: Option<String>,

    /// With --resume, send the rest from a new moment: for a dump that nobody holds
    ///
    /// Rows of tables that are loaded already stay as they were then, those of all others are as they are now, and
    /// tables of which only a part is loaded begin anew. Foreign keys may not hold between the two. It needs the
    /// selection of the first dump once more, and is refused where definitions have changed since.
    #[arg(long)]
    pub inconsistent: bool,

    /// List the dumps that are held, and who waits for them
    #[arg(long, conflicts_with_all = ["hold", "release"])]
    pub holders: bool,

    /// Give up a dump that is held: the one of ARCHIVE, or the only one
    #[arg(long, value_name = "ARCHIVE", num_args = 0..=1, conflicts_with = "hold")]
    pub release: Option<Option<String>>,
}

/// What is to be done, and by whom.
pub enum Way<'a> {
    /// A dump, by this process.
    Alone,
    /// A dump, by a holder.
    Held,
    /// What is left of a dump, by its holder.
    Resumed(&'a str),
    /// What is left of a dump, from a new moment, by this process.
    Anew(&'a str),
    /// A list of holders.
    List,
    /// The end of a holder.
    Release(Option<&'a str>),
}

impl HoldArgs {
    /// What is to be done.
    pub fn way(&self) -> Way<'_> {
        match self {
            HoldArgs {
                release: Some(archive), ..
            } => Way::Release(archive.as_deref()),
            HoldArgs { holders: true, .. } => Way::List,
            HoldArgs {
                resume: Some(token),
                inconsistent,
                ..
            } => match inconsistent {
                false => Way::Resumed(token),
                true => Way::Anew(token),
            },
            HoldArgs { hold: Some(_), .. } => Way::Held,
            _ => Way::Alone,
        }
    }

    /// Refuses what cannot be had together.
    pub fn check(&self, args: &DumpArgs) -> Result<(), Failure> {
        let flag = match self.way() {
            Way::Held => "--hold",
            Way::Resumed(_) | Way::Anew(_) => "--resume",
            _ => return Ok(()),
        };
        if args.output.format != OutputFormat::Pgx {
            let failure = Failure::usage(format!(
                "{flag} is for streams, not for scripts and archives of pg_dump"
            ));
            return Err(failure.hint("a script is not resumed: pgx-load -f writes one from a stream"));
        }
        if self.inconsistent {
            return Ok(());
        }
        if args.selection.filter.iter().any(|file| file.as_os_str() == "-") {
            return Err(Failure::usage(format!("{flag} reads no filter from standard input")).hint("give a file"));
        }
        if self.resume.is_some() && !(args.selection.words().is_empty() && args.selection.filter.is_empty()) {
            let failure = Failure::usage("--resume sends what was selected for the dump that it resumes");
            return Err(failure.hint("leave the selection out, and choose in pgx-load"));
        }
        Ok(())
    }
}
