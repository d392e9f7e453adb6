//! The way in: a thread reads, checks, and hands over what has come.
//!
//! What comes out of it has been checked as far as the input alone can be, so this side only deals with the target.

use std::collections::HashSet;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use pgx_archive::{Digest, Entry, EntryEnd, EntryId, Head, PartEnd, TocEnd};
use pgx_cli::{Failure, Input, Interrupt, Process};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::desk::{Desk, PassedOver};
use crate::reading::Reading;
use crate::silence::Silence;
use crate::verify::Sums;
use crate::{archive_input, seek_input};

/// What the budget is counted in: KiB, since permits are few.
pub const UNIT: usize = 1 << 10;
/// The most bytes of rows in one frame.
const LARGEST: usize = 16 << 20;
/// Things that may wait for the target, whatever their size.
const WAITING: usize = 256;

/// Something that came and is as the stream says.
pub enum Arrival {
    /// What the stream says of itself.
    Head(Box<Head>),
    /// All entries, and what a stream says of them.
    Contents(Vec<Entry>, Option<TocEnd>),
    /// Rows.
    Rows(Chunk),
    /// A part is complete.
    PartEnd(EntryId, u32, PartEnd),
    /// The rows of an entry are complete.
    EntryEnd(EntryId, EntryEnd),
    /// The member is complete.
    End {
        /// Whether another follows.
        more: bool,
    },
}

/// Rows of one part.
pub struct Chunk {
    /// The entry.
    pub entry: EntryId,
    /// The part.
    pub part: u32,
    /// How many rows end here.
    pub rows: u64,
    /// Sum of their digests.
    pub digest: Digest,
    /// Whether the last row goes on in the next chunk of the part.
    pub row_open: bool,
    /// The rows.
    pub bytes: Bytes,
    /// Their share of the budget.
    pub(crate) _permit: OwnedSemaphorePermit,
}

/// A stream that is being read.
pub struct Intake {
    arrivals: mpsc::Receiver<Result<Arrival, Failure>>,
    interrupt: Interrupt,
    name: String,
    budget: Arc<Semaphore>,
    passed_over: PassedOver,
    silence: Silence,
    /// How long nothing may come.
    patience: Duration,
    /// What the rows of the member that arrives came to.
    sums: Sums,
    /// Number of the member that arrives, from 1.
    member: u32,
    /// Whether another follows the one that has ended.
    more: bool,
    /// Tells the thread that it is known what is wanted of a member.
    chosen: std::sync::mpsc::Sender<()>,
}

impl Intake {
    /// Starts the thread, for which so many bytes may wait, and which may wait for so long. Where only a `part` is wanted
    /// of a file, only that is read.
    pub fn start(
        input: Input,
        part: bool,
        (buffer, patience): (usize, Duration),
        process: &Process,
    ) -> Result<Intake, Failure> {
        let (sender, arrivals) = mpsc::channel(WAITING);
        let name = input.name().to_owned();
        let budget = Arc::new(Semaphore::new(buffer / UNIT));
        let (passed_over, silence) = (PassedOver::default(), Silence::default());
        let (chosen, choice) = std::sync::mpsc::channel();
        let desk = Desk {
            sender,
            choice,
            budget: budget.clone(),
            passed_over: passed_over.clone(),
            silence: silence.clone(),
            member: 1,
            whole: (buffer / UNIT) as u32,
            runtime: Handle::current(),
        };
        let run = move || match archive_input::is_archive(&input) {
            true => archive_input::read(input, part, desk),
            false if part && input.is_seekable() => seek_input::read(input, desk),
            false => Reading::new(input.name().to_owned(), Box::new(input), desk).run(),
        };
        match std::thread::Builder::new().name("intake".into()).spawn(run) {
            Ok(_) => Ok(Intake {
                arrivals,
                interrupt: process.interrupt.clone(),
                name,
                budget,
                passed_over,
                silence,
                patience,
                sums: Sums::new(),
                member: 1,
                more: false,
                chosen,
            }),
            Err(error) => Err(Failure::caused_by(pgx_cli::Exit::Failed, &error)),
        }
    }

    /// Lets the rows of some entries of this member pass unread from now on: their frames are still checked and
    /// counted, but neither unpacked nor handed over.
    pub fn pass_over(&self, entries: HashSet<EntryId>) {
        *self.passed_over.lock().unwrap_or_else(PoisonError::into_inner) = (self.member, entries);
        // A thread that is past caring, or gone, has told why.
        let _ = self.chosen.send(());
    }

    /// Whether another member follows the one that has ended.
    pub fn has_more(&self) -> bool {
        self.more
    }

    fn noted(&mut self, arrival: Arrival) -> Arrival {
        match &arrival {
            Arrival::Contents(..) => self.sums.clear(),
            Arrival::EntryEnd(id, end) => drop(self.sums.insert(*id, *end)),
            Arrival::End { more } => {
                self.more = *more;
                self.member += 1;
            }
            _ => {}
        }
        arrival
    }

    /// What the rows of each entry of this member came to, as far as they have come.
    pub fn sums(&self) -> &Sums {
        &self.sums
    }

    /// How messages name the stream.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What has come already, if anything has.
    pub fn at_hand(&mut self) -> Option<Result<Arrival, Failure>> {
        let arrival = self.arrivals.try_recv().ok()?;
        Some(arrival.map(|arrival| self.noted(arrival)))
    }

    /// Waits until the user wants no more.
    pub fn interrupted(&self) -> impl Future<Output = Failure> + use<> {
        let interrupt = self.interrupt.clone();
        async move { Failure::new(interrupt.raised().await, "interrupted") }
    }

    /// Whether reading stands still, or soon will, until some of the rows that wait are taken.
    pub fn is_pressed(&self) -> bool {
        self.budget.available_permits() < LARGEST / UNIT
    }

    /// What comes next; a failure when the stream is bad or cut, or the user wants no more.
    pub async fn next(&mut self) -> Result<Arrival, Failure> {
        let arrival = tokio::select! {
            biased;
            exit = self.interrupt.raised() => Err(Failure::new(exit, "interrupted")),
            arrival = self.arrivals.recv() => arrival
                .unwrap_or_else(|| Err(Failure::failed("reading stopped unexpectedly").within(&self.name))),
            failure = self.silence.lasts(self.patience) => Err(failure.within(&self.name)),
        };
        arrival.map(|arrival| self.noted(arrival))
    }

    /// Reads up to the end of a member's table of contents.
    pub async fn contents(&mut self) -> Result<(Head, Vec<Entry>, Option<TocEnd>), Failure> {
        let mut head = None;
        loop {
            match self.next().await? {
                Arrival::Head(said) => head = Some(*said),
                Arrival::Contents(entries, toc_end) => {
                    return match head {
                        Some(head) => Ok((head, entries, toc_end)),
                        None => Err(Failure::failed("the stream does not say what it is").within(&self.name)),
                    };
                }
                // The decoder lets nothing else come before the end of the entries.
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::args::MANUAL;
    use crate::example::{Sent, stream};
    use pgx_cli::Exit;

    /// Nobody waits as long here.
    const WAITS: Duration = Duration::from_secs(600);

    /// What comes out of a stream: one letter for each arrival, or what is wrong.
    fn arrivals(sent: &[Sent]) -> Result<String, Failure> {
        let process = Process::detached(&MANUAL);
        with_runtime(async {
            let input = Input::from_reader(std::io::Cursor::new(stream(sent)), "shop.pgx")?;
            let mut intake = Intake::start(input, false, (64 << 20, WAITS), &process)?;
            let mut letters = String::new();
            while !letters.ends_with('.') {
                letters.push(letter(&intake.next().await?));
            }
            Ok(letters)
        })
    }

    /// The same when it is known from the beginning whose rows nobody wants.
    fn wanted_arrivals(sent: &[Sent], unwanted: &[u32]) -> Result<String, Failure> {
        with_runtime(async {
            let input = Input::from_reader(std::io::Cursor::new(stream(sent)), "shop.pgx")?;
            let (sender, mut arrivals) = mpsc::channel(WAITING);
            let desk = Desk {
                sender,
                choice: std::sync::mpsc::channel().1,
                budget: Arc::new(Semaphore::new(WAITING)),
                silence: Silence::default(),
                passed_over: Arc::new(Mutex::new((1, unwanted.iter().map(|id| EntryId(*id)).collect()))),
                member: 1,
                whole: WAITING as u32,
                runtime: Handle::current(),
            };
            let reading = std::thread::spawn(move || {
                Reading::new("shop.pgx".to_owned(), Box::new(input), desk).run();
            });
            let mut letters = String::new();
            while let Some(arrival) = arrivals.recv().await {
                letters.push(letter(&arrival?));
            }
            reading.join().expect("reading ends");
            Ok(letters)
        })
    }

    fn with_runtime(work: impl Future<Output = Result<String, Failure>>) -> Result<String, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.expect("a runtime needs only memory").block_on(work)
    }

    fn letter(arrival: &Arrival) -> char {
        match arrival {
            Arrival::Head(_) => 'H',
            Arrival::Contents(..) => 'C',
            Arrival::Rows(_) => 'r',
            Arrival::PartEnd(..) => 'p',
            Arrival::EntryEnd(..) => 'e',
            Arrival::End { .. } => '.',
        }
    }

    #[test]
    fn everything_arrives_in_its_order() {
        let sent = [
            Sent::Rows(2, "1\n"),
            Sent::Rows(3, "2\n"),
            Sent::Rows(2, "3\n"),
            Sent::End,
        ];
        assert_eq!(arrivals(&sent), Ok("HCrrrpepe.".to_owned()));
    }

    #[test]
    fn rows_that_nobody_wants_pass_unread() {
        let sent = [Sent::Rows(2, "1\n"), Sent::Rows(3, "2\n"), Sent::WrongDigest(2)];
        let passed = wanted_arrivals(&sent, &[2, 3]).expect_err("the stream has no end");
        assert_eq!(passed.exit, Exit::Incomplete, "its digest was not looked at");
        let sent = [Sent::Rows(2, "1\n"), Sent::Rows(3, "2\n"), Sent::End];
        assert_eq!(wanted_arrivals(&sent, &[2]), Ok("HCrpe.".to_owned()));
    }

    #[test]
    fn rows_that_do_not_match_their_digest_never_end() {
        let failure = arrivals(&[Sent::Rows(2, "1\n"), Sent::WrongDigest(2)]).expect_err("the digest is wrong");
        assert_eq!(failure.exit, Exit::Failed);
        assert_eq!(
            failure.to_string(),
            "shop.pgx: table data public.a: the digest of the rows that came is not the one that the stream gives"
        );
    }

    #[test]
    fn rows_are_counted() {
        let failure = arrivals(&[Sent::Miscounted(2, "1\n2\n", 3)]).expect_err("the count is wrong");
        assert_eq!(
            failure.to_string(),
            "shop.pgx: table data public.a: a frame says that 3 rows end in it, and 2 do"
        );
    }

    #[test]
    fn an_interrupt_ends_the_waiting() {
        let process = Process::detached(&MANUAL);
        process.interrupt.on_raise(|| {});
        process.interrupt.raise(Exit::Interrupted);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        let exit = runtime.expect("a runtime needs only memory").block_on(async {
            let input = Input::from_reader(std::io::Cursor::new(stream(&[Sent::End])), "shop.pgx")?;
            Intake::start(input, false, (64 << 20, WAITS), &process)?
                .next()
                .await
                .map(|_| ())
        });
        assert_eq!(exit.map_err(|failure| failure.exit), Err(Exit::Interrupted));
    }
}
