//! The dump as a stream: HEAD at once, then the table of contents, then rows, then totals; or, whatever goes
//! wrong, last words that say what it was.

use std::collections::HashMap;
use std::future::Future;
use std::time::{Duration, Instant};

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
    resumable: bool,
    last_words: Vec<u8>,
}

impl GivenUp {
    /// Writes FAIL through `write`, which consumes the encoder; `resumable` when the rest can still be sent.
    pub fn new(
        error: Error,
        resumable: bool,
        stage: &str,
        write: impl FnOnce(&Fail, &mut Vec<u8>) -> Result<(), EncodeError>,
    ) -> GivenUp {
        let mut last_words = Vec::new();
        if write(&error.last_words(stage, resumable), &mut last_words).is_err() {
            // Without FAIL the stream is cut, which readers notice as well.
            last_words.clear();
        }
        GivenUp {
            error,
            resumable,
            last_words,
        }
    }

    /// Sends the last words, if they still reach anybody, and gives the reason.
    pub async fn end(self, sink: &mut Sink) -> Failure {
        if !matches!(self.error, Error::Ended(_)) && sink.write(self.last_words).await.is_ok() {
            let _ = sink.close().await;
        }
        Failure {
            is_transient: self.resumable,
            ..self.error.into_failure()
        }
    }
}

/// How long a server may say nothing.
#[derive(Clone, Copy)]
pub struct Silence {
    patience: Option<Duration>,
    since: Instant,
    /// Bytes that had come when it began.
    heard: u64,
}

impl Silence {
    /// It begins now.
    pub fn new(patience: Option<Duration>) -> Silence {
        Silence {
            patience,
            since: Instant::now(),
            heard: 0,
        }
    }

    /// So many bytes have come by now: when there are more than before, it begins anew.
    fn hear(&mut self, heard: u64) {
        if heard != self.heard {
            (self.heard, self.since) = (heard, Instant::now());
        }
    }

    /// How long to wait before a look.
    fn look(&self) -> Duration {
        self.patience.map_or(QUIET, |patience| patience.min(QUIET))
    }

    /// An error when it has lasted too long.
    fn check(&self, stage: &str) -> Result<(), Error> {
        match self.patience {
            Some(patience) if self.since.elapsed() >= patience => Err(Error::Silent {
                stage: stage.to_owned(),
                patience,
            }),
            _ => Ok(()),
        }
    }
}

/// Waits for something and gives signs of life meanwhile, which `tick` writes; the server has said something when more
/// bytes are `heard`.
pub async fn alive<T>(
    wait: impl Future<Output = Result<T, Error>>,
    stage: &str,
    (patience, heard): (Option<Duration>, impl Fn() -> u64),
    mut tick: impl FnMut(&Tick, &mut Vec<u8>) -> Result<(), EncodeError>,
    sink: &mut Sink,
) -> Result<T, Error> {
    let mut silence = Silence::new(patience);
    tokio::pin!(wait);
    loop {
        match tokio::time::timeout(silence.look(), &mut wait).await {
            Ok(result) => return result,
            Err(_) => {
                silence.hear(heard());
                silence.check(stage)?;
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

/// Waits for something without signs of life, but not for longer than the server may say nothing.
pub async fn within<T>(
    wait: impl Future<Output = Result<T, Error>>,
    stage: &str,
    patience: Option<Duration>,
) -> Result<T, Error> {
    within_hearing(wait, stage, patience, || 0).await
}

/// The same; the server has said something when more bytes are `heard`.
pub async fn within_hearing<T>(
    wait: impl Future<Output = Result<T, Error>>,
    stage: &str,
    patience: Option<Duration>,
    heard: impl Fn() -> u64,
) -> Result<T, Error> {
    let Some(limit) = patience else { return wait.await };
    let mut silence = Silence::new(patience);
    tokio::pin!(wait);
    loop {
        let left = limit.saturating_sub(silence.since.elapsed());
        match tokio::time::timeout(left.min(silence.look()), &mut wait).await {
            Ok(result) => return result,
            Err(_) => {
                silence.hear(heard());
                silence.check(stage)?;
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
    patience: Option<Duration>,
) -> Result<(), Error> {
    let mut silence = Silence::new(patience);
    let mut tick = Tick {
        stage: "reading rows".to_owned(),
        ..Tick::default()
    };
    loop {
        let mut bytes = Vec::new();
        let next = tokio::time::timeout(silence.look(), lanes.merge.next()).await;
        if next.is_ok() {
            silence.since = Instant::now();
        }
        match next {
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
            Err(_) => {
                silence.check(&tick.stage)?;
                encoder.tick(&tick, &mut bytes)?;
            }
        }
        let begun = Instant::now();
        sink.write(bytes).await?;
        // A reader that is slow is no silence of the server.
        silence.since += begun.elapsed();
    }
}

/// Ends the entries of which nothing is missing before anything is sent: an earlier leg has brought them.
pub fn ended_before(
    entries: &[Entry],
    missing: &HashMap<EntryId, u32>,
    lanes: &Lanes,
    encoder: &mut Encoder<Rows>,
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    for entry in entries {
        if entry.data.is_some() && !missing.contains_key(&entry.id) {
            encoder.entry_end(entry.id, out)?;
            lanes.work.sent(entry.id);
        }
    }
    Ok(())
}

/// Bytes that the rows are expected to have.
pub fn expected(entries: &[Entry]) -> u64 {
    entries
        .iter()
        .filter_map(|entry| entry.data.as_ref())
        .map(|data| data.estimated_bytes)
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_secs(1);

    /// What becomes of waiting for much longer than that.
    async fn waited(heard: impl Fn() -> u64) -> Result<(), Error> {
        let wait = async {
            tokio::time::sleep(3 * PATIENCE).await;
            Ok(())
        };
        within_hearing(wait, "reading catalogs", Some(PATIENCE), heard).await
    }

    #[tokio::test]
    async fn a_server_that_goes_on_talking_is_waited_for() {
        let begun = Instant::now();
        assert!(waited(|| begun.elapsed().as_nanos() as u64).await.is_ok());
        let given_up = waited(|| 7).await.expect_err("it says nothing");
        assert_eq!(
            given_up.to_string(),
            "reading catalogs: the server has said nothing for 1s"
        );
    }
}
