//! The four ways in which pg_dump stores rows, each undone and done.
//!
//! Blocks of a custom archive and files of a directory differ in one thing: what pg_dump calls gzip is a
//! bare zlib stream in the former.

use std::io::{self, BufRead, Read, Write};

use crate::error::Error;

/// How pg_dump compresses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// Not at all.
    None,
    /// zlib in blocks, gzip in files.
    Gzip,
    /// A frame of LZ4; pg_dump 16 and later.
    Lz4,
    /// A frame of zstd; pg_dump 16 and later.
    Zstd,
}

impl Algorithm {
    /// Every one, with the number it has in headers and the end of names it gives to files.
    pub const ALL: [(Algorithm, u8, &'static str); 4] = [
        (Algorithm::None, 0, ""),
        (Algorithm::Gzip, 1, ".gz"),
        (Algorithm::Lz4, 2, ".lz4"),
        (Algorithm::Zstd, 3, ".zst"),
    ];

    /// What names of compressed files end with.
    pub fn suffix(self) -> &'static str {
        Algorithm::ALL[usize::from(self.number())].2
    }

    /// The number in headers.
    pub(crate) fn number(self) -> u8 {
        match self {
            Algorithm::None => 0,
            Algorithm::Gzip => 1,
            Algorithm::Lz4 => 2,
            Algorithm::Zstd => 3,
        }
    }

    pub(crate) fn numbered(number: u8) -> Result<Algorithm, Error> {
        let known = Algorithm::ALL.iter().find(|(_, own, _)| *own == number);
        known
            .map(|(algorithm, ..)| *algorithm)
            .ok_or_else(|| Error::unsupported(format!("compression {number}, which is not known"), None))
    }
}

/// An algorithm, and how hard it works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Compression {
    /// The algorithm.
    pub algorithm: Algorithm,
    /// Its level, in its own numbers; none for what it does by itself. LZ4 has none here.
    pub level: Option<i32>,
}

impl Compression {
    /// An algorithm at the level that is its own.
    pub fn of(algorithm: Algorithm) -> Compression {
        Compression { algorithm, level: None }
    }
}

/// Where compressed bytes stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    /// A block of a custom archive.
    Block,
    /// A file of a directory.
    File,
}

/// Bytes as they were before compression.
pub(crate) enum Plain<R: BufRead> {
    Stored(R),
    Zlib(flate2::bufread::ZlibDecoder<R>),
    Gzip(flate2::bufread::MultiGzDecoder<R>),
    Lz4(Box<lz4_flex::frame::FrameDecoder<R>>),
    Zstd(zstd::Decoder<'static, R>),
}

impl<R: BufRead> Plain<R> {
    pub(crate) fn new(reader: R, algorithm: Algorithm, container: Container) -> Result<Plain<R>, Error> {
        Ok(match (algorithm, container) {
            (Algorithm::None, _) => Plain::Stored(reader),
            (Algorithm::Gzip, Container::Block) => Plain::Zlib(flate2::bufread::ZlibDecoder::new(reader)),
            (Algorithm::Gzip, Container::File) => Plain::Gzip(flate2::bufread::MultiGzDecoder::new(reader)),
            (Algorithm::Lz4, _) => Plain::Lz4(Box::new(lz4_flex::frame::FrameDecoder::new(reader))),
            (Algorithm::Zstd, _) => Plain::Zstd(zstd::Decoder::with_buffer(reader)?),
        })
    }

    /// What is behind the compressed bytes.
    pub(crate) fn get_mut(&mut self) -> &mut R {
        match self {
            Plain::Stored(reader) => reader,
            Plain::Zlib(decoder) => decoder.get_mut(),
            Plain::Gzip(decoder) => decoder.get_mut(),
            Plain::Lz4(decoder) => decoder.get_mut(),
            Plain::Zstd(decoder) => decoder.get_mut(),
        }
    }
}

impl<R: BufRead> Read for Plain<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Plain::Stored(reader) => reader.read(buffer),
            Plain::Zlib(decoder) => decoder.read(buffer),
            Plain::Gzip(decoder) => decoder.read(buffer),
            Plain::Lz4(decoder) => decoder.read(buffer),
            Plain::Zstd(decoder) => decoder.read(buffer),
        }
    }
}

/// Compresses bytes into memory, from where the caller takes them.
pub(crate) enum Packer {
    Stored(Vec<u8>),
    Zlib(flate2::write::ZlibEncoder<Vec<u8>>),
    Gzip(flate2::write::GzEncoder<Vec<u8>>),
    Lz4(Box<lz4_flex::frame::FrameEncoder<Vec<u8>>>),
    Zstd(zstd::Encoder<'static, Vec<u8>>),
}

impl Packer {
    pub(crate) fn new(compression: Compression, container: Container) -> Result<Packer, Error> {
        let out = Vec::new();
        let gzip_level = match compression.level {
            None => flate2::Compression::default(),
            Some(level) => flate2::Compression::new(level.clamp(0, 9) as u32),
        };
        Ok(match (compression.algorithm, container) {
            (Algorithm::None, _) => Packer::Stored(out),
            (Algorithm::Gzip, Container::Block) => Packer::Zlib(flate2::write::ZlibEncoder::new(out, gzip_level)),
            (Algorithm::Gzip, Container::File) => Packer::Gzip(flate2::write::GzEncoder::new(out, gzip_level)),
            (Algorithm::Lz4, _) => Packer::Lz4(Box::new(lz4_flex::frame::FrameEncoder::new(out))),
            (Algorithm::Zstd, _) => Packer::Zstd(zstd::Encoder::new(out, compression.level.unwrap_or(0))?),
        })
    }

    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        match self {
            Packer::Stored(out) => out.extend_from_slice(bytes),
            Packer::Zlib(encoder) => encoder.write_all(bytes)?,
            Packer::Gzip(encoder) => encoder.write_all(bytes)?,
            Packer::Lz4(encoder) => encoder.write_all(bytes)?,
            Packer::Zstd(encoder) => encoder.write_all(bytes)?,
        }
        Ok(())
    }

    /// What has been compressed so far and not been taken; the caller empties it.
    pub(crate) fn made(&mut self) -> &mut Vec<u8> {
        match self {
            Packer::Stored(out) => out,
            Packer::Zlib(encoder) => encoder.get_mut(),
            Packer::Gzip(encoder) => encoder.get_mut(),
            Packer::Lz4(encoder) => encoder.get_mut(),
            Packer::Zstd(encoder) => encoder.get_mut(),
        }
    }

    /// The rest.
    pub(crate) fn finish(self) -> Result<Vec<u8>, Error> {
        Ok(match self {
            Packer::Stored(out) => out,
            Packer::Zlib(encoder) => encoder.finish()?,
            Packer::Gzip(encoder) => encoder.finish()?,
            Packer::Lz4(encoder) => encoder.finish().map_err(io::Error::from)?,
            Packer::Zstd(encoder) => encoder.finish()?,
        })
    }
}

/// Compresses what becomes one file, such as a script, piece by piece.
pub struct Pressed(Packer);

impl Pressed {
    /// Nothing yet.
    pub fn new(compression: Compression) -> Result<Pressed, Error> {
        Packer::new(compression, Container::File).map(Pressed)
    }

    /// Takes a piece, and gives what there is to write by now.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, Error> {
        self.0.push(bytes)?;
        Ok(std::mem::take(self.0.made()))
    }

    /// The rest.
    pub fn finish(self) -> Result<Vec<u8>, Error> {
        self.0.finish()
    }
}

impl std::fmt::Debug for Pressed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pressed").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_back() {
        let bytes = b"1\ttea\n2\tmilk\n".repeat(20_000);
        for (algorithm, number, _) in Algorithm::ALL {
            assert_eq!(Algorithm::numbered(number).ok(), Some(algorithm));
            for container in [Container::Block, Container::File] {
                for bytes in [bytes.as_slice(), b""] {
                    let mut packer = Packer::new(Compression::of(algorithm), container).expect("memory");
                    let mut packed = Vec::new();
                    for piece in bytes.chunks(7000) {
                        packer.push(piece).expect("memory");
                        packed.append(packer.made());
                    }
                    packed.extend(packer.finish().expect("memory"));
                    let mut plain = Plain::new(packed.as_slice(), algorithm, container).expect("known");
                    let mut back = Vec::new();
                    plain.read_to_end(&mut back).expect("sound");
                    assert!(back == bytes, "{algorithm:?} {container:?}");
                }
            }
        }
    }
}
