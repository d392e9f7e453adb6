//! What is asked for when an archive is to be written: one of the formats, for some pg_restore, compressed somehow.

use std::str::FromStr;

use crate::assembly::Target;
use crate::compression::{Algorithm, Compression};
use crate::error::Error;
use crate::method::Method;
use crate::version::Version;

/// The major whose pg_restore reads what is written, unless an older one is asked for.
pub const PG_RESTORE: u32 = 18;

/// One of pg_dump's formats.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// One file, compressed.
    Custom,
    /// A file for each table.
    Directory,
    /// One file, not compressed.
    Tar,
}

impl FromStr for Format {
    type Err = String;

    /// Reads what pg_dump takes: `custom`, `c`.
    fn from_str(name: &str) -> Result<Format, String> {
        match name {
            "c" | "custom" => Ok(Format::Custom),
            "d" | "directory" => Ok(Format::Directory),
            "t" | "tar" => Ok(Format::Tar),
            _ => Err("pg_dump's formats are custom, directory, tar".to_owned()),
        }
    }
}

impl Format {
    /// Whether rows cost less when those of one entry come after those of another: only a directory takes them as
    /// they come without staging.
    pub fn wants_order(self) -> bool {
        self != Format::Directory
    }
}

/// How an archive is to be written; what cannot be had together is refused when it is made.
#[derive(Clone, Copy, Debug)]
pub struct Recipe {
    /// The format.
    pub format: Format,
    /// The version of the format.
    pub version: Version,
    /// The major in whose words definitions are to be.
    pub major: u32,
    /// How rows are compressed.
    pub compression: Compression,
}

impl Recipe {
    /// An archive for pg_restore of a major or later, whose rows are compressed by a method; without one, as pg_dump
    /// does it by itself.
    pub fn new(format: Format, pg_restore: Option<u32>, method: Option<Method>) -> Result<Recipe, Error> {
        let major = pg_restore.unwrap_or(PG_RESTORE);
        let Some(version) = Version::for_pg_restore(major) else {
            return Err(Error::unsupported("pg_restore of 12 and later is written for", None));
        };
        let usual = match format {
            Format::Custom | Format::Directory => Algorithm::Gzip,
            Format::Tar => Algorithm::None,
        };
        let compression = method.map_or(Compression::of(usual), Method::of_archive);
        if format == Format::Tar && compression.algorithm != Algorithm::None {
            let hint = "compress all of it: pipe it into gzip or zstd";
            return Err(Error::unsupported(
                "--format=tar cannot be compressed with --compress",
                Some(hint),
            ));
        }
        let newer = matches!(compression.algorithm, Algorithm::Lz4 | Algorithm::Zstd);
        if newer && version < Version::V1_15 {
            return Err(Error::unsupported(
                "--compress=lz4 and zstd conflict with --pg-restore before 16, which knows gzip alone",
                Some("give -Z gzip or none"),
            ));
        }
        Ok(Recipe {
            format,
            version,
            major,
            compression,
        })
    }

    /// Where one file goes; `is_seekable` says that all of it is ours, so that offsets can be filled in. `seconds`
    /// since 1970 is the time of what a tar archive holds.
    pub fn one_file<W>(&self, out: W, is_seekable: bool, seconds: u64) -> Target<W> {
        match self.format {
            Format::Tar => Target::Tar(out, seconds),
            // Blocks need not be in order where they can be found by their offsets.
            _ if is_seekable => Target::CustomFile(out),
            _ => Target::Custom(out),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(format: Format, major: u32, method: &str) -> String {
        let recipe = Recipe::new(format, Some(major), method.parse().ok());
        recipe.expect_err("it cannot be had").to_string()
    }

    #[test]
    fn what_cannot_be_had_together_is_refused() {
        assert_eq!(
            refusal(Format::Tar, 18, "gzip"),
            "--format=tar cannot be compressed with --compress"
        );
        assert!(refusal(Format::Custom, 15, "zstd").contains("--pg-restore before 16"));
        assert!(refusal(Format::Custom, 11, "none").contains("12 and later"));
        assert!(Recipe::new(Format::Tar, None, Some(Method::NONE)).is_ok());
        assert!(Recipe::new(Format::Directory, Some(12), None).is_ok());
    }

    #[test]
    fn formats_have_pg_dumps_names() {
        assert_eq!("c".parse(), Ok(Format::Custom));
        assert_eq!("directory".parse(), Ok(Format::Directory));
        assert!("p".parse::<Format>().is_err());
    }
}
