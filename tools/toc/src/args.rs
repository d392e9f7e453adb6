//! The flags, and the words of the manual.

use std::path::PathBuf;

use pgx_cli::{Exit, FormArgs, Manual};
use pgx_selection::SelectionArgs;

/// What pgx-toc is asked to do.
#[derive(clap::Args, Debug, Default)]
pub struct TocArgs {
    /// Stream to read [default: standard input]
    ///
    /// A stream that is compressed as a whole, by zstd or gzip, is decompressed on the way. Of a regular
    /// file only the beginning is read; any other input is read to its end, so that the program that
    /// writes it can finish.
    #[arg(value_name = "FILE", help_heading = "Arguments")]
    pub input: Option<PathBuf>,

    /// What it must be.
    #[command(flatten)]
    pub form: FormArgs,

    /// Write to FILE instead of standard output
    #[arg(short, long = "file", value_name = "FILE", help_heading = "Output options")]
    pub file: Option<PathBuf>,

    /// Write one JSON object a line
    ///
    /// The field type says which. One header: what the stream says of itself. One entry for each entry of
    /// the table of contents, with its SQL. With --check one rows for each entry with rows: id, parts,
    /// rows, bytes, digest. Last, one end: entries, whether everything was checked, and whether it is
    /// complete. The fields of header and entry are those of HEAD and ENTRIES in pgx-stream(5). Fields may
    /// be added in later versions, never renamed.
    #[arg(long, help_heading = "Output options", conflicts_with = "view")]
    pub json: bool,

    /// List the database itself, too
    ///
    /// That is: the entries that pgx-load -C needs to create it, its privileges, settings and comment.
    #[arg(short = 'C', long, help_heading = "Output options")]
    pub create: bool,

    /// Read everything and say whether it is complete and unharmed
    ///
    /// Checks every checksum, the order of frames, all totals and the digest of every row. A stream that
    /// is cut short, or whose producer failed, ends with status 3 and a message that says what came last.
    #[arg(long, help_heading = "Output options", conflicts_with = "view")]
    pub check: bool,

    /// List it line by line, as by default
    #[arg(short, long, help_heading = "Output options", group = "view")]
    pub list: bool,

    /// Show what belongs to what, as a tree
    #[arg(long, help_heading = "Output options", group = "view")]
    pub tree: bool,

    /// List how much each table holds: rows, bytes, bytes in the stream
    ///
    /// Everything is read for that, and nothing unpacked.
    #[arg(long, help_heading = "Output options", group = "view")]
    pub sizes: bool,

    /// Write the statements of the entries
    #[arg(long, help_heading = "Output options", group = "view")]
    pub sql: bool,

    /// List the roles that the entries name
    #[arg(long, help_heading = "Output options", group = "view")]
    pub roles: bool,

    /// Compare with the archive OTHER: what only one of them has, and what differs
    ///
    /// Entries are matched by kind, schema and name: - stands before what only the first has, + before what only
    /// OTHER has, ! before what differs: definition, owner, tablespace, access method, and of rows their number and
    /// digest. Rows of both are compared as text, whatever their order and the form in which they were sent. Either
    /// may be a stream or one of pg_dump's archives; with -s rows are not looked at. Status 4 when anything differs.
    /// With --json, one object for each difference, and one end.
    #[arg(
        long,
        value_name = "OTHER",
        help_heading = "Output options",
        conflicts_with_all = ["view", "check", "tee", "create"]
    )]
    pub diff: Option<PathBuf>,

    /// Pass the stream on to standard output; the list goes to standard error, or into the file of -f
    ///
    /// All of it is passed on, as it came or decompressed, whatever is selected for the list.
    #[arg(long, help_heading = "Output options")]
    pub tee: bool,

    /// What to list.
    #[command(flatten)]
    pub selection: SelectionArgs,
}

/// What people read about pgx-toc.
pub static MANUAL: Manual = Manual {
    name: "pgx-toc",
    version: concat!(env!("CARGO_PKG_VERSION"), " (stream format 1.0)"),
    summary: "list and check a pgx stream",
    usage: &["pgx-toc [OPTION]... [FILE]"],
    description: &[
        "Reads a stream made by pgx-dump from FILE or standard input, and writes its table of contents, line for \
         line in the format of pg_restore --list: dump id, catalog and row OID, kind, schema, name and owner.",
        "The selection options are those of pgx-load and pgx-filter, so a list shows what they would take. What is \
         kept and cannot work without something that is not is said in a warning.",
        "It lists pg_dump's own archives, too: custom and tar from a file or a pipe, directories by their path. They \
         have no checksums: of those, --check can say that nothing is missing, not that nothing was changed.",
        "A stream of several members, such as the dump of a whole cluster, is listed and checked one after another; a \
         database that was announced and did not come is an error.",
        "With -v, entries that are not selected and those that are used only inside a restore are listed too, and below each entry the ids of those \
         that it depends on.",
        "It needs no database.",
    ],
    exits: &[
        Exit::Done,
        Exit::Failed,
        Exit::Usage,
        Exit::Incomplete,
        Exit::Difference,
        Exit::Interrupted,
        Exit::ReaderGone,
        Exit::Terminated,
    ],
    environment: &[],
    examples: &[
        ("pgx-dump app | pgx-toc", "list what a dump of a database holds"),
        ("pgx-toc --check app.pgx", "check an archive before trusting it"),
        ("pgx-dump app | pgx-toc --sizes", "how much each table holds"),
        (
            "pgx-dump app | pgx-toc --tee | pgx-load -d copy",
            "see what goes through a pipe",
        ),
        (
            "pgx-dump app | pgx-toc --diff app.pgx",
            "whether the database is still as it was dumped",
        ),
        (
            "pgx-toc --roles app.pgx",
            "the roles that must be there before it is loaded",
        ),
        (
            "pgx-toc -t orders app.pgx > app.list",
            "what belongs to a table, as a list to edit and give to pgx-load -L",
        ),
        (
            "pgx-toc --json app.pgx | grep '\"kind\":\"TABLE\"'",
            "the tables of an archive, with all that is known of them",
        ),
    ],
    see_also: &["pgx-dump(1)", "pgx-load(1)", "pgx-stream(5)", "pg_restore(1)"],
};

#[cfg(test)]
mod tests {
    use super::MANUAL;

    #[test]
    fn the_version_names_the_format_that_is_read() {
        assert!(
            MANUAL
                .version
                .ends_with(&format!("(stream format {})", pgx_archive::head::FORMAT))
        );
    }
}
