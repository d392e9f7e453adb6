//! The flags, spelled as pg_dumpall spells them.

use std::path::PathBuf;

use clap::Args;
use pgx_cli::{CONNECTION_ENVIRONMENT, ConnectionArgs, Exit, Failure, Manual};
use pgx_objects::globals::Wish;

mod clean;
mod omit;

pub use clean::CleanArgs;
pub use omit::OmitArgs;

/// What people read about pgx-globals beside its flags.
pub static MANUAL: Manual = Manual {
    name: "pgx-globals",
    version: concat!(env!("CARGO_PKG_VERSION"), " (stream format 1.0)"),
    summary: "dump what belongs to a PostgreSQL cluster and to no database",
    usage: &["pgx-globals [OPTION]..."],
    description: &[
        "Reads the roles of a cluster with their attributes, passwords, memberships and settings, privileges on \
         parameters, and tablespaces, and writes them to standard output as a pgx stream, or with --sql as the script \
         that pg_dumpall 18 writes. Memberships come in an order in which every grantor may grant already. Settings of \
         all roles at once (ALTER ROLE ALL SET), which pg_dumpall leaves behind, are there too; settings of roles in \
         one database travel with that database (pgx-dump -C).",
        "Password hashes can be read by superusers alone; others say --no-role-passwords. A file with hashes can be \
         read by its owner alone.",
    ],
    exits: &[
        Exit::Done,
        Exit::Failed,
        Exit::Usage,
        Exit::Interrupted,
        Exit::ReaderGone,
        Exit::Terminated,
    ],
    environment: CONNECTION_ENVIRONMENT,
    examples: &[
        (
            "pgx-globals --sql -f globals.sql",
            "roles and tablespaces as a script for psql",
        ),
        ("pgx-globals -g -f globals.pgx", "keep them in a file"),
        (
            "pgx-globals --list-databases",
            "the databases that a copy of the cluster needs beside them",
        ),
    ],
    see_also: &["pgx-dump(1)", "pgx-toc(1)", "pgx-stream(5)", "pg_dumpall(1)"],
};

/// The flags.
#[derive(Args, Clone, Debug, Default)]
pub struct GlobalsArgs {
    /// Where the cluster is.
    #[command(flatten)]
    pub connection: ConnectionArgs,

    /// Database to connect to, where -d names none [default: postgres]
    #[arg(short = 'l', long, value_name = "DBNAME", conflicts_with = "dbname")]
    pub database: Option<String>,

    /// What to dump.
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// How to write it.
    #[command(flatten)]
    pub output: OutputArgs,
}

/// What to dump.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Selection options")]
pub struct SelectionArgs {
    /// Roles and tablespaces alone: no databases are to follow in the stream
    #[arg(short = 'g', long)]
    pub globals_only: bool,

    /// Roles alone, with what is theirs
    #[arg(short = 'r', long, conflicts_with_all = ["globals_only", "tablespaces_only"])]
    pub roles_only: bool,

    /// Tablespaces alone
    #[arg(short = 't', long, conflicts_with = "globals_only")]
    pub tablespaces_only: bool,

    /// Leave out password hashes, which only superusers can read
    #[arg(long)]
    pub no_role_passwords: bool,

    /// Only what the stream in FILE refers to, and the roles that its roles are members of
    #[arg(long = "for", value_name = "FILE")]
    pub refers: Option<PathBuf>,

    /// Databases that match PATTERN are not to follow; repeatable
    ///
    /// A pattern is that of psql: * and ? stand for characters, quotes keep what is between them.
    #[arg(long, value_name = "PATTERN", conflicts_with_all = ["globals_only", "roles_only", "tablespaces_only"])]
    pub exclude_database: Vec<String>,

    /// Read such patterns from FILE, one a line; repeatable
    ///
    /// A line is exclude database, then a pattern. Comments begin with #. - is standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["globals_only", "roles_only", "tablespaces_only"])]
    pub filter: Vec<PathBuf>,

    /// What is left out.
    #[command(flatten)]
    pub omit: OmitArgs,
}

/// How to write it.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output options")]
pub struct OutputArgs {
    /// Write to FILE instead of standard output
    #[arg(short = 'f', long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Write a script for psql, as pg_dumpall --globals-only does
    #[arg(long)]
    pub sql: bool,

    /// In a script, the key of \restrict: letters and digits
    #[arg(long, value_name = "KEY")]
    pub restrict_key: Option<String>,

    /// What a script drops first.
    #[command(flatten)]
    pub clean: CleanArgs,

    /// Quote all names, key words or not
    #[arg(long)]
    pub quote_all_identifiers: bool,

    /// List the databases that a copy needs beside those that every cluster has, one a line, and nothing else
    ///
    /// template0, template1 and postgres are left out, and what cannot be connected to.
    #[arg(long, conflicts_with_all = ["sql", "globals_only", "roles_only", "tablespaces_only", "refers"])]
    pub list_databases: bool,
}

impl GlobalsArgs {
    /// Refuses what cannot be had together.
    pub fn check(&self) -> Result<(), Failure> {
        self.output.clean.check(self.output.sql)?;
        match self.output.restrict_key.is_some() && !self.output.sql {
            true => Err(Failure::usage("--restrict-key is for scripts: it requires --sql")),
            false => Ok(()),
        }
    }
}

impl SelectionArgs {
    /// What is to be read.
    pub fn wish(&self) -> Wish {
        Wish {
            roles: !self.tablespaces_only,
            tablespaces: !(self.roles_only || self.omit.no_tablespaces),
            passwords: !self.no_role_passwords,
            privileges: !self.omit.no_privileges,
            comments: !self.omit.no_comments,
            labels: !self.omit.no_security_labels,
        }
    }

    /// Whether databases are to follow in the same stream.
    pub fn databases_follow(&self) -> bool {
        !(self.globals_only || self.roles_only || self.tablespaces_only || self.refers.is_some())
    }

    /// The selection in the user's words.
    pub fn words(&self) -> Vec<String> {
        let mut words = Vec::new();
        for (given, word) in [
            (self.globals_only, "--globals-only"),
            (self.roles_only, "--roles-only"),
            (self.tablespaces_only, "--tablespaces-only"),
            (self.no_role_passwords, "--no-role-passwords"),
        ] {
            words.extend(given.then(|| word.to_owned()));
        }
        words.extend(self.omit.words().map(str::to_owned));
        words.extend(self.refers.iter().map(|file| format!("--for={}", file.display())));
        words.extend(
            self.exclude_database
                .iter()
                .map(|pattern| format!("--exclude-database={pattern}")),
        );
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Parser)]
    #[command(disable_help_flag = true)]
    struct Tool {
        #[command(flatten)]
        args: GlobalsArgs,
    }

    #[test]
    fn the_definition_holds_together() {
        Tool::command().debug_assert();
    }

    #[test]
    fn only_one_part_can_be_the_only_one() {
        for flags in [
            ["-r", "-t"],
            ["-g", "-r"],
            ["-g", "--exclude-database=x"],
            ["-r", "--filter=x"],
            ["-r", "--list-databases"],
        ] {
            assert!(
                Tool::try_parse_from(["tool"].iter().chain(&flags)).is_err(),
                "{flags:?}"
            );
        }
        let selection = |flag: &str| Tool::parse_from(["tool", flag]).args.selection;
        assert!(!selection("-g").databases_follow() && selection("--no-role-passwords").databases_follow());
        assert!(!selection("--no-tablespaces").wish().tablespaces && !selection("--no-acl").wish().privileges);
        assert!(!selection("-r").wish().tablespaces && !selection("-t").wish().roles);
    }
}
