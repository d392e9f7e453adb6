//! The flags of pgx-dump, spelled as pg_dump spells them.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use pgx_archive::Compression;
use pgx_archive::kind::Switch;
use pgx_cli::{CONNECTION_ENVIRONMENT, ConnectionArgs, Exit, Manual};
use pgx_objects::kinds::copy_format::Choice;
use pgx_restore::Options;

/// What people read about pgx-dump beside its flags.
pub static MANUAL: Manual = Manual {
    name: "pgx-dump",
    version: concat!(env!("CARGO_PKG_VERSION"), " (stream format 1.0)"),
    summary: "dump a PostgreSQL database into a stream",
    usage: &["pgx-dump [OPTION]... [DBNAME]"],
    description: &[
        "Reads one database, as it stands at one moment, and writes it to standard output as a pgx stream, \
         for pgx-load to make it again, pgx-toc to list it, or a file to keep. The stream ends with totals and \
         digests, so that a reader always knows whether it has all of it.",
        "The database can be in use; readers and writers are not disturbed. Tables that are dumped are locked \
         against being altered or dropped (ACCESS SHARE) until the dump is done.",
        "Entries have the text that pg_dump 18 gives them, save for what later servers then refuse or misread: a \
         not-null constraint of an inherited column whose name needs quotes; from servers before 18, a not-null whose \
         usual name is needed by a check that is added after its table; from servers before 17, arguments of functions \
         whose names are key words by now, such as json; from servers before 16, whatever is named system_user. Here \
         the second gets another name, and the others are quoted. Literals are written with \
         standard_conforming_strings on.",
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
            "pgx-dump app | ssh host pgx-load -C -d postgres",
            "make the same database on another host",
        ),
        ("pgx-dump -d app -f app.pgx", "keep a compressed dump in a file"),
        (
            "pgx-dump -s -F plain app > app.sql",
            "the definitions as a script for psql",
        ),
        (
            "pgx-dump -n sales app | ssh host pgx-load -d app",
            "one schema to another host",
        ),
        (
            "pgx-dump -j 8 --rate-limit 50MB app | ssh host pgx-load -j 8 -d app",
            "eight sessions on either side, and no more than 50 MB a second between them",
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
}

/// What to dump.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Selection options")]
pub struct SelectionArgs {
    /// Only rows, large objects and sequence values
    #[arg(short = 'a', long, conflicts_with = "schema_only")]
    pub data_only: bool,

    /// Only definitions
    #[arg(short = 's', long)]
    pub schema_only: bool,

    /// Only schemas that match and what is in them; may be repeated
    #[arg(short = 'n', long, value_name = "PATTERN")]
    pub schema: Vec<String>,

    /// All but the schemas that match; may be repeated
    #[arg(short = 'N', long, value_name = "PATTERN")]
    pub exclude_schema: Vec<String>,

    /// Only tables, views and sequences that match; may be repeated
    #[arg(short = 't', long, value_name = "PATTERN")]
    pub table: Vec<String>,

    /// All but the tables that match; may be repeated
    #[arg(short = 'T', long, value_name = "PATTERN")]
    pub exclude_table: Vec<String>,

    /// Definitions but not rows of tables that match; may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub exclude_table_data: Vec<String>,

    /// Fail when a pattern to include matches nothing
    #[arg(long)]
    pub strict_names: bool,
}

/// How to write it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Output options")]
pub struct OutputArgs {
    /// Write to FILE instead of standard output
    #[arg(short = 'f', long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Form of the output [pgx, plain]
    ///
    /// pgx is the stream that the pgx tools share; plain is a script for psql.
    #[arg(
        short = 'F',
        long,
        value_name = "FORMAT",
        default_value = "pgx",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub format: OutputFormat,

    /// Compress: none, zstd[:LEVEL], gzip[:LEVEL]
    ///
    /// The default is zstd for a file and none for a pipe.
    #[arg(short = 'Z', long, value_name = "METHOD[:LEVEL]")]
    pub compress: Option<Compression>,

    /// Form of rows: auto, text or binary
    ///
    /// auto sends binary rows for tables whose column types allow it safely, text for the rest. A plain
    /// script has text.
    #[arg(
        long,
        value_name = "FORM",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub copy_format: CopyFormat,

    /// In a plain script, create the database and connect to it
    #[arg(short = 'C', long)]
    pub create: bool,

    /// In a plain script, do not set owners
    #[arg(short = 'O', long)]
    pub no_owner: bool,

    /// In a plain script, do not grant or revoke
    #[arg(short = 'x', long, visible_alias = "no-acl")]
    pub no_privileges: bool,

    /// In a plain script, do not set tablespaces
    #[arg(long)]
    pub no_tablespaces: bool,

    /// In a plain script, do not set table access methods
    #[arg(long)]
    pub no_table_access_method: bool,

    /// In a plain script, the encoding of its text (default: the database's own)
    #[arg(short = 'E', long, value_name = "ENCODING")]
    pub encoding: Option<String>,

    /// In a plain script, the key of \restrict: letters and digits
    #[arg(long, value_name = "KEY", value_parser = restrict_key)]
    pub restrict_key: Option<String>,
}

impl OutputArgs {
    /// The form of rows: scripts have text.
    pub fn rows(&self) -> Choice {
        match (self.format, self.copy_format) {
            (OutputFormat::Plain, _) | (_, CopyFormat::Text) => Choice::Text,
            (_, CopyFormat::Auto) => Choice::Auto,
            (_, CopyFormat::Binary) => Choice::Binary,
        }
    }

    /// What a script leaves out or adds.
    pub fn options(&self) -> Options {
        Options {
            create: self.create,
            no_owner: self.no_owner,
            no_tablespaces: self.no_tablespaces,
            no_table_access_method: self.no_table_access_method,
            without: self.no_privileges.then_some(Switch::Privileges).into_iter().collect(),
            ..Options::default()
        }
    }
}

/// How to read it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Reading options")]
pub struct ReadingArgs {
    /// Fail when a table cannot be locked within MS milliseconds
    #[arg(long, value_name = "MS")]
    pub lock_wait_timeout: Option<u32>,

    /// Use a snapshot that another session exported
    #[arg(long, value_name = "ID")]
    pub snapshot: Option<String>,

    /// Wait for a moment that no serializable transaction can find inconsistent
    #[arg(long, conflicts_with = "snapshot")]
    pub serializable_deferrable: bool,

    /// Read with N sessions at once (default: up to 4, not more than cores)
    ///
    /// All of them see the same moment and write into the one stream; big tables are shared out among them
    /// in ranges of blocks.
    #[arg(short = 'j', long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=256))]
    pub jobs: Option<u32>,

    /// Send at most so many bytes a second: 50MB, 800kB
    #[arg(long, value_name = "RATE", value_parser = pgx_cli::rate)]
    pub rate_limit: Option<u64>,
}

/// Form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// The stream that the pgx tools share.
    Pgx,
    /// A script for psql.
    #[value(alias = "p")]
    Plain,
}

/// Form of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum CopyFormat {
    /// Binary where it is safe, else text.
    Auto,
    /// Text.
    Text,
    /// Binary wherever it can be.
    Binary,
}

/// Lanes that are started when the user does not say how many.
const LANES: usize = 4;

impl ReadingArgs {
    /// How many sessions may read at once.
    pub fn lanes(&self) -> u32 {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        self.jobs.unwrap_or(cores.min(LANES) as u32)
    }
}

fn restrict_key(text: &str) -> Result<String, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(text.to_owned())
    } else {
        Err("a key is made of letters and digits".into())
    }
}
