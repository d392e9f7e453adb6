//! Where a tool's material comes from: FILE or standard input, decompressed when it is compressed as a whole.

use std::fs::File;
use std::io::{self, BufReader, Cursor, IsTerminal, Read, Seek};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileExt, FileTypeExt, MetadataExt};
use std::path::Path;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Output, widen};
use crate::sniff::{Sniffed, sniff};
use crate::tee::Tee;

/// Bytes asked for at once.
const BUFFER: usize = 256 * 1024;
/// Bytes thrown away at once while draining.
const DRAIN: usize = 64 * 1024;

/// An open input, of which the first bytes have been looked at.
///
/// Reading gives the input decompressed. A compressed input that is cut short gives
/// [`io::ErrorKind::UnexpectedEof`], as a cut stream does.
///
/// ```
/// use std::io::Read;
/// use pgx_cli::{Input, Sniffed};
///
/// let mut input = Input::from_reader(&b"PGDMP..."[..], "old.dump")?;
/// assert_eq!(input.sniffed(), Sniffed::PgDumpCustom);
/// let mut bytes = Vec::new();
/// input.read_to_end(&mut bytes)?;
/// assert_eq!(bytes, b"PGDMP...");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Input {
    name: String,
    file: String,
    sniffed: Sniffed,
    compressed: bool,
    identity: Option<(u64, u64)>,
    /// The file itself, when it may be read by seeking.
    seekable: Option<File>,
    reader: Box<dyn Read + Send>,
}

impl Input {
    /// Opens FILE, or standard input for none and `-`, and looks at its first bytes.
    ///
    /// A terminal is wrong usage: nobody types an archive. A directory is opened, too, so that the
    /// tool can read or refuse it ([`Sniffed::Directory`]); there is nothing to read from it.
    pub fn open(file: Option<&Path>) -> Result<Input, Failure> {
        match file.filter(|path| *path != Path::new("-")) {
            None => Input::standard(),
            Some(path) => Input::path(path),
        }
    }

    fn standard() -> Result<Input, Failure> {
        let name = "standard input";
        let failed =
            |error: io::Error| Failure::caused_by(Exit::Failed, &error).within(format!("could not read {name}"));
        let stdin = File::from(io::stdin().as_fd().try_clone_to_owned().map_err(failed)?);
        if stdin.is_terminal() {
            return Err(Failure::usage("standard input is a terminal, not an archive"));
        }
        let metadata = stdin.metadata().map_err(failed)?;
        if metadata.is_dir() {
            return Err(Failure::usage("standard input is a directory").hint("give it as FILE"));
        }
        Input::regular_or_pipe(stdin, &metadata, name.to_owned(), "-".to_owned())
    }

    fn path(path: &Path) -> Result<Input, Failure> {
        let name = path.display().to_string();
        let failed =
            |error: io::Error| Failure::caused_by(Exit::Failed, &error).within(format!("could not read {name}"));
        let file = File::open(path).map_err(failed)?;
        let metadata = file.metadata().map_err(failed)?;
        if metadata.is_dir() {
            let sniffed = Sniffed::Directory {
                pg_dump: path.join("toc.dat").exists() || path.join("toc.dat.gz").exists(),
            };
            let reader = Box::new(io::empty());
            return Ok(Input {
                file: name.clone(),
                name,
                sniffed,
                compressed: false,
                identity: None,
                seekable: None,
                reader,
            });
        }
        if file.is_terminal() {
            return Err(Failure::usage(format!("{name} is a terminal, not an archive")));
        }
        Input::regular_or_pipe(file, &metadata, name.clone(), name)
    }

    fn regular_or_pipe(
        mut raw: File,
        metadata: &std::fs::Metadata,
        name: String,
        file: String,
    ) -> Result<Input, Failure> {
        if metadata.file_type().is_fifo() {
            widen(&raw);
        }
        let failed =
            |error: io::Error| Failure::caused_by(Exit::Failed, &error).within(format!("could not read {name}"));
        // Standard input may be a file that somebody has read from already.
        let seekable = if metadata.is_file() && raw.stream_position().map_err(failed)? == 0 {
            Some(raw.try_clone().map_err(failed)?)
        } else {
            None
        };
        let mut input = Input::from_reader(raw, &name)?;
        input.identity = metadata.is_file().then(|| (metadata.dev(), metadata.ino()));
        input.seekable = seekable.filter(|_| !input.compressed);
        input.file = file;
        Ok(input)
    }

    /// An input from bytes that come from elsewhere; `name` is how messages name it.
    pub fn from_reader(mut reader: impl Read + Send + 'static, name: &str) -> Result<Input, Failure> {
        let failed =
            |error: io::Error| Failure::caused_by(Exit::Failed, &error).within(format!("could not read {name}"));
        let (mut sniffed, prefix) = sniff(&mut reader).map_err(failed)?;
        let mut reader: Box<dyn Read + Send> = Box::new(Cursor::new(prefix).chain(reader));
        let compressed = matches!(sniffed, Sniffed::Zstd | Sniffed::Gzip);
        if compressed {
            let mut plain: Box<dyn Read + Send> = match sniffed {
                Sniffed::Zstd => Box::new(zstd::Decoder::new(reader).map_err(failed)?),
                _ => Box::new(flate2::bufread::MultiGzDecoder::new(BufReader::with_capacity(
                    BUFFER, reader,
                ))),
            };
            let (inside, prefix) = sniff(&mut plain).map_err(|error| damaged(error, name))?;
            sniffed = inside;
            reader = Box::new(Cursor::new(prefix).chain(plain));
        }
        let name = name.to_owned();
        Ok(Input {
            file: name.clone(),
            name,
            sniffed,
            compressed,
            identity: None,
            seekable: None,
            reader,
        })
    }

    /// How messages name it: the path, or `standard input`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it is, inside its compression.
    pub fn sniffed(&self) -> Sniffed {
        self.sniffed
    }

    /// Whether it is compressed as a whole.
    pub fn is_compressed(&self) -> bool {
        self.compressed
    }

    /// An error, with the remedy, unless it is a stream of ours.
    pub fn expect_stream(&self) -> Result<(), Failure> {
        match self.sniffed {
            Sniffed::Stream => Ok(()),
            _ => Err(self.refusal()),
        }
    }

    /// Why a tool cannot use this input, and what to do instead.
    pub fn refusal(&self) -> Failure {
        match self.compressed {
            false => self.sniffed.refusal(&self.name, &self.file),
            // Whoever reads it must have it decompressed on standard input.
            true => self.sniffed.refusal(&self.name, "-"),
        }
    }

    /// An error when output would overwrite the file that is being read.
    pub fn expect_apart(&self, output: &Output) -> Result<(), Failure> {
        match (self.identity, output.identity()) {
            (Some(input), Some(target)) if input == target => {
                Err(Failure::usage(format!("{} is both input and output", output.name()))
                    .hint("write to another file and rename it"))
            }
            _ => Ok(()),
        }
    }

    /// The file from its beginning, when it may be read by seeking; otherwise the input as it is.
    pub fn into_file(mut self) -> Result<File, Input> {
        let Some(mut file) = self.seekable.take() else {
            return Err(self);
        };
        match file.rewind() {
            Ok(()) => Ok(file),
            Err(_) => Err(self),
        }
    }

    /// The same input, whose bytes go to an output as they are read, decompressed; it is read from its beginning to
    /// its end. [`Tee::finish`] says whether they got there.
    ///
    /// A directory has no bytes to pass on.
    pub fn passing_on(mut self, output: Output) -> Result<(Input, Tee), Failure> {
        if matches!(self.sniffed, Sniffed::Directory { .. }) {
            return Err(Failure::usage(format!(
                "{} is a directory, which cannot be passed on",
                self.name
            )));
        }
        self.expect_apart(&output)?;
        self.seekable = None;
        let (passing, tee) = Tee::of(std::mem::replace(&mut self.reader, Box::new(io::empty())), output);
        self.reader = Box::new(passing);
        Ok((self, tee))
    }

    /// Whether [`into_file`](Input::into_file) gives a file.
    pub fn is_seekable(&self) -> bool {
        self.seekable.is_some()
    }

    /// The last bytes of a file that may be read by seeking, and the length of all; what is read next stays what it is.
    pub fn tail<const N: usize>(&self) -> Option<([u8; N], u64)> {
        let file = self.seekable.as_ref()?;
        let length = file.metadata().ok()?.len();
        let mut bytes = [0; N];
        file.read_exact_at(&mut bytes, length.checked_sub(N as u64)?).ok()?;
        Some((bytes, length))
    }

    /// Reads to the end and throws it away, so that the producer does not die of a broken pipe.
    pub fn drain(mut self) -> Result<u64, Failure> {
        let mut buffer = vec![0; DRAIN];
        let mut drained = 0;
        loop {
            match self.reader.read(&mut buffer) {
                Ok(0) => return Ok(drained),
                Ok(read) => drained += read as u64,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(self.failure(error)),
            }
        }
    }

    /// What an error of reading means for the run: 3 when the input ended early, else 1.
    pub fn failure(&self, error: io::Error) -> Failure {
        damaged(error, &self.name)
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.reader.read(buffer)
    }
}

fn damaged(error: io::Error, name: &str) -> Failure {
    let exit = if error.kind() == io::ErrorKind::UnexpectedEof {
        Exit::Incomplete
    } else {
        Exit::Failed
    };
    Failure::caused_by(exit, &error).within(format!("could not read {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Content, Target};
    use std::io::Write;

    const STREAM: &[u8] = b"\x89PGX\r\n\x1a\nand so on";

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    fn open(bytes: Vec<u8>) -> Input {
        Input::from_reader(Cursor::new(bytes), "in").expect("readable")
    }

    fn all(mut input: Input) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes).map(|_| bytes)
    }

    #[test]
    fn compression_is_seen_through() {
        let zstd = zstd::encode_all(STREAM, 1).expect("memory");
        for bytes in [STREAM.to_vec(), gzip(STREAM), zstd] {
            let input = open(bytes);
            assert_eq!(input.sniffed(), Sniffed::Stream);
            assert_eq!(all(input).ok(), Some(STREAM.to_vec()));
        }
    }

    #[test]
    fn concatenated_compressed_files_are_one_input() {
        let two = |one: Vec<u8>| [one.clone(), one].concat();
        let twice = two(STREAM.to_vec());
        assert_eq!(all(open(two(gzip(STREAM)))).ok(), Some(twice.clone()));
        assert_eq!(
            all(open(two(zstd::encode_all(STREAM, 1).expect("memory")))).ok(),
            Some(twice)
        );
    }

    #[test]
    fn a_cut_compressed_input_ends_unexpectedly() {
        // Several blocks of zstd without repetition, so that the cut is far behind the first bytes.
        let noise = (0..400_000u32).scan(1u32, |state, _| {
            *state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            Some((*state >> 24) as u8)
        });
        let long: Vec<u8> = STREAM.iter().copied().chain(noise).collect();
        for mut bytes in [gzip(&long), zstd::encode_all(&long[..], 1).expect("memory")] {
            bytes.truncate(bytes.len() - 5);
            let error = all(open(bytes)).expect_err("it is cut");
            assert_eq!(error.kind(), io::ErrorKind::UnexpectedEof);
        }
    }

    #[test]
    fn a_directory_is_recognised() {
        let input = Input::open(Some(&std::env::temp_dir())).expect("readable");
        assert_eq!(input.sniffed(), Sniffed::Directory { pg_dump: false });
        assert_eq!(input.expect_stream().map_err(|failure| failure.exit), Err(Exit::Failed));
    }

    #[test]
    fn a_file_that_is_missing_is_named() {
        let failure = Input::open(Some(Path::new("/nonexistent.pgx"))).err();
        let message = failure.map(|failure| failure.to_string()).unwrap_or_default();
        assert!(message.starts_with("could not read /nonexistent.pgx: "), "{message}");
    }

    #[test]
    fn a_file_is_not_overwritten_while_it_is_read() {
        let path = std::env::temp_dir().join(format!("pgx-cli-input-{}", std::process::id()));
        std::fs::write(&path, STREAM).expect("writable");
        let input = Input::open(Some(&path)).expect("readable");
        let output = Target::new(Some(&path), Content::Archive).open().expect("writable");
        assert_eq!(
            input.expect_apart(&output).map_err(|failure| failure.exit),
            Err(Exit::Usage)
        );
        let mut file = input.into_file().ok().expect("a regular file can be read by seeking");
        assert_eq!(file.stream_position().ok(), Some(0));
        let mut bytes = Vec::new();
        assert_eq!(file.read_to_end(&mut bytes).ok(), Some(STREAM.len()));
    }
}
