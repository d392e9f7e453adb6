//! A socket after negotiation, encrypted or not, as tokio-postgres is given it.
//!
//! tokio-postgres would negotiate TLS itself, but it knows neither `allow` nor a fall back from
//! `prefer`, nor addresses without a host name. So we negotiate first ([`crate::tls`]) and hand
//! over a finished stream through [`Established`], a "TLS connector" that only wraps.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use crate::burst::Bursting;
use crate::socket::Socket;
use crate::tls::certificate;
use crate::transcribe::{Switch, Transcribed};
use crate::watch::{Watch, Watched};

/// An open socket, encrypted if that was agreed.
#[derive(Debug)]
pub(crate) enum Stream {
    Plain(Socket),
    Tls(Box<tokio_rustls::client::TlsStream<Socket>>),
}

impl Stream {
    /// Whether the stream is encrypted.
    pub(crate) fn is_encrypted(&self) -> bool {
        matches!(self, Stream::Tls(_))
    }

    /// The hash that ties a SCRAM exchange to this server's certificate (RFC 5929).
    fn end_point(&self) -> Option<Vec<u8>> {
        let Stream::Tls(stream) = self else { return None };
        let (_, connection) = stream.get_ref();
        certificate::end_point(connection.peer_certificates()?.first()?)
    }
}

/// Gives tokio-postgres a stream on which everything is agreed already.
pub(crate) struct Established {
    pub(crate) watch: Arc<Watch>,
    pub(crate) switch: Switch,
}

/// A stream as tokio-postgres is given it: bursts go past it, it is watched, and its text transcribed.
pub(crate) type Wire = Bursting<Watched<Transcribed<Stream>>>;

impl TlsConnect<Stream> for Established {
    type Stream = Wire;
    type Error = io::Error;
    type Future = Ready<io::Result<Wire>>;

    fn connect(self, stream: Stream) -> Self::Future {
        let stream = Transcribed::new(stream, self.switch);
        let bursts = self.watch.bursts().clone();
        ready(Ok(Bursting::new(Watched::new(stream, self.watch), bursts)))
    }
}

impl TlsStream for Wire {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream()
            .stream()
            .stream()
            .end_point()
            .map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

impl AsyncRead for Stream {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(socket) => Pin::new(socket).poll_read(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Stream::Plain(socket) => Pin::new(socket).poll_write(cx, buf),
            Stream::Tls(stream) => Pin::new(stream).poll_write(cx, buf),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(socket) => Pin::new(socket).poll_flush(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Stream::Plain(socket) => Pin::new(socket).poll_shutdown(cx),
            Stream::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
