//! The version of a server.

use crate::error::Error;

/// The oldest major version that sources and targets may be.
pub const OLDEST: u32 = 12;

/// The newest major version that sources and targets may be.
pub const NEWEST: u32 = 18;

/// A server's version, as text and as a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// As the server gives it, `18.1 (Debian 18.1-1)`.
    pub text: String,
    /// As `server_version_num` gives it, 180001; 0 if the text cannot be understood.
    pub number: u32,
}

impl Version {
    /// Reads `server_version`.
    pub fn parse(text: &str) -> Version {
        let digits = |text: &str| {
            let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
            text[..end].parse::<u32>().ok()
        };
        let major = digits(text).unwrap_or(0).min(9999);
        let minor = text.split_once('.').and_then(|(_, minor)| digits(minor)).unwrap_or(0);
        Version {
            text: text.to_owned(),
            number: major * 10_000 + minor.min(9999),
        }
    }

    /// The major version, 12 to 18 for those we know.
    pub fn major(&self) -> u32 {
        self.number / 10_000
    }

    /// An error if the version is not one that this program knows.
    pub fn check(&self) -> Result<(), Error> {
        let hint = match self.major() {
            major if major > NEWEST => format!("the newest supported version is {NEWEST}; use a newer pgx"),
            major if major < OLDEST => format!("the oldest supported version is {OLDEST}"),
            _ => return Ok(()),
        };
        Err(Error::Version {
            server: self.text.clone(),
            hint,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_servers_call_themselves() {
        for (text, number) in [
            ("18.6", 180_006),
            ("15.14 (Debian 15.14-0+deb12u1)", 150_014),
            ("19devel", 190_000),
            ("18beta2", 180_000),
            ("9.6.24", 90_006),
            ("", 0),
        ] {
            assert_eq!(Version::parse(text).number, number, "{text}");
        }
    }

    #[test]
    fn unknown_versions_are_refused_by_name() {
        let refusal = |text| Version::parse(text).check().map_err(|error| error.to_string());
        assert_eq!(refusal("12.22"), Ok(()));
        assert_eq!(refusal("18.0"), Ok(()));
        assert_eq!(refusal("19.1"), Err("server version 19.1 is not supported".into()));
        assert_eq!(refusal("11.2"), Err("server version 11.2 is not supported".into()));
    }
}
