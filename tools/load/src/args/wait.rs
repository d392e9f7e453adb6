//! How long is waited for what does not come.

use std::time::Duration;

use clap::Args;

/// How long a load waits.
#[derive(Args, Clone, Copy, Debug)]
#[command(next_help_heading = "Waiting")]
pub struct WaitArgs {
    /// Fail when nothing comes for so long, from the stream or from the target: 90s, 10m, 2h (default: 10m)
    ///
    /// A stream that lives gives a sign of life every few seconds, however long its producer waits for locks; only
    /// before its first byte, while a dump connects and waits for its snapshot, there is none. While it is the target
    /// that is slow, nothing is expected of the stream. The target must answer, however long a statement of its takes:
    /// every half minute another session asks, whose refusal is an answer. What goes on in time is waited for. The
    /// status is then 3, and --resume goes on.
    #[arg(long, value_name = "DURATION", default_value = "10m", hide_default_value = true, value_parser = pgx_cli::duration)]
    pub timeout: Duration,
}
