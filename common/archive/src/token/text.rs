//! Tokens as text: written in one way, and read strictly.

use std::fmt;
use std::str::FromStr;

use crate::digest::Digest;
use crate::token::parts::Item;
use crate::token::{DoneParts, LONGEST, Token, TokenError};

/// What every token of this version begins with.
const VERSION: &str = "pgx1";

impl fmt::Display for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{VERSION}.{}.{}.{}", self.archive, self.plan, self.done);
        write!(f, "{text}.{:08x}", crc32fast::hash(text.as_bytes()))
    }
}

impl FromStr for Token {
    type Err = TokenError;

    fn from_str(text: &str) -> Result<Token, TokenError> {
        if text.len() > LONGEST {
            return Err(TokenError::TooLong(text.len()));
        }
        let words: Vec<&str> = text.splitn(6, '.').collect();
        match words.first() {
            Some(&VERSION) => {}
            Some(other) if other.strip_prefix("pgx").is_some_and(is_number) => {
                return Err(TokenError::Version(other.chars().skip(3).take(10).collect()));
            }
            _ => return Err(TokenError::NoToken),
        }
        let (before, crc) = text.rsplit_once('.').ok_or(TokenError::Damaged)?;
        if hex(crc, 8).is_none_or(|crc| crc != u128::from(crc32fast::hash(before.as_bytes()))) {
            return Err(TokenError::Damaged);
        }
        let [_, archive, plan, done, _] = words[..] else {
            return Err(TokenError::Malformed("it has not five fields"));
        };
        if !is_uuid(archive) {
            return Err(TokenError::Malformed("its archive is no UUID"));
        }
        let plan = hex(plan, 32).ok_or(TokenError::Malformed("its plan is no digest"))?;
        let items = done.split(',').filter(|_| !done.is_empty());
        let items: Option<Vec<Item>> = items.map(item).collect();
        let done = items.and_then(DoneParts::from_items);
        Ok(Token {
            archive: archive.to_owned(),
            plan: Digest(plan),
            done: done.ok_or(TokenError::Malformed("its parts are not as they are written"))?,
        })
    }
}

/// Whether a text is a UUID: hexadecimal digits in lower case, with hyphens.
pub(super) fn is_uuid(text: &str) -> bool {
    let groups: Vec<&str> = text.splitn(6, '-').collect();
    groups.len() == 5
        && groups
            .iter()
            .zip([8, 4, 4, 4, 12])
            .all(|(group, digits)| hex(group, digits).is_some())
}

/// So many hexadecimal digits in lower case, at most 32.
fn hex(text: &str, digits: usize) -> Option<u128> {
    let all = text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    u128::from_str_radix(text, 16)
        .ok()
        .filter(|_| all && text.len() == digits)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A number from 1, without leading zeros.
fn number(text: &str) -> Option<u32> {
    let number = text.parse().ok()?;
    (is_number(text) && !text.starts_with('0')).then_some(number)
}

/// One number, or two that are apart; a range of one is written as one.
fn range(text: &str) -> Option<(u32, u32)> {
    match text.split_once('-') {
        None => number(text).map(|only| (only, only)),
        Some((first, last)) => Some((number(first)?, number(last)?)).filter(|(first, last)| first < last),
    }
}

fn item(text: &str) -> Option<Item> {
    match text.split_once(':') {
        None => range(text).map(|(first, last)| Item::Entries(first, last)),
        Some((entry, parts)) => {
            let (first, last) = range(parts)?;
            Some(Item::Parts(number(entry)?, first, last))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::EntryId;

    const ARCHIVE: &str = "0b5fa9d2-77e8-4a56-9d4b-8f1f7b7b1c11";

    fn token(done: DoneParts) -> Token {
        Token::new(ARCHIVE, Digest(7), done).expect("it has a UUID")
    }

    fn parts(parts: &[(u32, u32)]) -> DoneParts {
        DoneParts::new([], parts.iter().map(|(entry, part)| (EntryId(*entry), *part)))
    }

    /// A token with these parts and a checksum that is right.
    fn sealed(done: &str) -> String {
        let text = format!("pgx1.{ARCHIVE}.{}.{done}", Digest(7));
        format!("{text}.{:08x}", crc32fast::hash(text.as_bytes()))
    }

    #[test]
    fn what_is_done_is_written_as_ranges() {
        let some = DoneParts::new(
            [4, 2, 3, 3, 9].map(EntryId),
            [(7, 3), (7, 1), (9, 2), (7, 4)].map(|(e, p)| (EntryId(e), p)),
        );
        assert_eq!(some.to_string(), "2-4,7:1,7:3-4,9");
        assert_eq!(token(some.clone()).to_string(), sealed("2-4,7:1,7:3-4,9"));
        assert_eq!(sealed("2-4,7:1,7:3-4,9").parse(), Ok(token(some)));
        assert_eq!(sealed("").parse(), Ok(token(DoneParts::default())));
    }

    #[test]
    fn a_token_is_short_however_many_tables_there_are() {
        let tables = DoneParts::new((1..=20_000).map(EntryId), []);
        assert!(token(tables).to_string().len() < 120);
        let every_other = DoneParts::new((1..=100_000).filter(|id| id % 2 == 0).map(EntryId), []);
        let long = token(every_other).to_string();
        assert!((100_000..=LONGEST).contains(&long.len()), "{}", long.len());
        let read: Token = long.parse().expect("it is whole");
        assert!(read.done().has(EntryId(2), 1) && !read.done().has(EntryId(3), 1));
        assert!(!read.done().has(EntryId(100_000), 1), "what does not fit is sent again");
    }

    #[test]
    fn every_change_is_noticed() {
        let text = token(parts(&[(7, 1), (9, 2)])).to_string();
        for at in 0..text.len() {
            for byte in b"0a9.-:,x" {
                let mut changed = text.clone().into_bytes();
                if std::mem::replace(&mut changed[at], *byte) != *byte {
                    let changed = String::from_utf8(changed).expect("it is ASCII");
                    assert!(changed.parse::<Token>().is_err(), "{changed}");
                }
            }
            assert!(text[..at].parse::<Token>().is_err(), "cut at {at}");
        }
    }

    #[test]
    fn each_token_has_one_spelling() {
        for done in [
            "0",
            "1:0",
            "0:1",
            "01",
            "+1",
            "1,",
            ",1",
            "2,1",
            "1,1",
            "1,2",
            "1-2,3",
            "2-1",
            "1-1",
            "1:1-1",
            "1:1,1:2",
            "1:2-1",
            "1,1:1",
            "1-4,2:1",
            "1:1,1",
            "4294967296",
            "1:",
            ":1",
            "1-",
            "1 ",
            "1:1:1",
            "1-2:1",
            "x",
        ] {
            let wrong = TokenError::Malformed("its parts are not as they are written");
            assert_eq!(sealed(done).parse::<Token>(), Err(wrong), "{done}");
        }
        for done in [
            "1",
            "1,3",
            "1-4294967295",
            "1:1-4294967295,2",
            "1:1,1:3",
            "1:4294967295,2:1",
        ] {
            assert_eq!(
                sealed(done).parse::<Token>().map(|token| token.to_string()),
                Ok(sealed(done))
            );
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let says = |text: &str| text.parse::<Token>().expect_err("it is wrong").to_string();
        assert_eq!(says(""), "this is no resume token: those begin with pgx1");
        assert_eq!(
            says("pgx2.whatever"),
            "the resume token is of version \"2\", which is not known here"
        );
        assert_eq!(
            says("pgx1"),
            "the resume token was cut or edited: its checksum is wrong"
        );
        assert_eq!(
            says(&"pgx1".repeat(40_000)),
            "the resume token has 160000 bytes, and none has more than 120000"
        );
        let fields = format!("pgx1.{ARCHIVE}");
        let fields = format!("{fields}.{:08x}", crc32fast::hash(fields.as_bytes()));
        assert_eq!(says(&fields), "the resume token is malformed: it has not five fields");
        assert_eq!(
            Token::new("$(reboot)", Digest(1), DoneParts::default()),
            Err(TokenError::NoArchive)
        );
    }
}
