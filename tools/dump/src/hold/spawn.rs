//! The beginning of a holder: the same program once more, with nothing of its parent but two sockets.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::process::{Command, ExitCode, Stdio};

use pgx_cli::{Exit, Failure};

use super::holder;

/// The argument by which a process knows that it is to be a holder. It is the only one: what it is to do comes
/// over control.
pub const HOLDER: &str = "--be-the-holder";

/// What may be secret in the environment, and has no place there for hours.
pub const SECRET: &str = "PGPASSWORD";

/// Starts a holder; gives our ends of control and data.
pub fn spawn() -> Result<(UnixStream, UnixStream), Failure> {
    let spawned = || -> io::Result<(UnixStream, UnixStream)> {
        let (control, inherited_control) = UnixStream::pair()?;
        let (data, inherited_data) = UnixStream::pair()?;
        // Every other descriptor of this process is closed on exec.
        Command::new(std::env::current_exe()?)
            .arg(HOLDER)
            .env_remove(SECRET)
            .stdin(Stdio::from(OwnedFd::from(inherited_control)))
            .stdout(Stdio::from(OwnedFd::from(inherited_data)))
            .stderr(Stdio::null())
            .spawn()?;
        Ok((control, data))
    };
    spawned().map_err(|error| Failure::caused_by(Exit::Failed, &error).within("could not start the holder"))
}

/// The life of a holder: the whole of its `main`.
pub fn hold() -> ExitCode {
    let inherited = || -> io::Result<(UnixStream, UnixStream)> {
        pgx_cli::detach()?;
        let control = UnixStream::from(std::os::fd::AsFd::as_fd(&io::stdin()).try_clone_to_owned()?);
        let data = UnixStream::from(std::os::fd::AsFd::as_fd(&io::stdout()).try_clone_to_owned()?);
        pgx_cli::leave_standard_streams()?;
        Ok((control, data))
    };
    // There is nobody to complain to: the front notices that the holder has gone.
    match inherited() {
        Ok((control, data)) => holder::live(control, data).into(),
        Err(_) => Exit::Failed.into(),
    }
}
