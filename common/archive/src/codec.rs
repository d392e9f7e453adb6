//! How payloads are compressed: each on its own, so that lanes compress and decompress in parallel.

use std::fmt;
use std::str::FromStr;

use flate2::{Decompress, FlushDecompress, Status};

use crate::frame::MAX_PAYLOAD;

/// How a payload is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Codec {
    /// As it is.
    Stored,
    /// As a zstd frame.
    Zstd,
    /// As a zlib stream.
    Zlib,
}

impl Codec {
    /// The codec of a number in a header.
    pub fn from_number(number: u8) -> Option<Codec> {
        match number {
            0 => Some(Codec::Stored),
            1 => Some(Codec::Zstd),
            2 => Some(Codec::Zlib),
            _ => None,
        }
    }

    /// The number in a header.
    pub fn number(self) -> u8 {
        match self {
            Codec::Stored => 0,
            Codec::Zstd => 1,
            Codec::Zlib => 2,
        }
    }
}

impl fmt::Display for Codec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Codec::Stored => "stored",
            Codec::Zstd => "zstd",
            Codec::Zlib => "zlib",
        })
    }
}

/// How a writer compresses: a codec and its level.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    Stored,
    /// zstd; levels as `zstd::compression_level_range` has them.
    Zstd(i32),
    /// zlib, levels 0 to 9.
    Zlib(u32),
}

impl FromStr for Compression {
    type Err = String;

    /// Reads `none`, `zstd:3`, `gzip:level=9`; a bare number is gzip, all as in pg_dump.
    fn from_str(text: &str) -> Result<Compression, String> {
        let (method, level) = match text.split_once(':') {
            Some((method, level)) => {
                let level = level.strip_prefix("level=").unwrap_or(level);
                let number = level.parse::<i32>();
                let number = number.map_err(|_| format!("\"{level}\" is not a compression level"))?;
                (method, Some(number))
            }
            None => match text.parse::<i32>() {
                Ok(0) => ("none", None),
                Ok(level) => ("gzip", Some(level)),
                Err(_) => (text, None),
            },
        };
        match (method, level) {
            ("none", None) => Ok(Compression::Stored),
            ("none", Some(_)) => Err("\"none\" takes no level".into()),
            ("zstd", level) if level.is_none_or(|level| (1..=22).contains(&level)) => {
                Ok(Compression::Zstd(level.unwrap_or(3)))
            }
            ("zstd", _) => Err("a level of zstd is from 1 to 22".into()),
            ("gzip", level) if level.is_none_or(|level| (1..=9).contains(&level)) => {
                Ok(Compression::Zlib(level.unwrap_or(6) as u32))
            }
            ("gzip", _) => Err("a level of gzip is from 1 to 9".into()),
            (other, _) => Err(format!("\"{other}\" is not a method: none, zstd or gzip")),
        }
    }
}

/// Why a payload could not be compressed or decompressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CodecError {
    /// More than [`MAX_PAYLOAD`] bytes were to be put into one frame.
    TooLong(usize),
    /// The codec refused the bytes.
    Broken(Codec, String),
    /// They decompress to another length than the header says.
    Length {
        /// Length in the header.
        said: u32,
        /// Length that came out, as far as it was looked at.
        found: u64,
    },
}

impl fmt::Display for CodecError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CodecError::TooLong(len) => write!(f, "{len} bytes do not fit into a frame of {MAX_PAYLOAD}"),
            CodecError::Broken(codec, why) => write!(f, "{codec}: {why}"),
            CodecError::Length { said, found } => {
                write!(f, "the payload decompresses to {found} bytes, its header says {said}")
            }
        }
    }
}

impl std::error::Error for CodecError {}

/// Compresses a payload and appends it to `out`; stores it as it is where that is not longer.
pub(crate) fn pack(raw: &[u8], compression: Compression, out: &mut Vec<u8>) -> Result<Codec, CodecError> {
    if raw.len() > MAX_PAYLOAD as usize {
        return Err(CodecError::TooLong(raw.len()));
    }
    let start = out.len();
    let codec = match compression {
        Compression::Stored => Codec::Stored,
        Compression::Zstd(level) => {
            out.extend_from_slice(&zstd::bulk::compress(raw, level).map_err(|e| broken(Codec::Zstd, e))?);
            Codec::Zstd
        }
        Compression::Zlib(level) => {
            let mut encoder = flate2::write::ZlibEncoder::new(&mut *out, flate2::Compression::new(level.min(9)));
            std::io::Write::write_all(&mut encoder, raw).map_err(|e| broken(Codec::Zlib, e))?;
            encoder.finish().map_err(|e| broken(Codec::Zlib, e))?;
            Codec::Zlib
        }
    };
    if codec != Codec::Stored && out.len() - start < raw.len() {
        return Ok(codec);
    }
    out.truncate(start);
    out.extend_from_slice(raw);
    Ok(Codec::Stored)
}

/// Decompresses a payload to exactly `raw_len` bytes, and never to more.
pub(crate) fn unpack(stored: &[u8], codec: Codec, raw_len: u32) -> Result<Vec<u8>, CodecError> {
    let wrong = |found: usize| CodecError::Length {
        said: raw_len,
        found: found as u64,
    };
    let raw = match codec {
        Codec::Stored => stored.to_vec(),
        Codec::Zstd => {
            if zstd::zstd_safe::find_frame_compressed_size(stored) != Ok(stored.len()) {
                return Err(broken(codec, "the frame does not end where the payload ends"));
            }
            zstd::bulk::decompress(stored, raw_len as usize).map_err(|e| broken(codec, e))?
        }
        Codec::Zlib => {
            let mut raw = Vec::with_capacity(raw_len as usize + 1);
            let mut zlib = Decompress::new(true);
            let status = zlib
                .decompress_vec(stored, &mut raw, FlushDecompress::Finish)
                .map_err(|e| broken(codec, e))?;
            if raw.len() > raw_len as usize {
                return Err(wrong(raw.len()));
            }
            if status != Status::StreamEnd || zlib.total_in() != stored.len() as u64 {
                return Err(broken(codec, "the stream does not end where the payload ends"));
            }
            raw
        }
    };
    match raw.len() == raw_len as usize {
        true => Ok(raw),
        false => Err(wrong(raw.len())),
    }
}

fn broken(codec: Codec, why: impl ToString) -> CodecError {
    CodecError::Broken(codec, why.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compression_is_read_as_pg_dump_reads_it() {
        assert_eq!("none".parse(), Ok(Compression::Stored));
        assert_eq!("0".parse(), Ok(Compression::Stored));
        assert_eq!("zstd".parse(), Ok(Compression::Zstd(3)));
        assert_eq!("zstd:level=9".parse(), Ok(Compression::Zstd(9)));
        assert_eq!("7".parse(), Ok(Compression::Zlib(7)));
        for wrong in ["lz5", "zstd:23", "gzip:x", "none:1"] {
            assert!(wrong.parse::<Compression>().is_err(), "{wrong}");
        }
    }

    const ALL: [Compression; 3] = [Compression::Stored, Compression::Zstd(3), Compression::Zlib(6)];

    #[test]
    fn payloads_come_back() {
        for raw in [b"".to_vec(), b"a".to_vec(), b"row\n".repeat(10_000)] {
            for compression in ALL {
                let mut stored = Vec::new();
                let codec = pack(&raw, compression, &mut stored).unwrap();
                assert!(stored.len() <= raw.len());
                assert_eq!(unpack(&stored, codec, raw.len() as u32).unwrap(), raw);
            }
        }
    }

    #[test]
    fn another_length_than_said_is_refused() {
        let raw = b"row\n".repeat(1000);
        for compression in ALL {
            let mut stored = Vec::new();
            let codec = pack(&raw, compression, &mut stored).unwrap();
            for said in [0, 1, 3999, 4001, MAX_PAYLOAD] {
                assert!(unpack(&stored, codec, said).is_err(), "{codec} {said}");
            }
        }
    }

    #[test]
    fn bytes_behind_a_compressed_payload_are_refused() {
        let raw = b"row\n".repeat(1000);
        for compression in &ALL[1..] {
            let mut stored = Vec::new();
            let codec = pack(&raw, *compression, &mut stored).unwrap();
            for more in [&b"\0"[..], &stored.clone()] {
                let longer = [&stored, more].concat();
                assert!(unpack(&longer, codec, 2 * raw.len() as u32).is_err(), "{codec}");
                assert!(unpack(&longer, codec, raw.len() as u32).is_err(), "{codec}");
            }
        }
    }

    #[test]
    fn too_much_for_a_frame_is_refused() {
        let raw = vec![0; MAX_PAYLOAD as usize + 1];
        assert_eq!(
            pack(&raw, Compression::Zstd(1), &mut Vec::new()),
            Err(CodecError::TooLong(raw.len()))
        );
    }
}
