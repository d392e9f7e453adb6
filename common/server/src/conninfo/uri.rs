//! Connection URIs: `postgresql://user:secret@host1:5432,host2/dbname?keyword=value`.

use super::keywords::settings;
use crate::error::Error;

/// What follows the scheme, if the text is a connection URI.
pub(super) fn after_scheme(text: &str) -> Option<&str> {
    text.strip_prefix("postgresql://")
        .or_else(|| text.strip_prefix("postgres://"))
}

/// Splits what follows the scheme into keywords and values.
///
/// Messages never show the URI: it may hold a password.
pub(super) fn parse(text: &str) -> Result<Vec<(String, String)>, Error> {
    let mut pairs = Vec::new();
    let mut add = |keyword: &str, value: &str| -> Result<(), Error> {
        if !value.is_empty() {
            pairs.push((keyword.to_owned(), decode(value, keyword)?));
        }
        Ok(())
    };

    let mut rest = text;
    let credentials = text.find(['@', '/']).filter(|&at| text[at..].starts_with('@'));
    if let Some(at) = credentials {
        let (user, password) = text[..at].split_once(':').unwrap_or((&text[..at], ""));
        add("user", user)?;
        add("password", password)?;
        rest = &text[at + 1..];
    }

    let (hosts, ports, path) = hosts(rest)?;
    add("host", &hosts)?;
    if ports.chars().any(|c| c != ',') {
        add("port", &ports)?;
    }

    let (dbname, query) = path.split_once('?').unwrap_or((path, ""));
    add("dbname", dbname.strip_prefix('/').unwrap_or(dbname))?;
    for parameter in query.split('&').filter(|part| !part.is_empty()) {
        let Some((keyword, value)) = parameter.split_once('=') else {
            return Err(settings(format!("connection URI: no \"=\" after \"{parameter}\"")));
        };
        if value.contains('=') {
            return Err(settings(format!("connection URI: a second \"=\" after \"{keyword}\"")));
        }
        let (keyword, value) = (decode(keyword, "a keyword")?, decode(value, keyword)?);
        // JDBC's way of saying it, which libpq understands too.
        match keyword == "ssl" && value == "true" {
            true => pairs.push(("sslmode".into(), "require".into())),
            false => pairs.push((keyword, value)),
        }
    }
    Ok(pairs)
}

/// Splits `host:port,[::1]:port/…` into a list of hosts, a list of ports, and the rest.
fn hosts(mut rest: &str) -> Result<(String, String, &str), Error> {
    let (mut hosts, mut ports) = (String::new(), String::new());
    loop {
        let host = match rest.strip_prefix('[') {
            Some(bracketed) => {
                let Some((address, after)) = bracketed.split_once(']').filter(|(a, _)| !a.is_empty()) else {
                    return Err(settings(
                        "connection URI: \"[\" without an IPv6 address and \"]\"".into(),
                    ));
                };
                if !(after.is_empty() || after.starts_with([':', '/', '?', ','])) {
                    return Err(settings("connection URI: neither \":\" nor \"/\" after \"]\"".into()));
                }
                rest = after;
                address
            }
            None => {
                let (name, after) = split_before(rest, &[':', '/', '?', ',']);
                rest = after;
                name
            }
        };
        hosts.push_str(host);
        if let Some(after) = rest.strip_prefix(':') {
            let (port, after) = split_before(after, &['/', '?', ',']);
            ports.push_str(port);
            rest = after;
        }
        match rest.strip_prefix(',') {
            Some(after) => rest = after,
            None => return Ok((hosts, ports, rest)),
        }
        hosts.push(',');
        ports.push(',');
    }
}

fn split_before<'a>(text: &'a str, ends: &[char]) -> (&'a str, &'a str) {
    text.split_at(text.find(ends).unwrap_or(text.len()))
}

/// Resolves `%41` and its like.
fn decode(text: &str, what: &str) -> Result<String, Error> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [byte, after @ ..] = rest {
        rest = after;
        if *byte != b'%' {
            bytes.push(*byte);
            continue;
        }
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        match after {
            [high, low, after @ ..] if let (Some(high), Some(low)) = (digit(high), digit(low)) => {
                // Two hexadecimal digits always fit.
                bytes.push((high * 16 + low) as u8);
                rest = after;
            }
            _ => return Err(settings(format!("connection URI: bad %-escape in {what}"))),
        }
    }
    match String::from_utf8(bytes) {
        Ok(text) if !text.contains('\0') => Ok(text),
        Ok(_) => Err(settings(format!("connection URI: %00 in {what}"))),
        Err(_) => Err(settings(format!("connection URI: {what} is not UTF-8"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From the libpq documentation and its regression tests: the URI, then what it means.
    #[test]
    fn what_uris_mean() {
        for (uri, wanted) in [
            ("postgresql://", ""),
            ("postgresql://localhost", "host=localhost"),
            ("postgres://localhost:5433", "host=localhost port=5433"),
            ("postgresql://localhost/mydb", "host=localhost dbname=mydb"),
            ("postgresql://user@localhost", "user=user host=localhost"),
            (
                "postgresql://user:secret@localhost",
                "user=user password=secret host=localhost",
            ),
            ("postgresql://u%73er@h%6Fst/d%62", "user=user host=host dbname=db"),
            (
                "postgresql://other@/otherdb?connect_timeout=10",
                "user=other dbname=otherdb connect_timeout=10",
            ),
            (
                "postgresql://h1:123,h2:456/db?target_session_attrs=any",
                "host=h1,h2 port=123,456 dbname=db target_session_attrs=any",
            ),
            ("postgresql://h1,h2/db", "host=h1,h2 dbname=db"),
            ("postgresql://h1:1,h2/db", "host=h1,h2 port=1, dbname=db"),
            (
                "postgresql:///mydb?host=localhost&port=5433",
                "dbname=mydb host=localhost port=5433",
            ),
            (
                "postgresql://[2001:db8::1234]:99/database",
                "host=2001:db8::1234 port=99 dbname=database",
            ),
            (
                "postgresql://%2Fvar%2Flib%2Fpostgresql/dbname",
                "host=/var/lib/postgresql dbname=dbname",
            ),
            ("postgresql://host?sslmode=require", "host=host sslmode=require"),
            ("postgresql://host/db?ssl=true", "host=host dbname=db sslmode=require"),
            ("postgresql://h/%D0%BF", "host=h dbname=п"),
        ] {
            let pairs = after_scheme(uri).map(parse);
            let text = match pairs {
                Some(Ok(pairs)) => pairs
                    .iter()
                    .map(|(k, v)| format!("{k}={v}"))
                    .collect::<Vec<_>>()
                    .join(" "),
                other => format!("{other:?}"),
            };
            assert_eq!(text, wanted, "{uri}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_without_the_uri() {
        for (uri, wanted) in [
            ("h/db?sslmode", "connection URI: no \"=\" after \"sslmode\""),
            ("h/db?a=b=c", "connection URI: a second \"=\" after \"a\""),
            ("u:p%zz@h", "connection URI: bad %-escape in password"),
            ("h/%00", "connection URI: %00 in dbname"),
            ("h/%ff", "connection URI: dbname is not UTF-8"),
            ("[::1", "connection URI: \"[\" without an IPv6 address and \"]\""),
            ("[]", "connection URI: \"[\" without an IPv6 address and \"]\""),
            ("[::1]x", "connection URI: neither \":\" nor \"/\" after \"]\""),
        ] {
            assert_eq!(parse(uri).map_err(|e| e.to_string()), Err(wanted.into()), "{uri}");
        }
    }
}
