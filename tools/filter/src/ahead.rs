//! `--buffer`: a thread reads ahead of who takes the bytes, up to a limit.

use std::collections::VecDeque;
use std::io::{self, Read};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

/// How much is read at a time: a pipe's 64 KiB, or what a wide pipe holds.
const CHUNK: usize = 1 << 20;

/// Bytes that have been read and not been taken.
#[derive(Default)]
struct Waiting {
    chunks: VecDeque<Vec<u8>>,
    bytes: usize,
    /// How reading ended, once it has.
    end: Option<io::Result<()>>,
    /// Nobody takes any more.
    abandoned: bool,
}

#[derive(Default)]
struct Shared {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits until a condition holds.
    fn wait_until(&self, holds: impl Fn(&Waiting) -> bool) -> MutexGuard<'_, Waiting> {
        self.changed
            .wait_while(self.lock(), |waiting| !holds(waiting))
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// A source that is read ahead.
pub struct Ahead {
    shared: Arc<Shared>,
    chunk: Vec<u8>,
    used: usize,
}

impl Ahead {
    /// Starts a thread that reads up to `limit` bytes ahead.
    pub fn start(source: impl Read + Send + 'static, limit: usize) -> io::Result<Ahead> {
        let shared = Arc::new(Shared::default());
        let theirs = shared.clone();
        std::thread::Builder::new()
            .name("ahead".into())
            .spawn(move || fill(source, limit, &theirs))?;
        Ok(Ahead {
            shared,
            chunk: Vec::new(),
            used: 0,
        })
    }
}

fn fill(mut source: impl Read, limit: usize, shared: &Shared) {
    loop {
        let mut chunk = vec![0; CHUNK.min(limit)];
        let read = loop {
            match source.read(&mut chunk) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                read => break read,
            }
        };
        let mut waiting = shared.wait_until(|waiting| waiting.bytes < limit || waiting.abandoned);
        match read {
            _ if waiting.abandoned => return,
            Ok(0) => waiting.end = Some(Ok(())),
            Err(error) => waiting.end = Some(Err(error)),
            Ok(count) => {
                chunk.truncate(count);
                // What was not filled is not held.
                chunk.shrink_to_fit();
                waiting.bytes += count;
                waiting.chunks.push_back(chunk);
            }
        }
        let over = waiting.end.is_some();
        drop(waiting);
        shared.changed.notify_all();
        if over {
            return;
        }
    }
}

impl Read for Ahead {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.used == self.chunk.len() {
            let mut waiting = self
                .shared
                .wait_until(|waiting| !waiting.chunks.is_empty() || waiting.end.is_some());
            let Some(chunk) = waiting.chunks.pop_front() else {
                return match waiting.end.replace(Ok(())) {
                    Some(Err(error)) => Err(error),
                    _ => Ok(0),
                };
            };
            waiting.bytes -= chunk.len();
            drop(waiting);
            self.shared.changed.notify_all();
            (self.chunk, self.used) = (chunk, 0);
        }
        let count = buffer.len().min(self.chunk.len() - self.used);
        buffer[..count].copy_from_slice(&self.chunk[self.used..self.used + count]);
        self.used += count;
        Ok(count)
    }
}

impl Drop for Ahead {
    fn drop(&mut self) {
        self.shared.lock().abandoned = true;
        self.shared.changed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_ahead_is_what_was_there() {
        let bytes: Vec<u8> = (0..5_000_000u32).map(|number| (number % 251) as u8).collect();
        let mut ahead = Ahead::start(io::Cursor::new(bytes.clone()), 1 << 20).expect("threads can be started");
        let mut read = Vec::new();
        ahead.read_to_end(&mut read).expect("memory is readable");
        assert!(read == bytes);
    }

    /// Gives bytes without end, and counts them.
    struct Endless(Arc<Mutex<usize>>);

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            *self.0.lock().unwrap_or_else(PoisonError::into_inner) += buffer.len();
            Ok(buffer.len())
        }
    }

    #[test]
    fn no_more_is_held_than_the_limit_and_the_chunks_on_the_way() {
        let given = Arc::new(Mutex::new(0));
        let mut ahead = Ahead::start(Endless(given.clone()), 4 << 20).expect("threads can be started");
        let mut some = [0; 10];
        assert_eq!(ahead.read(&mut some).expect("there is always more"), 10);
        std::thread::sleep(std::time::Duration::from_millis(50));
        let given = *given.lock().unwrap_or_else(PoisonError::into_inner);
        assert!(given <= (4 << 20) + 3 * CHUNK, "{given}");
    }

    #[test]
    fn an_error_comes_after_what_was_read_before_it() {
        struct Broken(bool);
        impl Read for Broken {
            fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
                match std::mem::replace(&mut self.0, true) {
                    false => {
                        buffer[0] = 7;
                        Ok(1)
                    }
                    true => Err(io::Error::other("broken")),
                }
            }
        }
        let mut ahead = Ahead::start(Broken(false), 1 << 20).expect("threads can be started");
        let mut some = [0; 10];
        assert_eq!(ahead.read(&mut some).expect("one byte"), 1);
        assert_eq!(ahead.read(&mut some).expect_err("then it breaks").to_string(), "broken");
    }
}
