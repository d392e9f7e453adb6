//! `-F` of those who read: what an archive must be.

use std::str::FromStr;

use clap::Args;

use crate::failure::Failure;
use crate::input::Input;
use crate::sniff::Sniffed;

/// What an archive must be, where that is said.
#[derive(Args, Clone, Copy, Debug, Default)]
pub struct FormArgs {
    /// Take only an archive of this form: pgx, custom, directory, tar (default: any)
    ///
    /// An archive says itself what it is; with this, one that is something else is refused.
    #[arg(short = 'F', long = "format", value_name = "FORMAT", help_heading = "Input options")]
    pub form: Option<Form>,
}

/// The form of an archive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A stream of ours.
    Pgx,
    /// pg_dump's custom format.
    Custom,
    /// pg_dump's directory format.
    Directory,
    /// pg_dump's tar format.
    Tar,
}

impl FromStr for Form {
    type Err = String;

    fn from_str(name: &str) -> Result<Form, String> {
        match name {
            "pgx" => Ok(Form::Pgx),
            "c" | "custom" => Ok(Form::Custom),
            "d" | "directory" => Ok(Form::Directory),
            "t" | "tar" => Ok(Form::Tar),
            "p" | "plain" => Err("a script is run with psql -X -v ON_ERROR_STOP=1 -f FILE".to_owned()),
            _ => Err("forms are pgx, custom, directory, tar".to_owned()),
        }
    }
}

impl FormArgs {
    /// Refuses an archive of another form. What is no archive at all is told better by who reads it.
    ///
    /// ```
    /// use pgx_cli::{Form, FormArgs, Input};
    ///
    /// let archive = Input::from_reader(&b"PGDMP\x01\x10\x00"[..], "app.dump").unwrap();
    /// assert!(FormArgs { form: Some(Form::Custom) }.expect(&archive).is_ok());
    /// let refused = FormArgs { form: Some(Form::Tar) }.expect(&archive).unwrap_err();
    /// assert_eq!(refused.to_string(), "app.dump: is a custom archive of pg_dump, not what --format says");
    /// ```
    pub fn expect(self, input: &Input) -> Result<(), Failure> {
        let (found, called) = match input.sniffed() {
            Sniffed::Stream => (Form::Pgx, "a pgx stream"),
            Sniffed::PgDumpCustom => (Form::Custom, "a custom archive of pg_dump"),
            Sniffed::Tar => (Form::Tar, "a tar archive"),
            Sniffed::Directory { pg_dump: true } => (Form::Directory, "a directory archive of pg_dump"),
            _ => return Ok(()),
        };
        match self.form {
            Some(form) if form != found => Err(Failure::failed(format!("is {called}, not what --format says"))
                .within(input.name())
                .hint("leave --format out: what an archive is, it says itself")),
            _ => Ok(()),
        }
    }
}
