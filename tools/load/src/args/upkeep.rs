//! The flags about what tables need once they are filled.

use clap::Args;

/// What is done for tables that are filled.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Options for indexes and keys")]
pub struct UpkeepArgs {
    /// ANALYZE what was loaded, as by default
    #[arg(long, conflicts_with = "file")]
    pub analyze: bool,

    /// Do not ANALYZE what was loaded
    #[arg(long, conflicts_with = "analyze")]
    pub no_analyze: bool,

    /// VACUUM what was loaded, when all is in
    ///
    /// Tables that were not empty before, or whose rows came in several parts, are not known to be visible to all;
    /// after VACUUM they are, and scans of an index alone can be used at once.
    #[arg(long, conflicts_with_all = ["single_transaction", "file"])]
    pub vacuum: bool,
}
