//! Flags about looking first.

use clap::Args;

/// Whether anything is done at all.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Check options")]
pub struct CheckArgs {
    /// Say all that stands against the load, and change nothing
    ///
    /// Reads what the stream says of itself and its table of contents, and asks the target a few questions. What
    /// follows in a pipe is read to its end, so that the dump does not fail. Status 5 when there are problems; notes
    /// are none.
    #[arg(long, conflicts_with = "file")]
    pub check: bool,
}
