//! The front: what the user started. It passes on, and knows nothing of databases.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use pgx_archive::Token;
use pgx_cli::{Content, Destination, Exit, Failure, Notice, Output, Process, Progress};

use super::spawn::{SECRET, spawn};
use super::words::{self, Answer, Dump, Order, Resume, Said, Sofar, Word};
use super::{place, words::ended};
use crate::args::DumpArgs;

/// Bytes that are passed on at once.
const PIECE: usize = 256 << 10;

/// How often to look whether the user wants the end while a reader does not read.
const LOOK: Duration = Duration::from_millis(100);

/// How long the reader may take for the last words of a dump that failed.
const LAST_WORDS: Duration = Duration::from_secs(2);

/// A dump that is held, from its beginning.
pub fn first(args: &DumpArgs, process: &Process) -> Result<(), Failure> {
    let output = process.output(args.output.file.as_deref(), Content::Archive)?;
    let order = Order::Dump(Dump {
        argv: argv()?,
        password: process.variable(SECRET),
        to_file: output.destination() == Destination::File,
    });
    // The directory is looked at here, where somebody can be told what is wrong with it.
    place::directory()?;
    let (mut control, data) = spawn()?;
    words::write(&mut control, &order).map_err(lost)?;
    let mut front = Front::new(control, process)?;
    front.output = Some(output);
    front.pass_on(data)?;
    front.relay()
}

/// What is left of a dump that is held.
pub fn resume(token: &str, args: &DumpArgs, process: &Process) -> Result<(), Failure> {
    let output = process.output(args.output.file.as_deref(), Content::Archive)?;
    let checked: Token = token
        .parse()
        .map_err(|error: pgx_archive::TokenError| Failure::usage(error.to_string()))?;
    let directory = place::directory()?;
    let Some(mut control) = place::connect(&directory, checked.archive())? else {
        return Err(nobody(checked.archive()));
    };
    let order = Order::Resume(Resume {
        token: token.to_owned(),
        database: args.connection.dbname.clone().or_else(|| args.database.clone()),
        argv: argv()?,
        to_file: output.destination() == Destination::File,
    });
    words::write(&mut control, &order).map_err(lost)?;
    let mut front = Front::new(control, process)?;
    front.output = Some(output);
    front.archive = Some(checked.archive().to_owned());
    front.relay()
}

/// Whether an archive has a holder here.
pub fn is_held(archive: &str) -> Result<bool, Failure> {
    Ok(place::connect(&place::directory()?, archive)?.is_some())
}

/// There is no holder for an archive.
fn nobody(archive: &str) -> Failure {
    Failure::failed(format!("nobody holds the snapshot of archive {archive} here"))
        .detail("it was dumped without --hold, by another user or on another host, or its lease has ended")
        .hint(
            "its moment cannot be had again: begin anew, with --hold; or, where tables may be of two moments, \
             --inconsistent sends the rest as it stands now",
        )
}

/// The command line, for the holder to read it as we have.
fn argv() -> Result<Vec<String>, Failure> {
    let word = |word: std::ffi::OsString| word.into_string();
    let argv: Result<Vec<String>, _> = std::env::args_os().map(word).collect();
    argv.map_err(|_| Failure::usage("with --hold and --resume the command line has to be UTF-8"))
}

fn lost(error: std::io::Error) -> Failure {
    Failure::caused_by(Exit::Failed, &error).within("the holder of the dump cannot be reached")
}

/// How the stream ended, and where it went.
type Passed = Result<Output, Failure>;

/// What passes on between a holder and the user.
struct Front<'a> {
    process: &'a Process,
    control: UnixStream,
    /// Until the stream begins.
    output: Option<Output>,
    /// How the stream ended, and where it went.
    ended: (mpsc::Sender<Passed>, mpsc::Receiver<Passed>),
    /// The archive that is held, and for how long.
    held: Option<(String, u64)>,
    /// The archive that is resumed.
    archive: Option<String>,
}

impl<'a> Front<'a> {
    fn new(control: UnixStream, process: &'a Process) -> Result<Front<'a>, Failure> {
        let stop = control.try_clone().map_err(lost)?;
        process.interrupt.on_raise(move || {
            let _ = stop.shutdown(Shutdown::Both);
        });
        Ok(Front {
            process,
            control,
            output: None,
            ended: mpsc::channel(),
            held: None,
            archive: None,
        })
    }

    /// Starts to pass the stream on, on a thread of its own: messages do not wait for its reader.
    fn pass_on(&mut self, data: UnixStream) -> Result<(), Failure> {
        let Some(output) = self.output.take() else {
            return Ok(());
        };
        let control = self.control.try_clone().map_err(lost)?;
        let ended = self.ended.0.clone();
        thread::spawn(move || {
            let passed = stream(data, output, &control);
            if passed.is_err() {
                // It is over: neither the holder nor the user is to wait any longer.
                let _ = control.shutdown(Shutdown::Both);
            }
            let _ = ended.send(passed);
        });
        Ok(())
    }

    /// Passes everything on until the end.
    fn relay(mut self) -> Result<(), Failure> {
        let end = self.listen();
        let result = self.result(end);
        if let (Err(_), Some((archive, lease))) = (&result, &self.held) {
            let time = pgx_cli::spell(Duration::from_secs(*lease));
            let notice = Notice::new(format!("the snapshot is held for {time} as archive {archive}")).hint(format!(
                "pgx-load --print-token gives the TOKEN for pgx-dump --resume TOKEN; pgx-dump --release {archive} gives it up"
            ));
            self.process.messages.note(notice);
        }
        result
    }

    /// Takes what the holder says until it has said its last, and gives that.
    fn listen(&mut self) -> Option<Result<(), Failure>> {
        let progress = self.process.progress();
        let mut shown = Sofar::default();
        let control = self.control.try_clone().ok()?;
        for line in BufReader::new(control).lines() {
            match words::read(&line.ok()?).ok()? {
                Word::Say(severity, said) => self.process.messages.relay(severity, &said.into()),
                Word::Ask(question) => {
                    let answer = self.process.ask_password(&question);
                    let answer = Answer::Password(answer.map_err(|failure| Said::from(&failure.notice)));
                    words::write(&mut self.control, &answer).ok()?;
                }
                Word::Held { archive, lease } => self.held = Some((archive, lease)),
                Word::Progress(sofar) => show(&progress, &mut shown, sofar),
                Word::Go(leg) => {
                    let archive = self.archive.clone()?;
                    let mut data = place::connect(&place::directory().ok()?, &archive).ok()??;
                    words::write(&mut data, &Order::Data(leg)).ok()?;
                    self.pass_on(data).ok()?;
                }
                Word::Status(_) => {}
                Word::End(code, said) => {
                    // An end for a reason of its own holds nothing any more.
                    if code != Exit::ReaderGone.code() {
                        self.held = self.held.take().filter(|_| code == Exit::Incomplete.code());
                    }
                    return Some(ended(code, said));
                }
            }
        }
        None
    }

    /// How it ended, all in all.
    fn result(&mut self, end: Option<Result<(), Failure>>) -> Result<(), Failure> {
        self.process.interrupt.check()?;
        if self.output.is_some() {
            // No stream ever began.
            return end.unwrap_or_else(|| Err(gone()));
        }
        let begun = Instant::now();
        let passed = loop {
            match self.ended.1.recv_timeout(LOOK) {
                Ok(passed) => break passed,
                // The last words of a dump that failed may have no reader.
                Err(RecvTimeoutError::Timeout) if begun.elapsed() > LAST_WORDS && !matches!(end, Some(Ok(()))) => {
                    return end.unwrap_or_else(|| Err(gone()));
                }
                Err(RecvTimeoutError::Timeout) => self.process.interrupt.check()?,
                Err(RecvTimeoutError::Disconnected) => return Err(gone()),
            }
        };
        match (passed, end) {
            (Err(failure), _) => Err(failure),
            (Ok(_), None) => Err(gone()),
            (Ok(output), Some(end)) => end.and(output.finish()),
        }
    }
}

fn gone() -> Failure {
    Failure::failed("the holder of the dump has ended unexpectedly")
}

/// Passes the stream on, to its end, and says so to the holder when its reader has all of it.
fn stream(mut data: UnixStream, mut output: Output, control: &UnixStream) -> Result<Output, Failure> {
    let mut piece = vec![0; PIECE];
    loop {
        let length = match data.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            // A holder that dies closes its end; what it has to say comes over control.
            Err(_) => break,
        };
        output
            .write_all(&piece[..length])
            .map_err(|error| output.failure(error))?;
        output.flush().map_err(|error| output.failure(error))?;
    }
    output.wait_until_taken()?;
    let mut control = control;
    // A holder that has gone by now has said why.
    let _ = words::write(&mut control, &Answer::Delivered);
    Ok(output)
}

/// Counts what has been added since the last time.
fn show(progress: &Progress, shown: &mut Sofar, now: Sofar) {
    if now.stage != shown.stage {
        progress.stage(now.stage.clone());
    }
    progress.expect(now.entries.1, now.bytes.1);
    progress.rows(
        now.rows.saturating_sub(shown.rows),
        now.bytes.0.saturating_sub(shown.bytes.0),
    );
    for _ in shown.entries.0..now.entries.0 {
        progress.entry_done();
    }
    *shown = now;
}
