//! Where holders are found: sockets named by their archives, in a directory of the user's own.
//!
//! The directory is `/tmp/pgx-UID`, or what `PGX_HOLD_DIR` says. It is not the one of `XDG_RUNTIME_DIR`: that
//! goes with the user's last login session, which may well be the one whose connection broke.

use std::io;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use pgx_cli::{Exit, Failure, private_directory, user};

/// The end of a socket's name.
const SOCKET: &str = ".hold";

/// The directory, made if it is not there, and nobody else's.
pub fn directory() -> Result<PathBuf, Failure> {
    let given = std::env::var_os("PGX_HOLD_DIR").map(PathBuf::from);
    let directory = given.unwrap_or_else(|| PathBuf::from(format!("/tmp/pgx-{}", user())));
    private_directory(&directory)?;
    Ok(directory)
}

/// The socket of an archive's holder.
pub fn socket(directory: &Path, archive: &str) -> PathBuf {
    directory.join(format!("{archive}{SOCKET}"))
}

/// The holder of an archive, if there is one.
///
/// A socket that nobody listens on was left behind by a holder that was killed; it is removed.
pub fn connect(directory: &Path, archive: &str) -> Result<Option<UnixStream>, Failure> {
    let socket = socket(directory, archive);
    match UnixStream::connect(&socket) {
        Ok(stream) => Ok(Some(stream)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            // Somebody else may have been faster.
            let _ = std::fs::remove_file(&socket);
            Ok(None)
        }
        Err(error) => Err(Failure::caused_by(Exit::Failed, &error).within(socket.display().to_string())),
    }
}

/// The archives that seem to have a holder.
pub fn archives(directory: &Path) -> Result<Vec<String>, Failure> {
    let failed = |error: io::Error| Failure::caused_by(Exit::Failed, &error).within(directory.display().to_string());
    let mut archives = Vec::new();
    for file in std::fs::read_dir(directory).map_err(failed)? {
        let name = file.map_err(failed)?.file_name();
        archives.extend(
            name.to_str()
                .and_then(|name| name.strip_suffix(SOCKET))
                .map(str::to_owned),
        );
    }
    archives.sort();
    Ok(archives)
}
