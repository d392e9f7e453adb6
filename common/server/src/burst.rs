//! Bursts: statements and rows that are sent at once, without waiting for leave in between.
//!
//! tokio-postgres sends the rows of a COPY only when the server has said that it is ready for them, and every
//! statement behind waits, too: a round trip for each table. The server does not need that. It takes a
//! statement, its rows, and the next statement in one go, and when a COPY has failed it drops the rows that
//! still come (PostgreSQL's "Message Flow", COPY operations). So a [`Burst`] is written past tokio-postgres:
//! the lowest layer that it is given, [`Bursting`], sends what is queued before anything else and keeps the
//! answers for whoever queued it. What comes without being an answer, like notices, goes to tokio-postgres.
//!
//! A burst begins when nothing else is under way on its session.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker, ready};

use bytes::{BufMut, Bytes, BytesMut};
use postgres_protocol::IsNull;
use postgres_protocol::message::{backend, frontend};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::oneshot;

use crate::error::{Error, ServerError};
use crate::session::Session;

/// How much is read at a time.
const CHUNK: usize = 8 * 1024;
/// Bytes of a message before its body: its kind and its length, which counts itself.
const HEADER: usize = 5;
/// The format code of binary values.
const BINARY: i16 = 1;

/// Statements and rows that are sent at once.
#[derive(Debug, Default)]
pub struct Burst {
    pieces: VecDeque<Bytes>,
    /// What is not among the pieces yet.
    tail: BytesMut,
    statements: usize,
}

/// What the server answered to one statement of a burst: its command tag, or its error.
pub type Answer = Result<String, Error>;

impl Burst {
    /// Adds a statement that takes no rows.
    pub fn statement(&mut self, sql: &str) -> Result<(), Error> {
        self.statements += 1;
        frontend::query(sql, &mut self.tail).map_err(|error| Error::Protocol {
            message: format!("{error} in a statement"),
        })
    }

    /// Adds a statement with parameters, in binary, and the OIDs of their types.
    pub fn statement_with(&mut self, sql: &str, parameters: &[(u32, Vec<u8>)]) -> Result<(), Error> {
        self.statements += 1;
        let types = parameters.iter().map(|(oid, _)| *oid);
        let put = |bytes: &Vec<u8>, out: &mut BytesMut| {
            out.extend_from_slice(bytes);
            Ok(IsNull::No)
        };
        let values = parameters.iter().map(|(_, bytes)| bytes);
        let unsent = |reason: &dyn std::fmt::Display| Error::Protocol {
            message: format!("{reason} in a statement"),
        };
        frontend::parse("", sql, types, &mut self.tail).map_err(|error| unsent(&error))?;
        frontend::bind("", "", [BINARY], values, put, [BINARY], &mut self.tail).map_err(|error| match error {
            frontend::BindError::Serialization(error) => unsent(&error),
            frontend::BindError::Conversion(error) => unsent(&error),
        })?;
        frontend::execute("", 0, &mut self.tail).map_err(|error| unsent(&error))?;
        frontend::sync(&mut self.tail);
        Ok(())
    }

    /// Adds `COPY … FROM STDIN` with all its rows.
    pub fn copy(&mut self, sql: &str, rows: impl IntoIterator<Item = Bytes>) -> Result<(), Error> {
        self.statement(sql)?;
        for bytes in rows {
            let length = u32::try_from(bytes.len() + 4).map_err(|_| Error::Protocol {
                message: "rows of more than 4 GB in one piece".into(),
            })?;
            self.tail.put_u8(b'd');
            self.tail.put_u32(length);
            if bytes.len() < CHUNK {
                self.tail.put(bytes);
            } else {
                self.pieces.push_back(self.tail.split().freeze());
                self.pieces.push_back(bytes);
            }
        }
        frontend::copy_done(&mut self.tail);
        Ok(())
    }

    /// How many statements it has.
    pub fn len(&self) -> usize {
        self.statements
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.statements == 0
    }

    fn into_pieces(mut self) -> VecDeque<Bytes> {
        self.pieces.push_back(self.tail.freeze());
        self.pieces
    }
}

impl Session {
    /// Sends a burst, and gives the answers to its statements in their order.
    ///
    /// It is sent at once, whether the answers are awaited or not; so several bursts can be under way. The
    /// answers are as many as the statements, unless the session was lost: then the last says so.
    pub fn burst(&self, burst: Burst) -> impl Future<Output = Vec<Answer>> + Send + use<> {
        let statements = burst.len();
        let answered = (statements > 0).then(|| self.link().watch().bursts().begin(burst));
        let ended = self.ended();
        async move {
            let Some(answered) = answered else { return Vec::new() };
            // Without a word: the task that reads has ended.
            let mut answers = answered.await.unwrap_or_default();
            if answers.len() < statements && answers.iter().all(Result::is_ok) {
                answers.push(Err(ended.await));
            }
            answers
        }
    }
}

/// The number of rows in the tag of a COPY.
pub fn rows_of(tag: &str) -> Option<u64> {
    tag.strip_prefix("COPY ")?.parse().ok()
}

/// The bursts of one connection; the session and the stream both hold it.
#[derive(Debug, Default)]
pub(crate) struct Bursts(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    outgoing: VecDeque<Bytes>,
    unflushed: bool,
    waiting: VecDeque<Waiting>,
    incoming: BytesMut,
    /// What came for tokio-postgres.
    passing: BytesMut,
    /// The task that reads the connection.
    task: Option<Waker>,
    closed: bool,
}

/// A burst that has not been answered.
#[derive(Debug)]
struct Waiting {
    left: usize,
    answers: Vec<Answer>,
    tag: String,
    error: Option<ServerError>,
    tell: oneshot::Sender<Vec<Answer>>,
}

impl Bursts {
    fn begin(&self, burst: Burst) -> oneshot::Receiver<Vec<Answer>> {
        let (tell, answered) = oneshot::channel();
        let mut state = self.state();
        if state.closed {
            return answered;
        }
        state.waiting.push_back(Waiting {
            left: burst.len(),
            answers: Vec::with_capacity(burst.len()),
            tag: String::new(),
            error: None,
            tell,
        });
        state.outgoing.extend(burst.into_pieces());
        if let Some(task) = state.task.take() {
            task.wake();
        }
        answered
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Takes in whole messages: answers for who waits for them, the rest for tokio-postgres.
    fn sort(&mut self) -> io::Result<()> {
        loop {
            let Some(waiting) = self.waiting.front_mut() else {
                // The beginning of a message that is not ours, too.
                self.passing.unsplit(self.incoming.split());
                return Ok(());
            };
            let Some(length) = whole(&self.incoming) else {
                return Ok(());
            };
            let mut message = self.incoming.split_to(length);
            if matches!(message.first(), Some(b'N' | b'A' | b'S')) {
                self.passing.extend_from_slice(&message);
                continue;
            }
            match backend::Message::parse(&mut message)? {
                Some(backend::Message::CommandComplete(body)) => waiting.tag = body.tag()?.to_owned(),
                Some(backend::Message::ErrorResponse(body)) => {
                    let said = ServerError::from_fields(body.fields())?;
                    waiting.error.get_or_insert(said);
                }
                Some(backend::Message::ReadyForQuery(_)) => {
                    waiting.end_of_statement();
                    waiting.left -= 1;
                    if waiting.left == 0 {
                        self.waiting.pop_front().into_iter().for_each(Waiting::tell);
                    }
                }
                // Rows of a SELECT, leave to send rows: nobody asked.
                _ => {}
            }
        }
    }

    /// The connection has ended: whoever waits learns what was answered before.
    fn ended(&mut self) {
        self.closed = true;
        for mut waiting in self.waiting.drain(..) {
            if waiting.error.is_some() {
                waiting.end_of_statement();
            }
            waiting.tell();
        }
    }
}

impl Waiting {
    fn end_of_statement(&mut self) {
        let tag = std::mem::take(&mut self.tag);
        self.answers.push(match self.error.take() {
            Some(error) => Err(Error::Server(Box::new(error))),
            None => Ok(tag),
        });
    }

    fn tell(self) {
        // Who asked may have gone.
        let _ = self.tell.send(self.answers);
    }
}

/// The length of the first message, when all of it is there.
fn whole(bytes: &[u8]) -> Option<usize> {
    let header = bytes.get(1..HEADER)?;
    let length = 1 + u32::from_be_bytes([header[0], header[1], header[2], header[3]]) as usize;
    (bytes.len() >= length.max(HEADER)).then_some(length.max(HEADER))
}

/// A stream on which bursts go past tokio-postgres.
#[derive(Debug)]
pub(crate) struct Bursting<S> {
    stream: S,
    bursts: Arc<Bursts>,
}

impl<S> Bursting<S> {
    pub(crate) fn new(stream: S, bursts: Arc<Bursts>) -> Bursting<S> {
        Bursting { stream, bursts }
    }

    pub(crate) fn stream(&self) -> &S {
        &self.stream
    }
}

impl<S> Drop for Bursting<S> {
    fn drop(&mut self) {
        self.bursts.state().ended();
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> Bursting<S> {
    /// Writes what is queued.
    fn poll_drain(stream: &mut S, state: &mut State, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while let Some(piece) = state.outgoing.front_mut() {
            while !piece.is_empty() {
                let count = ready!(Pin::new(&mut *stream).poll_write(cx, piece))?;
                if count == 0 {
                    return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
                }
                let _ = piece.split_to(count);
                state.unflushed = true;
            }
            state.outgoing.pop_front();
        }
        if state.unflushed {
            ready!(Pin::new(stream).poll_flush(cx))?;
            state.unflushed = false;
        }
        Poll::Ready(Ok(()))
    }

    /// Takes in some answers, and writes what is queued meanwhile; false when the server has hung up.
    fn poll_answers(stream: &mut S, state: &mut State, cx: &mut Context<'_>) -> Poll<io::Result<bool>> {
        if let Poll::Ready(Err(error)) = Self::poll_drain(stream, state, cx) {
            return Poll::Ready(Err(error));
        }
        let mut chunk = [0; CHUNK];
        let mut chunk = ReadBuf::new(&mut chunk);
        ready!(Pin::new(stream).poll_read(cx, &mut chunk))?;
        if chunk.filled().is_empty() {
            state.ended();
            return Poll::Ready(Ok(false));
        }
        state.incoming.extend_from_slice(chunk.filled());
        state.sort()?;
        Poll::Ready(Ok(true))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Bursting<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let Bursting { stream, bursts } = self.get_mut();
        let mut state = bursts.state();
        let state = &mut *state;
        if !state.task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
            state.task = Some(cx.waker().clone());
        }
        loop {
            if !state.passing.is_empty() {
                let count = state.passing.len().min(buf.remaining());
                buf.put_slice(&state.passing.split_to(count));
                return Poll::Ready(Ok(()));
            }
            if state.waiting.is_empty() {
                return Pin::new(stream).poll_read(cx, buf);
            }
            if !ready!(Self::poll_answers(stream, state, cx))? {
                return Poll::Ready(Ok(()));
            }
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Bursting<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let Bursting { stream, bursts } = self.get_mut();
        ready!(Self::poll_drain(stream, &mut bursts.state(), cx))?;
        Pin::new(stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Bursting { stream, bursts } = self.get_mut();
        ready!(Self::poll_drain(stream, &mut bursts.state(), cx))?;
        Pin::new(stream).poll_flush(cx)
    }

    /// A session that is given up ends when the server is done with its bursts, or has been told to stop: as long
    /// as it works, the connection stands.
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let Bursting { stream, bursts } = self.get_mut();
        let mut state = bursts.state();
        while !state.waiting.is_empty() {
            if !ready!(Self::poll_answers(stream, &mut state, cx))? {
                break;
            }
        }
        drop(state);
        Pin::new(stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind];
        bytes.extend((body.len() as u32 + 4).to_be_bytes());
        bytes.extend(body);
        bytes
    }

    fn burst() -> Burst {
        let mut burst = Burst::default();
        burst.statement("BEGIN").unwrap();
        burst.copy("COPY t FROM STDIN", [Bytes::from_static(b"1\n")]).unwrap();
        burst
    }

    #[tokio::test]
    async fn all_is_sent_before_the_first_answer_and_notices_pass() {
        let (ours, mut server) = duplex(1 << 16);
        let bursts = Arc::new(Bursts::default());
        let mut stream = Bursting::new(ours, bursts.clone());
        let answered = bursts.begin(burst());
        let passed = tokio::spawn(async move {
            let mut passed = Vec::new();
            stream.read_to_end(&mut passed).await.unwrap();
            passed
        });
        let expected = [
            message(b'Q', b"BEGIN\0"),
            message(b'Q', b"COPY t FROM STDIN\0"),
            message(b'd', b"1\n"),
            message(b'c', b""),
        ]
        .concat();
        let mut sent = vec![0; expected.len()];
        server.read_exact(&mut sent).await.unwrap();
        assert_eq!(sent, expected);
        let answers = [
            message(b'C', b"BEGIN\0"),
            message(b'N', b"SWARNING\0\0"),
            message(b'Z', b"T"),
            message(b'G', &[0, 0, 0]),
            message(b'E', b"SERROR\0C22P02\0Mno number\0\0"),
            message(b'Z', b"E"),
            message(b'C', b"later\0"),
        ]
        .concat();
        for piece in answers.chunks(7) {
            server.write_all(piece).await.unwrap();
        }
        server.shutdown().await.unwrap();
        let answers = answered.await.unwrap();
        assert_eq!(answers[0].as_ref().unwrap(), "BEGIN");
        assert_eq!(answers[1].as_ref().unwrap_err().sqlstate(), Some("22P02"));
        let notice_and_later = [message(b'N', b"SWARNING\0\0"), message(b'C', b"later\0")].concat();
        assert_eq!(passed.await.unwrap(), notice_and_later);
    }

    #[tokio::test]
    async fn a_lost_connection_leaves_the_answers_before_it() {
        let (ours, mut server) = duplex(1 << 16);
        let bursts = Arc::new(Bursts::default());
        let mut stream = Bursting::new(ours, bursts.clone());
        let answered = bursts.begin(burst());
        server.write_all(&message(b'C', b"BEGIN\0")).await.unwrap();
        server.write_all(&message(b'Z', b"T")).await.unwrap();
        server
            .write_all(&message(b'E', b"SFATAL\0C57P01\0Mgo\0\0"))
            .await
            .unwrap();
        server.shutdown().await.unwrap();
        assert_eq!(stream.read(&mut [0; 8]).await.unwrap(), 0);
        let answers = answered.await.unwrap();
        assert_eq!(answers.len(), 2);
        assert_eq!(answers[1].as_ref().unwrap_err().sqlstate(), Some("57P01"));
    }

    #[tokio::test]
    async fn a_connection_stands_until_its_burst_is_answered() {
        let (ours, mut server) = duplex(1 << 16);
        let bursts = Arc::new(Bursts::default());
        let mut stream = Bursting::new(ours, bursts.clone());
        drop(bursts.begin(burst()));
        let ending = tokio::spawn(async move { stream.shutdown().await });
        server.read_exact(&mut [0; 10]).await.unwrap();
        tokio::task::yield_now().await;
        assert!(!ending.is_finished());
        for tag in [b"BEGIN\0".as_slice(), b"COPY 1\0"] {
            server.write_all(&message(b'C', tag)).await.unwrap();
            server.write_all(&message(b'Z', b"T")).await.unwrap();
        }
        assert!(ending.await.unwrap().is_ok());
    }

    #[test]
    fn rows_stand_in_the_tag() {
        assert_eq!(rows_of("COPY 17"), Some(17));
        assert_eq!(rows_of("ROLLBACK"), None);
    }
}
