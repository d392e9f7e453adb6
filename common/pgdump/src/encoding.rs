//! The encoding of an archive: its texts and its rows are in one, and the entry ENCODING says which.

use pgx_archive::latin1;

use crate::error::Error;

/// What an archive is in when nothing says it.
const DEFAULT: &str = "UTF8";

/// How the texts of an archive are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Encoding {
    /// By PostgreSQL's name.
    pub(crate) name: String,
}

impl Encoding {
    /// From `SET client_encoding = 'X';`, the definition of the entry ENCODING, if there is one.
    pub(crate) fn of(definition: Option<&[u8]>) -> Result<Encoding, Error> {
        let Some(definition) = definition else {
            return Ok(Encoding {
                name: DEFAULT.to_owned(),
            });
        };
        let text = String::from_utf8_lossy(definition);
        let mut quoted = text.splitn(3, '\'');
        match (quoted.next(), quoted.next(), quoted.next()) {
            (Some(_), Some(name), Some(_)) if is_name(name) => Ok(Encoding { name: name.to_owned() }),
            _ => Err(Error::damaged(format!("{:?} names no encoding", text.trim_end())).about("encoding ENCODING")),
        }
    }

    /// Whether texts are bytes of no known encoding, which travel as [`latin1`] has them.
    pub(crate) fn is_bytes(&self) -> bool {
        self.name == "SQL_ASCII"
    }

    /// A text of an entry.
    pub(crate) fn text(&self, bytes: &[u8]) -> Result<String, Error> {
        match self.name.as_str() {
            // The characters of LATIN1 have the numbers of their bytes.
            "SQL_ASCII" | "LATIN1" => Ok(latin1::text(bytes)),
            "UTF8" => match std::str::from_utf8(bytes) {
                Ok(text) => Ok(text.to_owned()),
                Err(_) => {
                    let text = String::from_utf8_lossy(bytes).into_owned();
                    Err(Error::damaged(format!(
                        "{text:?} is not in UTF8, which the archive says it is"
                    )))
                }
            },
            name => match std::str::from_utf8(bytes) {
                Ok(text) if text.is_ascii() => Ok(text.to_owned()),
                _ => Err(Error::unsupported(
                    format!("names or definitions in the encoding {name} beyond ASCII, which are not read here"),
                    Some("dump with pg_dump -E UTF8"),
                )),
            },
        }
    }
}

/// Whether this may be the name of an encoding.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    (1..=63).contains(&name.len()) && name.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_become_utf_8() {
        let encoding = |name: &str| Encoding::of(Some(format!("SET client_encoding = '{name}';\n").as_bytes()));
        let read = |name, bytes: &[u8]| encoding(name).and_then(|encoding| encoding.text(bytes)).ok();
        assert_eq!(read("UTF8", b"caf\xc3\xa9").as_deref(), Some("caf\u{e9}"));
        assert_eq!(read("LATIN1", b"caf\xe9").as_deref(), Some("caf\u{e9}"));
        assert_eq!(read("SQL_ASCII", b"caf\xe9").as_deref(), Some("caf\u{e9}"));
        assert_eq!(read("EUC_JP", b"cafe").as_deref(), Some("cafe"));
        assert_eq!(read("EUC_JP", b"caf\xe9"), None);
        assert_eq!(read("UTF8", b"caf\xe9"), None);
        assert!(Encoding::of(Some(b"SET client_encoding = UTF8")).is_err());
    }
}
