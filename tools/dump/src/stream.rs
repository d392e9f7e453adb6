//! The dump as a stream: HEAD at once, then the table of contents, then rows, then totals; or, whatever goes
//! wrong, last words that say what it was.

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use pgx_archive::encoder::Rows;
use pgx_archive::{EncodeError, Encoder, Entry, EntryId, Fail, Tick};
use pgx_cli::{Failure, Progress};

use crate::error::Error;
use crate::lane::Sealed;
use crate::lanes::Lanes;
use crate::sink::Sink;

/// How long nothing may flow without a sign of life; readers wait for one every 5 seconds.
const QUIET: Duration = Duration::from_secs(3);

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

/// Waits for something and gives signs of life meanwhile, which `tick` writes.
pub async fn alive<T>(
    wait: impl Future<Output = Result<T, Error>>,
    stage: &str,
    mut tick: impl FnMut(&Tick, &mut Vec<u8>) -> Result<(), EncodeError>,
    sink: &mut Sink,
) -> Result<T, Error> {
    tokio::pin!(wait);
    loop {
        match tokio::time::timeout(QUIET, &mut wait).await {
            Ok(result) => return result,
            Err(_) => {
                let mut bytes = Vec::new();
                let sign = Tick {
                    stage: stage.to_owned(),
                    ..Tick::default()
                };
                tick(&sign, &mut bytes)?;
                sink.write(bytes).await?;
            }
        }
    }
}

/// Sends what the lanes give until all of them have ended.
pub async fn rows(
    lanes: &mut Lanes,
    mut missing: HashMap<EntryId, u32>,
    encoder: &mut Encoder<Rows>,
    sink: &mut Sink,
    progress: &Progress,
) -> Result<(), Error> {
    let mut tick = Tick {
        stage: "reading rows".to_owned(),
        ..Tick::default()
    };
    loop {
        let mut bytes = Vec::new();
        match tokio::time::timeout(QUIET, lanes.merge.next()).await {
            Ok(None) => return Ok(()),
            Ok(Some(Sealed::Frame(frame))) => {
                encoder.data(&frame, &mut bytes)?;
                tick.rows += u64::from(frame.rows());
                tick.bytes += frame.raw_len() as u64;
                progress.rows(frame.rows().into(), frame.raw_len() as u64);
            }
            Ok(Some(Sealed::Part(entry, part, digest))) => {
                encoder.part_end(entry, part, digest, &mut bytes)?;
                let left = missing.entry(entry).or_default();
                *left = left.saturating_sub(1);
                if *left == 0 {
                    encoder.entry_end(entry, &mut bytes)?;
                    lanes.work.sent(entry);
                    progress.entry_done();
                }
            }
            Ok(Some(Sealed::Failed(error))) => return Err(error),
            Err(_) => encoder.tick(&tick, &mut bytes)?,
        }
        sink.write(bytes).await?;
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
