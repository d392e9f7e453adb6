//! Columns (`pg_attribute`) of wanted relations and of their parents.

/// A column.
#[derive(Clone, Debug, Default)]
pub struct Column {
    /// `attnum`
    pub number: i32,
    /// `attname`
    pub name: String,
}
