//! Binary rows into text rows: the very bytes that a server's COPY would have written.
//!
//! The server is supposed to have the settings that pgx-dump gives it: DateStyle ISO, IntervalStyle postgres,
//! TimeZone UTC, bytea_output hex, and floats in their shortest form. A [`Converter`] is told the [`Type`] of every
//! column and takes binary rows in pieces that are cut anywhere; rows that are not values of these types are
//! [`WrongRow`]s, which name row and column.
//!
//! ```
//! use pgx_rows::to_text::{Column, Converter, Type};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let column = |name: &str, spelled: &str| Ok::<_, Box<dyn std::error::Error>>(Column {
//!     name: name.to_owned(),
//!     form: spelled.parse::<Type>()?,
//! });
//! let mut converter = Converter::new(vec![column("id", "int4")?, column("words", "array(text)")?]);
//! let mut text = Vec::new();
//! converter.push(b"\0\x02\0\0\0\x04\0\0\0\x07\xff\xff\xff\xff", &mut text)?;
//! converter.finish()?;
//! assert_eq!(text, b"7\t\\N\n");
//! # Ok(())
//! # }
//! ```

mod array;
mod bits;
mod field;
mod float;
mod form;
mod geometry;
mod interval;
mod network;
mod number;
mod quote;
mod range;
mod spelled;
mod time;
mod value;
mod wrong;

pub use form::{Type, UnknownType};
pub use spelled::NoText;
pub use wrong::{Wrong, WrongRow};

use field::Field;

/// A column of the rows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name, for messages.
    pub name: String,
    /// The type of its values.
    pub form: Type,
}

/// Turns binary rows into text.
#[derive(Clone, Debug)]
pub struct Converter {
    columns: Vec<Column>,
    /// A row that has begun.
    begun: Vec<u8>,
    /// A value before COPY's escapes.
    value: Vec<u8>,
    rows: u64,
}

impl Converter {
    /// A converter for rows with these columns.
    pub fn new(columns: Vec<Column>) -> Converter {
        Converter {
            columns,
            begun: Vec::new(),
            value: Vec::new(),
            rows: 0,
        }
    }

    /// Takes a piece of binary rows; appends every row that ends in it to `text`, with its newline. What has begun
    /// is kept until the rest of its row comes.
    pub fn push(&mut self, piece: &[u8], text: &mut Vec<u8>) -> Result<(), WrongRow> {
        if self.begun.is_empty() {
            let taken = self.rows_in(piece, text)?;
            self.begun.extend_from_slice(&piece[taken..]);
            return Ok(());
        }
        let mut begun = std::mem::take(&mut self.begun);
        begun.extend_from_slice(piece);
        let taken = self.rows_in(&begun, text)?;
        begun.drain(..taken);
        self.begun = begun;
        Ok(())
    }

    /// Says whether the last row ended.
    pub fn finish(&self) -> Result<(), WrongRow> {
        match self.begun.is_empty() {
            true => Ok(()),
            false => Err(WrongRow::Unfinished { row: self.rows + 1 }),
        }
    }

    /// Converts the rows that end in these bytes; gives the length of them.
    fn rows_in(&mut self, bytes: &[u8], text: &mut Vec<u8>) -> Result<usize, WrongRow> {
        let mut taken = 0;
        while let Some(len) = self.row_end(&bytes[taken..])? {
            self.row(&bytes[taken..taken + len], text)?;
            taken += len;
        }
        Ok(taken)
    }

    /// Length of the row at the start of these bytes; none when it does not end in them.
    fn row_end(&self, bytes: &[u8]) -> Result<Option<usize>, WrongRow> {
        let mut rest = Field(bytes);
        let Ok(found) = rest.i16() else { return Ok(None) };
        let row = self.rows + 1;
        if usize::try_from(found) != Ok(self.columns.len()) {
            let expected = self.columns.len();
            return Err(WrongRow::FieldCount { row, expected, found });
        }
        for column in &self.columns {
            let Ok(len) = rest.i32() else { return Ok(None) };
            let len = match len {
                -1 => 0,
                len => usize::try_from(len).map_err(|_| column.wrong(row, Wrong::Length))?,
            };
            if rest.take(len).is_err() {
                return Ok(None);
            }
        }
        Ok(Some(bytes.len() - rest.0.len()))
    }

    /// Converts a whole row.
    fn row(&mut self, bytes: &[u8], text: &mut Vec<u8>) -> Result<(), WrongRow> {
        self.rows += 1;
        let mut fields = Field(bytes.get(2..).unwrap_or_default());
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                text.push(b'\t');
            }
            let converted = match fields.value() {
                Ok(None) => {
                    text.extend_from_slice(b"\\N");
                    Ok(())
                }
                Ok(Some(value)) => column.form.copy(value, text, &mut self.value),
                Err(wrong) => Err(wrong),
            };
            converted.map_err(|wrong| column.wrong(self.rows, wrong))?;
        }
        text.push(b'\n');
        Ok(())
    }
}

impl Column {
    fn wrong(&self, row: u64, wrong: Wrong) -> WrongRow {
        WrongRow::Value {
            row,
            column: self.name.clone(),
            form: self.form.clone(),
            wrong,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converter(forms: &[&str]) -> Converter {
        let column = |(at, form): (usize, &&str)| Column {
            name: format!("c{at}"),
            form: form.parse().unwrap(),
        };
        Converter::new(forms.iter().enumerate().map(column).collect())
    }

    /// Two rows of (int4, text): (7, null) and (-1, "a<tab>b").
    const ROWS: &[u8] = b"\0\x02\0\0\0\x04\0\0\0\x07\xff\xff\xff\xff\
        \0\x02\0\0\0\x04\xff\xff\xff\xff\0\0\0\x03a\tb";

    #[test]
    fn rows_may_be_cut_anywhere() {
        for cut in 0..=ROWS.len() {
            let mut converter = converter(&["int4", "text"]);
            let mut text = Vec::new();
            converter.push(&ROWS[..cut], &mut text).unwrap();
            converter.push(&ROWS[cut..], &mut text).unwrap();
            converter.finish().unwrap();
            assert_eq!(text, b"7\t\\N\n-1\ta\\tb\n", "cut at {cut}");
        }
    }

    #[test]
    fn a_table_without_columns_has_empty_rows() {
        let mut text = Vec::new();
        converter(&[]).push(&[0, 0, 0, 0], &mut text).unwrap();
        assert_eq!(text, b"\n\n");
    }

    #[test]
    fn what_is_wrong_is_named_with_row_and_column() {
        let said = |forms: &[&str], rows: &[u8]| {
            let mut converter = converter(forms);
            let pushed = converter.push(rows, &mut Vec::new());
            pushed.and_then(|()| converter.finish()).unwrap_err().to_string()
        };
        assert_eq!(
            said(&["int4", "bool"], ROWS),
            "row 2, column c1: the value has not the length of a bool"
        );
        assert_eq!(said(&["int4"], ROWS), "row 1 has 2 fields, and the table 1 columns");
        assert_eq!(said(&["int4", "text"], &ROWS[..20]), "row 2 does not end");
        assert_eq!(
            said(&["int4"], b"\0\x01\xff\xff\xff\xfe"),
            "row 1, column c0: the value has not the length of a int4"
        );
    }
}
