//! What passes by on the wire that tokio-postgres keeps to itself.
//!
//! Four things are needed that its interface does not give: that an error has arrived while rows of
//! a COPY are still being sent (it reports it only when the COPY is finished, which may be hours
//! later), the tag of a completed command (COMMIT of an aborted transaction answers ROLLBACK,
//! without an error), which process the server said would serve us,
//! and how it has us prove who we are, before that is done (`require_auth`). A [`Watched`] stream lies between tokio-postgres and the decrypted bytes,
//! follows the headers of the messages, and notes them on a [`Watch`]. It changes nothing, but
//! a method that will not do is an error before anybody sees it.

use std::io;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::burst::Bursts;
use crate::conninfo::{Method, RequiredAuth};

/// The longest command tag that is noted; PostgreSQL's own limit is 64.
const TAG_MAX: usize = 64;

/// What has been seen on one connection.
#[derive(Debug, Default)]
pub(crate) struct Watch {
    heard: AtomicU64,
    errors: AtomicU64,
    process: AtomicU32,
    required: RequiredAuth,
    asked: Mutex<Option<Method>>,
    refused: Mutex<Option<String>>,
    tag: Mutex<String>,
    bursts: Arc<Bursts>,
}

impl Watch {
    /// A watch that lets these methods of authentication pass.
    pub(crate) fn requiring(required: RequiredAuth) -> Watch {
        Watch {
            required,
            ..Watch::default()
        }
    }

    /// Why the server's way of having us prove who we are will not do.
    fn refused(&self) -> Option<String> {
        self.refused.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Authentication: what is asked for, or that enough was shown.
    fn saw_authentication(&self, body: &[u8]) {
        let code = body.first_chunk::<4>().map_or(0, |code| u32::from_be_bytes(*code));
        let mut asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        let method = match code {
            0 => asked.unwrap_or(Method::None),
            3 => Method::Password,
            5 => Method::Md5,
            7 => Method::Gss,
            9 => Method::Sspi,
            10 if body.windows(5).any(|name| name == b"SCRAM") => Method::ScramSha256,
            10 => Method::Oauth,
            // What goes on has begun with one of these.
            _ => return,
        };
        *asked = Some(method);
        if !self.required.allows(method) {
            let reason = match method {
                Method::None => "the server asks for no proof of who we are, which require_auth forbids".to_owned(),
                method => format!("the server asks for {}, which require_auth forbids", method.name()),
            };
            *self.refused.lock().unwrap_or_else(PoisonError::into_inner) = Some(reason);
        }
    }

    /// How many bytes the server has sent so far.
    pub(crate) fn heard(&self) -> u64 {
        self.heard.load(Ordering::Relaxed)
    }

    /// How many errors the server has sent so far.
    pub(crate) fn errors(&self) -> u64 {
        self.errors.load(Ordering::Acquire)
    }

    /// The tag of the command that completed last.
    pub(crate) fn tag(&self) -> String {
        self.tag.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The process that was said to serve the session; 0 when nothing was said.
    pub(crate) fn process(&self) -> u32 {
        self.process.load(Ordering::Acquire)
    }

    /// What goes past tokio-postgres.
    pub(crate) fn bursts(&self) -> &Arc<Bursts> {
        &self.bursts
    }

    /// BackendKeyData: the process, and the key to cancel with.
    fn saw_key(&self, body: &[u8]) {
        if let Some(process) = body.first_chunk::<4>() {
            self.process.store(u32::from_be_bytes(*process), Ordering::Release);
        }
    }

    fn saw_tag(&self, body: &[u8]) {
        let text = body.strip_suffix(&[0]).unwrap_or(body);
        let mut tag = self.tag.lock().unwrap_or_else(PoisonError::into_inner);
        *tag = String::from_utf8_lossy(text).into_owned();
    }
}

/// Follows message after message: a kind byte, a length that counts itself, a body.
#[derive(Debug, Default)]
struct Headers {
    header: Vec<u8>,
    remaining: usize,
    /// The kind and the body of a message that is looked into.
    kept: Option<(u8, Vec<u8>)>,
}

impl Headers {
    fn see(&mut self, mut bytes: &[u8], watch: &Watch) {
        while !bytes.is_empty() {
            if self.remaining == 0 {
                let wanted = (5 - self.header.len()).min(bytes.len());
                let (part, rest) = bytes.split_at(wanted);
                self.header.extend_from_slice(part);
                bytes = rest;
                if let [kind, length @ ..] = self.header.as_slice()
                    && let Ok(length) = <[u8; 4]>::try_from(length)
                {
                    self.remaining = (u32::from_be_bytes(length) as usize).saturating_sub(4);
                    match kind {
                        b'E' => drop(watch.errors.fetch_add(1, Ordering::AcqRel)),
                        b'C' | b'K' | b'R' => self.kept = Some((*kind, Vec::new())),
                        _ => {}
                    }
                    self.header.clear();
                }
                continue;
            }
            let (part, rest) = bytes.split_at(self.remaining.min(bytes.len()));
            self.remaining -= part.len();
            bytes = rest;
            if let Some((kind, body)) = &mut self.kept {
                body.extend(part.iter().take(TAG_MAX - body.len().min(TAG_MAX)));
                if self.remaining == 0 {
                    match kind {
                        b'K' => watch.saw_key(body),
                        b'R' => watch.saw_authentication(body),
                        _ => watch.saw_tag(body),
                    }
                    self.kept = None;
                }
            }
        }
    }
}

/// A stream whose incoming messages are noted on a [`Watch`].
#[derive(Debug)]
pub(crate) struct Watched<S> {
    stream: S,
    headers: Headers,
    watch: Arc<Watch>,
}

impl<S> Watched<S> {
    /// Watches `stream`, whose next byte is the first of a message.
    pub(crate) fn new(stream: S, watch: Arc<Watch>) -> Watched<S> {
        Watched {
            stream,
            headers: Headers::default(),
            watch,
        }
    }

    pub(crate) fn stream(&self) -> &S {
        &self.stream
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        let poll = Pin::new(&mut this.stream).poll_read(cx, buf);
        let new = &buf.filled()[before..];
        this.watch.heard.fetch_add(new.len() as u64, Ordering::Relaxed);
        this.headers.see(new, &this.watch);
        match this.watch.refused() {
            Some(reason) => Poll::Ready(Err(io::Error::new(io::ErrorKind::PermissionDenied, reason))),
            None => poll,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, buf)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
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

    fn conversation() -> Vec<u8> {
        [
            message(b'n', b""),
            message(b'D', b"CEZ not headers"),
            message(b'C', b"COPY 17\0"),
            message(b'E', b"SERROR\0\0"),
            message(b'C', b"ROLLBACK\0"),
            message(b'Z', b"I"),
        ]
        .concat()
    }

    #[test]
    fn errors_and_tags_are_seen_however_the_bytes_are_cut() {
        for size in 1..conversation().len() {
            let (watch, mut headers) = (Watch::default(), Headers::default());
            for piece in conversation().chunks(size) {
                headers.see(piece, &watch);
            }
            assert_eq!((watch.errors(), watch.tag().as_str()), (1, "ROLLBACK"), "cut at {size}");
        }
    }

    #[test]
    fn a_tag_of_absurd_length_is_cut() {
        let watch = Watch::default();
        Headers::default().see(&message(b'C', &[b'x'; 100_000]), &watch);
        assert_eq!(watch.tag().len(), TAG_MAX);
    }
}
