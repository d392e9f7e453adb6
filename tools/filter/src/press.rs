//! `-Z`: frames are compressed anew on all cores, and leave in the order in which they came.

use std::collections::VecDeque;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};

use pgx_archive::{Ancillary, Compression, DataFrame, Digest, EntryId, Tick};
use pgx_cli::{Exit, Failure};

/// Frames that may be in work for each thread: one that it works at, one that waits for it.
const FOR_EACH: usize = 2;

/// What is passed on of a member after its table of contents.
pub enum Passing {
    /// Rows.
    Frame(DataFrame),
    /// The end of a part, with the digest of its rows.
    PartEnd(EntryId, u32, Digest),
    /// The end of an entry's rows.
    EntryEnd(EntryId),
    /// A sign of life.
    Tick(Tick),
    /// A frame of an unknown kind.
    Ancillary(Ancillary),
}

type Done = Result<DataFrame, Failure>;

/// Something on its way, in its place in the queue.
enum Slot {
    Ready(Passing),
    InWork(Receiver<Done>),
}

/// Threads that compress, and the queue that keeps the order.
pub struct Press {
    /// None when frames are passed on as they are.
    jobs: Option<Sender<(DataFrame, Sender<Done>)>>,
    queue: VecDeque<Slot>,
    in_work: usize,
    most: usize,
}

impl Press {
    /// Starts a thread for each core; none where frames stay as they are.
    pub fn start(compression: Option<Compression>) -> Press {
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let jobs = compression.map(|compression| {
            let (jobs, waiting) = channel::<(DataFrame, Sender<Done>)>();
            let waiting = Arc::new(Mutex::new(waiting));
            for _ in 0..threads {
                let waiting = waiting.clone();
                std::thread::spawn(move || {
                    loop {
                        let next = waiting.lock().unwrap_or_else(PoisonError::into_inner).recv();
                        let Ok((frame, done)) = next else { return };
                        // Whoever waited for it may have given up.
                        let _ = done.send(pressed(&frame, compression));
                    }
                });
            }
            jobs
        });
        Press {
            jobs,
            queue: VecDeque::new(),
            in_work: 0,
            most: threads * FOR_EACH,
        }
    }

    /// Takes the next.
    pub fn push(&mut self, passing: Passing) {
        let slot = match (passing, &self.jobs) {
            (Passing::Frame(frame), Some(jobs)) => {
                let (done, in_work) = channel();
                self.in_work += 1;
                // Threads end only when this sender does; if not, the receiver says so.
                let _ = jobs.send((frame, done));
                Slot::InWork(in_work)
            }
            (passing, _) => Slot::Ready(passing),
        };
        self.queue.push_back(slot);
    }

    /// Gives the next that may go; `all` waits for those in work until nothing is left.
    pub fn next(&mut self, all: bool) -> Result<Option<Passing>, Failure> {
        match self.queue.pop_front() {
            Some(Slot::InWork(done)) if !all && self.in_work < self.most => {
                self.queue.push_front(Slot::InWork(done));
                Ok(None)
            }
            Some(Slot::InWork(done)) => {
                self.in_work -= 1;
                let frame = done
                    .recv()
                    .map_err(|_| Failure::failed("a thread that compresses stopped unexpectedly"))?;
                frame.map(|frame| Some(Passing::Frame(frame)))
            }
            Some(Slot::Ready(passing)) => Ok(Some(passing)),
            None => Ok(None),
        }
    }
}

fn pressed(frame: &DataFrame, compression: Compression) -> Done {
    let raw = frame.raw().map_err(|error| Failure::caused_by(Exit::Failed, &error))?;
    let frame = DataFrame::seal(frame.place(), frame.rows(), frame.row_open(), &raw, compression);
    frame.map_err(|error| Failure::caused_by(Exit::Failed, &error))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::{Codec, Place};

    #[test]
    fn frames_leave_in_their_order_compressed_anew() {
        let mut press = Press::start(Some(Compression::Zstd(1)));
        let mut left = Vec::new();
        let mut take = |passing| match passing {
            Passing::Frame(frame) => {
                assert_eq!(frame.codec(), Codec::Zstd);
                left.push(frame.place().seq);
            }
            Passing::EntryEnd(EntryId(number)) => left.push(number),
            _ => {}
        };
        for seq in 0..40 {
            let place = Place {
                entry: EntryId(1),
                part: 1,
                seq,
            };
            let rows = b"1\n".repeat(if seq % 7 == 0 { 100_000 } else { 10 });
            let frame = DataFrame::seal(place, 1, false, &rows, Compression::Stored).expect("short");
            press.push(Passing::Frame(frame));
            while let Some(passing) = press.next(false).expect("compressible") {
                take(passing);
            }
        }
        press.push(Passing::EntryEnd(EntryId(40)));
        while let Some(passing) = press.next(true).expect("compressible") {
            take(passing);
        }
        assert_eq!(left, (0..=40).collect::<Vec<_>>());
    }

    #[test]
    fn without_compression_frames_stay_as_they_are() {
        let mut press = Press::start(None);
        let place = Place {
            entry: EntryId(1),
            part: 1,
            seq: 0,
        };
        let frame = DataFrame::seal(place, 1, false, b"1\n", Compression::Zlib(1)).expect("short");
        press.push(Passing::Frame(frame.clone()));
        assert!(matches!(press.next(false), Ok(Some(Passing::Frame(same))) if same == frame));
    }
}
