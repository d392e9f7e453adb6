//! Flags that say how the dump is written.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use pgx_archive::Compression;
use pgx_cli::Failure;
use pgx_objects::kinds::copy_format::Choice;
use pgx_restore::{Clean, Options};

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

    /// In a plain script, drop everything first
    ///
    /// With -C that is the database alone. A stream carries what pgx-load needs for it anyway.
    #[arg(short = 'c', long, conflicts_with = "data_only")]
    pub clean: bool,

    /// With -c, drop only what is there
    #[arg(long, requires = "clean")]
    pub if_exists: bool,

    /// In a plain script, create the database and connect to it
    #[arg(short = 'C', long)]
    pub create: bool,

    /// In a plain script, do not set owners
    #[arg(short = 'O', long)]
    pub no_owner: bool,

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
        match only_in_scripts.iter().find(|(given, _)| *given) {
            Some((_, flag)) if self.format != OutputFormat::Plain => {
                Err(Failure::usage(format!("{flag} can only be used with --format=plain")))
            }
            _ => Ok(()),
        }
    }

    /// The flags that were given but shape scripts alone.
    pub fn without_effect(&self) -> Vec<&'static str> {
        let flags = [
            (self.clean, "--clean"),
            (self.no_owner, "--no-owner"),
            (self.no_tablespaces, "--no-tablespaces"),
            (self.no_table_access_method, "--no-table-access-method"),
            (self.disable_triggers, "--disable-triggers"),
        ];
        let given = flags
            .into_iter()
            .filter(|(given, _)| *given && self.format != OutputFormat::Plain);
        given.map(|(_, flag)| flag).collect()
    }
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

fn restrict_key(text: &str) -> Result<String, String> {
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(text.to_owned())
    } else {
        Err("a key is made of letters and digits".into())
    }
}
