//! Settings that stick to a function, a database or a role: `name=value`, as `proconfig` and `setconfig` have
//! them, and what SET … TO takes.
//!
//! Most values are one string. Those of a few server settings are lists of quoted names: in the catalogs they
//! are joined already, by other rules than SQL's, so they are taken apart and each element is a literal.

use crate::sql::literal;

/// Settings whose value is a list of names (`GUC_LIST_QUOTE` in the server).
const LISTS: &[&str] = &[
    "local_preload_libraries",
    "oauth_validator_libraries",
    "output_plugin_libraries",
    "search_path",
    "session_preload_libraries",
    "shared_preload_libraries",
    "temp_tablespaces",
    "unix_socket_directories",
];

/// Name and value of an item; `None` for one without `=`.
pub fn item(text: &str) -> Option<(&str, &str)> {
    text.split_once('=')
}

/// What follows TO: the value as literals, each spelled by `spell`.
pub fn value(name: &str, value: &str, spell: fn(&str) -> String) -> String {
    if !LISTS.iter().any(|list| name.eq_ignore_ascii_case(list)) {
        return spell(value);
    }
    let elements = elements(value).unwrap_or_default();
    elements
        .iter()
        .map(|element| spell(element))
        .collect::<Vec<_>>()
        .join(", ")
}

/// A literal that says with `E` that it has backslashes.
pub fn escaped_literal(text: &str) -> String {
    if text.contains('\\') {
        format!("E{}", literal(&text.replace('\\', "\\\\")))
    } else {
        literal(text)
    }
}

/// The elements of a list of names, some in double quotes; `None` when it is malformed.
fn elements(text: &str) -> Option<Vec<String>> {
    let space = |c: char| matches!(c, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c');
    let mut list = Vec::new();
    let mut rest = text.trim_start_matches(space);
    if rest.is_empty() {
        return Some(list);
    }
    loop {
        let mut element = String::new();
        if let Some(mut quoted) = rest.strip_prefix('"') {
            loop {
                let (piece, after) = quoted.split_once('"')?;
                element += piece;
                match after.strip_prefix('"') {
                    Some(more) => {
                        element.push('"');
                        quoted = more;
                    }
                    None => {
                        rest = after;
                        break;
                    }
                }
            }
        } else {
            let end = rest.find(|c| c == ',' || space(c)).unwrap_or(rest.len());
            if end == 0 {
                return None;
            }
            element += &rest[..end];
            rest = &rest[end..];
        }
        list.push(element);
        rest = rest.trim_start_matches(space);
        if rest.is_empty() {
            return Some(list);
        }
        rest = rest.strip_prefix(',')?.trim_start_matches(space);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_quoted_element_by_element() {
        assert_eq!(
            value("search_path", "\"$user\", public, \"a \"\"b\"", literal),
            "'$user', 'public', 'a \"b'"
        );
        assert_eq!(value("Search_Path", "\"\"", literal), "''");
        assert_eq!(value("search_path", "", literal), "");
        assert_eq!(value("search_path", "a,,b", literal), "");
    }

    #[test]
    fn other_values_are_one_literal() {
        assert_eq!(value("work_mem", "4MB", literal), "'4MB'");
        assert_eq!(value("DateStyle", "iso, dmy", literal), "'iso, dmy'");
        assert_eq!(value("app.x", "a\\b'c", escaped_literal), "E'a\\\\b''c'");
    }
}
