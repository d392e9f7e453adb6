//! The dump as a stream: HEAD at once, then the table of contents, then rows, then totals; or, whatever goes
//! wrong, last words that say what it was.

use std::sync::Arc;

use pgx_archive::encoder::Rows;
use pgx_archive::{Compression, EncodeError, Encoder, Entry, Fail};
use pgx_cli::{Failure, Progress};
use pgx_server::Session;
use tokio::sync::mpsc;

use crate::error::Error;
use crate::lane::{self, Job, Sealed};
use crate::sink::Sink;

/// Frames that lanes may be ahead of the output.
const AHEAD: usize = 4;

/// A stream that has been given up: why, and what to write before it ends.
pub struct GivenUp {
    error: Error,
    last_words: Vec<u8>,
}

impl GivenUp {
    /// Writes FAIL through `write`, which consumes the encoder.
    pub fn new(
        error: Error,
        stage: &str,
        write: impl FnOnce(&Fail, &mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> GivenUp {
        let mut last_words = Vec::new();
        if write(&error.last_words(stage), &mut last_words).is_err() {
            // Without FAIL the stream is cut, which readers notice as well.
            last_words.clear();
        }
        GivenUp { error, last_words }
    }

    /// Sends the last words, if they still reach anybody, and gives the reason.
    pub async fn end(self, mut sink: Sink) -> Failure {
        if !matches!(self.error, Error::Ended(_)) && sink.write(self.last_words).await.is_ok() {
            let _ = sink.close().await;
        }
        self.error.into_failure()
    }
}

/// Sends the rows of all jobs.
pub async fn rows(
    session: Arc<Session>,
    jobs: Vec<Job>,
    compression: Compression,
    encoder: &mut Encoder<Rows>,
    sink: &mut Sink,
    progress: &Progress,
) -> Result<(), Error> {
    let (out, mut sealed) = mpsc::channel(AHEAD);
    let lane = tokio::spawn(async move { lane::run(&session, &jobs, compression, out).await });
    while let Some(next) = sealed.recv().await {
        let mut bytes = Vec::new();
        match next {
            Sealed::Frame(frame) => {
                encoder.data(&frame, &mut bytes)?;
                progress.rows(frame.rows().into(), frame.raw_len() as u64);
            }
            Sealed::Part(entry, part, digest) => {
                encoder.part_end(entry, part, digest, &mut bytes)?;
            }
            Sealed::Entry(entry) => {
                encoder.entry_end(entry, &mut bytes)?;
                progress.entry_done();
            }
        }
        sink.write(bytes).await?;
    }
    match lane.await {
        Ok(result) => result,
        Err(_) => Err(Failure::failed("a lane stopped unexpectedly").into()),
    }
}

/// Bytes that the rows are expected to have.
pub fn expected(entries: &[Entry]) -> u64 {
    entries
        .iter()
        .filter_map(|entry| entry.data.as_ref())
        .map(|data| data.estimated_bytes)
        .sum()
}
