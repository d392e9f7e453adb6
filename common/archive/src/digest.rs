//! Digests: 128 bits of XXH3, and sums of them.

use std::fmt;
use std::ops::{Add, AddAssign};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use xxhash_rust::xxh3::Xxh3;

/// A 128-bit digest, written as 32 hexadecimal digits.
///
/// Digests of rows, parts and entries are sums that wrap around, so they do not depend on the order
/// of rows nor on how a table was cut into parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Digest(pub u128);

impl Digest {
    /// XXH3-128 of some bytes.
    pub fn of(bytes: &[u8]) -> Digest {
        Digest(xxhash_rust::xxh3::xxh3_128(bytes))
    }
}

impl Add for Digest {
    type Output = Digest;

    fn add(self, other: Digest) -> Digest {
        Digest(self.0.wrapping_add(other.0))
    }
}

impl AddAssign for Digest {
    fn add_assign(&mut self, other: Digest) {
        *self = *self + other;
    }
}

impl From<u128> for Digest {
    fn from(value: u128) -> Digest {
        Digest(value)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", self.0)
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Digest, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let digits = text.len() == 32 && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'));
        match u128::from_str_radix(&text, 16) {
            Ok(value) if digits => Ok(Digest(value)),
            _ => Err(serde::de::Error::custom(format_args!(
                "\"{text}\" is not a digest of 32 hexadecimal digits in lower case"
            ))),
        }
    }
}

/// A digest over bytes that come in pieces.
#[derive(Clone, Default)]
pub(crate) struct Running(Xxh3);

impl Running {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(crate) fn digest(&self) -> Digest {
        Digest(self.0.digest128())
    }
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.digest().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_32_digits_and_nothing_else() {
        let json = serde_json::to_string(&Digest(0xab)).unwrap();
        assert_eq!(json, "\"000000000000000000000000000000ab\"");
        assert_eq!(serde_json::from_str::<Digest>(&json).unwrap(), Digest(0xab));
        let upper = json.to_uppercase();
        for bad in [
            upper.as_str(),
            "\"ab\"",
            "\"+00000000000000000000000000000ab\"",
            "171",
            "\"\"",
        ] {
            assert!(serde_json::from_str::<Digest>(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn sums_wrap_around() {
        assert_eq!(Digest(u128::MAX) + Digest(2), Digest(1));
    }

    #[test]
    fn pieces_digest_like_the_whole() {
        let mut running = Running::default();
        running.update(b"one ");
        running.update(b"whole");
        assert_eq!(running.digest(), Digest::of(b"one whole"));
    }
}
