//! Flags that leave something out of all that is dumped.

use clap::Args;

/// What is left out.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Selection options")]
pub struct OmitArgs {
    /// No privileges on parameters and tablespaces
    #[arg(short = 'x', long, visible_alias = "no-acl")]
    pub no_privileges: bool,

    /// Changes nothing, as with pg_dumpall -g: tablespaces keep their owners
    #[arg(short = 'O', long)]
    pub no_owner: bool,

    /// No tablespaces
    #[arg(long)]
    pub no_tablespaces: bool,

    /// No comments
    #[arg(long)]
    pub no_comments: bool,

    /// No security labels
    #[arg(long)]
    pub no_security_labels: bool,
}

impl OmitArgs {
    /// Those that leave something out, in the user's words.
    pub fn words(&self) -> impl Iterator<Item = &'static str> {
        let switches = [
            (self.no_privileges, "--no-privileges"),
            (self.no_tablespaces, "--no-tablespaces"),
            (self.no_comments, "--no-comments"),
            (self.no_security_labels, "--no-security-labels"),
        ];
        switches.into_iter().filter_map(|(given, word)| given.then_some(word))
    }
}
