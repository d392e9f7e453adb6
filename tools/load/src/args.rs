//! The flags of pgx-load, spelled as pg_restore spells them.

mod resume;
mod swap;
mod verify;
mod wait;

use std::path::PathBuf;

use clap::Args;
use pgx_cli::{CONNECTION_ENVIRONMENT, ConnectionArgs, Exit, Failure, FormArgs, Manual};
use pgx_restore::{Hooks, Options};
use pgx_selection::SelectionArgs;

pub use check::CheckArgs;
use existing::ExistingArgs;
use finish::FinishArgs;
use hooks::HookArgs;
pub use resume::ResumeArgs;
use rewrite::RewriteArgs;
pub use swap::SwapArgs;
use tolerate::TolerateArgs;
use upkeep::UpkeepArgs;
pub use verify::VerifyArgs;
pub use wait::WaitArgs;

mod check;
pub mod existing;
pub mod finish;
mod hooks;
mod rewrite;
pub mod tolerate;
mod upkeep;

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
        "It loads pg_dump's own archives, too: custom and tar from FILE or a pipe, directories by their path. They say \
         nothing about how many rows there are; what can be checked is checked.",
        "A stream may have several members: what pgx-globals sends, and one database after another, each made by its \
         own name with -C. Roles and tablespaces that are there already are altered. Databases that the globals \
         announce must all come; if not, the status is 3.",
        "As with pg_dump's scripts, the search path is empty, so that nobody's objects can come before others. A \
         function that an index, a check, a generated column or a materialized view calls fails where it relies on \
         one; the error then names the function, and ALTER FUNCTION ... SET search_path in the source is the remedy.",
        "With --check it does nothing but look: it reads what the stream says of itself and its table of contents, \
         asks the target a few questions, and tells everything that stands against the load at once, each with its \
         remedy. What does not is a note: how text is converted, whose rights the SQL of the stream runs with, how \
         much room rows took. What SQL cannot tell, such as free disk space, is not looked at. Each finding has a \
         code: access-method, connections, createdb, createrole, database-exists, database-missing, database-rights, \
         encoding, event-trigger, extension, extension-rights, extension-version, locale, locks, not-empty, older, \
         pooler, prepared, publication, rights, role, role-rights, room, row-security, schema, schema-rights, set-role, setting, \
         setting-rights, standby, subscription, superuser, table-exists, table-missing, table-rights, tablespace, \
         tablespace-rights, wraparound.",
        "Settings of functions, databases and roles that the target refuses because it is too new, such as \
         operator_precedence_warning from 14 on, are left out, each with a warning that names it; force_parallel_mode is \
         called debug_parallel_query from 16 on. A script has all of them by their old names, as pg_dump's has: nobody knows \
         where it will run.",
        "It stops at the first error and names the object; with --keep-going it goes on without what failed and what \
         depends on it, and the status is 6. A stream that is cut short, or whose producer failed, \
         is never taken for complete: the status is then 3, and the message says what came last and what the \
         target has.",
        "With -a, rows go into tables that stand already. What these lack, tables or columns, is named before any row is \
         written; a partitioned table takes the rows of a plain one. Rows that pgx-dump -a sends come in the order of \
         foreign keys, and go in in it; those of a stream with definitions do not.",
        "A load keeps a ledger in the target, in the schema pgx_ledger, of what it has done: each transaction writes \
         there what it commits. The ledger is dropped at the end. When a load is broken off, --resume goes on from \
         there, with the same stream from its beginning or with what pgx-dump --resume sends; no row comes twice. \
         --status says what is done, --print-token says it to pgx-dump, --discard forgets it. A load with -1 keeps \
         no ledger, since nothing of it stays, and neither does one of pg_dump's archives, or one by a role that may \
         not create a schema. With --status --json the answer is an object of the type load: archive, begun, state (at work, \
         broken off), definitions, tables, parts, rows, next.",
        "A session of the target that is lost, be it by a restart of the server, is replaced, and does again what was not \
         committed; a warning says so. Where the stream stands still it is waited for, and where the target does not \
         answer likewise, as long as --timeout says; then the status is 3.",
        "--verify reads the target again when all is in, and compares: the rows of every table by their digest, and \
         every definition, owner, privilege, position of a sequence with its entry, of servers of one major word by \
         word. A line a table says what came of it, and what differs otherwise follows; the status is then 4. With -1 this \
         comes before the commit, so that what differs is not kept. --verify-only compares a database that is there \
         already, in a transaction that only reads.",
        "With --json the results are objects on standard output, one a line. Each has a type. rows: name, result (same, \
         differs, missing, or counted where two majors have no digest in common), stream_rows, target_rows, stream_digest, \
         target_digest. object, for what differs: kind, schema, name, result (missing, extra, differs, disabled), and what, \
         stream, target. sequence, for one that will give a value which its column has: name, result (behind), next, taken. \
         summary, the last: database, result (same, differs), tables, tables_differ, objects, objects_differ, and texts, \
         which is false where definitions could not be compared word by word.",
        "-C --swap replaces a database without a moment in which half of it is there. The new one is made as \
         NAME_pgx_ARCHIVE, where ARCHIVE begins the id of the stream; when all is in, and proved if --verify is \
         given, one transaction renames the old database to NAME_old_pgx_ARCHIVE and the new one to NAME, and sets what \
         belongs to the database itself. The old one's clients are ended then; those that come meanwhile wait. After \
         that the old one is dropped, or kept with --keep-old. When anything fails before, the new one is dropped, and \
         nothing has been done to the old one. What a killed pgx-load leaves behind is marked: the next one for the same \
         NAME makes it anew where it is of the same stream, and otherwise says how to drop it. -d names any other \
         database of the server.",
        "With -c it drops first what it is going to make. --map-role, --map-tablespace and --rename-schema call things \
         otherwise than in the source; they change fields of the stream and make text from these, and edit no text. \
         Hooks are files of SQL that run before the rows, after them and at the end, statement by statement, with the \
         search path of the role that loads. Scripts have all of it, too.",
        "The selection options take a part of the stream; pgx-toc lists what they take, and pgx-filter makes a stream \
         of it. They are those of pg_restore, with these differences. Names are patterns, as in psql: letters are \
         folded to lower case outside double quotes, and * stands for anything; a pattern that matches nothing is \
         tried once more as a name that is spelled exactly so. A pattern for tables without a schema finds what the \
         search path of the role that dumped would find, *.NAME all of that name. -t brings what belongs to a table, \
         but not its foreign keys' other ends or its publications, which --with-dependencies does. Its places in \
         publications come, too, and are taken in those that the target has and the role may alter; a warning names the \
         others. A script has no such places, unless with --bare. -I and -T need no \
         more than the name, and -P takes a pattern or the arguments, too. -n and -N mean the schemas themselves as \
         well as what is in them. With --bare, -n and -t take what pg_restore would take. What is kept and cannot \
         work without something that is left out is named in a warning before anything runs.",
        "Patterns may have character classes with ranges, [:digit:], alternatives, + and {m,n}. Other syntax of regular \
         expressions is refused.",
    ],
    exits: &[
        Exit::Done,
        Exit::Failed,
        Exit::Usage,
        Exit::Incomplete,
        Exit::Difference,
        Exit::Preflight,
        Exit::Tolerated,
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
            "pgx-load --into-existing --with-dependencies -t customers -d copy app.pgx",
            "one table with all that it needs, beside what the database has",
        ),
        (
            "pgx-dump -a -n sales app | pgx-load -a --on-conflict update -d copy",
            "rows into tables that have some of them already",
        ),
        (
            "pgx-dump app | ssh host pgx-load -1 -d app",
            "all of it or nothing, in one transaction",
        ),
        (
            "pgx-load --resume -d copy app.pgx",
            "go on with a load that was broken off",
        ),
        (
            "pgx-dump app | pgx-load -C --swap --verify -d service=new",
            "replace the database app there, when the new one has been proved",
        ),
        (
            "pgx-load --verify-only -d copy app.pgx",
            "whether a database is still what a file says",
        ),
        (
            "pgx-load --check -d copy app.pgx",
            "what stands against a load, before anything is done",
        ),
        (
            "pgx-dump app | pgx-load -c --if-exists -d copy",
            "make a copy anew where one is already",
        ),
        (
            "pgx-load --rename-schema sales=sold -n sales -d copy app.pgx",
            "one schema, under another name",
        ),
        (
            "pgx-dump app | pgx-load -f app.sql",
            "turn a stream into a script for psql",
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

    /// What it must be.
    #[command(flatten)]
    pub form: FormArgs,

    /// Where the database is.
    #[command(flatten)]
    pub connection: ConnectionArgs,

    /// Where it goes instead, and how.
    #[command(flatten)]
    pub output: OutputArgs,

    /// What happens to tables that stand already.
    #[command(flatten)]
    pub existing: ExistingArgs,
    /// A load that was broken off.
    #[command(flatten)]
    pub resume: ResumeArgs,
    /// What is made otherwise than in the source.
    #[command(flatten)]
    pub rewrite: RewriteArgs,

    /// What is run besides.
    #[command(flatten)]
    pub hook_files: HookArgs,

    /// What these files say, once they are read.
    #[arg(skip)]
    pub hooks: Hooks,

    /// How long it waits.
    #[command(flatten)]
    pub wait: WaitArgs,

    /// What it replaces.
    #[command(flatten)]
    pub swap: SwapArgs,

    /// How it is proved.
    #[command(flatten)]
    pub verify: VerifyArgs,

    /// How what depends on rows is made.
    #[command(flatten)]
    pub finish: FinishArgs,

    /// What comes last.
    #[command(flatten)]
    pub upkeep: UpkeepArgs,

    /// What happens when something goes wrong with an entry.
    #[command(flatten)]
    pub tolerate: TolerateArgs,

    /// What to load.
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// Whether to look first.
    #[command(flatten)]
    pub check: CheckArgs,
}

/// Where it goes, and how.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output options")]
pub struct OutputArgs {
    /// Write a script for psql to FILE (- for standard output) instead of loading
    #[arg(short = 'f', long, value_name = "FILE", conflicts_with = "dbname")]
    pub file: Option<PathBuf>,

    /// Create the database, and connect to it; -d is then any database to connect to first
    #[arg(short = 'C', long, conflicts_with_all = ["data_only", "statistics_only"])]
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

    /// List what is in the stream: pgx-toc does
    #[arg(short = 'l', long, hide = true)]
    pub list: bool,

    /// Changes nothing, as with pg_restore
    #[arg(short = 'R', long, hide = true)]
    pub no_reconnect: bool,

    /// With row security: what policies do not allow is refused, rather than every table they concern
    #[arg(long)]
    pub enable_row_security: bool,

    /// Do not set owners
    #[arg(short = 'O', long)]
    pub no_owner: bool,

    /// Do not set tablespaces
    #[arg(long)]
    pub no_tablespaces: bool,

    /// Do not set table access methods
    #[arg(long)]
    pub no_table_access_method: bool,

    /// In a script, the key of \restrict: letters and digits
    #[arg(long, value_name = "KEY")]
    pub restrict_key: Option<String>,
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
        if self.output.list {
            return Err(Failure::usage("pgx-load does not list").hint("pgx-toc does, with the same selection options"));
        }
        if !self.check.check && !self.resume.status {
            self.verify.check()?;
        }
        let (tolerate, existing) = (&self.tolerate, &self.existing);
        Failure::unless_with(&[
            (
                "--errors",
                tolerate.errors.is_some(),
                "--keep-going",
                tolerate.keep_going,
            ),
            ("--swap", self.swap.swap, "--create", self.output.create),
            ("--keep-old", self.swap.keep_old, "--swap", self.swap.swap),
            ("--if-exists", self.rewrite.if_exists, "--clean", self.rewrite.clean),
            (
                "--superuser",
                existing.superuser.is_some(),
                "--disable-triggers",
                existing.disable_triggers,
            ),
        ])?;
        if self.output.restrict_key.is_some() && self.output.file.is_none() {
            return Err(Failure::usage("--restrict-key is for scripts: it requires --file"));
        }
        if self.output.file.is_none() && self.connection.dbname.is_none() {
            return Err(Failure::usage("it is not said where to load").hint("give -d DBNAME, or -f FILE for a script"));
        }
        self.rewrite
            .check(self.output.create, self.verify.verify || self.verify.verify_only)?;
        self.existing.check(&self.selection)
    }

    /// The same for the room that decides about statements; the target is not known yet.
    pub fn options(&self) -> Options {
        let mut options = Options {
            create: self.output.create,
            no_owner: self.output.no_owner,
            no_tablespaces: self.output.no_tablespaces,
            no_table_access_method: self.output.no_table_access_method,
            row_security: self.output.enable_row_security,
            foreign_keys: self.finish.foreign_keys(),
            disable_triggers: self.existing.disable_triggers,
            superuser: self.existing.superuser.clone(),
            hooks: self.hooks.clone(),
            ..Options::default()
        };
        self.rewrite.tell(&mut options);
        options
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
        assert!(args(&["-l", "-d", "copy"]).check().is_err());
        assert!(args(&["-d", "copy"]).check().is_ok());
        assert!(args(&["-f", "-"]).check().is_ok());
        assert!(Tool::try_parse_from(["pgx-load", "-d", "a", "-f", "b"]).is_err());
    }

    #[test]
    fn what_is_about_tables_that_stand_goes_with_rows_alone() {
        for flag in ["--disable-triggers", "--truncate", "--on-conflict=update"] {
            let refused = args(&["-d", "a", flag]).check().expect_err("tables are made, too");
            assert!(
                refused
                    .notice
                    .message
                    .starts_with(flag.split('=').next().unwrap_or_default())
            );
            assert_eq!(refused.notice.hint.as_deref(), Some("add -a to load rows alone"));
            for rows in [&["-a"][..], &["--section", "data"], &["--no-schema"]] {
                assert!(args(&[&["-d", "a", flag], rows].concat()).check().is_ok());
            }
            let both = [&["-d", "a", flag][..], &["--section", "data", "--section", "pre-data"]].concat();
            assert!(args(&both).check().is_err());
        }
        assert!(args(&["-d", "a", "--on-conflict", "error"]).check().is_ok());
        assert!(args(&["-d", "a", "-a", "-S", "boss"]).check().is_err());
        assert!(Tool::try_parse_from(["pgx-load", "-f", "a", "-a", "--truncate"]).is_err());
    }

    #[test]
    fn errors_are_not_tolerated_in_one_transaction() {
        for other in ["-1", "-e"] {
            assert!(Tool::try_parse_from(["pgx-load", "-d", "a", "--keep-going", other]).is_err());
        }
        assert!(args(&["-d", "a", "--errors", "f"]).check().is_err());
        assert!(Tool::try_parse_from(["pgx-load", "-d", "a", "-1", "--transaction-size", "5"]).is_err());
        assert_eq!(
            args(&["-d", "a", "-e", "--transaction-size", "5"]).tolerate.together(),
            5
        );
        assert!(args(&["-d", "a", "--no-data-for-failed-tables"]).check().is_ok());
    }

    #[test]
    fn a_database_is_not_created_for_rows_alone() {
        assert!(Tool::try_parse_from(["pgx-load", "-d", "a", "-C", "-a"]).is_err());
        assert!(Tool::try_parse_from(["pgx-load", "-d", "a", "-C", "-s", "-n", "sales"]).is_ok());
    }
}
