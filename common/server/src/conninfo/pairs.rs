//! Connection strings of the form `host=db.example port=5433 dbname='my shop'`.

use super::keywords::settings;
use crate::error::Error;

/// Splits a string into its keywords and values, quotes and backslashes resolved.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, Error> {
    let mut pairs = Vec::new();
    let mut rest = text.trim_start();
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| c == '=' || c.is_ascii_whitespace())
            .unwrap_or(rest.len());
        let (keyword, after) = rest.split_at(end);
        let Some(after) = after.trim_start().strip_prefix('=') else {
            return Err(settings(format!("connection string: no \"=\" after \"{keyword}\"")));
        };
        let (value, after) = value(after.trim_start(), keyword)?;
        pairs.push((keyword.to_owned(), value));
        rest = after.trim_start();
    }
    Ok(pairs)
}

/// The value at the head of `text`, and what follows it.
fn value<'a>(text: &'a str, keyword: &str) -> Result<(String, &'a str), Error> {
    let quoted = text.starts_with('\'');
    let mut chars = text.char_indices().skip(usize::from(quoted));
    let mut value = String::new();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => value.extend(chars.next().map(|(_, escaped)| escaped)),
            '\'' if quoted => return Ok((value, &text[at + 1..])),
            c if !quoted && c.is_ascii_whitespace() => return Ok((value, &text[at..])),
            c => value.push(c),
        }
    }
    match quoted {
        true => Err(settings(format!(
            "connection string: the quote of \"{keyword}\" does not end"
        ))),
        false => Ok((value, "")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(text: &str) -> Vec<(String, String)> {
        parse(text).unwrap_or_else(|error| vec![("error".into(), error.to_string())])
    }

    fn expect(text: &str, wanted: &[(&str, &str)]) {
        let wanted: Vec<_> = wanted.iter().map(|(k, v)| (k.to_string(), v.to_string())).collect();
        assert_eq!(pairs(text), wanted, "{text}");
    }

    #[test]
    fn plain_and_quoted() {
        expect("host=db port = 5433", &[("host", "db"), ("port", "5433")]);
        expect(
            "dbname='my shop' user=o\\'neil",
            &[("dbname", "my shop"), ("user", "o'neil")],
        );
        expect(r"password='a\'b\\c' host=h", &[("password", r"a'b\c"), ("host", "h")]);
        expect("user='' host=", &[("user", ""), ("host", "")]);
        expect("  ", &[]);
    }

    #[test]
    fn a_quote_ends_a_value_even_without_a_blank() {
        expect("user='a'host=b", &[("user", "a"), ("host", "b")]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        expect("host db", &[("error", "connection string: no \"=\" after \"host\"")]);
        expect(
            "password='never",
            &[("error", "connection string: the quote of \"password\" does not end")],
        );
    }
}
