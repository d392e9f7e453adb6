//! An input that is passed on as it is read.

use std::io::{self, Read, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::failure::Failure;
use crate::output::Output;

/// Where the bytes of an input go beside its reader; see [`Input::passing_on`](crate::Input::passing_on).
pub struct Tee(Arc<Mutex<Passage>>);

struct Passage {
    output: Option<Output>,
    failed: Option<Failure>,
}

impl Tee {
    /// A source whose bytes also go to an output, and who is asked in the end whether they got there.
    pub(crate) fn of<R: Read>(source: R, output: Output) -> (Passing<R>, Tee) {
        let passage = Arc::new(Mutex::new(Passage {
            output: Some(output),
            failed: None,
        }));
        let passing = Passing {
            source,
            passage: passage.clone(),
        };
        (passing, Tee(passage))
    }

    /// Writes out what is gathered. What went wrong on the way out is the cause of whatever its reader said.
    pub fn finish(self) -> Result<(), Failure> {
        let mut passage = lock(&self.0);
        match (passage.failed.take(), passage.output.take()) {
            (Some(failure), _) => Err(failure),
            (None, Some(output)) => output.finish(),
            (None, None) => Ok(()),
        }
    }
}

/// A source that is passed on as it is read.
pub(crate) struct Passing<R> {
    source: R,
    passage: Arc<Mutex<Passage>>,
}

fn lock(passage: &Mutex<Passage>) -> MutexGuard<'_, Passage> {
    passage.lock().unwrap_or_else(PoisonError::into_inner)
}

impl<R: Read> Read for Passing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        let mut passage = lock(&self.passage);
        let Some(output) = &mut passage.output else {
            return Err(io::Error::other("the output has failed"));
        };
        // At once: whoever reads there must not wait for what comes next here.
        if let Err(error) = output.write_all(&buffer[..read]).and_then(|()| output.flush()) {
            let failure = output.failure(error);
            passage.failed = Some(failure);
            passage.output = None;
            return Err(io::Error::other("the output has failed"));
        }
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Content, Target};

    #[test]
    fn what_is_read_is_passed_on() {
        let path = std::env::temp_dir().join(format!("pgx-cli-tee-{}", std::process::id()));
        let output = Target::new(Some(&path), Content::Archive).open().expect("writable");
        let (mut passing, tee) = Tee::of(&b"a stream"[..], output);
        let mut some = [0; 5];
        passing.read_exact(&mut some).expect("memory");
        assert_eq!(std::fs::read(&path).expect("there"), b"a str");
        io::copy(&mut passing, &mut io::sink()).expect("memory");
        tee.finish().unwrap_or_else(|failure| panic!("{failure}"));
        assert_eq!(std::fs::read(&path).expect("there"), b"a stream");
        let _ = std::fs::remove_file(&path);
    }

    #[test]
    fn who_cannot_be_reached_is_the_failure() {
        let output = Target::new(Some(std::path::Path::new("/dev/full")), Content::Archive).open();
        let (mut passing, tee) = Tee::of(&b"a stream"[..], output.expect("writable"));
        passing.read(&mut [0; 5]).expect_err("no room");
        let failure = tee.finish().expect_err("no room");
        assert!(
            failure.to_string().starts_with("could not write /dev/full"),
            "{failure}"
        );
    }
}
