//! The little SQL text that this room writes itself.

use std::borrow::Cow;
use std::fmt::Write;

use crate::text::Text;

/// A name, quoted.
pub(crate) fn name(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

/// A text as a literal that means the same whatever `standard_conforming_strings` is.
pub(crate) fn literal(text: &str) -> String {
    match text.contains('\\') {
        true => format!("E'{}'", text.replace('\\', "\\\\").replace('\'', "''")),
        false => format!("'{}'", text.replace('\'', "''")),
    }
}

/// The statement as it can be sent.
///
/// tokio-postgres sends UTF-8 only. Bytes of a SQL_ASCII database go as hexadecimal digits, which
/// the server turns into the statement and executes.
pub(crate) fn for_wire(sql: &str, text: Text) -> Cow<'_, str> {
    if text == Text::Utf8 || sql.is_ascii() {
        return Cow::Borrowed(sql);
    }
    let mut digits = String::with_capacity(sql.len() * 2);
    for byte in text.encode(sql) {
        // Writing to a string cannot fail.
        let _ = write!(digits, "{byte:02x}");
    }
    Cow::Owned(format!(
        "DO $pgx$BEGIN EXECUTE pg_catalog.convert_from(pg_catalog.decode('{digits}', 'hex'), 'SQL_ASCII'); END$pgx$"
    ))
}

/// A COPY statement as it can be sent: it cannot be executed by another statement.
///
/// In a SQL_ASCII database its bytes must happen to be UTF-8, as they mostly are; the error is the text
/// that is not.
pub(crate) fn copy_for_wire(sql: &str, text: Text) -> Result<Cow<'_, str>, String> {
    if text == Text::Utf8 || sql.is_ascii() {
        return Ok(Cow::Borrowed(sql));
    }
    match String::from_utf8(text.encode(sql)) {
        Ok(sql) => Ok(Cow::Owned(sql)),
        Err(_) => Err(format!("names that are not UTF-8 cannot be sent with COPY: {sql}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoting() {
        assert_eq!(name("a\"b"), "\"a\"\"b\"");
        assert_eq!(literal("it's"), "'it''s'");
        assert_eq!(literal("a\\'b"), "E'a\\\\''b'");
    }

    #[test]
    fn copy_is_sent_as_it_was_read() {
        let read = Text::Bytes
            .decode("COPY é".as_bytes())
            .expect("any byte is a character");
        assert_eq!(copy_for_wire(&read, Text::Bytes), Ok("COPY é".into()));
        assert!(copy_for_wire("COPY \u{e9}", Text::Bytes).is_err());
    }

    #[test]
    fn bytes_travel_as_digits() {
        assert_eq!(for_wire("SELECT 1", Text::Bytes), "SELECT 1");
        assert_eq!(for_wire("é", Text::Utf8), "é");
        assert!(for_wire("\u{e9}", Text::Bytes).contains("'e9'"));
    }
}
