//! Flags about the switch.

use clap::Args;

/// Whether a database is replaced when the new one is whole.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Replacing a database")]
pub struct SwapArgs {
    /// With -C: load beside the database of that name, and replace it when all is in
    ///
    /// The new database is made as NAME_pgx_ARCHIVE. At the end one transaction gives it the name, and the old one
    /// another; the old one's clients are ended, and it is dropped. Until then it stays as it is; when anything fails,
    /// the new one is dropped.
    #[arg(long, conflicts_with_all = ["file", "single_transaction", "verify_only", "resume"])]
    pub swap: bool,

    /// Keep the database that was replaced, as NAME_old_pgx_ARCHIVE
    #[arg(long)]
    pub keep_old: bool,
}
