//! The flags of pgx-dump, spelled as pg_dump spells them.

mod check;
mod hold;
mod output;
mod reading;
mod selection;

use clap::Args;
use pgx_cli::{CONNECTION_ENVIRONMENT, ConnectionArgs, Exit, Failure, Manual};

pub use check::CheckArgs;
pub use hold::{HoldArgs, Way};
pub use output::{OutputArgs, OutputFormat};
pub use reading::ReadingArgs;
#[cfg(test)]
pub use selection::SectionName;
pub use selection::SelectionArgs;

/// What people read about pgx-dump beside its flags.
pub static MANUAL: Manual = Manual {
    name: "pgx-dump",
    version: concat!(env!("CARGO_PKG_VERSION"), " (stream format 1.0)"),
    summary: "dump a PostgreSQL database into a stream",
    usage: &["pgx-dump [OPTION]... [DBNAME]"],
    description: &[
        "Reads one database, as it stands at one moment, and writes it to standard output as a pgx stream, \
         for pgx-load to make it again, pgx-toc to list it, or a file to keep. The stream ends with totals and \
         digests, so that a reader always knows whether it has all of it. With -F it writes a script for psql, or an \
         archive for pg_restore.",
        "The database can be in use; readers and writers are not disturbed. Tables that are dumped are locked \
         against being altered or dropped (ACCESS SHARE) until the dump is done. What the role may not read is named \
         before that, all of it at once; options of user mappings that it may not see, and subscriptions, which only \
         superusers see, are left out with a warning.",
        "Entries have the text that pg_dump 18 gives them, save for what later servers then refuse or misread: a \
         not-null constraint of an inherited column whose name needs quotes; from servers before 18, a not-null whose \
         usual name is needed by a check that is added after its table; from servers before 17, arguments of functions \
         whose names are key words by now, such as json; from servers before 16, whatever is named system_user. Here \
         the second gets another name, and the others are quoted. Literals are written with \
         standard_conforming_strings on. Objects that need one another so that nothing can be made first are an error \
         that names them, also where pg_dump turns a generated column into one with a default.",
        "What is chosen is chosen as pg_dump chooses: patterns are matched by the server, exclusions win, and the \
         flags below mean what they mean there. Six things differ. A table that is \
         named brings its extended statistics, and in a stream its places in publications, which pgx-load gives it where \
         the target has these; scripts and archives go without. What is left out is not added to \
         publications, which would fail. Schemas and tables that every server has are no part of a dump, \
         whatever pattern matches them. In a filter file, include extension means what -e means, and \
         white space around the dot of a quoted name does not count. With \
         --quote-all-identifiers, the comment that every schema public has is not repeated.",
        "With --check nothing is dumped: only catalogs are read, nothing stays locked, and all that a dump with the \
         same flags could not read is told at once, each with its remedy, and notes of what it would leave behind. Each \
         finding has a code: broken, foreign, held, left-out, locks, pooler, prepared, rights, row-security, select, snapshot, \
         standby, timeout, unlogged, user-mapping, version, wraparound.",
        "A stream always carries owners, tablespaces, access methods, what drops its entries and what makes the \
         database, and so do archives: pgx-load and pg_restore decide about them, so -c, -O, --no-tablespaces, \
         --no-table-access-method and --disable-triggers have no effect on them, and -C need not be given. -x leaves privileges out of it, as in \
         pg_dump's archives. Flags that write rows as INSERT are for scripts; so is --restrict-key.",
        "With --hold the snapshot outlives the pipe. The process that reads the database, the holder, is apart from \
         the one that was started, the front: when that one dies, or whoever reads it, the holder keeps snapshot, \
         locks, entries and plan for a lease (6 hours unless --hold says otherwise), and pgx-dump --resume TOKEN, on \
         the same host and as the same user, sends what is left of the same moment; pgx-load --print-token says what \
         the target has. Until then the tables cannot be altered, and the server cleans up nothing that is newer \
         than the snapshot: sessions that wait for the locks are reported, --holders lists what is held, --release \
         gives it up. A dump whose whole stream has been read ends its holder, unless --linger keeps it for a reader \
         that may still fail.",
        "A dump without --hold has no moment to go back to. Where the definitions are still what they were, pgx-dump \
         --inconsistent --resume TOKEN, with the same selection, sends the rest from a new moment: whole tables that the \
         target has stay as they were, tables of which it has a part begin anew, and so do all others; sequences stand \
         where they stand now. Nothing then says that foreign keys hold between the two. The token proves that the \
         definitions are the same; a dump that is still held is refused.",
        "A session that is lost is replaced by another one that sees the same moment, which goes on where it \
         stopped. The one that holds the locks is replaced with --hold only; without it the dump fails.",
    ],
    exits: &[
        Exit::Done,
        Exit::Failed,
        Exit::Usage,
        Exit::Preflight,
        Exit::Interrupted,
        Exit::ReaderGone,
        Exit::Terminated,
    ],
    environment: CONNECTION_ENVIRONMENT,
    examples: &[
        (
            "pgx-dump app | ssh host pgx-load -C -d postgres",
            "make the same database on another host",
        ),
        ("pgx-dump -d app -f app.pgx", "keep a compressed dump in a file"),
        ("pgx-dump --check app", "what a dump could not read, before it is made"),
        (
            "pgx-dump -s -F plain app > app.sql",
            "the definitions as a script for psql",
        ),
        ("pgx-dump -F custom -f app.dump app", "an archive for pg_restore"),
        (
            "pgx-dump -n sales app | ssh host pgx-load -d app",
            "one schema to another host",
        ),
        (
            "pgx-dump -j 8 --rate-limit 50MB app | ssh host pgx-load -j 8 -d app",
            "eight sessions on either side, and no more than 50 MB a second between them",
        ),
        (
            "pgx-dump --hold app | ssh host pgx-load -d app",
            "a dump that can be resumed when the connection breaks",
        ),
    ],
    see_also: &["pgx-load(1)", "pgx-toc(1)", "pgx-stream(5)", "pg_dump(1)"],
};

/// The flags.
#[derive(Args, Clone, Debug)]
pub struct DumpArgs {
    /// Where the database is.
    #[command(flatten)]
    pub connection: ConnectionArgs,

    /// Database, connection URI or key=value string; the same as -d
    #[arg(value_name = "DBNAME", conflicts_with = "dbname")]
    pub database: Option<String>,

    /// What to dump.
    #[command(flatten)]
    pub selection: SelectionArgs,

    /// How to write it.
    #[command(flatten)]
    pub output: OutputArgs,

    /// How to read it.
    #[command(flatten)]
    pub reading: ReadingArgs,

    /// What to do when the pipe breaks.
    #[command(flatten)]
    pub hold: HoldArgs,

    /// Whether to look first.
    #[command(flatten)]
    pub check: CheckArgs,
}

impl DumpArgs {
    /// Refuses what cannot be had together.
    pub fn check(&self) -> Result<(), Failure> {
        self.output.check()?;
        let (holds, resumes) = (self.hold.hold.is_some(), self.hold.resume.is_some());
        Failure::unless_with(&[
            ("--linger", self.hold.linger.is_some(), "--hold", holds),
            ("--yield-after", self.hold.yield_after.is_some(), "--hold", holds),
            ("--inconsistent", self.hold.inconsistent, "--resume", resumes),
            ("--json", self.check.json, "--check", self.check.check),
        ])?;
        if self.reading.jobs.is_none_or(|jobs| jobs == 1) {
            return Ok(());
        }
        if self.output.format == OutputFormat::Plain {
            return Err(
                Failure::usage("--jobs has no effect with --format=plain").hint("a script is written in its order")
            );
        }
        if !self.selection.include_foreign_data.is_empty() {
            return Err(Failure::usage("--jobs conflicts with --include-foreign-data")
                .hint("only on one session do foreign tables show one moment"));
        }
        Ok(())
    }
}
