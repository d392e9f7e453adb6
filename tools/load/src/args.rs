//! The flags of pgx-load, spelled as pg_restore spells them.

use std::path::PathBuf;

use clap::Args;
use pgx_archive::Section;
use pgx_archive::kind::Switch;
use pgx_cli::{CONNECTION_ENVIRONMENT, ConnectionArgs, Exit, Failure, Manual};
use pgx_restore::Options;

/// What people read about pgx-load beside its flags.
pub static MANUAL: Manual = Manual {
    name: "pgx-load",
    version: concat!(env!("CARGO_PKG_VERSION"), " (stream format 1.0)"),
    summary: "load a pgx stream into a PostgreSQL database",
    usage: &[
        "pgx-load -d DBNAME [OPTION]... [FILE]",
        "pgx-load -f SCRIPT [OPTION]... [FILE]",
    ],
    description: &[
        "Reads a stream made by pgx-dump from FILE or standard input and makes its database again: definitions, \
         rows, what depends on rows, privileges. The target must be empty, and no older than the source. Rows are \
         counted and digested as they arrive and compared with what the stream and the server say of them.",
        "It stops at the first error and names the object. A stream that is cut short, or whose producer failed, \
         is never taken for complete: the status is then 3, and the message says what came last and what the \
         target has.",
    ],
    exits: &[
        Exit::Done,
        Exit::Failed,
        Exit::Usage,
        Exit::Incomplete,
        Exit::Interrupted,
        Exit::ReaderGone,
        Exit::Terminated,
    ],
    environment: CONNECTION_ENVIRONMENT,
    examples: &[
        ("pgx-dump app | pgx-load -d copy", "copy a database into an empty one"),
        (
            "pgx-dump service=old | pgx-load -C -d service=new",
            "make the same database on another server; pg_service.conf says where both are",
        ),
        ("pgx-load -d copy app.pgx", "load from a file"),
        (
            "pgx-dump app | ssh host pgx-load -1 -d app",
            "all of it or nothing, in one transaction",
        ),
        (
            "pgx-dump --copy-format text app | pgx-load -f app.sql",
            "turn a stream, with rows in text, into a script for psql",
        ),
    ],
    see_also: &["pgx-dump(1)", "pgx-toc(1)", "pgx-stream(5)", "pg_restore(1)"],
};

/// The flags.
#[derive(Args, Clone, Debug)]
pub struct LoadArgs {
    /// Stream to load [default: standard input]
    #[arg(value_name = "FILE", help_heading = "Arguments")]
    pub input: Option<PathBuf>,

    /// Where the database is.
    #[command(flatten)]
    pub connection: ConnectionArgs,

    /// Where it goes instead, and how.
    #[command(flatten)]
    pub output: OutputArgs,

    /// What to load.
    #[command(flatten)]
    pub selection: SelectionArgs,
}

/// Where it goes, and how.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output options")]
pub struct OutputArgs {
    /// Write a script for psql to FILE (- for standard output) instead of loading
    #[arg(short = 'f', long, value_name = "FILE", conflicts_with = "dbname")]
    pub file: Option<PathBuf>,

    /// Create the database, and connect to it; -d is then any database to connect to first
    #[arg(short = 'C', long)]
    pub create: bool,

    /// Load with N sessions at once (default: up to 4, not more than cores, at least 2)
    ///
    /// Rows go in on as many sessions as are free; indexes are built as soon as their table is complete, while
    /// others still come.
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256), conflicts_with = "single_transaction")]
    pub jobs: Option<u32>,

    /// Load in one transaction: all of it or nothing
    #[arg(short = '1', long, conflicts_with = "create")]
    pub single_transaction: bool,

    /// Rows that may wait in memory for the target (default: 64MB)
    #[arg(long, value_name = "SIZE", default_value = "64MB", hide_default_value = true, value_parser = pgx_cli::buffer)]
    pub buffer: usize,

    /// Load although the database has objects already
    #[arg(long)]
    pub into_existing: bool,

    /// Do not ANALYZE what was loaded
    #[arg(long)]
    pub no_analyze: bool,

    /// In a script, the key of \restrict: letters and digits
    #[arg(long, value_name = "KEY", requires = "file")]
    pub restrict_key: Option<String>,
}

/// What to load.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Selection options")]
pub struct SelectionArgs {
    /// Only rows, large objects and sequence values
    #[arg(short = 'a', long, conflicts_with_all = ["schema_only", "create"])]
    pub data_only: bool,

    /// Only definitions
    #[arg(short = 's', long)]
    pub schema_only: bool,

    /// Do not set owners
    #[arg(short = 'O', long)]
    pub no_owner: bool,

    /// Do not grant or revoke
    #[arg(short = 'x', long, visible_alias = "no-acl")]
    pub no_privileges: bool,

    /// Do not set tablespaces
    #[arg(long)]
    pub no_tablespaces: bool,

    /// Do not set table access methods
    #[arg(long)]
    pub no_table_access_method: bool,

    /// Leave out comments
    #[arg(long)]
    pub no_comments: bool,

    /// Leave out security labels
    #[arg(long)]
    pub no_security_labels: bool,

    /// Leave out publications
    #[arg(long)]
    pub no_publications: bool,

    /// Leave out subscriptions
    #[arg(long)]
    pub no_subscriptions: bool,

    /// Leave out row security
    #[arg(long)]
    pub no_policies: bool,

    /// Leave out the planner's statistics: ANALYZE instead
    #[arg(long)]
    pub no_statistics: bool,

    /// Only the planner's statistics, into tables that are there
    #[arg(long, conflicts_with_all = ["data_only", "schema_only", "create", "no_statistics"])]
    pub statistics_only: bool,
}

impl SelectionArgs {
    /// Whether tables are made, rather than there already.
    pub fn makes_tables(&self) -> bool {
        !self.data_only && !self.statistics_only
    }
}

impl OutputArgs {
    /// How many sessions work on the target.
    pub fn sessions(&self) -> usize {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        match (self.single_transaction, self.jobs) {
            (true, _) => 1,
            (false, Some(jobs)) => jobs as usize,
            (false, None) => cores.clamp(2, 4),
        }
    }
}

impl LoadArgs {
    /// An error when the flags do not say where to.
    pub fn check(&self) -> Result<(), Failure> {
        if self.output.file.is_none() && self.connection.dbname.is_none() {
            return Err(Failure::usage("it is not said where to load").hint("give -d DBNAME, or -f FILE for a script"));
        }
        Ok(())
    }

    /// The same for the room that decides about statements; the target is not known yet.
    pub fn options(&self) -> Options {
        let chosen = &self.selection;
        let switches = [
            (chosen.no_privileges, Switch::Privileges),
            (chosen.no_comments, Switch::Comments),
            (chosen.no_security_labels, Switch::SecurityLabels),
            (chosen.no_publications, Switch::Publications),
            (chosen.no_subscriptions, Switch::Subscriptions),
            (chosen.no_policies, Switch::Policies),
            // As with pg_restore, they are neither rows nor definitions.
            (
                chosen.no_statistics || chosen.data_only || chosen.schema_only,
                Switch::Statistics,
            ),
        ];
        let sections = [
            (chosen.data_only, Section::PreData),
            (chosen.schema_only, Section::Data),
            (chosen.data_only, Section::PostData),
        ];
        Options {
            create: self.output.create,
            no_owner: chosen.no_owner,
            no_tablespaces: chosen.no_tablespaces,
            no_table_access_method: chosen.no_table_access_method,
            without_sections: set(&sections),
            without: set(&switches),
            only_statistics: chosen.statistics_only,
            target: None,
        }
    }
}

/// The values whose flag is set.
fn set<T: Copy>(flags: &[(bool, T)]) -> Vec<T> {
    flags.iter().filter(|(on, _)| *on).map(|(_, value)| *value).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Parser)]
    #[command(disable_help_flag = true)]
    struct Tool {
        #[command(flatten)]
        args: LoadArgs,
    }

    fn args(argv: &[&str]) -> LoadArgs {
        Tool::parse_from([&["pgx-load"], argv].concat()).args
    }

    #[test]
    fn the_definition_holds_together() {
        Tool::command().debug_assert();
    }

    #[test]
    fn somewhere_to_load_must_be_named() {
        assert!(args(&["app.pgx"]).check().is_err());
        assert!(args(&["-d", "copy"]).check().is_ok());
        assert!(args(&["-f", "-"]).check().is_ok());
        assert!(Tool::try_parse_from(["pgx-load", "-d", "a", "-f", "b"]).is_err());
    }

    #[test]
    fn flags_become_options() {
        let options = args(&["-d", "copy", "-s", "-x", "--no-policies"]).options();
        assert_eq!(options.without_sections, [Section::Data]);
        assert_eq!(
            options.without,
            [Switch::Privileges, Switch::Policies, Switch::Statistics]
        );
    }
}
