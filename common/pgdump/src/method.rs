//! `-Z`: what streams know, and lz4, which only pg_dump's formats have.

use std::str::FromStr;

use crate::compression::{Algorithm, Compression};

/// How rows are compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// As in streams.
    Stream(pgx_archive::Compression),
    /// LZ4.
    Lz4,
}

impl FromStr for Method {
    type Err = String;

    /// Reads `none`, `zstd:9`, `gzip:level=1`, `lz4`; a bare number is gzip.
    fn from_str(text: &str) -> Result<Method, String> {
        match text.split_once(':') {
            None if text == "lz4" => Ok(Method::Lz4),
            // Levels of LZ4 make it slower and not much smaller; here it has one.
            Some(("lz4", level)) => {
                let level = level.strip_prefix("level=").unwrap_or(level);
                match level.parse::<u32>() {
                    Ok(1..=12) => Ok(Method::Lz4),
                    _ => Err("a level of lz4 is from 1 to 12".to_owned()),
                }
            }
            _ => text.parse().map(Method::Stream).map_err(|error: String| match error {
                error if error.ends_with("none, zstd or gzip") => format!("{error}, lz4 in archives and scripts"),
                error => error,
            }),
        }
    }
}

impl Method {
    /// Not at all.
    pub const NONE: Method = Method::Stream(pgx_archive::Compression::Stored);

    /// For a stream, which has no lz4.
    pub fn of_stream(self) -> Option<pgx_archive::Compression> {
        match self {
            Method::Stream(compression) => Some(compression),
            Method::Lz4 => None,
        }
    }

    /// For an archive.
    pub fn of_archive(self) -> Compression {
        let level = |algorithm, level| Compression { algorithm, level };
        match self {
            Method::Lz4 => Compression::of(Algorithm::Lz4),
            Method::Stream(pgx_archive::Compression::Stored) => Compression::of(Algorithm::None),
            Method::Stream(pgx_archive::Compression::Zstd(zstd)) => level(Algorithm::Zstd, Some(zstd)),
            Method::Stream(pgx_archive::Compression::Zlib(zlib)) => level(Algorithm::Gzip, i32::try_from(zlib).ok()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_of_streams_and_archives_are_spelled_alike() {
        let method = |text: &str| text.parse::<Method>().map(Method::of_archive).ok();
        let level = |algorithm, level| Some(Compression { algorithm, level });
        assert_eq!(method("none"), level(Algorithm::None, None));
        assert_eq!(method("zstd:9"), level(Algorithm::Zstd, Some(9)));
        assert_eq!(method("gzip:level=1"), level(Algorithm::Gzip, Some(1)));
        assert_eq!(method("6"), level(Algorithm::Gzip, Some(6)));
        assert_eq!(method("0"), level(Algorithm::None, None));
        assert_eq!(method("lz4"), level(Algorithm::Lz4, None));
        assert_eq!(method("lz4:9"), level(Algorithm::Lz4, None));
        assert_eq!(method("lz4:13"), None);
        assert_eq!(method("xz"), None);
        assert!("lz4".parse::<Method>().is_ok_and(|method| method.of_stream().is_none()));
    }
}
