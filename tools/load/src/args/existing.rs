//! The flags about rows that go into tables which stand already.

use clap::{Args, ValueEnum};
use pgx_cli::Failure;
use pgx_restore::existing::Conflict;
use pgx_selection::{SectionArg, SelectionArgs};

/// What happens to tables that stand already, when rows go into them.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Options for rows into existing tables")]
pub struct ExistingArgs {
    /// With -a, do not fire triggers or check foreign keys while rows go in
    ///
    /// The sessions set session_replication_role to replica, so nothing is left behind in the target, however the
    /// load ends, and no table is locked. Who is no superuser needs SET on that parameter, which can be granted
    /// from 15 on. Foreign keys are not checked afterwards. Triggers that are enabled ALWAYS or for REPLICA fire. A
    /// script has ALTER TABLE … DISABLE TRIGGER instead, as pg_dump writes it.
    #[arg(long)]
    pub disable_triggers: bool,

    /// With --disable-triggers, the role that may do so
    #[arg(short = 'S', long, value_name = "ROLE")]
    pub superuser: Option<String>,

    /// With -a, empty the tables before their rows go in
    ///
    /// All of them are emptied at once, before the first row. Rows that go through a partition root empty the whole of
    /// it. When tables that are not loaded refer to them, nothing is emptied, and these tables are named.
    #[arg(long, conflicts_with = "file")]
    pub truncate: bool,

    /// With -a, what becomes of rows that are there already: error, nothing or update (default: error)
    ///
    /// For nothing and update, rows go into a temporary table first, part by part, and from there into their table. update
    /// goes by the primary key, else the replica identity, else the oldest unique index; a table that has none of them
    /// is refused before anything is written. What is inserted, updated and passed over is counted.
    #[arg(
        long,
        value_name = "WHAT",
        value_enum,
        hide_possible_values = true,
        conflicts_with = "file"
    )]
    pub on_conflict: Option<OnConflict>,
}

/// What becomes of a row that is there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum OnConflict {
    /// The load fails
    Error,
    /// It is passed over
    Nothing,
    /// The one that is there takes its values
    Update,
}

impl ExistingArgs {
    /// How rows are merged; none when a conflict is an error.
    pub fn conflict(&self) -> Option<Conflict> {
        match self.on_conflict? {
            OnConflict::Error => None,
            OnConflict::Nothing => Some(Conflict::Nothing),
            OnConflict::Update => Some(Conflict::Update),
        }
    }

    /// Refuses what makes no sense where definitions are made, too.
    pub fn check(&self, selection: &SelectionArgs) -> Result<(), Failure> {
        let given = [
            (self.disable_triggers, "--disable-triggers"),
            (self.truncate, "--truncate"),
            (self.conflict().is_some(), "--on-conflict"),
        ];
        match given.iter().find(|(given, _)| *given) {
            Some((_, flag)) if !is_rows_only(selection) => Err(Failure::usage(format!(
                "{flag} is for tables that stand already, and tables are to be made"
            ))
            .hint("add -a to load rows alone")),
            _ => Ok(()),
        }
    }
}

fn is_rows_only(selection: &SelectionArgs) -> bool {
    let sections = &selection.section;
    selection.data_only
        || selection.no_schema
        || !sections.is_empty() && sections.iter().all(|section| *section == SectionArg::Data)
}
