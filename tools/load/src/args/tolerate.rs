//! The flags about what goes wrong with single entries.

use std::path::PathBuf;

use clap::Args;

/// What happens when something goes wrong with an entry.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Options for errors")]
pub struct TolerateArgs {
    /// Go on after errors, without what depends on what failed; the status is 6 then
    ///
    /// Each error is said as it happens, with what is skipped for it: what needs the entry, its rows too. A table
    /// whose rows fail gets no more of them; what is committed of them stays. Definitions are made in transactions
    /// of many; those of a transaction that fails are made again one by one. Errors of the stream, of the
    /// connection, of a drop with -c, or of a hook end the load as ever, and it cannot be resumed.
    #[arg(long, conflicts_with_all = ["single_transaction", "file", "exit_on_error", "resume", "swap", "verify", "verify_only"])]
    pub keep_going: bool,

    /// With --keep-going, write what failed and what was skipped to FILE, one JSON object a line
    ///
    /// Fields are entry, kind, schema, name, stage, sqlstate, message, detail, hint and skipped_because, which is the
    /// number of the entry that failed. A file that is empty at the end says that nothing failed.
    #[arg(long, value_name = "FILE")]
    pub errors: Option<PathBuf>,

    /// Stop at the first error, as by default
    #[arg(short = 'e', long)]
    pub exit_on_error: bool,

    /// With --keep-going, no rows for tables that could not be made, as by default
    #[arg(long)]
    pub no_data_for_failed_tables: bool,

    /// Make at most N entries in one transaction (default: 100)
    ///
    /// Rows are committed part by part, whatever N is. A smaller N needs fewer locks at once and takes longer.
    #[arg(long, value_name = "N", conflicts_with = "single_transaction", value_parser = clap::value_parser!(u32).range(1..))]
    pub transaction_size: Option<u32>,
}

/// Entries whose statements are sent at once, in one transaction: enough to hide the way to the server
/// and back, few enough that their locks fit the server's table of them.
const TOGETHER: usize = 100;

impl TolerateArgs {
    /// How many entries are made in one transaction.
    pub fn together(&self) -> usize {
        self.transaction_size.map_or(TOGETHER, |size| size as usize)
    }
}
