//! Exit statuses: the one table behind the code, the man pages and scripts.

use std::process::ExitCode;

/// How a tool ended, as a script sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// All that was asked for was done.
    Done = 0,
    /// Something failed: server, files, damaged input.
    Failed = 1,
    /// The command line makes no sense.
    Usage = 2,
    /// The input was cut short, says that its producer failed, or is empty.
    Incomplete = 3,
    /// Verification found a difference.
    Difference = 4,
    /// Preflight found problems; nothing was changed.
    Preflight = 5,
    /// The end was reached, with errors that were tolerated.
    Tolerated = 6,
    /// Ctrl-C.
    Interrupted = 130,
    /// The reader of standard output went away.
    ReaderGone = 141,
    /// SIGTERM.
    Terminated = 143,
}

/// What [`TABLE`] says of a status.
#[derive(Debug)]
pub struct Row {
    /// The status.
    pub exit: Exit,
    /// Its meaning, as the EXIT STATUS section of every man page words it.
    pub meaning: &'static str,
}

/// Every exit status once, in ascending order.
pub static TABLE: &[Row] = &[
    Row {
        exit: Exit::Done,
        meaning: "all that was asked for was done",
    },
    Row {
        exit: Exit::Failed,
        meaning: "failed: a server, a file, damaged input",
    },
    Row {
        exit: Exit::Usage,
        meaning: "wrong usage",
    },
    Row {
        exit: Exit::Incomplete,
        meaning: "the input is incomplete: cut short, failed or empty; the message says whether it can be resumed",
    },
    Row {
        exit: Exit::Difference,
        meaning: "verification found a difference",
    },
    Row {
        exit: Exit::Preflight,
        meaning: "preflight found problems; nothing was changed",
    },
    Row {
        exit: Exit::Tolerated,
        meaning: "reached the end with errors that were tolerated",
    },
    Row {
        exit: Exit::Interrupted,
        meaning: "interrupted by Ctrl-C, after cancelling what a server was still doing",
    },
    Row {
        exit: Exit::ReaderGone,
        meaning: "the reader of standard output went away",
    },
    Row {
        exit: Exit::Terminated,
        meaning: "terminated by SIGTERM, likewise",
    },
];

impl Exit {
    /// The number that the shell sees.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// The status that this number stands for; an unknown one is a failure.
    pub fn of_code(code: u8) -> Exit {
        let row = TABLE.iter().find(|row| row.exit.code() == code);
        row.map_or(Exit::Failed, |row| row.exit)
    }

    /// What it means, in the words of the man pages.
    pub fn meaning(self) -> &'static str {
        TABLE.iter().find(|row| row.exit == self).map_or("", |row| row.meaning)
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> ExitCode {
        ExitCode::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_numbers_are_a_contract() {
        let codes: Vec<u8> = TABLE.iter().map(|row| row.exit.code()).collect();
        assert_eq!(codes, [0, 1, 2, 3, 4, 5, 6, 130, 141, 143]);
    }

    #[test]
    fn every_status_has_a_meaning_without_a_full_stop() {
        for row in TABLE {
            assert!(!row.exit.meaning().is_empty());
            assert!(!row.meaning.ends_with('.'));
        }
    }
}
