//! Rows of a query as text.

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
    /// The value as its type's text; for types that would need decoding, a reason.
    pub(crate) fn text(&self, kind: &Type, text: Text) -> Result<String, String> {
        let number = match (kind, self.0) {
            (&Type::BOOL, [value]) => return Ok(if *value == 0 { "f" } else { "t" }.into()),
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
            ) => return text.decode(bytes),
            _ => return Err(format!("is of type {kind}; cast it to text in the query")),
        };
        Ok(number.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert_eq!(Cell(bytes).text(&kind, Text::Utf8), Ok(wanted.into()), "{kind}");
        }
    }

    #[test]
    fn others_are_refused() {
        let refused = Cell(&[0; 8]).text(&Type::FLOAT8, Text::Utf8);
        assert_eq!(refused, Err("is of type float8; cast it to text in the query".into()));
        assert!(Cell(&[0; 3]).text(&Type::INT4, Text::Utf8).is_err());
    }
}
