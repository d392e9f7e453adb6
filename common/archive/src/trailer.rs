//! The ends of a stream: the magic number before HEAD and the trailer behind END.
//!
//! The trailer is `u64 length of the whole, u64 offset of END, u32 crc, "PGXEND\r\n"`: both numbers are
//! counted from the magic number, the checksum covers the two. Who has the file can find the start
//! and END of its last member from the last 28 bytes.

use std::fmt;

/// What every stream begins with. Anything that treats it as text mangles it at once.
pub const MAGIC: [u8; 8] = *b"\x89PGX\r\n\x1a\n";
/// Bytes of the trailer.
pub const TRAILER_LEN: usize = 28;
const CLOSING: [u8; 8] = *b"PGXEND\r\n";

/// The last bytes of a complete stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trailer {
    /// Bytes from the magic number to the end of the trailer.
    pub member_length: u64,
    /// Bytes from the magic number to the END frame.
    pub end_offset: u64,
}

impl Trailer {
    /// The 28 bytes.
    pub fn encode(&self) -> [u8; TRAILER_LEN] {
        let mut bytes = [0; TRAILER_LEN];
        bytes[..8].copy_from_slice(&self.member_length.to_le_bytes());
        bytes[8..16].copy_from_slice(&self.end_offset.to_le_bytes());
        let crc = crc32fast::hash(&bytes[..16]);
        bytes[16..20].copy_from_slice(&crc.to_le_bytes());
        bytes[20..].copy_from_slice(&CLOSING);
        bytes
    }

    /// Reads a trailer and checks its form; the numbers are for the caller to compare.
    pub fn decode(bytes: &[u8; TRAILER_LEN]) -> Result<Trailer, TrailerError> {
        let number = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(eight)
        };
        if bytes[20..] != CLOSING {
            return Err(TrailerError::Closing);
        }
        if crc32fast::hash(&bytes[..16]).to_le_bytes() != bytes[16..20] {
            return Err(TrailerError::Crc);
        }
        Ok(Trailer {
            member_length: number(0),
            end_offset: number(8),
        })
    }
}

/// What is wrong with a trailer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TrailerError {
    /// It does not end as a trailer does.
    Closing,
    /// Its checksum does not match.
    Crc,
    /// Its numbers are not those of the stream.
    Numbers {
        /// What it says.
        said: Trailer,
        /// What was counted.
        counted: Trailer,
    },
}

impl fmt::Display for TrailerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TrailerError::Closing => f.write_str("END is not followed by a trailer"),
            TrailerError::Crc => f.write_str("the checksum of the trailer does not match"),
            TrailerError::Numbers { said, counted } => write!(
                f,
                "the trailer says {} bytes with END at {}, there are {} with END at {}",
                said.member_length, said.end_offset, counted.member_length, counted.end_offset
            ),
        }
    }
}

impl std::error::Error for TrailerError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trailer_is_read_back_and_guards_its_numbers() {
        let trailer = Trailer {
            member_length: 1 << 40,
            end_offset: 77,
        };
        let bytes = trailer.encode();
        assert_eq!(Trailer::decode(&bytes), Ok(trailer));
        for bit in 0..TRAILER_LEN * 8 {
            let mut bad = bytes;
            bad[bit / 8] ^= 1 << (bit % 8);
            assert!(Trailer::decode(&bad).is_err(), "bit {bit}");
        }
    }
}
