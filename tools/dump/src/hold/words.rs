//! What front and holder say to each other on control: one JSON object a line.

use std::io::{self, Write};
use std::time::Duration;

use pgx_cli::{Exit, Failure, Notice, Report, Severity};
use serde::{Deserialize, Serialize};

/// What a process wants of a holder; the first line that it sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Order {
    /// To become one: dump as this command line says.
    Dump(Dump),
    /// What is left of the dump.
    Resume(Resume),
    /// The stream of the leg that this process has just ordered; the other way on this connection.
    Data(u64),
    /// How it stands.
    Status,
    /// Its end.
    Release,
}

/// A dump that is to be held.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Dump {
    /// The command line of the front.
    pub argv: Vec<String>,
    /// `PGPASSWORD`, which is not in the holder's environment.
    pub password: Option<String>,
    /// Whether the stream goes to a file.
    pub to_file: bool,
}

/// What is left of a dump.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Resume {
    /// The token.
    pub token: String,
    /// The database that the user named, if any.
    pub database: Option<String>,
    /// The command line of the front: how it wants the rest.
    pub argv: Vec<String>,
    /// Whether the stream goes to a file.
    pub to_file: bool,
}

/// What a front says later.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Answer {
    /// The password that was asked for, or why there is none.
    Password(Result<String, Said>),
    /// The whole stream has been taken by its reader.
    Delivered,
}

/// What a holder says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Word {
    /// A message for the user.
    Say(Severity, Said),
    /// A question for a password.
    Ask(String),
    /// From now on the dump is held: its archive, and for how many seconds without a front.
    Held {
        /// UUID of the archive.
        archive: String,
        /// Seconds.
        lease: u64,
    },
    /// How far it has come.
    Progress(Sofar),
    /// The leg has been accepted, and its stream is to be fetched under this number.
    Go(u64),
    /// How it stands.
    Status(Status),
    /// The end: an exit status and why.
    End(u8, Said),
}

/// A message, or the reason of a failure.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Said {
    context: Vec<String>,
    message: String,
    detail: Option<String>,
    hint: Option<String>,
}

/// How far a dump has come.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Sofar {
    /// What is being done.
    pub stage: String,
    /// Entries that are finished, and how many there will be.
    pub entries: (u64, u64),
    /// Rows so far.
    pub rows: u64,
    /// Bytes of rows so far, and how many there will be.
    pub bytes: (u64, u64),
}

/// How a holder stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Status {
    /// UUID of the archive.
    pub archive: String,
    /// The database that it is of.
    pub database: String,
    /// The holder's process.
    pub process: u32,
    /// For how many seconds the snapshot has been held.
    pub held: u64,
    /// Seconds that are left of the lease; none while a front is there.
    pub left: Option<u64>,
    /// How many transactions ago the oldest row version was made that the server must keep for it.
    pub xmin_age: Option<u64>,
    /// Sessions that wait for its locks, in words.
    pub waiting: Vec<String>,
}

impl From<&Notice> for Said {
    fn from(notice: &Notice) -> Said {
        let Notice {
            context,
            message,
            detail,
            hint,
            // Only what loads has codes.
            code: _,
        } = notice.clone();
        Said {
            context,
            message,
            detail,
            hint,
        }
    }
}

impl From<Said> for Notice {
    fn from(said: Said) -> Notice {
        Notice {
            context: said.context,
            message: said.message,
            detail: said.detail,
            hint: said.hint,
            ..Notice::default()
        }
    }
}

impl Word {
    /// The end of a run.
    pub fn end(result: &Result<(), Failure>) -> Word {
        match result {
            Ok(()) => Word::End(Exit::Done.code(), Said::default()),
            Err(failure) => Word::End(failure.exit.code(), Said::from(&failure.notice)),
        }
    }
}

/// The result that an end stands for.
pub fn ended(code: u8, said: Said) -> Result<(), Failure> {
    match Exit::of_code(code) {
        Exit::Done => Ok(()),
        exit => Err(Failure {
            exit,
            notice: said.into(),
            is_transient: false,
        }),
    }
}

impl From<&Report> for Sofar {
    fn from(report: &Report) -> Sofar {
        Sofar {
            stage: report.stage.clone(),
            entries: (report.entries, report.total_entries),
            rows: report.rows,
            bytes: (report.bytes, report.total_bytes),
        }
    }
}

impl Status {
    /// A line for people.
    pub fn line(&self) -> String {
        let time = |seconds| pgx_cli::spell(Duration::from_secs(seconds));
        let left = self
            .left
            .map_or("its reader is there".to_owned(), |left| format!("{} left", time(left)));
        let xmin = self.xmin_age.map_or(String::new(), |age| format!(", xmin age {age}"));
        let mut line = format!(
            "{} {}: held for {}, {left}{xmin}, process {}\n",
            self.archive,
            self.database,
            time(self.held),
            self.process
        );
        for waiting in &self.waiting {
            line += &format!("    {waiting}\n");
        }
        line
    }
}

/// Writes a line.
pub fn write(to: &mut impl Write, word: &impl Serialize) -> io::Result<()> {
    let mut line = serde_json::to_vec(word)?;
    line.push(b'\n');
    to.write_all(&line)
}

/// Reads a line.
pub fn read<'a, T: Deserialize<'a>>(line: &'a str) -> io::Result<T> {
    Ok(serde_json::from_str(line)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_comes_out_as_it_went_in() {
        let failure = Failure::incomplete("cut").within("standard input").hint("resume");
        let word = Word::end(&Err(failure.clone()));
        let mut line = Vec::new();
        write(&mut line, &word).unwrap();
        let line = String::from_utf8(line).unwrap();
        let Word::End(code, said) = read(line.trim_end()).unwrap() else {
            panic!("an end comes out as an end")
        };
        assert_eq!(ended(code, said), Err(failure));
        assert_eq!(ended(0, Said::default()), Ok(()));
    }

    #[test]
    fn a_status_is_a_line() {
        let mut status = Status {
            archive: "0b5f".into(),
            database: "app".into(),
            process: 7,
            held: 90,
            left: Some(3600),
            xmin_age: Some(12),
            waiting: vec!["session 8 waits".into()],
        };
        assert_eq!(
            status.line(),
            "0b5f app: held for 1m30s, 1h left, xmin age 12, process 7\n    session 8 waits\n"
        );
        (status.left, status.xmin_age, status.waiting) = (None, None, Vec::new());
        assert_eq!(
            status.line(),
            "0b5f app: held for 1m30s, its reader is there, process 7\n"
        );
    }
}
