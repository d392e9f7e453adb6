//! Rows of COPY's text format as INSERT statements, spelled as pg_dump spells them.
//!
//! Numbers, truth values and bit strings stand as such, everything else as a string literal. Bytes outside ASCII
//! pass as they are, so rows must be in an encoding in which these never contain a byte of ASCII.
//!
//! ```
//! use pgx_rows::insert::{Inserts, Spelling, Value};
//!
//! let columns = vec![Value::Sent(Spelling::Number), Value::Sent(Spelling::Text)];
//! let mut inserts = Inserts::new("INSERT INTO public.tea VALUES", columns, 1, "");
//! let mut script = Vec::new();
//! inserts.push(b"1\tgreen\n2\t", &mut script)?;
//! inserts.push(b"\\N\n", &mut script)?;
//! inserts.finish(&mut script)?;
//! assert_eq!(
//!     String::from_utf8_lossy(&script),
//!     "INSERT INTO public.tea VALUES (1, 'green');\nINSERT INTO public.tea VALUES (2, NULL);\n"
//! );
//! # Ok::<(), pgx_rows::Malformed>(())
//! ```

use crate::malformed::Malformed;

/// How the values of a column are spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spelling {
    /// Digits as they are; other values of number types, such as NaN, in quotes.
    Number,
    /// `B'101'`
    Bits,
    /// `true` or `false`
    Boolean,
    /// A string literal.
    Text,
}

impl Spelling {
    /// The spelling for a type, by its OID; for a domain, that of the type below it.
    pub fn of_type(oid: u32) -> Spelling {
        match oid {
            // int8, int2, int4, oid, float4, float8, numeric
            20 | 21 | 23 | 26 | 700 | 701 | 1700 => Spelling::Number,
            // bit, varbit
            1560 | 1562 => Spelling::Bits,
            16 => Spelling::Boolean,
            _ => Spelling::Text,
        }
    }
}

/// What stands for a column in a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value {
    /// The next value of the row.
    Sent(Spelling),
    /// `DEFAULT`: the row has no value for it.
    Default,
}

/// Turns rows into statements.
#[derive(Clone, Debug)]
pub struct Inserts {
    into: Vec<u8>,
    columns: Vec<Value>,
    rows_each: u32,
    end: String,
    /// Rows in the statement that is being written.
    open: u32,
    /// The beginning of a row that is not yet there as a whole.
    rest: Vec<u8>,
}

impl Inserts {
    /// Statements that begin with `into` (`INSERT INTO … VALUES`), have up to `rows_each` rows, and have `end`
    /// before the semicolon.
    ///
    /// Without columns every row is a statement of its own, and `into` is all of it.
    pub fn new(into: impl Into<Vec<u8>>, columns: Vec<Value>, rows_each: u32, end: &str) -> Inserts {
        Inserts {
            into: into.into(),
            columns,
            rows_each: rows_each.max(1),
            end: format!("{end};\n"),
            open: 0,
            rest: Vec::new(),
        }
    }

    /// Takes a piece of COPY's text, cut anywhere.
    pub fn push(&mut self, mut piece: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
        while let Some(end) = memchr::memchr(b'\n', piece) {
            if self.rest.is_empty() {
                self.row(&piece[..end], out)?;
            } else {
                let mut row = std::mem::take(&mut self.rest);
                row.extend_from_slice(&piece[..end]);
                self.row(&row, out)?;
            }
            piece = &piece[end + 1..];
        }
        self.rest.extend_from_slice(piece);
        Ok(())
    }

    /// Ends the last statement.
    pub fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), Malformed> {
        if !self.rest.is_empty() {
            return Err(Malformed::UnfinishedRow);
        }
        if self.open > 0 {
            out.extend_from_slice(self.end.as_bytes());
            self.open = 0;
        }
        Ok(())
    }

    fn row(&mut self, row: &[u8], out: &mut Vec<u8>) -> Result<(), Malformed> {
        if self.open == 0 {
            out.extend_from_slice(&self.into);
        }
        if self.columns.is_empty() {
            out.extend_from_slice(self.end.as_bytes());
            return Ok(());
        }
        out.extend_from_slice(match (self.rows_each, self.open) {
            (1, _) => b" (",
            (_, 0) => b"\n\t(",
            _ => b",\n\t(",
        });
        let sent = self.columns.iter().filter(|column| **column != Value::Default).count();
        let wrong = || Malformed::TextFields { columns: sent };
        let mut fields = row.split(|&byte| byte == b'\t');
        for (at, column) in self.columns.iter().enumerate() {
            if at > 0 {
                out.extend_from_slice(b", ");
            }
            match column {
                Value::Default => out.extend_from_slice(b"DEFAULT"),
                Value::Sent(spelling) => spell(fields.next().ok_or_else(wrong)?, *spelling, out),
            }
        }
        if sent > 0 && fields.next().is_some() {
            return Err(wrong());
        }
        out.push(b')');
        self.open += 1;
        if self.open >= self.rows_each {
            out.extend_from_slice(self.end.as_bytes());
            self.open = 0;
        }
        Ok(())
    }
}

fn spell(field: &[u8], spelling: Spelling, out: &mut Vec<u8>) {
    let is_plain = |byte: &u8| b"0123456789 +-eE.".contains(byte);
    match spelling {
        _ if field == b"\\N" => out.extend_from_slice(b"NULL"),
        Spelling::Number if field.iter().all(is_plain) => out.extend_from_slice(field),
        Spelling::Boolean => out.extend_from_slice(if field == b"t" { b"true" } else { b"false" }),
        Spelling::Bits => {
            out.push(b'B');
            literal(field, out);
        }
        Spelling::Number | Spelling::Text => literal(field, out),
    }
}

/// A string literal as it is under `standard_conforming_strings`.
fn literal(field: &[u8], out: &mut Vec<u8>) {
    out.push(b'\'');
    let mut rest = field;
    while let Some(at) = memchr::memchr2(b'\\', b'\'', rest) {
        out.extend_from_slice(&rest[..at]);
        if rest[at] == b'\'' {
            out.extend_from_slice(b"''");
            rest = &rest[at + 1..];
            continue;
        }
        let escaped = rest.get(at + 1).copied().unwrap_or(b'\\');
        out.push(match escaped {
            b'b' => 0x08,
            b'f' => 0x0c,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 0x0b,
            other => other,
        });
        rest = rest.get(at + 2..).unwrap_or_default();
    }
    out.extend_from_slice(rest);
    out.push(b'\'');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn script(columns: &[Value], rows_each: u32, end: &str, rows: &str) -> String {
        let mut inserts = Inserts::new("INSERT INTO t VALUES", columns.to_vec(), rows_each, end);
        let mut script = Vec::new();
        for piece in rows.as_bytes().chunks(3) {
            inserts.push(piece, &mut script).expect("these are rows");
        }
        inserts.finish(&mut script).expect("the last row is whole");
        String::from_utf8(script).expect("text stays text")
    }

    const TEXT: Value = Value::Sent(Spelling::Text);

    #[test]
    fn values_are_spelled_by_type() {
        let columns = [
            Value::Sent(Spelling::Number),
            Value::Sent(Spelling::Bits),
            Value::Default,
            Value::Sent(Spelling::Boolean),
            TEXT,
        ];
        assert_eq!(
            script(&columns, 1, "", "-1.5e+10\t101\tt\tit's\nNaN\t\tf\t\\N\n"),
            "INSERT INTO t VALUES (-1.5e+10, B'101', DEFAULT, true, 'it''s');\n\
             INSERT INTO t VALUES ('NaN', B'', DEFAULT, false, NULL);\n"
        );
    }

    #[test]
    fn escapes_of_copy_are_undone() {
        assert_eq!(
            script(&[TEXT], 1, "", "a\\tb\\\\c\\nd'\\r\\b\\f\\v\n"),
            "INSERT INTO t VALUES ('a\tb\\c\nd''\r\u{8}\u{c}\u{b}');\n"
        );
    }

    #[test]
    fn several_rows_share_a_statement() {
        assert_eq!(
            script(&[TEXT], 2, " ON CONFLICT DO NOTHING", "a\nb\nc\n"),
            "INSERT INTO t VALUES\n\t('a'),\n\t('b') ON CONFLICT DO NOTHING;\n\
             INSERT INTO t VALUES\n\t('c') ON CONFLICT DO NOTHING;\n"
        );
    }

    #[test]
    fn rows_without_columns() {
        assert_eq!(
            script(&[], 7, "", "\n\n"),
            "INSERT INTO t VALUES;\nINSERT INTO t VALUES;\n"
        );
        assert_eq!(
            script(&[Value::Default], 1, "", "\n"),
            "INSERT INTO t VALUES (DEFAULT);\n"
        );
    }

    #[test]
    fn rows_of_another_table_are_refused() {
        for rows in [&b"a\tb\n"[..], b"a\tb\tc\td\n"] {
            let mut inserts = Inserts::new("INSERT INTO t VALUES", vec![TEXT; 3], 1, "");
            assert!(inserts.push(rows, &mut Vec::new()).is_err());
        }
        let mut inserts = Inserts::new("INSERT INTO t VALUES", vec![TEXT], 1, "");
        inserts.push(b"half", &mut Vec::new()).expect("it may go on");
        assert!(inserts.finish(&mut Vec::new()).is_err());
    }
}
