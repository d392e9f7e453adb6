//! The flags, and the words of the manual.

use std::path::PathBuf;

use pgx_cli::{Exit, Manual};
use pgx_pgdump::Method;
use pgx_restore::Mapping;
use pgx_selection::SelectionArgs;

use crate::convert::Format;

/// What people read about pgx-filter beside its flags.
pub static MANUAL: Manual = Manual {
    name: "pgx-filter",
    version: concat!(env!("CARGO_PKG_VERSION"), " (stream format 1.0)"),
    summary: "select from a pgx stream, and recompress it, on its way",
    usage: &["pgx-filter [OPTION]... [FILE]"],
    description: &[
        "Reads a stream made by pgx-dump from FILE or standard input, leaves out what is not wanted, and writes the \
         rest as a stream. Rows that are kept are passed on as they are, and rows that are left out are thrown away, \
         without being decompressed; memory does not grow with them.",
        "What belongs to an object follows it: a table's indexes, constraints, triggers, rows, comments and \
         privileges stay or go with the table. What is kept but needs something that is left out is named.",
        "A stream that is cut short, or whose producer failed, is never made to look complete: what comes out then \
         says so at its end, and the status is 3. A stream of several members, such as the dump of a whole cluster, \
         is filtered member by member.",
        "With -F it writes one of pg_dump's archives instead, which pg_restore reads: parts of a table come together, \
         rows in binary become text.",
        "It needs no database.",
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
    environment: &[],
    examples: &[
        (
            "pgx-dump app | pgx-filter -n sales | ssh host pgx-load -d app",
            "one schema to another host",
        ),
        (
            "pgx-filter -n sales --exclude-table-data '*.invoices' app.pgx | pgx-load -d copy",
            "a schema from a file, one of its tables without rows",
        ),
        ("pgx-filter -F custom -f app.dump app.pgx", "an archive for pg_restore"),
        (
            "pgx-dump app | pgx-filter -Z zstd:9 -f app.pgx",
            "compress on all cores on the way into a file",
        ),
    ],
    see_also: &[
        "pgx-dump(1)",
        "pgx-load(1)",
        "pgx-toc(1)",
        "pgx-stream(5)",
        "pg_restore(1)",
    ],
};

/// What pgx-filter is asked to do.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct FilterArgs {
    /// Stream to read [default: standard input]
    #[arg(value_name = "FILE", help_heading = "Arguments")]
    pub input: Option<PathBuf>,

    /// How to write it.
    #[command(flatten)]
    pub output: OutputArgs,

    /// What to keep.
    #[command(flatten)]
    pub selection: SelectionArgs,
}

/// How to write it.
#[derive(clap::Args, Clone, Debug, Default)]
#[command(next_help_heading = "Output options")]
pub struct OutputArgs {
    /// Write to FILE instead of standard output
    #[arg(short = 'f', long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Write a stream (pgx), or an archive for pg_restore: custom, directory, tar (default: pgx)
    ///
    /// -F custom writes into -f FILE with the offsets that pg_restore -j needs; into a pipe it writes tables in
    /// the order in which pg_restore reads a pipe. Rows that come before their turn wait in a temporary file in
    /// TMPDIR: for tar and pipes that may be most of them, for files those of tables that come at the same time,
    /// for -F directory none.
    #[arg(
        short = 'F',
        long,
        value_name = "FORMAT",
        default_value = "pgx",
        hide_default_value = true
    )]
    pub format: Format,

    /// With -F, the oldest pg_restore that must read it (default: 18)
    ///
    /// Archives are of version 1.14 for 12 to 15, 1.15 for 16, and 1.16 for later ones; definitions are in words that
    /// a server of that major understands.
    #[arg(long, value_name = "MAJOR")]
    pub pg_restore: Option<u32>,

    /// Compress rows anew: none, zstd[:LEVEL], gzip[:LEVEL], with -F also lz4
    ///
    /// All cores work at it. Without this, rows of a stream stay as they are, and -F custom and directory use gzip.
    #[arg(short = 'Z', long, value_name = "METHOD[:LEVEL]")]
    pub compress: Option<Method>,

    /// Send at most so many bytes a second: 50MB, 800kB
    #[arg(long, value_name = "RATE", value_parser = pgx_cli::rate)]
    pub rate_limit: Option<u64>,

    /// Have whoever loads the stream call schema OLD of it NEW
    ///
    /// The stream keeps the old name; pgx-load renames at the end, as it does with its own --rename-schema. Versions of
    /// it that cannot refuse the stream.
    #[arg(long, value_name = "OLD=NEW", value_parser = Mapping::parse)]
    pub rename_schema: Vec<Mapping>,

    /// Read ahead of a slow reader, up to so many bytes: 64MB, 1GB
    ///
    /// This keeps both ends busy when they are slow at different times.
    #[arg(long, value_name = "SIZE", value_parser = pgx_cli::buffer)]
    pub buffer: Option<usize>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Parser)]
    #[command(disable_help_flag = true)]
    struct Tool {
        #[command(flatten)]
        _args: FilterArgs,
    }

    #[test]
    fn the_definition_holds_together() {
        Tool::command().debug_assert();
    }

    #[test]
    fn the_version_names_the_format_that_is_read() {
        assert!(
            MANUAL
                .version
                .ends_with(&format!("(stream format {})", pgx_archive::head::FORMAT))
        );
    }
}
