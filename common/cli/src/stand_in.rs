//! A process that works in the place of another, which has the terminal, the pipe and the user.
//!
//! It has the command line of that process without having been given it, speaks through it, asks through it, and
//! lives on when it dies. What it needs for that, [`detach`] and [`private_directory`], is here as well.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs::DirBuilder;
use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::Path;

use clap::{Args, FromArgMatches};

use crate::common::CommonArgs;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::manual::{self, Manual};
use crate::message::{Hand, Messages, Verbosity};
use crate::process::{Ask, Process};

/// What a process has of the user, by way of the one in whose place it works.
pub struct Remote {
    /// How much is to be said.
    pub verbosity: Verbosity,
    /// Takes messages.
    pub tell: Hand,
    /// Asks for a password.
    pub ask: Ask,
    /// Variables that come before those of the environment: what no environment should show for hours.
    pub variables: HashMap<String, String>,
}

/// The flags of a command line that was given to another process, and how much it wants to be told.
pub fn parse<A: Args>(manual: &'static Manual, argv: Vec<OsString>) -> Result<(A, Verbosity), Failure> {
    let wrong = |error: clap::Error| Failure::usage(error.to_string());
    let matches = manual::command::<A>(manual).try_get_matches_from(argv).map_err(wrong)?;
    let common = CommonArgs::from_arg_matches(&matches).map_err(wrong)?;
    Ok((A::from_arg_matches(&matches).map_err(wrong)?, common.verbosity()))
}

/// The process that stands in for another; SIGTERM raises its interrupt.
pub fn stand_in(manual: &'static Manual, remote: Remote) -> Result<Process, Failure> {
    let messages = Messages::handed_to(remote.tell, manual.name, remote.verbosity);
    let process = Process::standing_in(manual, messages, remote.ask, remote.variables);
    match process.interrupt.listen(&process.messages) {
        Ok(()) => Ok(process),
        Err(error) => Err(Failure::caused_by(Exit::Failed, &error).within("could not listen for signals")),
    }
}

/// Leaves the session of whoever started this process, so that no terminal ends it any more, and everything that
/// was inherited but the standard streams. To be called before anything is opened.
pub fn detach() -> io::Result<()> {
    rustix::process::setsid()?;
    let mut inherited = Vec::new();
    for descriptor in std::fs::read_dir("/dev/fd")? {
        let name = descriptor?.file_name();
        inherited.extend(name.to_str().and_then(|name| name.parse::<i32>().ok()));
    }
    for descriptor in inherited.into_iter().filter(|descriptor| *descriptor > 2) {
        // That of the list itself is closed already.
        let _ = nix::unistd::close(descriptor);
    }
    Ok(())
}

/// Gives standard input and output up: what they led to is of no more concern to this process.
pub fn leave_standard_streams() -> io::Result<()> {
    let nothing = std::fs::File::options().read(true).write(true).open("/dev/null")?;
    rustix::stdio::dup2_stdin(&nothing)?;
    rustix::stdio::dup2_stdout(&nothing)?;
    Ok(())
}

/// The user that this process runs as.
pub fn user() -> u32 {
    rustix::process::geteuid().as_raw()
}

/// Makes a directory that nobody else can look into, or makes sure that it is one.
pub fn private_directory(path: &Path) -> Result<(), Failure> {
    let failed = |error: io::Error| Failure::caused_by(Exit::Failed, &error).within(path.display().to_string());
    match DirBuilder::new().mode(0o700).create(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(failed(error)),
        _ => {}
    }
    let found = std::fs::symlink_metadata(path).map_err(failed)?;
    if found.is_dir() && found.uid() == user() && found.mode() & 0o077 == 0 {
        return Ok(());
    }
    let failure = Failure::failed("is not a directory that this user alone can look into");
    Err(failure
        .within(path.display().to_string())
        .hint("remove it, or make it yours with mode 0700"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::{PermissionsExt, symlink};

    #[test]
    fn a_directory_is_private_or_refused() {
        let place = std::env::temp_dir().join(format!("pgx-private-{}", std::process::id()));
        assert_eq!(private_directory(&place), Ok(()));
        assert_eq!(private_directory(&place), Ok(()));
        std::fs::set_permissions(&place, PermissionsExt::from_mode(0o755)).unwrap();
        assert!(private_directory(&place).is_err());
        std::fs::remove_dir(&place).unwrap();
        symlink("/", &place).unwrap();
        assert!(private_directory(&place).is_err());
        std::fs::remove_file(&place).unwrap();
    }
}
