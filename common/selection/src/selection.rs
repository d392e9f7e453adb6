//! What the user said, as a plain value.

use std::fmt;

use pgx_archive::Section;
use pgx_archive::kind::Switch;

use crate::filter_file::FilterError;
use crate::list::List;
use crate::pattern::PatternError;

/// Everything that the user said about which entries are wanted.
///
/// The default takes everything but the database itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Selection {
    /// `-n`: only what is in these schemas.
    pub schemas: Vec<String>,
    /// `-N`
    pub without_schemas: Vec<String>,
    /// `-t`, `--table-and-children`: only these relations, and what else is named.
    pub tables: Vec<TablePattern>,
    /// `--exclude-table`, `--exclude-table-and-children`
    pub without_tables: Vec<TablePattern>,
    /// `--exclude-table-data`, `--exclude-table-data-and-children`
    pub without_rows: Vec<TablePattern>,
    /// `-I`: these indexes, and what else is named.
    pub indexes: Vec<String>,
    /// `-P`: these functions, procedures and aggregates, and what else is named.
    pub functions: Vec<String>,
    /// `-T`: these triggers, and what else is named.
    pub triggers: Vec<String>,
    /// `--extension`: these extensions, and what else is named.
    pub extensions: Vec<String>,
    /// `--exclude-extension`
    pub without_extensions: Vec<String>,
    /// `-b`: large objects, although only parts are named.
    pub large_objects: bool,
    /// `--section`: only these; none for all.
    pub sections: Vec<Section>,
    /// Definitions, rows, statistics.
    pub contents: Contents,
    /// `-x`, `--no-comments`, …
    pub without: Vec<Switch>,
    /// `-L`: only these entries, in this order.
    pub list: Option<List>,
    /// `-C`: the database itself, with its properties.
    pub database: bool,
    /// `--strict-names`: every pattern for what is wanted has to match.
    pub strict_names: bool,
    /// `--bare`: what is named comes without what belongs to it.
    pub bare: bool,
    /// `--with-dependencies`: what is needed comes, too.
    pub with_dependencies: bool,
}

/// A pattern for relations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TablePattern {
    /// The pattern.
    pub pattern: String,
    /// Whether partitions and tables that inherit are meant, too.
    pub and_children: bool,
}

/// Which of definitions, rows and statistics are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Contents {
    /// Definitions, privileges, comments.
    pub definitions: bool,
    /// Rows, values of sequences, large objects.
    pub data: bool,
    /// Statistics for the planner.
    pub statistics: bool,
}

impl Default for Contents {
    fn default() -> Contents {
        Contents {
            definitions: true,
            data: true,
            statistics: true,
        }
    }
}

impl Selection {
    /// Whether something is named that is wanted, so that the rest is not.
    pub fn is_limited(&self) -> bool {
        let names = [
            &self.schemas,
            &self.indexes,
            &self.functions,
            &self.triggers,
            &self.extensions,
        ];
        names.iter().any(|names| !names.is_empty()) || !self.tables.is_empty()
    }

    /// Whether `-t`, `-I`, `-P` or `-T` names objects.
    pub(crate) fn names_objects(&self) -> bool {
        let names = [&self.indexes, &self.functions, &self.triggers];
        names.iter().any(|names| !names.is_empty()) || !self.tables.is_empty()
    }

    /// Whether everything is wanted, in the order in which it comes.
    pub fn is_everything(&self) -> bool {
        let everything = Selection {
            database: true,
            strict_names: self.strict_names,
            bare: self.bare,
            with_dependencies: self.with_dependencies,
            large_objects: self.large_objects,
            ..Selection::default()
        };
        *self == everything
    }
}

/// Why a selection cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectionError {
    /// A pattern that cannot be matched.
    Pattern(PatternError),
    /// A filter file that is wrong.
    Filter(FilterError),
    /// Flags that do not go together.
    Flags {
        /// What is wrong.
        problem: &'static str,
        /// What to do instead.
        remedy: &'static str,
    },
    /// With `--strict-names`, a pattern that matches nothing.
    NoMatch {
        /// What was looked for: `table`, `schema`, …
        what: &'static str,
        /// The pattern.
        pattern: String,
    },
}

impl SelectionError {
    /// Whether what the user wrote is wrong, rather than what the archive holds.
    pub fn is_usage(&self) -> bool {
        !matches!(self, SelectionError::NoMatch { .. })
    }

    /// What to do instead, where that is known.
    pub fn remedy(&self) -> Option<&'static str> {
        match self {
            SelectionError::Flags { remedy, .. } => Some(remedy),
            SelectionError::Pattern(PatternError::Expression { .. }) => {
                Some("put double quotes around what is meant literally")
            }
            SelectionError::Pattern(_) | SelectionError::Filter(_) | SelectionError::NoMatch { .. } => None,
        }
    }
}

impl fmt::Display for SelectionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            SelectionError::Pattern(error) => error.fmt(f),
            SelectionError::Filter(error) => error.fmt(f),
            SelectionError::Flags { problem, .. } => f.write_str(problem),
            SelectionError::NoMatch { what, pattern } => write!(f, "no {what} matches {pattern}"),
        }
    }
}

impl std::error::Error for SelectionError {}

impl From<PatternError> for SelectionError {
    fn from(error: PatternError) -> SelectionError {
        SelectionError::Pattern(error)
    }
}

impl From<FilterError> for SelectionError {
    fn from(error: FilterError) -> SelectionError {
        SelectionError::Filter(error)
    }
}
