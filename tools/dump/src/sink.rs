//! The way out: bytes go to a thread that writes them, so that a slow reader never stops the server's
//! answers from being taken in, and a slow server never stops the pipe from being filled.

use std::io::Write;
use std::thread::JoinHandle;

use pgx_cli::{Failure, Output, Pace};
use tokio::sync::mpsc;

/// Buffers on their way. With buffers of up to about 1 MiB, this bounds what waits for the reader.
const WAITING: usize = 8;

/// An output that is written by a thread of its own.
pub struct Sink {
    buffers: Option<mpsc::Sender<Vec<u8>>>,
    writer: Option<JoinHandle<Result<(), Failure>>>,
}

impl Sink {
    /// Starts the thread, which writes at most `rate` bytes a second.
    pub fn new(mut output: Output, rate: Option<u64>) -> Sink {
        let (buffers, mut waiting) = mpsc::channel::<Vec<u8>>(WAITING);
        let mut pace = Pace::new(rate);
        let writer = std::thread::spawn(move || {
            while let Some(buffer) = waiting.blocking_recv() {
                pace.wait(buffer.len());
                output.write_all(&buffer).map_err(|error| output.failure(error))?;
                if waiting.is_empty() {
                    output.flush().map_err(|error| output.failure(error))?;
                }
            }
            output.finish()
        });
        Sink {
            buffers: Some(buffers),
            writer: Some(writer),
        }
    }

    /// Hands over bytes; waits while too many are on their way.
    pub async fn write(&mut self, bytes: Vec<u8>) -> Result<(), Failure> {
        if bytes.is_empty() {
            return Ok(());
        }
        if let Some(buffers) = &self.buffers
            && buffers.send(bytes).await.is_ok()
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
        self.buffers = None;
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
