//! The holder's side of a front: what is said to it, what it says, and where the stream goes.

use std::io::{self, Write};
use std::net::Shutdown;
use std::os::unix::net::UnixStream as Blocking;
use std::sync::mpsc as answers;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use pgx_cli::{Exit, Failure, Notice, Progress, Severity};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;
use tokio::net::unix::{OwnedReadHalf, OwnedWriteHalf};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use super::words::{self, Answer, Said, Sofar, Word};
use crate::sink::Taker;

/// Words that may wait for a front which does not listen; further messages are dropped then.
const WORDS: usize = 1000;

/// How long the last words may take.
const LAST_WORDS: Duration = Duration::from_secs(5);

/// How long a person may think about a password.
const PASSWORD: Duration = Duration::from_secs(600);

/// How often a front is told how far the dump has come.
const PROGRESS: Duration = Duration::from_millis(250);

/// What was answered to a question for a password.
type Password = Result<String, Said>;

/// What speaks to whatever front there is; clones speak to the same one.
#[derive(Clone, Default)]
pub struct Voice {
    words: Arc<Mutex<Option<mpsc::Sender<Word>>>>,
    password: Arc<Mutex<Option<answers::Sender<Password>>>>,
}

impl Voice {
    /// Says something; nobody waits for a front that does not listen.
    pub fn say(&self, word: Word) {
        if let Some(words) = &*self.words.lock().unwrap_or_else(PoisonError::into_inner) {
            let _ = words.try_send(word);
        }
    }

    /// Passes a message on.
    pub fn tell(&self, severity: Severity, notice: &Notice) {
        self.say(Word::Say(severity, Said::from(notice)));
    }

    /// Asks for a password, and waits for it.
    pub fn ask(&self, question: &str) -> Result<String, Failure> {
        let (sender, answer) = answers::channel();
        *self.password.lock().unwrap_or_else(PoisonError::into_inner) = Some(sender);
        self.say(Word::Ask(question.to_owned()));
        match answer.recv_timeout(PASSWORD) {
            Ok(Ok(password)) => Ok(password),
            Ok(Err(said)) => Err(Failure {
                exit: Exit::Failed,
                notice: said.into(),
                is_transient: false,
            }),
            Err(_) => Err(Failure::failed("nobody gave the password")),
        }
    }

    fn answered(&self, answer: Option<Result<String, Said>>) {
        let waiting = self.password.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let (Some(waiting), Some(answer)) = (waiting, answer) {
            let _ = waiting.send(answer);
        }
    }
}

/// What is known of a front.
#[derive(Clone, Copy, Debug, Default)]
struct Front {
    delivered: bool,
    gone: bool,
}

/// A front that is there. With the value its connection ends.
pub struct Line {
    voice: Voice,
    words: mpsc::Sender<Word>,
    front: watch::Receiver<Front>,
    data: Arc<Blocking>,
    writer: Option<JoinHandle<()>>,
    others: Vec<JoinHandle<()>>,
}

impl Line {
    /// From now on this front is spoken to.
    pub fn new(control: UnixStream, data: Blocking, voice: &Voice, progress: &Progress) -> Line {
        let (words, waiting) = mpsc::channel(WORDS);
        let (known, front) = watch::channel(Front::default());
        let (from, to) = control.into_split();
        *voice.words.lock().unwrap_or_else(PoisonError::into_inner) = Some(words.clone());
        let listener = tokio::spawn(listen(from, voice.clone(), known));
        let counter = tokio::spawn(count(progress.clone(), words.clone()));
        Line {
            voice: voice.clone(),
            words,
            front,
            data: Arc::new(data),
            writer: Some(tokio::spawn(speak(to, waiting))),
            others: vec![listener, counter],
        }
    }

    /// Where the stream goes.
    pub fn taker(&self) -> Box<dyn Taker> {
        Box::new(Data(self.data.clone()))
    }

    /// Waits until the front has gone.
    pub async fn gone(&self) {
        // Whoever knew it has gone, too.
        let _ = self.front.clone().wait_for(|front| front.gone).await;
    }

    /// Waits until the reader of the front has the whole stream, or there is no front any more; tells which.
    pub async fn delivered(&self) -> bool {
        let mut front = self.front.clone();
        let known = front.wait_for(|front| front.delivered || front.gone).await;
        known.is_ok_and(|front| front.delivered)
    }

    /// Says something that must arrive.
    pub async fn say(&self, word: Word) {
        let _ = self.words.send(word).await;
    }

    /// Says how it ended, and ends the connection.
    pub async fn end(mut self, result: &Result<(), Failure>) {
        self.stop();
        let _ = tokio::time::timeout(LAST_WORDS, self.words.send(Word::end(result))).await;
        let (closed, _) = mpsc::channel(1);
        self.words = closed;
        if let Some(writer) = self.writer.take() {
            let _ = tokio::time::timeout(LAST_WORDS, writer).await;
        }
    }

    /// Nobody but the owner of the value speaks any more.
    fn stop(&mut self) {
        *self.voice.words.lock().unwrap_or_else(PoisonError::into_inner) = None;
        self.others.drain(..).for_each(|task| task.abort());
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.stop();
        self.voice.answered(None);
        if let Some(writer) = self.writer.take() {
            writer.abort();
        }
        let _ = self.data.shutdown(Shutdown::Both);
    }
}

/// Takes what a front says, until it has gone.
async fn listen(from: OwnedReadHalf, voice: Voice, known: watch::Sender<Front>) {
    let mut lines = BufReader::new(from).lines();
    while let Ok(Some(line)) = lines.next_line().await {
        match words::read(&line) {
            Ok(Answer::Password(answer)) => voice.answered(Some(answer)),
            Ok(Answer::Delivered) => known.send_modify(|front| front.delivered = true),
            // A front of another version: it is as good as gone.
            Err(_) => break,
        }
    }
    voice.answered(None);
    known.send_modify(|front| front.gone = true);
}

/// Says what there is to say, until nobody can add to it.
async fn speak(mut to: OwnedWriteHalf, mut waiting: mpsc::Receiver<Word>) {
    while let Some(word) = waiting.recv().await {
        let mut line = Vec::new();
        if words::write(&mut line, &word).is_err() || to.write_all(&line).await.is_err() {
            return;
        }
    }
}

/// Tells how far the dump has come, whenever it has come further.
async fn count(progress: Progress, words: mpsc::Sender<Word>) {
    let mut told = Sofar::default();
    loop {
        let sofar = Sofar::from(&progress.report());
        if sofar != told {
            told = sofar.clone();
            let _ = words.try_send(Word::Progress(sofar));
        }
        tokio::time::sleep(PROGRESS).await;
    }
}

/// The stream on its way to a front.
struct Data(Arc<Blocking>);

impl Taker for Data {
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        // Whatever is wrong with the socket: there is no front any more.
        let gone = |_: io::Error| Failure::silent(Exit::ReaderGone);
        (&*self.0).write_all(bytes).map_err(gone)
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<(), Failure> {
        let gone = |_: io::Error| Failure::silent(Exit::ReaderGone);
        self.0.shutdown(Shutdown::Write).map_err(gone)
    }
}
