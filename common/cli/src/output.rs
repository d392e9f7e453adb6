//! Where a tool's product goes: standard output or the file of `-f`.

use std::error::Error;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, IsTerminal, Seek, SeekFrom, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::event::{PollFd, PollFlags, Timespec};

use crate::exit::Exit;
use crate::failure::Failure;

/// Bytes gathered before they are written: small frames and lines share a system call, big frames pass by.
const BUFFER: usize = 256 * 1024;
/// Bytes a pipe should hold, so that both ends run on while one of them is busy; 1 MiB is what Linux
/// allows to everyone.
const PIPE: usize = 1024 * 1024;

/// How long to wait before another look into a pipe.
const TAKEN: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 20_000_000,
};

/// What is going to be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// Bytes for a program: never sent to a terminal.
    Archive,
    /// Lines for people: a list, a script.
    Text,
}

/// What stands at the other end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Destination {
    /// A regular file.
    File,
    /// A pipe or socket: another program.
    Pipe,
    /// A terminal: a person.
    Terminal,
    /// Something else, such as `/dev/null`.
    Device,
}

/// What a tool wants to write, and how.
///
/// ```
/// use pgx_cli::{Content, Target};
///
/// let target = Target::new(None, Content::Text);
/// assert!(!target.private);
/// ```
#[derive(Clone, Debug)]
pub struct Target {
    /// The file; none for standard output.
    pub path: Option<PathBuf>,
    /// What is going to be written.
    pub content: Content,
    /// Whether only the owner may read the file (mode 0600): it holds password hashes.
    pub private: bool,
    /// Whether [`Output::finish`] waits until the file is on disk.
    pub sync: bool,
    /// Whether what has no path goes to standard error, because standard output is for something else.
    pub aside: bool,
}

impl Target {
    /// A target for the value of `-f`: none and `-` are standard output.
    pub fn new(file: Option<&Path>, content: Content) -> Target {
        let path = file.filter(|path| *path != Path::new("-")).map(Path::to_owned);
        Target {
            path,
            content,
            private: false,
            sync: true,
            aside: false,
        }
    }

    /// Looks at the target without touching it. A file is created with the first byte.
    ///
    /// An archive on a terminal is wrong usage.
    pub fn open(self) -> Result<Output, Failure> {
        let (name, destination, identity, state) = match self.path {
            None => {
                let (name, cloned) = match self.aside {
                    false => ("standard output", io::stdout().as_fd().try_clone_to_owned()),
                    true => ("standard error", io::stderr().as_fd().try_clone_to_owned()),
                };
                let cloned = cloned.map_err(|error| Failure::caused_by(Exit::Failed, &error).within(name))?;
                let standard = File::from(cloned);
                let (destination, identity) = look(&standard);
                if destination == Destination::Pipe && !self.aside {
                    widen(&standard);
                }
                (name.to_owned(), destination, identity, State::Open(standard))
            }
            Some(path) => {
                // A file that is there already may be a pipe or device; otherwise it will be a file.
                let (destination, identity) = match std::fs::metadata(&path) {
                    Ok(metadata) if metadata.is_dir() => {
                        return Err(Failure::failed("is a directory").within(path.display().to_string()));
                    }
                    Ok(metadata) => (kind_of(&metadata), Some((metadata.dev(), metadata.ino()))),
                    Err(_) => (Destination::File, None),
                };
                (
                    path.display().to_string(),
                    destination,
                    identity,
                    State::Planned {
                        path,
                        private: self.private,
                    },
                )
            }
        };
        if destination == Destination::Terminal && self.content == Content::Archive {
            return Err(Failure::usage("an archive is not written to a terminal")
                .hint("redirect it (> FILE), give -f FILE, or pipe it into another tool"));
        }
        let writer = BufWriter::with_capacity(
            BUFFER,
            Sink {
                standard: matches!(state, State::Open(_)),
                state,
            },
        );
        Ok(Output {
            name,
            destination,
            identity,
            sync: self.sync,
            writer,
        })
    }
}

/// An open target. Write to it, then [`finish`](Output::finish).
///
/// When the program that reads standard output has gone, writing gives an error that
/// [`Failure::caused_by`] turns into the silent status 141, however deep others wrap it.
pub struct Output {
    name: String,
    destination: Destination,
    identity: Option<(u64, u64)>,
    sync: bool,
    writer: BufWriter<Sink>,
}

impl Output {
    /// How messages name it: the path, or `standard output`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What stands at the other end.
    pub fn destination(&self) -> Destination {
        self.destination
    }

    /// Whether it is a file that was named, so that all of it is ours and can be sought in.
    pub fn is_file_by_name(&self) -> bool {
        self.destination == Destination::File && !self.writer.get_ref().standard
    }

    /// Device and inode of what is written to, when it is there already.
    pub(crate) fn identity(&self) -> Option<(u64, u64)> {
        // Pipes and devices may be read and written; only a file destroys itself.
        self.identity.filter(|_| self.destination == Destination::File)
    }

    /// Writes out what is gathered and, for a file, waits until it is on disk.
    pub fn finish(mut self) -> Result<(), Failure> {
        self.end().map_err(|error| self.failure(error))
    }

    /// Makes the file, though nothing is written yet.
    pub fn create(&mut self) -> Result<(), Failure> {
        let made = self.writer.get_mut().file().map(drop);
        made.map_err(|error| self.failure(error))
    }

    /// Writes out what is gathered and waits until the reader of a pipe has taken all of it: what is in the pipe
    /// when its reader dies has reached nobody. Elsewhere nothing is waited for.
    pub fn wait_until_taken(&mut self) -> Result<(), Failure> {
        self.taken().map_err(|error| self.failure(error))
    }

    fn taken(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        let file = self.writer.get_mut().file()?;
        if !file.metadata()?.file_type().is_fifo() {
            return Ok(());
        }
        while rustix::io::ioctl_fionread(&*file)? > 0 {
            // Nothing is asked for: only that the reader is gone ends this wait early.
            let mut readers = [PollFd::new(&*file, PollFlags::empty())];
            rustix::event::poll(&mut readers, Some(&TAKEN))?;
            if readers[0].revents().contains(PollFlags::ERR) && rustix::io::ioctl_fionread(&*file)? > 0 {
                return Err(ReaderGone::noticed(io::ErrorKind::BrokenPipe.into()));
            }
        }
        Ok(())
    }

    fn end(&mut self) -> io::Result<()> {
        self.writer.flush()?;
        let sync = self.sync && self.destination == Destination::File && !self.writer.get_ref().standard;
        let file = self.writer.get_mut().file()?;
        if sync { file.sync_all() } else { Ok(()) }
    }

    /// What an error of writing means for the run.
    pub fn failure(&self, error: io::Error) -> Failure {
        Failure::caused_by(Exit::Failed, &error).within(format!("could not write {}", self.name))
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.writer.write(bytes)?;
        if self.destination == Destination::Terminal {
            self.writer.flush()?;
        }
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.writer.flush()
    }
}

impl Seek for Output {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.writer.seek(to)
    }
}

/// The file under the buffer.
struct Sink {
    state: State,
    standard: bool,
}

enum State {
    /// Will be created with the first byte.
    Planned { path: PathBuf, private: bool },
    /// Is there.
    Open(File),
}

impl Sink {
    fn file(&mut self) -> io::Result<&mut File> {
        if let State::Planned { path, private } = &self.state {
            self.state = State::Open(create(path, *private)?);
        }
        match &mut self.state {
            State::Open(file) => Ok(file),
            State::Planned { .. } => Err(io::Error::other("not created")),
        }
    }
}

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file()?.write(bytes).map_err(ReaderGone::noticed)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Sink {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file()?.seek(to)
    }
}

fn create(path: &Path, private: bool) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    if private {
        options.mode(0o600);
    }
    let file = options.open(path)?;
    if private && file.metadata()?.is_file() {
        // The mode above is for new files only.
        file.set_permissions(std::fs::Permissions::from_mode(0o600))?;
    }
    Ok(file)
}

/// What standard output leads to.
pub(crate) fn standard_output() -> Destination {
    match io::stdout().as_fd().try_clone_to_owned() {
        Ok(stdout) => look(&File::from(stdout)).0,
        Err(_) => Destination::Device,
    }
}

fn look(file: &File) -> (Destination, Option<(u64, u64)>) {
    if file.is_terminal() {
        return (Destination::Terminal, None);
    }
    match file.metadata() {
        Ok(metadata) => (kind_of(&metadata), Some((metadata.dev(), metadata.ino()))),
        Err(_) => (Destination::Device, None),
    }
}

fn kind_of(metadata: &std::fs::Metadata) -> Destination {
    let kind = metadata.file_type();
    if kind.is_file() {
        Destination::File
    } else if kind.is_fifo() || kind.is_socket() {
        Destination::Pipe
    } else {
        Destination::Device
    }
}

/// Asks for a wider pipe; a pipe that stays narrow works as well.
pub(crate) fn widen(pipe: &File) {
    #[cfg(target_os = "linux")]
    if rustix::pipe::fcntl_getpipe_size(pipe).is_ok_and(|size| size < PIPE) {
        let _ = rustix::pipe::fcntl_setpipe_size(pipe, PIPE);
    }
    #[cfg(not(target_os = "linux"))]
    let _ = (pipe, PIPE);
}

/// The reader of standard output went away: an error that is no fault and needs no words.
#[derive(Clone, Copy, Debug)]
pub struct ReaderGone;

impl ReaderGone {
    fn noticed(error: io::Error) -> io::Error {
        match error.kind() {
            io::ErrorKind::BrokenPipe => io::Error::new(io::ErrorKind::BrokenPipe, ReaderGone),
            _ => error,
        }
    }

    /// Whether it is what an error comes from, however deep it is wrapped.
    pub fn is_behind(error: &(dyn Error + 'static)) -> bool {
        let mut next = Some(error);
        while let Some(error) = next {
            if error.is::<ReaderGone>() {
                return true;
            }
            // An io::Error hides the error it was made from behind that error's own cause.
            next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
                Some(inner) => Some(inner),
                None => error.source(),
            };
        }
        false
    }
}

impl fmt::Display for ReaderGone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the reader of the output went away")
    }
}

impl Error for ReaderGone {}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(name: &str) -> PathBuf {
        let directory = std::env::temp_dir().join(format!("pgx-cli-output-{}", std::process::id()));
        std::fs::create_dir_all(&directory).expect("the temporary directory is writable");
        directory.join(name)
    }

    fn open(path: &Path) -> Output {
        Target::new(Some(path), Content::Archive)
            .open()
            .expect("a new file may be written")
    }

    #[test]
    fn a_file_is_created_with_the_first_byte() {
        let path = place("first-byte");
        let _ = std::fs::remove_file(&path);
        let mut output = open(&path);
        assert!(!path.exists());
        output.write_all(b"rows").expect("buffered");
        output.flush().expect("written");
        assert!(path.exists());
        output.finish().expect("finished");
        assert_eq!(std::fs::read(&path).ok(), Some(b"rows".to_vec()));
    }

    #[test]
    fn a_run_that_fails_before_the_first_byte_keeps_the_old_file() {
        let path = place("old");
        std::fs::write(&path, "old").expect("writable");
        drop(open(&path));
        assert_eq!(std::fs::read(&path).ok(), Some(b"old".to_vec()));
    }

    #[test]
    fn a_private_file_is_for_its_owner_even_when_it_was_there() {
        let path = place("private");
        std::fs::write(&path, "old").expect("writable");
        let target = Target {
            private: true,
            ..Target::new(Some(&path), Content::Text)
        };
        let mut output = target.open().expect("writable");
        output.write_all(b"hashes").expect("buffered");
        output.finish().expect("finished");
        let mode = std::fs::metadata(&path).expect("is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn dash_is_standard_output() {
        assert_eq!(Target::new(Some(Path::new("-")), Content::Text).path, None);
    }

    #[test]
    fn a_directory_is_refused_before_anything_is_done() {
        let failure = Target::new(Some(&std::env::temp_dir()), Content::Text).open().err();
        assert_eq!(failure.map(|failure| failure.exit), Some(Exit::Failed));
    }

    #[test]
    fn a_file_that_cannot_be_made_is_named() {
        let mut output = open(Path::new("/nonexistent/directory/file"));
        output.write_all(b"rows").expect("buffered");
        let message = output.finish().expect_err("there is no such directory").to_string();
        assert!(
            message.starts_with("could not write /nonexistent/directory/file: "),
            "{message}"
        );
    }
}
