//! What a tool returns when it could not do all that was asked: facts, not output.

use std::error::Error;
use std::fmt;

use crate::exit::Exit;
use crate::output::ReaderGone;

/// What is said to the user: a sentence, where it applies, and what may follow it.
///
/// Messages are lower case and have no full stop; the remedy is the hint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notice {
    /// Where: the object and the stage, from the outside in (`table public.orders`, `line 7`).
    pub context: Vec<String>,
    /// What.
    pub message: String,
    /// More facts, perhaps on several lines.
    pub detail: Option<String>,
    /// What the user can do about it.
    pub hint: Option<String>,
    /// What a program goes by, such as an SQLSTATE; the message says it, too.
    pub code: Option<Box<str>>,
}

impl Notice {
    /// A notice that has only its sentence.
    pub fn new(message: impl Into<String>) -> Notice {
        Notice {
            message: message.into(),
            ..Notice::default()
        }
    }

    /// Adds the line that begins with `detail:`.
    pub fn detail(mut self, detail: impl Into<String>) -> Notice {
        self.detail = Some(detail.into());
        self
    }

    /// Adds the line that begins with `hint:`.
    pub fn hint(mut self, hint: impl Into<String>) -> Notice {
        self.hint = Some(hint.into());
        self
    }

    /// Says where, around what it already says: `failure.within("table public.orders")`.
    pub fn within(mut self, place: impl Into<String>) -> Notice {
        self.context.insert(0, place.into());
        self
    }
}

impl From<&str> for Notice {
    fn from(message: &str) -> Notice {
        Notice::new(message)
    }
}

impl From<String> for Notice {
    fn from(message: String) -> Notice {
        Notice::new(message)
    }
}

impl fmt::Display for Notice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for place in &self.context {
            write!(f, "{place}: ")?;
        }
        f.write_str(&self.message)
    }
}

/// The end of a run that did not do all that was asked: an exit status and what to say about it.
///
/// Tools build one and return it; only this room prints it.
///
/// ```
/// use pgx_cli::{Exit, Failure};
///
/// let failure = Failure::new(Exit::Failed, "duplicate key value (SQLSTATE 23505)")
///     .within("table public.orders")
///     .hint("load into an empty database");
/// assert_eq!(failure.to_string(), "table public.orders: duplicate key value (SQLSTATE 23505)");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit status.
    pub exit: Exit,
    /// What is said; nothing at all when its message is empty.
    pub notice: Notice,
    /// Whether the same may succeed on another try.
    pub is_transient: bool,
}

impl Failure {
    /// A failure with its status and sentence.
    pub fn new(exit: Exit, message: impl Into<String>) -> Failure {
        Failure {
            exit,
            notice: Notice::new(message),
            is_transient: false,
        }
    }

    /// Status 1: a server, a file, damaged input.
    pub fn failed(message: impl Into<String>) -> Failure {
        Failure::new(Exit::Failed, message)
    }

    /// Status 2: the command line makes no sense.
    pub fn usage(message: impl Into<String>) -> Failure {
        Failure::new(Exit::Usage, message)
    }

    /// Refuses a flag that is given without the one that it is about: flag, whether it is given, and the same of the
    /// other.
    ///
    /// clap's `requires` has no say where the other flag conflicts with a third that is given.
    pub fn unless_with(flags: &[(&str, bool, &str, bool)]) -> Result<(), Failure> {
        match flags.iter().find(|(_, given, _, other)| *given && !other) {
            Some((flag, _, other, _)) => Err(Failure::usage(format!("{flag} requires {other}"))),
            None => Ok(()),
        }
    }

    /// Status 3: the input was cut short, failed or is empty.
    pub fn incomplete(message: impl Into<String>) -> Failure {
        Failure::new(Exit::Incomplete, message)
    }

    /// A status without a word, for what has been said already or needs none.
    pub fn silent(exit: Exit) -> Failure {
        Failure {
            exit,
            notice: Notice::default(),
            is_transient: false,
        }
    }

    /// An error with everything it was caused by, one after the other.
    ///
    /// The status is the one given, except that an error of [`crate::Output`] whose reader went away
    /// is silent and 141, however deep it is wrapped.
    pub fn caused_by(exit: Exit, error: &(dyn Error + 'static)) -> Failure {
        if ReaderGone::is_behind(error) {
            return Failure::silent(Exit::ReaderGone);
        }
        let mut message = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            // Many errors repeat their cause in their own text.
            if !message.contains(&text) {
                message.push_str(": ");
                message.push_str(&text);
            }
            cause = error.source();
        }
        Failure::new(exit, message)
    }

    /// Adds the line that begins with `detail:`.
    pub fn detail(mut self, detail: impl Into<String>) -> Failure {
        self.notice = self.notice.detail(detail);
        self
    }

    /// Adds the line that begins with `hint:`.
    pub fn hint(mut self, hint: impl Into<String>) -> Failure {
        self.notice = self.notice.hint(hint);
        self
    }

    /// Says where, around what it already says. A silent failure stays silent.
    pub fn within(mut self, place: impl Into<String>) -> Failure {
        if !self.is_silent() {
            self.notice = self.notice.within(place);
        }
        self
    }

    /// Whether there is nothing to print.
    pub fn is_silent(&self) -> bool {
        self.notice.message.is_empty()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.notice.fmt(f)
    }
}

impl Error for Failure {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn places_are_named_from_the_outside_in() {
        let failure = Failure::failed("no space")
            .within("table public.orders")
            .within("part 3");
        assert_eq!(failure.to_string(), "part 3: table public.orders: no space");
    }

    #[test]
    fn causes_follow_the_error_once() {
        #[derive(Debug)]
        struct Outer(io::Error);
        impl fmt::Display for Outer {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("could not read the archive")
            }
        }
        impl Error for Outer {
            fn source(&self) -> Option<&(dyn Error + 'static)> {
                Some(&self.0)
            }
        }
        let failure = Failure::caused_by(Exit::Failed, &Outer(io::Error::other("disk on fire")));
        assert_eq!(failure.to_string(), "could not read the archive: disk on fire");
    }

    #[test]
    fn a_reader_that_went_away_is_silent_wherever_it_is_noticed() {
        let error = io::Error::other(io::Error::new(io::ErrorKind::BrokenPipe, ReaderGone));
        assert_eq!(
            Failure::caused_by(Exit::Failed, &error),
            Failure::silent(Exit::ReaderGone)
        );
    }

    #[test]
    fn a_broken_pipe_elsewhere_is_an_error() {
        let error = io::Error::from(io::ErrorKind::BrokenPipe);
        assert_eq!(Failure::caused_by(Exit::Failed, &error).exit, Exit::Failed);
    }
}
