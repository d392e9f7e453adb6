//! Versions of the archive formats: who writes them, and what each has more than the one before.

use crate::error::{Error, Fault};

/// A version of the archive, 1.12 to 1.16; newer ones are greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Version {
    minor: u8,
}

impl Version {
    /// Written by pg_dump 9.0 to 9.6 and older minor releases of 10: the oldest that is read.
    pub const V1_12: Version = Version { minor: 12 };
    /// Written by pg_dump 10 and 11: search path.
    pub const V1_13: Version = Version { minor: 13 };
    /// Written by pg_dump 12 to 15: table access methods. The oldest that is written.
    pub const V1_14: Version = Version { minor: 14 };
    /// Written by pg_dump 16: the algorithm of compression.
    pub const V1_15: Version = Version { minor: 15 };
    /// Written by pg_dump 17 and 18: relation kinds, large objects in groups.
    pub const V1_16: Version = Version { minor: 16 };

    /// The version with these numbers.
    pub fn new(major: u8, minor: u8) -> Result<Version, Error> {
        match (major, minor) {
            (1, 12..=16) => Ok(Version { minor }),
            _ => Err(Error::new(Fault::Version { major, minor })),
        }
    }

    /// The newest version that pg_restore of a major of PostgreSQL reads and we write.
    pub fn for_pg_restore(major: u32) -> Option<Version> {
        match major {
            12..=15 => Some(Version::V1_14),
            16 => Some(Version::V1_15),
            17.. => Some(Version::V1_16),
            _ => None,
        }
    }

    /// The number behind `1.`
    pub fn minor(self) -> u8 {
        self.minor
    }

    /// Whether entries say their table access method.
    pub(crate) fn has_access_method(self) -> bool {
        self >= Version::V1_14
    }

    /// Whether the header names the algorithm of compression rather than a level of gzip.
    pub(crate) fn has_algorithm(self) -> bool {
        self >= Version::V1_15
    }

    /// Whether entries say the kind of their relation.
    pub(crate) fn has_relkind(self) -> bool {
        self >= Version::V1_16
    }

    /// Whether large objects come in groups, and their contents in any number of entries.
    pub(crate) fn has_groups(self) -> bool {
        self >= Version::V1_16
    }
}

impl std::fmt::Display for Version {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}
