//! Names, literals and arrays, spelled the way pg_dump spells them.

use std::borrow::Cow;

pub use pgx_archive::spelling::{ident, is_plain, literal, qualified};

/// A dollar-quoted string whose delimiter (even without its last `$`) does not occur in the text.
pub fn dollar_quoted(text: &str, prefix: &str) -> String {
    let mut delimiter = format!("${prefix}");
    let mut padding = "_XXXXXXX".chars().cycle();
    while text.contains(&delimiter) {
        delimiter.extend(padding.next());
    }
    delimiter.push('$');
    format!("{delimiter}{text}{delimiter}")
}

/// Storage parameters (`pg_class.reloptions` and the like) as they stand between parentheses.
pub fn options(list: &[String], prefix: &str) -> String {
    let mut parts = Vec::with_capacity(list.len());
    for option in list {
        let (name, value) = option.split_once('=').unwrap_or((option, ""));
        let value = if is_plain(value) {
            Cow::Borrowed(value)
        } else {
            Cow::Owned(literal(value))
        };
        parts.push(format!("{prefix}{}={value}", ident(name)));
    }
    parts.join(", ")
}

/// The elements of a one-dimensional array in its external form; `None` when it is not one.
pub fn parse_array(text: &str) -> Option<Vec<Option<String>>> {
    let inner = text.strip_prefix('{')?.strip_suffix('}')?;
    let mut list = Vec::new();
    if inner.is_empty() {
        return Some(list);
    }
    let mut chars = inner.chars().peekable();
    loop {
        let mut element = String::new();
        let quoted = chars.next_if_eq(&'"').is_some();
        loop {
            match chars.peek() {
                None if quoted => return None,
                None => break,
                Some(',') if !quoted => break,
                Some('"') if quoted => {
                    chars.next();
                    break;
                }
                Some('\\') => {
                    chars.next();
                    element.push(chars.next()?);
                }
                Some(_) => element.extend(chars.next()),
            }
        }
        list.push(if !quoted && element == "NULL" {
            None
        } else {
            Some(element)
        });
        match chars.next() {
            None => return Some(list),
            Some(',') => {}
            Some(_) => return None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dollar_quotes_avoid_the_text() {
        assert_eq!(dollar_quoted("select 1", ""), "$$select 1$$");
        assert_eq!(dollar_quoted("a $1", ""), "$_$a $1$_$");
        assert_eq!(dollar_quoted("a $_$ b", ""), "$_X$a $_$ b$_X$");
    }

    #[test]
    fn arrays_are_read() {
        assert_eq!(parse_array("{}"), Some(vec![]));
        assert_eq!(
            parse_array("{a,NULL,\"b,\\\"c\"}"),
            Some(vec![Some("a".into()), None, Some("b,\"c".into())])
        );
        assert_eq!(parse_array("{a"), None);
        assert_eq!(parse_array("{\"a}"), None);
    }

    #[test]
    fn storage_parameters_are_quoted_like_pg_dump() {
        let list = ["fillfactor=70".to_owned(), "buffering=auto".to_owned(), "x".to_owned()];
        assert_eq!(
            options(&list, "toast."),
            "toast.fillfactor='70', toast.buffering=auto, toast.x=''"
        );
    }
}
