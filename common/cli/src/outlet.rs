//! The way out: bytes at no more than the rate that was asked for, and a memory of when the last ones went.

use std::io::{self, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::failure::Failure;
use crate::output::Output;
use crate::pace::Pace;

/// How long nothing may flow without a sign of life; readers wait for one every 5 seconds.
const QUIET: Duration = Duration::from_secs(3);

/// An output that keeps to a rate.
pub struct Outlet {
    output: Output,
    pace: Pace,
    last: Instant,
    written: Arc<AtomicU64>,
}

impl Outlet {
    /// Nothing written yet; at most `rate` bytes a second.
    pub fn new(output: Output, rate: Option<u64>) -> Outlet {
        Outlet {
            output,
            pace: Pace::new(rate),
            last: Instant::now(),
            written: Arc::default(),
        }
    }

    /// How many bytes have been written, for whoever watches another thread write.
    pub fn written(&self) -> Arc<AtomicU64> {
        self.written.clone()
    }

    /// Whether a sign of life is due: nothing has been written for a while.
    pub fn is_quiet(&self) -> bool {
        self.last.elapsed() > QUIET
    }

    /// What an error of writing means for the run.
    pub fn failure(&self, error: io::Error) -> Failure {
        self.output.failure(error)
    }

    /// Writes out what is gathered; a file is on disk then.
    pub fn finish(self) -> Result<(), Failure> {
        self.output.finish()
    }
}

impl Write for Outlet {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let piece = &bytes[..bytes.len().min(self.pace.step())];
        self.pace.wait(piece.len());
        self.last = Instant::now();
        let written = self.output.write(piece)?;
        self.written.fetch_add(written as u64, Ordering::Relaxed);
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.output.flush()
    }
}

impl Seek for Outlet {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.output.seek(to)
    }
}
