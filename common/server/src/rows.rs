//! Rows of a query as text.

use std::fmt::Write;
use std::ops::Range;

use tokio_postgres::types::{FromSql, Type};

use crate::text::Text;

/// What a query gave: the names of its columns, and for each row a value or NULL per column.
///
/// A query without a single row has no column names here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows {
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows, each with as many values as there are columns.
    pub rows: Vec<Vec<Option<String>>>,
}

impl Rows {
    /// The value, or none where it is NULL or there is no such row or column.
    pub fn get(&self, row: usize, column: usize) -> Option<&str> {
        self.rows.get(row)?.get(column)?.as_deref()
    }

    /// The value, or an empty text where there is none.
    pub fn text(&self, row: usize, column: usize) -> &str {
        self.get(row, column).unwrap_or("")
    }

    /// The index of a column.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    /// The first value of the only row, for queries that ask one thing.
    pub fn into_value(mut self) -> Option<String> {
        self.rows.pop()?.into_iter().next()?
    }
}

/// One row of many: the text of its values stands in one piece, which serves row after row.
#[derive(Debug, Default)]
pub struct Row {
    text: String,
    /// Where each value stands, none for NULL.
    places: Vec<Option<Range<usize>>>,
}

impl Row {
    /// The values, `None` for NULL, in the order of the columns.
    pub fn values(&self) -> impl ExactSizeIterator<Item = Option<&str>> {
        self.places
            .iter()
            .map(|place| place.clone().map(|place| &self.text[place]))
    }

    /// Makes room for the next row.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.places.clear();
    }

    /// Adds a value; an error is the reason why it has no text.
    pub(crate) fn push(&mut self, cell: Option<&Cell<'_>>, kind: &Type, text: Text) -> Result<(), String> {
        let start = self.text.len();
        cell.map(|cell| cell.write(kind, text, &mut self.text)).transpose()?;
        self.places.push(cell.map(|_| start..self.text.len()));
        Ok(())
    }
}

/// The bytes of a value as the server sent them in its binary format.
pub(crate) struct Cell<'a>(&'a [u8]);

impl<'a> FromSql<'a> for Cell<'a> {
    fn from_sql(_: &Type, raw: &'a [u8]) -> Result<Cell<'a>, Box<dyn std::error::Error + Sync + Send>> {
        Ok(Cell(raw))
    }

    fn accepts(_: &Type) -> bool {
        true
    }
}

impl Cell<'_> {
    /// Appends the value as its type's text; for types that would need decoding, a reason.
    fn write(&self, kind: &Type, text: Text, out: &mut String) -> Result<(), String> {
        let number: i64 = match (kind, self.0) {
            (&Type::BOOL, [value]) => {
                out.push(if *value == 0 { 'f' } else { 't' });
                return Ok(());
            }
            (&Type::INT2, &[a, b]) => i16::from_be_bytes([a, b]).into(),
            (&Type::INT4, &[a, b, c, d]) => i32::from_be_bytes([a, b, c, d]).into(),
            (&(Type::OID | Type::XID), &[a, b, c, d]) => u32::from_be_bytes([a, b, c, d]).into(),
            (&Type::INT8, bytes) if let Ok(bytes) = bytes.try_into() => i64::from_be_bytes(bytes),
            (
                &(Type::TEXT
                | Type::VARCHAR
                | Type::BPCHAR
                | Type::NAME
                | Type::CHAR
                | Type::JSON
                | Type::XML
                | Type::UNKNOWN),
                bytes,
            ) => return text.decode_into(bytes, out),
            _ => return Err(format!("is of type {kind}; cast it to text in the query")),
        };
        // Writing into a string cannot fail.
        let _ = write!(out, "{number}");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: &[u8], kind: &Type) -> Result<String, String> {
        let mut out = String::new();
        Cell(bytes).write(kind, Text::Utf8, &mut out).map(|()| out)
    }

    #[test]
    fn a_row_serves_row_after_row() {
        let mut row = Row::default();
        for _ in 0..2 {
            row.clear();
            for cell in [Some(&Cell(b"ab")), None, Some(&Cell(b""))] {
                row.push(cell, &Type::TEXT, Text::Utf8).expect("it is text");
            }
            assert!(row.values().eq([Some("ab"), None, Some("")]));
        }
    }

    #[test]
    fn plain_types_become_text() {
        for (kind, bytes, wanted) in [
            (Type::TEXT, "é".as_bytes(), "é"),
            (Type::NAME, b"orders", "orders"),
            (Type::CHAR, b"r", "r"),
            (Type::BOOL, &[1], "t"),
            (Type::INT2, &[0xff, 0xff], "-1"),
            (Type::INT4, &[0, 0, 1, 0], "256"),
            (Type::OID, &[0xff, 0xff, 0xff, 0xff], "4294967295"),
            (Type::INT8, &[0, 0, 0, 0, 0, 0, 0, 7], "7"),
        ] {
            assert_eq!(text(bytes, &kind), Ok(wanted.into()), "{kind}");
        }
    }

    #[test]
    fn others_are_refused() {
        let refused = text(&[0; 8], &Type::FLOAT8);
        assert_eq!(refused, Err("is of type float8; cast it to text in the query".into()));
        assert!(text(&[0; 3], &Type::INT4).is_err());
    }
}
