//! Flags about the proof.

use clap::Args;
use pgx_cli::Failure;

/// Whether the target is compared with the stream.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Proof")]
pub struct VerifyArgs {
    /// Afterwards read the target again and compare it with the stream
    ///
    /// The rows of every table are digested by the sessions of -j, all of which see one moment; definitions, owners,
    /// privileges, positions of sequences are compared entry by entry. With -1 this comes before the commit, with
    /// --swap before the switch. A difference is status 4.
    ///
    /// Between two majors, which spell definitions differently, this is proved: rows, positions of sequences, comments
    /// and the like; that each entry is there, with its owner, tablespace and access method; that indexes and
    /// constraints are valid and their triggers on. What a definition says, and privileges, are not compared then.
    #[arg(long, conflicts_with_all = ["file", "on_conflict"])]
    pub verify: bool,

    /// Only compare a database with the stream, changing nothing
    #[arg(long, conflicts_with_all = ["file", "verify", "single_transaction"])]
    pub verify_only: bool,

    /// Results, or with --status that, as JSON, an object a line, on standard output
    ///
    /// With --check, an object of type finding has severity (problem or note), code, object, message and hint; the
    /// last one, of type check, has checked, problems, notes and exit_status.
    #[arg(long)]
    pub json: bool,
}

impl VerifyArgs {
    /// An error when the flags make no sense together.
    pub fn check(&self) -> Result<(), Failure> {
        match self.json && !self.verify && !self.verify_only {
            true => Err(Failure::usage("--json is about the results of a proof, or a status")
                .hint("give --verify, --verify-only or --status")),
            false => Ok(()),
        }
    }

    /// An error when there is nothing to compare with: the input is an archive of pg_dump.
    pub fn expect_stream(&self) -> Result<(), Failure> {
        match self.verify || self.verify_only {
            true => Err(Failure::failed("an archive of pg_dump has no digests to compare with")
                .hint("leave --verify out, or dump with pgx-dump")),
            false => Ok(()),
        }
    }
}
