//! Flags that say how the database is read.

use std::time::Duration;

use clap::Args;

/// How to read it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Reading options")]
pub struct ReadingArgs {
    /// Fail when a table cannot be locked within MS milliseconds
    #[arg(long, value_name = "MS")]
    pub lock_wait_timeout: Option<u32>,

    /// Use a snapshot that another session exported
    #[arg(long, value_name = "ID")]
    pub snapshot: Option<String>,

    /// Wait for a moment that no serializable transaction can find inconsistent
    #[arg(long, conflicts_with = "snapshot")]
    pub serializable_deferrable: bool,

    /// Of tables under row security, the rows that their policies show
    ///
    /// Without it a table of which the role cannot see every row is refused.
    #[arg(long)]
    pub enable_row_security: bool,

    /// Read with N sessions at once (default: up to 4, not more than cores)
    ///
    /// All of them see the same moment and write into the one stream; big tables are shared out among them
    /// in ranges of blocks.
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub jobs: Option<u32>,

    /// Send at most so many bytes a second: 50MB, 800kB
    #[arg(long, value_name = "RATE", value_parser = pgx_cli::rate)]
    pub rate_limit: Option<u64>,

    /// Fail when nothing moves for so long, on either side: 10m, 2h
    ///
    /// Nothing comes from the server, be it that it waits for a lock; or whoever reads takes nothing. What goes
    /// on in time is waited for; signs of life are sent all the while. Without it nothing is given up.
    #[arg(long, value_name = "DURATION", value_parser = pgx_cli::duration)]
    pub timeout: Option<Duration>,
}

/// Lanes that are started when the user does not say how many.
const LANES: usize = 4;

impl ReadingArgs {
    /// How many sessions may read at once.
    pub fn lanes(&self) -> u32 {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.unwrap_or(cores.min(LANES) as u32)
    }
}
