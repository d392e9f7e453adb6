//! Rows in bulk: COPY out of a session and into one.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::{Bytes, BytesMut};
use futures_util::{SinkExt, Stream, future};
use tokio_postgres::{CopyInSink, CopyOutStream, Statement};

use crate::error::Error;
use crate::link::Link;
use crate::session::Session;

/// How much of what has arrived is handed over at once: a frame of the stream, and far more than
/// the wire delivers at a time.
pub const CHUNK: usize = 256 * 1024;

/// Rows on their way out of the server.
///
/// A chunk ends where a message of the server ends. Servers send a message for each row, and in
/// binary the signature together with the first row and the trailer by itself; proxies may differ.
/// Dropping it leaves the rest of the rows to be read and thrown away before the session answers
/// again: cancel the statement first, or drop the session too.
pub struct CopyOut {
    stream: Pin<Box<CopyOutStream>>,
    link: Arc<Link>,
    done: bool,
    /// What is to be said after the rows that came before it.
    failed: Option<tokio_postgres::Error>,
}

/// A `COPY … TO STDOUT` that the server has parsed.
pub struct PreparedCopy(Statement);

/// A COPY whose rows are on their way.
pub type StartingCopy<'a> = Pin<Box<dyn Future<Output = Result<CopyOut, Error>> + Send + 'a>>;

/// Rows on their way into the server.
///
/// It must be [finished](CopyIn::finish); dropped, it is aborted, and the server keeps no row.
pub struct CopyIn {
    sink: Pin<Box<CopyInSink<Bytes>>>,
    link: Arc<Link>,
    errors: u64,
}

impl Session {
    /// Starts `COPY … TO STDOUT`, text or binary.
    pub async fn copy_out(&self, sql: &str) -> Result<CopyOut, Error> {
        match self.client().copy_out(sql).await {
            Ok(stream) => Ok(CopyOut::new(stream, self.link())),
            Err(error) => Err(self.link().explain(&error).await.about(sql)),
        }
    }

    /// Prepares several `COPY … TO STDOUT` at once; each fails on its own.
    pub async fn prepare_copies(&self, statements: &[impl AsRef<str>]) -> Vec<Result<PreparedCopy, Error>> {
        let prepared = statements.iter().map(|sql| async move {
            match self.client().prepare(sql.as_ref()).await {
                Ok(statement) => Ok(PreparedCopy(statement)),
                Err(error) => Err(self.link().explain(&error).await.about(sql.as_ref())),
            }
        });
        future::join_all(prepared).await
    }

    /// Starts several COPYs at once, so that the way to the server counts once for all of them.
    ///
    /// Their rows come one COPY after another, and must be taken in that order and to the end: what the
    /// server sends next waits until what it sent before has been taken.
    pub fn copies_out(&self, prepared: Vec<PreparedCopy>) -> Vec<StartingCopy<'_>> {
        let mut copies: Vec<_> = prepared
            .into_iter()
            .map(|PreparedCopy(statement)| {
                Box::pin(future::maybe_done(async move {
                    match self.client().copy_out(&statement).await {
                        Ok(stream) => Ok(CopyOut::new(stream, self.link())),
                        Err(error) => Err(self.link().explain(&error).await),
                    }
                }))
            })
            .collect();
        // A first poll sends the statement: the server's order is ours.
        let mut context = Context::from_waker(Waker::noop());
        for copy in &mut copies {
            let _ = copy.as_mut().poll(&mut context);
        }
        let start = |mut copy: Pin<Box<future::MaybeDone<_>>>| async move {
            copy.as_mut().await;
            let started = copy.as_mut().take_output();
            started.unwrap_or_else(|| {
                Err(Error::Protocol {
                    message: "a COPY was started twice".into(),
                })
            })
        };
        copies
            .into_iter()
            .map(|copy| Box::pin(start(copy)) as StartingCopy<'_>)
            .collect()
    }

    /// Starts `COPY … FROM STDIN`, text or binary.
    ///
    /// Do it inside a transaction: what is checked only at its end then fails the
    /// [commit](Session::commit).
    pub async fn copy_in(&self, sql: &str) -> Result<CopyIn, Error> {
        let errors = self.link().watch().errors();
        match self.client().copy_in(sql).await {
            Ok(sink) => Ok(CopyIn {
                sink: Box::pin(sink),
                link: self.link().clone(),
                errors,
            }),
            Err(error) => Err(self.link().explain(&error).await.about(sql)),
        }
    }
}

impl CopyOut {
    fn new(stream: CopyOutStream, link: &Arc<Link>) -> CopyOut {
        CopyOut {
            stream: Box::pin(stream),
            link: link.clone(),
            done: false,
            failed: None,
        }
    }

    /// The next chunk: what has arrived, at most a little more than [`CHUNK`]; none at the end.
    pub async fn next(&mut self) -> Result<Option<Bytes>, Error> {
        if let Some(error) = self.failed.take() {
            return Err(self.link.explain(&error).await);
        }
        if self.done {
            return Ok(None);
        }
        let mut first: Option<Bytes> = None;
        let mut joined = BytesMut::new();
        let (stream, done, failed) = (&mut self.stream, &mut self.done, &mut self.failed);
        future::poll_fn(|cx| {
            loop {
                match stream.as_mut().poll_next(cx) {
                    Poll::Ready(Some(Ok(bytes))) => match &first {
                        None => first = Some(bytes),
                        Some(head) => {
                            if joined.is_empty() {
                                joined.reserve(CHUNK.max(head.len() + bytes.len()));
                                joined.extend_from_slice(head);
                            }
                            joined.extend_from_slice(&bytes);
                        }
                    },
                    Poll::Ready(Some(Err(error))) => {
                        *failed = Some(error);
                        *done = true;
                        return Poll::Ready(());
                    }
                    Poll::Ready(None) => {
                        *done = true;
                        return Poll::Ready(());
                    }
                    Poll::Pending if first.is_none() => return Poll::Pending,
                    Poll::Pending => return Poll::Ready(()),
                }
                if joined.len() >= CHUNK || first.as_ref().is_some_and(|bytes| bytes.len() >= CHUNK) {
                    return Poll::Ready(());
                }
            }
        })
        .await;
        if first.is_none()
            && let Some(error) = self.failed.take()
        {
            return Err(self.link.explain(&error).await);
        }
        Ok(if joined.is_empty() {
            first
        } else {
            Some(joined.freeze())
        })
    }
}

impl CopyIn {
    /// Sends bytes of rows, cut anywhere; waits while the server is behind.
    ///
    /// # Errors
    /// What the server objected to, as soon as it is known: the COPY is over then.
    pub async fn send(&mut self, bytes: Bytes) -> Result<(), Error> {
        let sent = match self.link.watch().errors() == self.errors {
            true => self.sink.send(bytes).await.is_ok(),
            false => false,
        };
        match sent {
            true => Ok(()),
            false => Err(self.objection().await),
        }
    }

    /// Ends the COPY and gives the number of rows that the server counted.
    pub async fn finish(mut self) -> Result<u64, Error> {
        match self.sink.as_mut().finish().await {
            Ok(rows) => Ok(rows),
            Err(error) => Err(self.link.explain(&error).await),
        }
    }

    /// Gives the COPY up; the server keeps none of its rows, and a transaction around it has failed.
    pub fn abort(self) {
        drop(self);
    }

    /// What the server said that ended the COPY.
    async fn objection(&mut self) -> Error {
        match self.sink.as_mut().finish().await {
            Err(error) => self.link.explain(&error).await,
            Ok(_) => Error::Protocol {
                message: "the server reported an error in a COPY that it then completed".into(),
            },
        }
    }
}
