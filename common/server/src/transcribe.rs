//! Text of no known encoding, past a library that knows UTF-8 only.
//!
//! tokio-postgres takes statements as `str` and reads errors as UTF-8. Where text is bytes ([`Text::Bytes`]) each
//! stands as the character of the same number, so what tokio-postgres writes as UTF-8 has to become those bytes
//! again before the server sees it, and what the server says in errors and notices the other way round. A
//! [`Transcribed`] stream does that, message by message, from when it is switched on, which must be between two
//! messages. Rows pass as they are: they are read as bytes anyway.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::text::Text;

/// How much is read at a time.
const CHUNK: usize = 32 * 1024;

/// Whether the text on a connection is bytes; both sides of the stream hold it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Switch(Arc<AtomicBool>);

impl Switch {
    /// How text stands from the next message on.
    pub(crate) fn set(&self, text: Text) {
        self.0.store(text == Text::Bytes, Ordering::Release);
    }

    /// How text stands.
    pub(crate) fn text(&self) -> Text {
        match self.0.load(Ordering::Acquire) {
            true => Text::Bytes,
            false => Text::Utf8,
        }
    }
}

/// A stream with its text transcribed in both directions.
#[derive(Debug)]
pub(crate) struct Transcribed<S> {
    stream: S,
    switch: Switch,
    incoming: Transcript,
    outgoing: Transcript,
}

impl<S> Transcribed<S> {
    pub(crate) fn new(stream: S, switch: Switch) -> Transcribed<S> {
        Transcribed {
            stream,
            switch,
            // Errors and notices.
            incoming: Transcript::of(b"EN", to_characters),
            // Queries, and statements that are parsed.
            outgoing: Transcript::of(b"QP", to_bytes),
        }
    }

    pub(crate) fn stream(&self) -> &S {
        &self.stream
    }
}

/// Bytes as the characters of the same number, in UTF-8; text that is UTF-8 by itself is left alone.
fn to_characters(bytes: &[u8]) -> Vec<u8> {
    match std::str::from_utf8(bytes) {
        Ok(_) => bytes.to_vec(),
        Err(_) => bytes.iter().copied().map(char::from).collect::<String>().into_bytes(),
    }
}

fn to_bytes(text: &[u8]) -> Vec<u8> {
    // What follows the text of a statement to be parsed is numbers of types, of which we send none.
    match std::str::from_utf8(text) {
        Ok(text) => Text::Bytes.encode(text),
        Err(_) => text.to_vec(),
    }
}

/// Follows messages of one direction and rewrites the bodies of some kinds.
#[derive(Debug)]
struct Transcript {
    kinds: &'static [u8],
    rewrite: fn(&[u8]) -> Vec<u8>,
    header: Vec<u8>,
    remaining: usize,
    body: Option<Vec<u8>>,
    ready: Vec<u8>,
    taken: usize,
}

impl Transcript {
    fn of(kinds: &'static [u8], rewrite: fn(&[u8]) -> Vec<u8>) -> Transcript {
        Transcript {
            kinds,
            rewrite,
            header: Vec::new(),
            remaining: 0,
            body: None,
            ready: Vec::new(),
            taken: 0,
        }
    }

    fn push(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            if self.remaining == 0 {
                let wanted = (5 - self.header.len()).min(bytes.len());
                let (part, rest) = bytes.split_at(wanted);
                self.header.extend_from_slice(part);
                bytes = rest;
                self.begin();
                continue;
            }
            let (part, rest) = bytes.split_at(self.remaining.min(bytes.len()));
            self.remaining -= part.len();
            bytes = rest;
            match &mut self.body {
                Some(body) => body.extend_from_slice(part),
                None => self.ready.extend_from_slice(part),
            }
            if self.remaining == 0 {
                self.end();
            }
        }
    }

    /// Takes a header when it is complete.
    fn begin(&mut self) {
        let [kind, length @ ..] = self.header.as_slice() else {
            return;
        };
        let Ok(length) = <[u8; 4]>::try_from(length) else {
            return;
        };
        self.remaining = (u32::from_be_bytes(length) as usize).saturating_sub(4);
        if self.remaining > 0 && self.kinds.contains(kind) {
            self.body = Some(Vec::new());
            return;
        }
        self.ready.append(&mut self.header);
    }

    /// Rewrites a message that is complete.
    fn end(&mut self) {
        let Some(body) = self.body.take() else { return };
        let body = if body.is_ascii() { body } else { (self.rewrite)(&body) };
        let length = u32::try_from(body.len() + 4).unwrap_or(u32::MAX);
        self.ready.extend(self.header.first());
        self.ready.extend(length.to_be_bytes());
        self.ready.extend(body);
        self.header.clear();
    }

    /// What is ready and not taken yet.
    fn rest(&self) -> &[u8] {
        &self.ready[self.taken..]
    }

    fn take(&mut self, count: usize) {
        self.taken += count;
        if self.taken == self.ready.len() {
            self.ready.clear();
            self.taken = 0;
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Transcribed<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.switch.text() == Text::Utf8 && this.incoming.rest().is_empty() {
            return Pin::new(&mut this.stream).poll_read(cx, buf);
        }
        while this.incoming.rest().is_empty() {
            let mut chunk = [0; CHUNK];
            let mut chunk = ReadBuf::new(&mut chunk);
            ready!(Pin::new(&mut this.stream).poll_read(cx, &mut chunk))?;
            if chunk.filled().is_empty() {
                return Poll::Ready(Ok(()));
            }
            this.incoming.push(chunk.filled());
        }
        let rest = this.incoming.rest();
        let count = rest.len().min(buf.remaining());
        buf.put_slice(&rest[..count]);
        this.incoming.take(count);
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> Transcribed<S> {
    /// Writes what is ready.
    fn poll_drain(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        while !self.outgoing.rest().is_empty() {
            let count = ready!(Pin::new(&mut self.stream).poll_write(cx, self.outgoing.rest()))?;
            if count == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.outgoing.take(count);
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Transcribed<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        ready!(this.poll_drain(cx))?;
        if this.switch.text() == Text::Utf8 {
            return Pin::new(&mut this.stream).poll_write(cx, buf);
        }
        this.outgoing.push(buf);
        // All of it is taken; what the socket does not take now goes out before what comes next.
        if let Poll::Ready(Err(error)) = this.poll_drain(cx) {
            return Poll::Ready(Err(error));
        }
        Poll::Ready(Ok(buf.len()))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_drain(cx))?;
        Pin::new(&mut this.stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(this.poll_drain(cx))?;
        Pin::new(&mut this.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let mut bytes = vec![kind];
        bytes.extend((body.len() as u32 + 4).to_be_bytes());
        bytes.extend(body);
        bytes
    }

    /// What becomes of messages that arrive in pieces of each size.
    fn expect(transcript: impl Fn() -> Transcript, from: &[Vec<u8>], to: &[Vec<u8>]) {
        let from = from.concat();
        for size in 1..=from.len() {
            let mut transcript = transcript();
            let mut found = Vec::new();
            for piece in from.chunks(size) {
                transcript.push(piece);
                found.extend_from_slice(transcript.rest());
                transcript.take(transcript.rest().len());
            }
            assert_eq!(found, to.concat(), "cut at {size}");
        }
    }

    #[test]
    fn statements_become_bytes_and_rows_pass() {
        let utf8 = "SELECT '\u{e9}\u{80}'\0".as_bytes();
        expect(
            || Transcript::of(b"QP", to_bytes),
            &[
                message(b'Q', utf8),
                message(b'S', b""),
                message(b'd', "\u{e9}".as_bytes()),
                message(b'P', &[b"s0\0", utf8, &[0, 0]].concat()),
                message(b'Q', b"SELECT 1\0"),
            ],
            &[
                message(b'Q', b"SELECT '\xe9\x80'\0"),
                message(b'S', b""),
                message(b'd', "\u{e9}".as_bytes()),
                message(b'P', b"s0\0SELECT '\xe9\x80'\0\0\0"),
                message(b'Q', b"SELECT 1\0"),
            ],
        );
    }

    #[test]
    fn errors_become_text() {
        expect(
            || Transcript::of(b"EN", to_characters),
            &[
                message(b'D', b"\xe9"),
                message(b'E', b"M\xe9\0\0"),
                message(b'N', "M\u{e9}\0\0".as_bytes()),
            ],
            &[
                message(b'D', b"\xe9"),
                message(b'E', "M\u{e9}\0\0".as_bytes()),
                message(b'N', "M\u{e9}\0\0".as_bytes()),
            ],
        );
    }
}
