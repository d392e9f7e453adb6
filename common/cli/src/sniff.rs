//! What an input is, by its first bytes.

use std::io::{self, Read};

use crate::exit::Exit;
use crate::failure::Failure;

/// Bytes that decide in any case: the last signature (tar's) ends at 263.
const ENOUGH: usize = 512;

/// What an input is, as far as its first bytes say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sniffed {
    /// A stream of ours, or one that something mangled on its way.
    Stream,
    /// pg_dump's custom format (`pg_dump -Fc`).
    PgDumpCustom,
    /// A tar archive (`pg_dump -Ft`, or any other).
    Tar,
    /// A script that pg_dump, pg_dumpall or a tool of ours wrote.
    SqlScript,
    /// Some other text.
    Text,
    /// zstd: decompressed on the way, so that tools do not see it unless it is wrapped twice.
    Zstd,
    /// gzip: likewise.
    Gzip,
    /// Compressed by something that is not undone here; its name.
    Compressed(&'static str),
    /// A directory, with pg_dump's `toc.dat` in it or not.
    Directory {
        /// Whether it is one that pg_dump made (`pg_dump -Fd`).
        pg_dump: bool,
    },
    /// Nothing at all.
    Empty,
    /// Bytes that say nothing.
    Unknown,
}

/// First bytes of what can be told apart: at which offset, which bytes, what it is.
static SIGNATURES: &[(usize, &[u8], Sniffed)] = &[
    // Only half of the magic: the rest shows whether line ends were converted, which the reader says better.
    (0, b"\x89PGX", Sniffed::Stream),
    (0, b"PGDMP", Sniffed::PgDumpCustom),
    (0, b"\x28\xb5\x2f\xfd", Sniffed::Zstd),
    // A skippable frame, as pzstd writes it first.
    (0, b"\x50\x2a\x4d\x18", Sniffed::Zstd),
    (0, b"\x1f\x8b", Sniffed::Gzip),
    (0, b"\x04\x22\x4d\x18", Sniffed::Compressed("lz4")),
    (0, b"\xfd7zXZ\x00", Sniffed::Compressed("xz")),
    (0, b"BZh", Sniffed::Compressed("bzip2")),
    (0, b"PK\x03\x04", Sniffed::Compressed("zip")),
    (257, b"ustar", Sniffed::Tar),
];

/// What the scripts of pg_dump and pg_dumpall begin with.
static SCRIPTS: &[&str] = &[
    "--\n-- PostgreSQL database ",
    "-- PostgreSQL database ",
    "--\n-- pgx",
    "-- pgx",
];

/// Decides from a prefix; none when more bytes could change the answer and there may be more.
fn decide(prefix: &[u8], ended: bool) -> Option<Sniffed> {
    let mut open = false;
    for (offset, signature, sniffed) in SIGNATURES {
        let there = prefix.get(*offset..).unwrap_or_default();
        if there.starts_with(signature) {
            return Some(*sniffed);
        }
        open |= signature.starts_with(&there[..there.len().min(signature.len())]);
    }
    let whole = ended || prefix.len() >= ENOUGH;
    if !whole && (open || text(prefix)) {
        return None;
    }
    Some(match text(prefix) {
        _ if prefix.is_empty() => Sniffed::Empty,
        true if SCRIPTS.iter().any(|script| prefix.starts_with(script.as_bytes())) => Sniffed::SqlScript,
        true => Sniffed::Text,
        false => Sniffed::Unknown,
    })
}

/// Whether bytes can be the start of a text: no controls but tabs and line ends.
fn text(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .all(|&byte| byte >= b' ' && byte != 0x7f || matches!(byte, b'\t' | b'\n' | b'\r' | 0x0c))
}

/// Reads as much as it takes to decide, and no more: a producer may pause after its first frame.
///
/// Gives what was read, too, because a pipe cannot be read twice.
pub(crate) fn sniff(reader: &mut impl Read) -> io::Result<(Sniffed, Vec<u8>)> {
    let mut prefix = Vec::with_capacity(ENOUGH);
    let mut piece = [0; ENOUGH];
    loop {
        let wanted = ENOUGH - prefix.len().min(ENOUGH);
        let read = match reader.read(&mut piece[..wanted]) {
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        prefix.extend_from_slice(&piece[..read]);
        if let Some(sniffed) = decide(&prefix, read == 0) {
            return Ok((sniffed, prefix));
        }
    }
}

/// Who reads what some of us do not.
const READ_ELSEWHERE: &str = "if pg_dump wrote it, pgx-load and pgx-toc read it, as pg_restore does";

impl Sniffed {
    /// Why a tool that needs a stream of ours cannot use this input, and what to do instead.
    ///
    /// `name` is how messages name the input; `file` is how a command line would: a path or `-`.
    pub fn refusal(self, name: &str, file: &str) -> Failure {
        let psql = format!("psql -X -v ON_ERROR_STOP=1 -f {file}");
        let failure = match self {
            Sniffed::Empty => Failure::new(Exit::Incomplete, "is empty")
                .hint("the program that should have written it failed, or its output went elsewhere"),
            Sniffed::SqlScript => {
                Failure::failed("is a plain SQL script, not an archive").hint(format!("run it with {psql}"))
            }
            Sniffed::Text => {
                Failure::failed("is text, not an archive").hint(format!("if it is an SQL script, run it with {psql}"))
            }
            Sniffed::PgDumpCustom => {
                Failure::failed("is a pg_dump custom archive, which is not read here").hint(READ_ELSEWHERE)
            }
            Sniffed::Tar => Failure::failed("is a tar archive, which is not read here").hint(READ_ELSEWHERE),
            Sniffed::Directory { pg_dump: true } => {
                Failure::failed("is a pg_dump directory archive, which is not read here").hint(READ_ELSEWHERE)
            }
            Sniffed::Directory { pg_dump: false } => Failure::failed("is a directory, not an archive")
                .hint("one that pg_dump -Fd wrote has a toc.dat; otherwise name a file in it"),
            Sniffed::Zstd => Failure::failed("is compressed more than once").hint("decompress it with zstd -d first"),
            Sniffed::Gzip => Failure::failed("is compressed more than once").hint("decompress it with gzip -d first"),
            Sniffed::Compressed(by) => Failure::failed(format!("is compressed with {by}"))
                .hint(format!("decompress it with {by} first and pipe it in")),
            Sniffed::Stream | Sniffed::Unknown => {
                Failure::failed("is not an archive").hint("archives come from pgx-dump, pgx-filter and pgx-globals")
            }
        };
        Failure {
            notice: crate::Notice {
                message: format!("{name} {}", failure.notice.message),
                ..failure.notice
            },
            ..failure
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(bytes: &[u8]) -> Sniffed {
        let (sniffed, prefix) = sniff(&mut &bytes[..]).expect("reading memory does not fail");
        assert!(bytes.starts_with(&prefix));
        sniffed
    }

    #[test]
    fn the_formats_of_the_world() {
        assert_eq!(of(b"\x89PGX\r\n\x1a\n..."), Sniffed::Stream);
        assert_eq!(of(b"PGDMP\x01\x10"), Sniffed::PgDumpCustom);
        assert_eq!(of(b"--\n-- PostgreSQL database dump\n--\n"), Sniffed::SqlScript);
        assert_eq!(of(b"CREATE TABLE t ();\n"), Sniffed::Text);
        assert_eq!(of(b"\x1f\x8b\x08"), Sniffed::Gzip);
        assert_eq!(of(b"\x28\xb5\x2f\xfd\x00"), Sniffed::Zstd);
        assert_eq!(of(b"BZh9"), Sniffed::Compressed("bzip2"));
        assert_eq!(of(b""), Sniffed::Empty);
        assert_eq!(of(b"\x00\x01\x02"), Sniffed::Unknown);
        assert_eq!(of(b"P"), Sniffed::Text);
    }

    #[test]
    fn tar_is_known_by_the_middle_of_its_first_block() {
        let mut block = vec![0; 512];
        block[..7].copy_from_slice(b"toc.dat");
        block[257..262].copy_from_slice(b"ustar");
        assert_eq!(of(&block), Sniffed::Tar);
    }

    #[test]
    fn a_stream_is_known_before_more_of_it_comes() {
        struct OneFrame(bool);
        impl Read for OneFrame {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                assert!(
                    !std::mem::replace(&mut self.0, true),
                    "asked for more than the first frame"
                );
                buffer[..8].copy_from_slice(b"\x89PGX\r\n\x1a\n");
                Ok(8)
            }
        }
        assert_eq!(
            sniff(&mut OneFrame(false)).map(|(sniffed, _)| sniffed).ok(),
            Some(Sniffed::Stream)
        );
    }

    #[test]
    fn a_magic_that_comes_byte_by_byte_is_known() {
        struct Drip<'a>(&'a [u8]);
        impl Read for Drip<'_> {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                let n = self.0.len().min(1);
                buffer[..n].copy_from_slice(&self.0[..n]);
                self.0 = &self.0[n..];
                Ok(n)
            }
        }
        for (bytes, sniffed) in [(&b"PGDMP"[..], Sniffed::PgDumpCustom), (b"\x89PGX", Sniffed::Stream)] {
            assert_eq!(sniff(&mut Drip(bytes)).map(|(sniffed, _)| sniffed).ok(), Some(sniffed));
        }
    }

    #[test]
    fn an_empty_input_is_incomplete_and_a_script_is_for_psql() {
        assert_eq!(Sniffed::Empty.refusal("standard input", "-").exit, Exit::Incomplete);
        let failure = Sniffed::SqlScript.refusal("db.sql", "db.sql");
        assert_eq!(failure.to_string(), "db.sql is a plain SQL script, not an archive");
        assert_eq!(
            failure.notice.hint.as_deref(),
            Some("run it with psql -X -v ON_ERROR_STOP=1 -f db.sql")
        );
    }
}
