//! Metadata of databases that do not say which encoding their text has.
//!
//! The frames of metadata are UTF-8. Names and definitions of a SQL_ASCII database may be any bytes; they
//! travel with each byte over 0x7F as the character of the same number, U+0080 to U+00FF, and
//! [`LATIN1_BYTES`](crate::head::LATIN1_BYTES) in [`Head::requires`](crate::Head::requires) says so, because a
//! reader that does not turn them back would misspell every name. Rows are not concerned: they are
//! bytes anyway.
//!
//! ```
//! use pgx_archive::latin1;
//!
//! let name = b"caf\xe9";
//! let text = latin1::text(name);
//! assert_eq!(text, "caf\u{e9}");
//! assert_eq!(latin1::bytes(&text).as_deref(), Some(name.as_slice()));
//! assert_eq!(latin1::bytes("\u{20ac}"), None, "no byte has this number");
//! ```

/// Bytes as text in which each character has the number of its byte.
pub fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The bytes again; none when a character is over U+00FF, so that the text was never bytes.
pub fn bytes(text: &str) -> Option<Vec<u8>> {
    text.chars().map(|character| u8::try_from(character).ok()).collect()
}
