//! Resume tokens: what a target has of a broken dump, as a short text that a person can copy.
//!
//! `pgx-load --print-token` prints one, `pgx-dump --resume` takes it and sends the rest. It goes through shells,
//! terminals and tickets, so it has no character that means anything to them; and whoever takes it must not
//! believe it: it is checked for being whole, for being of *this* archive and plan, and it can do no more than
//! take parts away.
//!
//! ```text
//! token := "pgx1" "." archive "." plan "." done "." crc
//! done  := nothing, or item ("," item)*
//! item  := entry | entry "-" entry         all parts of an entry, or of several that follow one another
//!        | entry ":" part | entry ":" part "-" part
//! ```
//!
//! The archive is its UUID, the plan 32 hexadecimal digits, the CRC-32 eight, over all that comes before the
//! last dot. Items ascend, and each token has one spelling only: what is not the shortest is refused.
//!
//! ```
//! use pgx_archive::{Digest, DoneParts, EntryId, Token};
//!
//! let done = DoneParts::new((7..=400).map(EntryId), [(EntryId(401), 1), (EntryId(401), 2)]);
//! let token = Token::new("0b5fa9d2-77e8-4a56-9d4b-8f1f7b7b1c11", Digest(0xab), done)?;
//! let text = token.to_string();
//! assert!(text.starts_with("pgx1.0b5fa9d2-77e8-4a56-9d4b-8f1f7b7b1c11.000000000000000000000000000000ab.7-400,401:1-2."));
//! let again: Token = text.parse()?;
//! assert!(again.done().has(EntryId(8), 3) && !again.done().has(EntryId(401), 3));
//! assert!(text.replace("401", "402").parse::<Token>().is_err(), "an edited token is none");
//! # Ok::<(), pgx_archive::TokenError>(())
//! ```

mod parts;
mod text;

use std::fmt;

pub use parts::DoneParts;

use crate::digest::Digest;

/// Bytes of the longest token: the longest argument that Linux gives a program is 128 KiB.
pub const LONGEST: usize = 120_000;

/// What a target has of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    archive: String,
    plan: Digest,
    done: DoneParts,
}

/// Why a text is no token, or a token does not fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TokenError {
    /// It does not begin as a token does.
    NoToken,
    /// It is a token of a version that is not known.
    Version(String),
    /// It is longer than any token.
    TooLong(usize),
    /// Its checksum is not that of its text: it was cut or edited.
    Damaged,
    /// A part of it is not written as it must be.
    Malformed(&'static str),
    /// The archive has no UUID, so that nothing can refer to it.
    NoArchive,
    /// It names a part that the plan does not have.
    UnknownPart(String),
}

impl fmt::Display for TokenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TokenError::NoToken => f.write_str("this is no resume token: those begin with pgx1"),
            TokenError::Version(version) => {
                write!(f, "the resume token is of version {version:?}, which is not known here")
            }
            TokenError::TooLong(length) => {
                write!(
                    f,
                    "the resume token has {length} bytes, and none has more than {LONGEST}"
                )
            }
            TokenError::Damaged => f.write_str("the resume token was cut or edited: its checksum is wrong"),
            TokenError::Malformed(what) => write!(f, "the resume token is malformed: {what}"),
            TokenError::NoArchive => f.write_str("the archive has no UUID that a resume token could name"),
            TokenError::UnknownPart(part) => write!(f, "the resume token names {part}, which the dump does not have"),
        }
    }
}

impl std::error::Error for TokenError {}

impl Token {
    /// A token for an archive, which must be named by a UUID, and for the plan of its dump.
    ///
    /// Where it would be longer than [`LONGEST`], it names fewer parts than are done; they are sent again then.
    pub fn new(archive: &str, plan: Digest, done: DoneParts) -> Result<Token, TokenError> {
        if !text::is_uuid(archive) {
            return Err(TokenError::NoArchive);
        }
        let mut token = Token {
            archive: archive.to_owned(),
            plan,
            done,
        };
        let rest = token.without_parts().len();
        token.done.shorten(LONGEST - rest);
        Ok(token)
    }

    /// UUID of the archive, as HEAD has it.
    pub fn archive(&self) -> &str {
        &self.archive
    }

    /// The plan of the dump; see [`crate::plan`].
    pub fn plan(&self) -> Digest {
        self.plan
    }

    /// What the target has.
    pub fn done(&self) -> &DoneParts {
        &self.done
    }

    fn without_parts(&self) -> String {
        let empty = Token {
            done: DoneParts::default(),
            ..self.clone()
        };
        empty.to_string()
    }
}
