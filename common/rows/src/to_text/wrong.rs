//! What can be wrong with binary rows that are to become text.

use std::fmt;

use super::Type;

/// A row that is not of its columns' types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WrongRow {
    /// The row has not as many fields as there are columns.
    FieldCount {
        /// Number of the row, from 1.
        row: u64,
        /// Columns.
        expected: usize,
        /// Fields.
        found: i16,
    },
    /// A value is none of its column's type.
    Value {
        /// Number of the row, from 1.
        row: u64,
        /// Name of the column.
        column: String,
        /// Its type.
        form: Type,
        /// What is wrong with it.
        wrong: Wrong,
    },
    /// The last row does not end.
    Unfinished {
        /// Number of the row, from 1.
        row: u64,
    },
}

/// What is wrong with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// It is shorter or longer than its type, or than it says itself.
    Length,
    /// Something in it is beyond what its type can be.
    Range,
    /// It is of a version that is not known.
    Version(u8),
}

impl fmt::Display for WrongRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WrongRow::FieldCount { row, expected, found } => {
                write!(f, "row {row} has {found} fields, and the table {expected} columns")
            }
            WrongRow::Value {
                row,
                column,
                form,
                wrong,
            } => {
                write!(f, "row {row}, column {column}: the value ")?;
                match wrong {
                    Wrong::Length => write!(f, "has not the length of a {form}"),
                    Wrong::Range => write!(f, "is beyond what a {form} can be"),
                    Wrong::Version(version) => write!(f, "is a {form} of version {version}, which is not known"),
                }
            }
            WrongRow::Unfinished { row } => write!(f, "row {row} does not end"),
        }
    }
}

impl std::error::Error for WrongRow {}
