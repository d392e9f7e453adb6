//! Flags about looking first.

use clap::Args;

/// Whether anything is dumped at all.
#[derive(Args, Clone, Copy, Debug, Default)]
#[command(next_help_heading = "Check options")]
pub struct CheckArgs {
    /// Say all that this role cannot dump, and dump nothing
    ///
    /// Only catalogs are read. Of what a dump with the same flags would take, everything is named that it could not
    /// read. Status 5 when there are problems; notes, such as what stays behind, are none.
    #[arg(long, conflicts_with_all = ["file", "hold", "resume", "holders", "release"])]
    pub check: bool,

    /// With --check, tell it as JSON, an object a line
    ///
    /// An object of type finding has severity (problem or note), code, object, message and hint; the last one, of type
    /// check, has checked, problems, notes and exit_status.
    #[arg(long)]
    pub json: bool,
}
