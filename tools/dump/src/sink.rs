//! The way out: what is made goes to a thread that writes it, so that a slow reader never stops the server's
//! answers from being taken in, and a slow server never stops the pipe from being filled.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use pgx_cli::{Exit, Failure, Outlet, Output, Pace};
use pgx_pgdump::Pressed;
use tokio::sync::{mpsc, oneshot};

/// What may be on its way. With buffers of up to about 1 MiB, this bounds what waits for the reader.
const WAITING: usize = 8;

/// Bytes that are written at once: so often is noted that the reader still reads.
const PIECE: usize = 256 << 10;

/// Where the bytes go in the end.
pub trait Taker: Send + 'static {
    /// Writes bytes; may wait for whoever reads them.
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Failure>;
    /// Writes what may have been gathered.
    fn flush(&mut self) -> Result<(), Failure>;
    /// Nothing more will come.
    fn finish(self: Box<Self>) -> Result<(), Failure>;
}

impl Taker for Output {
    fn write_all(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        Write::write_all(self, bytes).map_err(|error| self.failure(error))
    }

    fn flush(&mut self) -> Result<(), Failure> {
        Write::flush(self).map_err(|error| self.failure(error))
    }

    fn finish(self: Box<Self>) -> Result<(), Failure> {
        Output::finish(*self)
    }
}

/// An output that is written by a thread of its own: from bytes, or from whatever it makes bytes of.
pub struct Sink<T = Vec<u8>> {
    waiting: Option<mpsc::Sender<T>>,
    ended: Option<oneshot::Receiver<Result<(), Failure>>>,
    /// Bytes that have been written, where they are counted.
    written: Arc<AtomicU64>,
    /// How long the reader may take none.
    patience: Option<Duration>,
    /// Whether it has taken none for longer.
    stalled: AtomicBool,
}

impl<T: Send + 'static> Sink<T> {
    /// Starts the thread, which takes what comes until nothing more does.
    pub fn taken_by(work: impl FnOnce(mpsc::Receiver<T>) -> Result<(), Failure> + Send + 'static) -> Sink<T> {
        let (give, take) = mpsc::channel(WAITING);
        let (end, ended) = oneshot::channel();
        std::thread::spawn(move || {
            let _ = end.send(work(take));
        });
        Sink {
            waiting: Some(give),
            ended: Some(ended),
            written: Arc::default(),
            patience: None,
            stalled: AtomicBool::new(false),
        }
    }

    /// A reader that takes nothing for as long as `patience` has failed; bytes that it takes are counted.
    pub fn watching(self, written: Arc<AtomicU64>, patience: Option<Duration>) -> Sink<T> {
        Sink {
            written,
            patience,
            ..self
        }
    }

    /// Hands something over; waits while too much is on its way.
    pub async fn give(&mut self, item: T) -> Result<(), Failure> {
        if let Some(waiting) = self.waiting.clone()
            && let Ok(room) = self.watched(waiting.reserve()).await?
        {
            room.send(item);
            return Ok(());
        }
        // The thread has ended: its failure is the news.
        match self.close().await {
            Err(failure) => Err(failure),
            Ok(()) => Err(Failure::failed("the output was closed before everything was written")),
        }
    }

    /// Waits until everything is written.
    pub async fn close(&mut self) -> Result<(), Failure> {
        self.waiting = None;
        let Some(ended) = self.ended.take() else {
            return Ok(());
        };
        match self.watched(ended).await? {
            Ok(result) => result,
            Err(_) => Err(Failure::failed("the writer of the output stopped unexpectedly")),
        }
    }

    /// Whether the reader has failed by taking nothing.
    pub fn is_stalled(&self) -> bool {
        self.stalled.load(Ordering::Relaxed)
    }

    /// Waits for something as long as the reader reads.
    async fn watched<R>(&self, wait: impl Future<Output = R>) -> Result<R, Failure> {
        let Some(patience) = self.patience else {
            return Ok(wait.await);
        };
        tokio::pin!(wait);
        let mut written = self.written.load(Ordering::Relaxed);
        loop {
            if let Ok(done) = tokio::time::timeout(patience, &mut wait).await {
                return Ok(done);
            }
            match self.written.load(Ordering::Relaxed) {
                now if now == written => break,
                now => written = now,
            }
        }
        self.stalled.store(true, Ordering::Relaxed);
        let time = pgx_cli::spell(patience);
        let failure = Failure::failed(format!("the reader of the output has taken nothing for {time}"));
        Err(failure.hint("--timeout says how long it may"))
    }
}

impl Sink {
    /// Bytes go out as they are, at most `rate` of them a second. A reader that takes nothing for as long as
    /// `patience` has failed.
    pub fn new(taker: Box<dyn Taker>, rate: Option<u64>, patience: Option<Duration>) -> Sink {
        let written = Arc::new(AtomicU64::new(0));
        let count = written.clone();
        Sink::taken_by(move |waiting| write_all(taker, waiting, Pace::new(rate), &count)).watching(written, patience)
    }

    /// Bytes go out compressed, at most `rate` of them a second. The reader has as long as with [`Sink::new`].
    pub fn pressed(output: Output, rate: Option<u64>, patience: Option<Duration>, mut press: Pressed) -> Sink {
        let mut outlet = Outlet::new(output, rate);
        let written = outlet.written();
        let failed = |error| Failure::caused_by(Exit::Failed, &error);
        Sink::taken_by(move |mut waiting: mpsc::Receiver<Vec<u8>>| {
            while let Some(buffer) = waiting.blocking_recv() {
                let made = press.push(&buffer).map_err(failed)?;
                outlet.write_all(&made).map_err(|error| outlet.failure(error))?;
            }
            let rest = press.finish().map_err(failed)?;
            outlet.write_all(&rest).map_err(|error| outlet.failure(error))?;
            outlet.finish()
        })
        .watching(written, patience)
    }

    /// Hands bytes over; waits while too many are on their way.
    pub async fn write(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        match bytes.is_empty() {
            true => Ok(()),
            false => self.give(bytes).await,
        }
    }
}

/// Writes what comes, to its end.
fn write_all(
    mut taker: Box<dyn Taker>,
    mut waiting: mpsc::Receiver<Vec<u8>>,
    mut pace: Pace,
    written: &AtomicU64,
) -> Result<(), Failure> {
    let step = PIECE.min(pace.step());
    while let Some(buffer) = waiting.blocking_recv() {
        for piece in buffer.chunks(step) {
            pace.wait(piece.len());
            taker.write_all(piece)?;
            written.fetch_add(piece.len() as u64, Ordering::Relaxed);
        }
        if waiting.is_empty() {
            taker.flush()?;
        }
    }
    taker.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a byte every 20 ms, or nothing at all.
    struct Slow(bool);

    impl Taker for Slow {
        fn write_all(&mut self, bytes: &[u8]) -> Result<(), Failure> {
            let each = if self.0 { 20 } else { 10_000 };
            std::thread::sleep(Duration::from_millis(each * bytes.len() as u64));
            Ok(())
        }

        fn flush(&mut self) -> Result<(), Failure> {
            Ok(())
        }

        fn finish(self: Box<Self>) -> Result<(), Failure> {
            Ok(())
        }
    }

    async fn written(reads: bool) -> Result<(), Failure> {
        let mut sink = Sink::new(Box::new(Slow(reads)), None, Some(Duration::from_millis(200)));
        for _ in 0..30 {
            sink.write(vec![7]).await?;
        }
        sink.close().await
    }

    #[tokio::test]
    async fn a_slow_reader_is_waited_for_and_one_that_does_not_read_is_not() {
        assert_eq!(written(true).await, Ok(()));
        let failure = written(false).await.unwrap_err();
        assert!(failure.to_string().contains("has taken nothing for"), "{failure}");
    }
}
