//! Text from a database or an archive, made harmless for a terminal.
//!
//! Names and messages may hold anything, escape sequences and text that runs backwards included.
//! What could move the cursor, change the terminal or disguise other text is shown as an escape.

use std::borrow::Cow;
use std::fmt::Write;

/// The text with control characters and direction marks escaped; line breaks are escaped too.
///
/// ```
/// assert_eq!(pgx_cli::sanitize("orders\u{1b}[2J"), r"orders\u{1b}[2J");
/// assert_eq!(pgx_cli::sanitize("two\nlines"), r"two\nlines");
/// ```
pub fn sanitize(text: &str) -> Cow<'_, str> {
    if !text.contains(harmful) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '\n' => safe.push_str("\\n"),
            '\r' => safe.push_str("\\r"),
            '\t' => safe.push_str("\\t"),
            c if harmful(c) => {
                // Writing to a String cannot fail.
                let _ = write!(safe, "\\u{{{:x}}}", u32::from(c));
            }
            c => safe.push(c),
        }
    }
    Cow::Owned(safe)
}

/// Like [`sanitize`], but keeps line breaks and tabs: for text that has lines of its own.
pub fn sanitize_lines(text: &str) -> String {
    text.split('\n')
        .map(|line| line.split('\t').map(sanitize).collect::<Vec<_>>().join("\t"))
        .collect::<Vec<_>>()
        .join("\n")
}

/// Control characters (C0, DEL, C1) and the marks that turn the direction of writing.
fn harmful(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_text_is_not_copied() {
        assert!(matches!(sanitize("table \"größe\".名前"), Cow::Borrowed(_)));
    }

    #[test]
    fn c1_controls_are_escaped_too() {
        assert_eq!(sanitize("\u{9b}31mred"), "\\u{9b}31mred");
    }

    #[test]
    fn text_that_runs_backwards_is_shown() {
        assert_eq!(sanitize("a\u{202e}b"), "a\\u{202e}b");
    }

    #[test]
    fn lines_stay_lines() {
        assert_eq!(sanitize_lines("a\n\tb\x07"), "a\n\tb\\u{7}");
    }
}
