//! Threads that write the files of a directory: each block is one thread's from its beginning to its end.

use std::collections::HashMap;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use super::files::{Files, Place};
use crate::contents::Block;
use crate::error::Error;

/// Pieces of rows that may wait for a thread. With pieces of up to about 1 MiB, this bounds what is held.
const WAITING: usize = 4;

/// Something to do for a block.
enum Job {
    Begin { objects: bool },
    Rows(Vec<u8>),
    End,
}

/// Threads at work.
#[derive(Debug)]
pub(super) struct Hands {
    hands: Vec<Hand>,
    /// Which thread has which of the blocks that have not ended.
    of: HashMap<Block, usize>,
}

#[derive(Debug)]
struct Hand {
    jobs: Option<SyncSender<(Block, Job)>>,
    thread: Option<JoinHandle<Result<(), Error>>>,
    blocks: usize,
}

impl Hands {
    /// So many threads, one at least.
    pub(super) fn new(place: &Place, threads: usize) -> Result<Hands, Error> {
        let hands = (0..threads.max(1)).map(|_| Hand::start(Files::new(place.clone())));
        Ok(Hands {
            hands: hands.collect::<Result<_, _>>()?,
            of: HashMap::new(),
        })
    }

    /// Begins a block, on the thread that has the fewest.
    pub(super) fn begin(&mut self, block: Block, objects: bool) -> Result<(), Error> {
        let least = self.hands.iter().enumerate().min_by_key(|(_, hand)| hand.blocks);
        let hand = least.map_or(0, |(at, _)| at);
        self.of.insert(block, hand);
        self.hands[hand].blocks += 1;
        self.hands[hand].give(block, Job::Begin { objects })
    }

    /// Whether a block has begun and not ended.
    pub(super) fn has(&self, block: Block) -> bool {
        self.of.contains_key(&block)
    }

    /// Rows of a block that has begun.
    pub(super) fn rows(&mut self, block: Block, bytes: &[u8]) -> Result<(), Error> {
        match self.of.get(&block) {
            Some(hand) => self.hands[*hand].give(block, Job::Rows(bytes.to_vec())),
            None => Ok(()),
        }
    }

    /// The end of a block that has begun.
    pub(super) fn end(&mut self, block: Block) -> Result<(), Error> {
        match self.of.remove(&block) {
            Some(hand) => {
                self.hands[hand].blocks -= 1;
                self.hands[hand].give(block, Job::End)
            }
            None => Ok(()),
        }
    }

    /// Waits until everything is written.
    pub(super) fn finish(&mut self) -> Result<(), Error> {
        self.hands.iter_mut().try_for_each(Hand::finish)
    }
}

impl Hand {
    fn start(mut files: Files) -> Result<Hand, Error> {
        let (jobs, waiting) = sync_channel::<(Block, Job)>(WAITING);
        let work = move || {
            waiting.into_iter().try_for_each(|(block, job)| match job {
                Job::Begin { objects } => files.begin(block, objects),
                Job::Rows(bytes) => files.rows(block, &bytes),
                Job::End => files.end(block),
            })
        };
        Ok(Hand {
            jobs: Some(jobs),
            thread: Some(std::thread::Builder::new().name("files".into()).spawn(work)?),
            blocks: 0,
        })
    }

    fn give(&mut self, block: Block, job: Job) -> Result<(), Error> {
        let given = self.jobs.as_ref().map(|jobs| jobs.send((block, job)));
        match given {
            Some(Ok(())) => Ok(()),
            // The thread has ended: its error is the news.
            _ => self.finish().and(Err(Error::damaged("a thread that writes has ended"))),
        }
    }

    fn finish(&mut self) -> Result<(), Error> {
        self.jobs = None;
        match self.thread.take().map(JoinHandle::join) {
            Some(Ok(written)) => written,
            Some(Err(_)) => Err(Error::damaged("a thread that writes stopped unexpectedly")),
            None => Ok(()),
        }
    }
}
