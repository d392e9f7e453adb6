//! Questions to the person at the terminal. Never asked on standard input: that is data.

use std::fs::File;

use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::sanitize::sanitize;
use crate::signals::Interrupt;

/// Asks for a password on the terminal device, without showing what is typed.
///
/// `question` is shown as it is, made harmless: `Password for user alice: `. Ctrl-C ends the process
/// at once and leaves the terminal as it was. Without a terminal it is an error with a hint.
pub(crate) fn password(question: &str, interrupt: &Interrupt) -> Result<String, Failure> {
    let no_terminal = |error: std::io::Error| {
        Failure::caused_by(Exit::Failed, &error)
            .within("could not ask for a password")
            .hint("set PGPASSWORD, or put it into the password file (~/.pgpass)")
    };
    let terminal = File::options()
        .read(true)
        .write(true)
        .open("/dev/tty")
        .map_err(no_terminal)?;
    let before = tcgetattr(&terminal).map_err(|error| no_terminal(error.into()))?;
    let restore = move || {
        let _ = tcsetattr(&terminal, OptionalActions::Now, &before);
    };
    interrupt
        .at_once(restore, || rpassword::prompt_password(sanitize(question)))
        .map_err(no_terminal)
}
