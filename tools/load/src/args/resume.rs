//! The flags of resuming.

use clap::Args;

/// A load that was broken off.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Resume options")]
pub struct ResumeArgs {
    /// Go on with a load that was broken off: the same stream from its beginning, or the rest of a dump
    ///
    /// While it loads, pgx-load keeps a ledger of what is done in the target, in the schema pgx_ledger, which is
    /// dropped at the end. With --resume it goes on from there. It takes the same stream from its beginning, or what
    /// pgx-dump --resume sends; of the same archive, with the same selection and options. What is done is passed
    /// over, and compared with what the ledger says of it. Sessions that the broken load has left behind are ended
    /// first.
    #[arg(long, conflicts_with_all = ["single_transaction", "file"])]
    pub resume: bool,

    /// Say what a load that was broken off has done, and load nothing
    #[arg(long, conflicts_with_all = ["input", "resume", "file"])]
    pub status: bool,

    /// The same, as a token for pgx-dump --resume
    #[arg(long, conflicts_with_all = ["input", "resume", "status", "file"])]
    pub print_token: bool,

    /// Forget what a load that was broken off has done; what it loaded stays
    #[arg(long, conflicts_with_all = ["input", "resume", "status", "print_token", "file"])]
    pub discard: bool,
}

impl ResumeArgs {
    /// Whether something is asked of the ledger, and nothing loaded.
    pub fn asks(&self) -> bool {
        self.status || self.print_token || self.discard
    }
}
