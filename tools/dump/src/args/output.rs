//! Flags that say how the dump is written.

use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, ValueEnum};
use pgx_archive::Compression;
use pgx_cli::{Destination, Exit, Failure, Messages, Notice};
use pgx_objects::kinds::copy_format::Choice;
use pgx_pgdump::{Format, Method, Pressed};
use pgx_restore::{Clean, Options};

/// How to write it.
#[derive(Args, Clone, Debug)]
#[command(next_help_heading = "Output options")]
pub struct OutputArgs {
    /// Write to FILE instead of standard output
    #[arg(short = 'f', long, value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Form of the output [pgx, plain, custom, directory, tar]
    ///
    /// pgx is the stream that the pgx tools share; plain is a script for psql; the others are pg_dump's archives, for
    /// pg_restore. Their rows are read one table at a time, a big one by all lanes, except for directory, which takes
    /// tables as they come. Tar wants to know sizes first: each table waits in a temporary file in TMPDIR.
    #[arg(
        short = 'F',
        long,
        value_name = "FORMAT",
        default_value = "pgx",
        hide_default_value = true
    )]
    pub format: OutputFormat,

    /// With -F custom, directory or tar, the oldest pg_restore that must read it (default: 18)
    ///
    /// Archives are of version 1.14 for 12 to 15, 1.15 for 16, and 1.16 for later ones; definitions are in words that
    /// a server of that major understands.
    #[arg(long, value_name = "MAJOR")]
    pub pg_restore: Option<u32>,

    /// Compress: none, zstd[:LEVEL], gzip[:LEVEL], but for streams also lz4
    ///
    /// The default is zstd for a stream in a file, none for one in a pipe and for scripts, and gzip for -F custom and
    /// directory.
    #[arg(short = 'Z', long, value_name = "METHOD[:LEVEL]")]
    pub compress: Option<Method>,

    /// Form of rows: auto, text or binary
    ///
    /// auto sends binary rows for tables whose column types allow it safely, text for the rest. Scripts and
    /// archives for pg_restore have text.
    #[arg(
        long,
        value_name = "FORM",
        default_value = "auto",
        hide_default_value = true,
        hide_possible_values = true
    )]
    pub copy_format: CopyFormat,

    /// In a plain script, drop everything first
    ///
    /// With -C that is the database alone. A stream carries what pgx-load needs for it anyway.
    #[arg(short = 'c', long, conflicts_with = "data_only")]
    pub clean: bool,

    /// With -c, drop only what is there
    #[arg(long)]
    pub if_exists: bool,

    /// In a plain script, create the database and connect to it
    #[arg(short = 'C', long)]
    pub create: bool,

    /// In a plain script, do not set owners
    #[arg(short = 'O', long)]
    pub no_owner: bool,

    /// In a plain script, have owners make what they own (SET SESSION AUTHORIZATION), rather than give it to them
    #[arg(long)]
    pub use_set_session_authorization: bool,

    /// In a plain script, do not set tablespaces
    #[arg(long)]
    pub no_tablespaces: bool,

    /// In a plain script, do not set table access methods
    #[arg(long)]
    pub no_table_access_method: bool,

    /// In a plain script without definitions, disable triggers while rows are loaded
    #[arg(long)]
    pub disable_triggers: bool,

    /// With --disable-triggers, the role that may do so
    #[arg(short = 'S', long, value_name = "ROLE")]
    pub superuser: Option<String>,

    /// In a plain script, INSERT instead of COPY
    #[arg(long)]
    pub inserts: bool,

    /// The same with names of columns
    #[arg(long, alias = "attribute-inserts")]
    pub column_inserts: bool,

    /// The same with N rows a statement
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=i64::from(i32::MAX)))]
    pub rows_per_insert: Option<u32>,

    /// With one of these, pass over rows that are there already
    #[arg(long)]
    pub on_conflict_do_nothing: bool,

    /// Quote all names, key words or not
    #[arg(long)]
    pub quote_all_identifiers: bool,

    /// Quote bodies of functions as other strings
    #[arg(long)]
    pub disable_dollar_quoting: bool,

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
            (OutputFormat::Plain | OutputFormat::Archive(_), _) | (_, CopyFormat::Text) => Choice::Text,
            (_, CopyFormat::Auto) => Choice::Auto,
            (_, CopyFormat::Binary) => Choice::Binary,
        }
    }

    /// How the rows of a stream are compressed on their way to a destination.
    pub fn compression(&self, to: Destination) -> Result<Compression, Failure> {
        match self.compress.map(Method::of_stream) {
            Some(Some(compression)) => Ok(compression),
            Some(None) => Err(Failure::usage(
                "--compress=lz4 is for --format=custom, directory and plain",
            )),
            None if to == Destination::File => Ok(Compression::Zstd(3)),
            None => Ok(Compression::Stored),
        }
    }

    /// What compresses a script, if it is to be compressed.
    pub fn press(&self) -> Result<Option<Pressed>, Failure> {
        let wanted = self.compress.filter(|method| *method != Method::NONE);
        let press = wanted.map(|method| Pressed::new(method.of_archive())).transpose();
        press.map_err(|error| Failure::caused_by(Exit::Failed, &error))
    }

    /// What a script leaves out or adds.
    pub fn options(&self) -> Options {
        Options {
            create: self.create,
            no_owner: self.no_owner,
            session_authorization: self.use_set_session_authorization,
            clean: match (self.clean, self.if_exists) {
                (false, _) => Clean::No,
                (true, false) => Clean::Yes,
                (true, true) => Clean::IfExists,
            },
            disable_triggers: self.disable_triggers,
            superuser: self.superuser.clone(),
            inserts: self.as_inserts(),
            no_tablespaces: self.no_tablespaces,
            no_table_access_method: self.no_table_access_method,
            ..Options::default()
        }
    }

    /// Whether rows are written as INSERT.
    pub fn as_inserts(&self) -> bool {
        self.inserts || self.column_inserts || self.rows_per_insert.is_some()
    }

    /// Refuses what cannot be had together.
    pub fn check(&self) -> Result<(), Failure> {
        if self.if_exists && !self.clean {
            return Err(Failure::usage("--if-exists requires --clean"));
        }
        if self.on_conflict_do_nothing && !self.as_inserts() {
            return Err(Failure::usage(
                "--on-conflict-do-nothing requires --inserts, --column-inserts or --rows-per-insert",
            ));
        }
        let only_in_scripts = [
            (self.column_inserts, "--column-inserts"),
            (self.inserts, "--inserts"),
            (self.rows_per_insert.is_some(), "--rows-per-insert"),
            (self.restrict_key.is_some(), "--restrict-key"),
        ];
        if let Some((_, flag)) = only_in_scripts.iter().find(|(given, _)| *given)
            && self.format != OutputFormat::Plain
        {
            return Err(Failure::usage(format!("{flag} can only be used with --format=plain")));
        }
        match self.format {
            OutputFormat::Archive(_) => {}
            _ if self.pg_restore.is_some() => {
                return Err(Failure::usage(
                    "--pg-restore can only be used with --format=custom, directory or tar",
                ));
            }
            _ => {}
        }
        match self.format {
            OutputFormat::Pgx => Ok(()),
            _ if self.copy_format == CopyFormat::Binary => Err(Failure::usage(
                "--copy-format=binary conflicts with a --format that has rows in text",
            )),
            _ => Ok(()),
        }
    }

    /// Says which flags were given but shape scripts alone.
    pub fn mention_without_effect(&self, messages: &Messages) {
        let flags = [
            (self.clean, "--clean"),
            (
                self.create && matches!(self.format, OutputFormat::Archive(_)),
                "--create",
            ),
            (self.no_owner, "--no-owner"),
            (self.use_set_session_authorization, "--use-set-session-authorization"),
            (self.no_tablespaces, "--no-tablespaces"),
            (self.no_table_access_method, "--no-table-access-method"),
            (self.disable_triggers, "--disable-triggers"),
            (self.encoding.is_some(), "--encoding"),
        ];
        let (what, loader) = match self.format {
            OutputFormat::Plain => return,
            OutputFormat::Pgx => ("a stream", "pgx-load"),
            OutputFormat::Archive(_) => ("an archive", "pg_restore"),
        };
        if let Some((_, flag)) = flags.into_iter().find(|(given, _)| *given) {
            let notice = Notice::new(format!("{flag} has no effect on {what}"));
            messages.warning(notice.hint(match flag {
                "--encoding" => "its text is in UTF-8, and its rows are in the encoding of the database".to_owned(),
                _ => format!("give it to {loader}, or write a script with --format=plain"),
            }));
        }
    }
}

/// Form of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputFormat {
    /// The stream that the pgx tools share.
    Pgx,
    /// A script for psql.
    Plain,
    /// An archive for pg_restore.
    Archive(Format),
}

impl FromStr for OutputFormat {
    type Err = String;

    fn from_str(name: &str) -> Result<OutputFormat, String> {
        match name {
            "pgx" => Ok(OutputFormat::Pgx),
            "p" | "plain" => Ok(OutputFormat::Plain),
            name => match name.parse() {
                Ok(archive) => Ok(OutputFormat::Archive(archive)),
                Err(_) => Err("formats are pgx, plain, custom, directory, tar".to_owned()),
            },
        }
    }
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

fn restrict_key(text: &str) -> Result<String, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(text.to_owned())
    } else {
        Err("a key is made of letters and digits".into())
    }
}
