//! The flags every tool has.

use clap::Args;

use crate::message::{LogFormat, Verbosity};
use crate::progress::ProgressMode;

/// How a tool talks while it works. [`crate::start`] adds these to every tool's own flags.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Common options")]
pub(crate) struct CommonArgs {
    /// Say more: one line an entry; twice: what happens inside
    #[arg(short, long, action = clap::ArgAction::Count, overrides_with = "quiet")]
    pub verbose: u8,

    /// Say nothing but errors
    #[arg(short, long, overrides_with = "verbose")]
    pub quiet: bool,

    /// How to show progress [auto, bar, lines, json, none]
    ///
    /// auto is a bar when standard error is a terminal and the output does not go on to another
    /// program, which shows its own. lines and json write to standard error every few seconds.
    #[arg(
        long,
        value_name = "HOW",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub progress: ProgressMode,

    /// How to write messages [text, json]
    ///
    /// json writes one object a line, with the fields type, tool, severity, context, message, detail,
    /// hint and, for the error that ends the run, exit_status.
    #[arg(
        long,
        value_name = "FORMAT",
        default_value = "text",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub log_format: LogFormat,
}

impl CommonArgs {
    /// How much is to be said.
    pub fn verbosity(&self) -> Verbosity {
        match (self.quiet, self.verbose) {
            (true, _) => Verbosity::Quiet,
            (false, 0) => Verbosity::Normal,
            (false, 1) => Verbosity::Verbose,
            (false, _) => Verbosity::Debug,
        }
    }
}
