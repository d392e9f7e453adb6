//! Why an archive cannot be read or written: which entry, which byte, what is wrong.

use std::fmt;
use std::io;

/// An archive that is not as pg_dump writes it, or a file that could not be read or written.
#[derive(Debug)]
pub struct Error {
    /// What it is about: an entry as messages name it, or a member or file of the archive.
    pub about: Option<Box<str>>,
    /// How many bytes of the archive, or of the member in question, had been read.
    pub at: Option<u64>,
    /// What is wrong.
    pub fault: Fault,
}

/// What is wrong with an archive.
#[derive(Debug)]
pub enum Fault {
    /// The operating system says so.
    Io(io::Error),
    /// It ends before it is complete.
    Ended,
    /// It does not begin as an archive of pg_dump does.
    NotAnArchive,
    /// It has a version that is not read here.
    Version {
        /// Major version.
        major: u8,
        /// Minor version.
        minor: u8,
    },
    /// It is in another of pg_dump's formats; the number is the one in its header.
    Format(u8),
    /// A number, a length or a text cannot be what it says.
    Damaged(String),
    /// It is sound, and cannot be read or written here.
    Unsupported {
        /// What stands against it.
        what: String,
        /// What to do about it.
        hint: Option<&'static str>,
    },
}

impl Error {
    /// A fault of the archive as a whole.
    pub fn new(fault: Fault) -> Error {
        Error {
            about: None,
            at: None,
            fault,
        }
    }

    /// Something that cannot be what it says.
    pub(crate) fn damaged(what: impl Into<String>) -> Error {
        Error::new(Fault::Damaged(what.into()))
    }

    /// Something that is sound and not for us.
    pub(crate) fn unsupported(what: impl Into<String>, hint: Option<&'static str>) -> Error {
        Error::new(Fault::Unsupported {
            what: what.into(),
            hint,
        })
    }

    /// Says what it is about, unless that is known better already.
    pub(crate) fn about(mut self, what: impl Into<Box<str>>) -> Error {
        self.about.get_or_insert_with(|| what.into());
        self
    }

    /// Says where it is, unless that is known better already.
    pub(crate) fn at(mut self, byte: u64) -> Error {
        self.at.get_or_insert(byte);
        self
    }

    /// Whether the archive may be sound as far as it goes: it was cut.
    pub fn is_incomplete(&self) -> bool {
        matches!(self.fault, Fault::Ended)
    }

    /// What to do about it, where there is something.
    pub fn hint(&self) -> Option<&'static str> {
        match &self.fault {
            Fault::Unsupported { hint, .. } => *hint,
            Fault::Version { .. } => Some("dump with pg_dump of 9.0 to 18, whose archives have version 1.12 to 1.16"),
            Fault::Ended => Some("the program that wrote it failed, or it was cut on its way"),
            Fault::NotAnArchive => Some("archives of pg_dump come from pg_dump -Fc, -Fd and -Ft"),
            Fault::Format(_) => Some("give the directory or the tar file that it is in"),
            _ => None,
        }
    }
}

impl From<io::Error> for Error {
    /// An error of ours that went through a `Read` or `Write` is taken out again.
    fn from(error: io::Error) -> Error {
        match error.downcast::<Error>() {
            Ok(ours) => ours,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Error::new(Fault::Ended),
            // What decompressors say of bytes that are none of theirs.
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput) => {
                Error::damaged(format!("cannot be decompressed: {error}"))
            }
            Err(error) => Error::new(Fault::Io(error)),
        }
    }
}

impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        io::Error::other(error)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(about) = &self.about {
            write!(f, "{about}: ")?;
        }
        self.fault.fmt(f)?;
        match self.at {
            Some(at) => write!(f, " (byte {at})"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Fault::Io(error) => error.fmt(f),
            Fault::Ended => f.write_str("the archive ends before it is complete"),
            Fault::NotAnArchive => f.write_str("is not an archive of pg_dump"),
            Fault::Version { major, minor } => {
                write!(f, "the archive has version {major}.{minor}, which is not read here")
            }
            Fault::Format(1) => f.write_str("is in the custom format"),
            Fault::Format(3) => f.write_str("is the table of contents of a directory or tar archive"),
            Fault::Format(other) => write!(f, "the archive has format {other}, which pg_dump does not write"),
            Fault::Damaged(what) => f.write_str(what),
            Fault::Unsupported { what, .. } => f.write_str(what),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.fault {
            Fault::Io(error) => Some(error),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_survives_a_reader() {
        let inner = Error::damaged("a chunk of -3 bytes").about("entry 5").at(99);
        let back = Error::from(io::Error::from(inner));
        assert_eq!(back.to_string(), "entry 5: a chunk of -3 bytes (byte 99)");
        let cut = Error::from(io::Error::from(io::ErrorKind::UnexpectedEof));
        assert!(cut.is_incomplete());
    }
}
