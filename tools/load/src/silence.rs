//! A stream of which nothing comes: since when it has been waited for, and what came last.
//!
//! The thread that reads notes when it begins to wait for the input; whoever waits for the thread looks at that. While
//! it is the target that is waited for, the thread reads nothing, and there is no silence.

use std::io::{self, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use pgx_archive::EntryId;
use pgx_cli::Failure;

/// What both sides know of the input.
#[derive(Clone, Debug, Default)]
pub struct Silence(Arc<Mutex<Heard>>);

#[derive(Debug, Default)]
struct Heard {
    /// When the input began to be waited for; none while it is not.
    since: Option<Instant>,
    /// Bytes that have come.
    bytes: u64,
    /// The entry whose rows came last, and what it is called.
    last: Option<(EntryId, Option<String>)>,
}

/// An input whose silences are noted.
pub struct Heeded<R> {
    input: R,
    silence: Silence,
}

impl Silence {
    /// Notes the silences of an input.
    pub fn of<R: Read>(&self, input: R) -> Heeded<R> {
        Heeded {
            input,
            silence: self.clone(),
        }
    }

    /// Notes that rows of an entry have come.
    pub fn rows_of(&self, entry: EntryId, called: impl FnOnce() -> Option<String>) {
        let mut heard = self.heard();
        if heard.last.as_ref().is_none_or(|(last, _)| *last != entry) {
            heard.last = Some((entry, called()));
        }
    }

    /// Waits until one has lasted too long.
    pub async fn lasts(&self, patience: Duration) -> Failure {
        loop {
            let waited = self.heard().since.map_or(Duration::ZERO, |since| since.elapsed());
            match patience.checked_sub(waited) {
                None | Some(Duration::ZERO) => return self.failure(patience),
                Some(left) => tokio::time::sleep(left).await,
            }
        }
    }

    fn failure(&self, patience: Duration) -> Failure {
        let heard = self.heard();
        let came = format!("{} bytes of the stream have come", heard.bytes);
        let last = match &heard.last {
            Some((_, Some(called))) => format!("{came}, rows of {called} last"),
            _ => came,
        };
        silent(patience).detail(last)
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nothing has come for too long.
pub fn silent(patience: Duration) -> Failure {
    Failure::incomplete(format!("nothing has come for {}", pgx_cli::spell(patience)))
        .hint("--timeout says how long it may")
}

impl<R: Read> Read for Heeded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.silence.heard().since = Some(Instant::now());
        let read = self.input.read(buffer);
        let mut heard = self.silence.heard();
        heard.since = None;
        heard.bytes += *read.as_ref().unwrap_or(&0) as u64;
        read
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PATIENCE: Duration = Duration::from_millis(20);

    fn lasts(silence: &Silence) -> Option<Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime
            .expect("a runtime needs only memory")
            .block_on(async { tokio::time::timeout(10 * PATIENCE, silence.lasts(PATIENCE)).await.ok() })
    }

    #[test]
    fn an_input_that_is_not_read_is_not_silent() {
        let silence = Silence::default();
        let mut input = silence.of(&b"abc"[..]);
        assert_eq!(input.read(&mut [0; 8]).expect("it is memory"), 3);
        assert_eq!(lasts(&silence), None);
    }

    #[test]
    fn what_came_last_is_named() {
        let silence = Silence::default();
        let (reader, _writer) = io::pipe().expect("a pipe can be made");
        let mut input = silence.of(reader);
        std::thread::spawn(move || input.read(&mut [0; 8]));
        silence.rows_of(EntryId(7), || Some("table data public.orders".to_owned()));
        silence.rows_of(EntryId(7), || panic!("it is known"));
        let failure = lasts(&silence).expect("nobody writes");
        assert_eq!(failure.exit, pgx_cli::Exit::Incomplete);
        assert_eq!(
            failure.notice.detail.as_deref(),
            Some("0 bytes of the stream have come, rows of table data public.orders last")
        );
    }
}
