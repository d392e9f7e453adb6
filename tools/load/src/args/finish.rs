//! The flags about what comes after the rows.

use clap::{Args, ValueEnum};
use pgx_restore::ForeignKeys;

/// How what depends on rows is made.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Options for indexes and keys")]
pub struct FinishArgs {
    /// Build indexes of each table when its rows are in, or of all at the end: each or end (default: each)
    ///
    /// Whatever else comes after rows waits with them. end leaves all of the target to the rows while these come.
    #[arg(
        long,
        value_name = "WHEN",
        value_enum,
        hide_possible_values = true,
        conflicts_with = "file"
    )]
    pub index_when: Option<IndexWhen>,

    /// Make foreign keys so: validate, not-valid or skip (default: validate)
    ///
    /// not-valid does not check the rows that are there, until ALTER TABLE … VALIDATE CONSTRAINT does; before 18,
    /// foreign keys of partitioned tables are checked all the same. skip makes none.
    #[arg(
        long,
        value_name = "HOW",
        value_enum,
        hide_possible_values = true,
        conflicts_with = "file"
    )]
    pub fk: Option<Fk>,
}

/// When indexes are built.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IndexWhen {
    /// When the rows of their table are in
    Each,
    /// When all rows are in
    End,
}

/// How foreign keys are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Fk {
    /// With a check of all rows
    Validate,
    /// Without
    NotValid,
    /// Not at all
    Skip,
}

impl FinishArgs {
    /// Whether what depends on rows waits for all of them.
    pub fn at_end(&self) -> bool {
        self.index_when == Some(IndexWhen::End)
    }

    /// What becomes of foreign keys.
    pub fn foreign_keys(&self) -> ForeignKeys {
        match self.fk {
            None | Some(Fk::Validate) => ForeignKeys::Validate,
            Some(Fk::NotValid) => ForeignKeys::NotValid,
            Some(Fk::Skip) => ForeignKeys::Skip,
        }
    }
}
