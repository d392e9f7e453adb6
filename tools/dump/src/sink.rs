//! The way out: what is made goes to a thread that writes it, so that a slow reader never stops the server's
//! answers from being taken in, and a slow server never stops the pipe from being filled.

use std::io::Write;
use std::thread::JoinHandle;

use pgx_cli::{Exit, Failure, Outlet, Output, Pace};
use pgx_pgdump::Pressed;
use tokio::sync::mpsc;

/// What may be on its way. With buffers of up to about 1 MiB, this bounds what waits for the reader.
const WAITING: usize = 8;

/// An output that is written by a thread of its own: from bytes, or from whatever it makes bytes of.
pub struct Sink<T = Vec<u8>> {
    waiting: Option<mpsc::Sender<T>>,
    writer: Option<JoinHandle<Result<(), Failure>>>,
}

impl<T: Send + 'static> Sink<T> {
    /// Starts the thread, which takes what comes until nothing more does.
    pub fn taken_by(work: impl FnOnce(mpsc::Receiver<T>) -> Result<(), Failure> + Send + 'static) -> Sink<T> {
        let (give, take) = mpsc::channel(WAITING);
        Sink {
            waiting: Some(give),
            writer: Some(std::thread::spawn(move || work(take))),
        }
    }

    /// Hands something over; waits while too much is on its way.
    pub async fn give(&mut self, item: T) -> Result<(), Failure> {
        if let Some(waiting) = &self.waiting
            && waiting.send(item).await.is_ok()
        {
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
        let Some(writer) = self.writer.take() else {
            return Ok(());
        };
        let joined = tokio::task::spawn_blocking(move || writer.join()).await;
        match joined {
            Ok(Ok(result)) => result,
            _ => Err(Failure::failed("the writer of the output stopped unexpectedly")),
        }
    }
}

impl Sink {
    /// Bytes go out as they are, at most `rate` of them a second.
    pub fn new(mut output: Output, rate: Option<u64>) -> Sink {
        let mut pace = Pace::new(rate);
        Sink::taken_by(move |mut waiting: mpsc::Receiver<Vec<u8>>| {
            while let Some(buffer) = waiting.blocking_recv() {
                pace.wait(buffer.len());
                output.write_all(&buffer).map_err(|error| output.failure(error))?;
                if waiting.is_empty() {
                    output.flush().map_err(|error| output.failure(error))?;
                }
            }
            output.finish()
        })
    }

    /// Bytes go out compressed, at most `rate` of them a second.
    pub fn pressed(output: Output, rate: Option<u64>, mut press: Pressed) -> Sink {
        let mut outlet = Outlet::new(output, rate);
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
    }

    /// Hands bytes over; waits while too many are on their way.
    pub async fn write(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        match bytes.is_empty() {
            true => Ok(()),
            false => self.give(bytes).await,
        }
    }
}
