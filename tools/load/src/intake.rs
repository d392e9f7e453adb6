//! The way in: a thread reads the stream, checks it, and hands over what has come.
//!
//! Everything that can be said of the stream alone is said here: checksums, order and totals (by the
//! decoder), row counts and digests (recomputed from the rows). What comes out has been checked, so the
//! other side only deals with its target. An end of a part that does not match its rows never comes out.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use pgx_archive::head::FEATURES;
use pgx_archive::{DataFrame, Decoder, Digest, Entry, EntryEnd, EntryId, Event, Format, Head, PartEnd, Reader};
use pgx_cli::{Failure, Input, Interrupt, Process};
use pgx_rows::Rows;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};

use crate::{apply, archive_input, failure};

/// What the budget is counted in: KiB, since permits are few.
const UNIT: usize = 1 << 10;
/// The most bytes of rows in one frame.
const LARGEST: usize = 16 << 20;
/// Things that may wait for the target, whatever their size.
const WAITING: usize = 256;

/// Something that came and is as the stream says.
pub enum Arrival {
    /// What the stream says of itself.
    Head(Box<Head>),
    /// All entries.
    Contents(Vec<Entry>),
    /// Rows.
    Rows(Chunk),
    /// A part is complete.
    PartEnd(EntryId, u32, PartEnd),
    /// The rows of an entry are complete.
    EntryEnd(EntryId, EntryEnd),
    /// The stream is complete.
    End,
}

/// Rows of one part.
pub struct Chunk {
    /// The entry.
    pub entry: EntryId,
    /// The part.
    pub part: u32,
    /// How many rows end here.
    pub rows: u64,
    /// Whether the last row goes on in the next chunk of the part.
    pub row_open: bool,
    /// The rows.
    pub bytes: Bytes,
    /// Their share of the budget.
    _permit: OwnedSemaphorePermit,
}

/// A stream that is being read.
pub struct Intake {
    arrivals: mpsc::Receiver<Result<Arrival, Failure>>,
    interrupt: Interrupt,
    name: String,
    budget: Arc<Semaphore>,
    passed_over: PassedOver,
}

/// Entries whose rows nobody wants, once that is known.
type PassedOver = Arc<OnceLock<HashSet<EntryId>>>;

impl Intake {
    /// Starts the thread.
    pub fn start(input: Input, buffer: usize, process: &Process) -> Result<Intake, Failure> {
        let (sender, arrivals) = mpsc::channel(WAITING);
        let name = input.name().to_owned();
        let budget = Arc::new(Semaphore::new(buffer / UNIT));
        let passed_over = PassedOver::default();
        let desk = Desk {
            sender,
            budget: budget.clone(),
            passed_over: passed_over.clone(),
            whole: (buffer / UNIT) as u32,
            runtime: Handle::current(),
        };
        let run = move || match archive_input::is_archive(&input) {
            true => archive_input::read(input, desk),
            false => Reading::new(input, desk).run(),
        };
        match std::thread::Builder::new().name("intake".into()).spawn(run) {
            Ok(_) => Ok(Intake {
                arrivals,
                interrupt: process.interrupt.clone(),
                name,
                budget,
                passed_over,
            }),
            Err(error) => Err(Failure::caused_by(pgx_cli::Exit::Failed, &error)),
        }
    }

    /// Lets the rows of some entries pass unread from now on: their frames are still checked and counted, but
    /// neither unpacked nor handed over. Said once.
    pub fn pass_over(&self, entries: HashSet<EntryId>) {
        // A second word would change nothing that has passed already.
        let _ = self.passed_over.set(entries);
    }

    /// How messages name the stream.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What has come already, if anything has.
    pub fn at_hand(&mut self) -> Option<Result<Arrival, Failure>> {
        self.arrivals.try_recv().ok()
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
        tokio::select! {
            biased;
            exit = self.interrupt.raised() => Err(Failure::new(exit, "interrupted")),
            arrival = self.arrivals.recv() => arrival
                .unwrap_or_else(|| Err(Failure::failed("reading stopped unexpectedly").within(&self.name))),
        }
    }

    /// Reads up to the end of the table of contents; refuses what is not a whole database.
    pub async fn contents(&mut self) -> Result<(Head, Vec<Entry>), Failure> {
        let mut head = None;
        loop {
            match self.next().await? {
                Arrival::Head(said) => head = Some(*said),
                Arrival::Contents(entries) => {
                    return match head {
                        Some(head) => apply::expect_whole_database(&head)
                            .map(|()| (head, entries))
                            .map_err(|failure| failure.within(&self.name)),
                        None => Err(Failure::failed("the stream does not say what it is").within(&self.name)),
                    };
                }
                // The decoder lets nothing else come before the end of the entries.
                _ => {}
            }
        }
    }
}

/// Where the thread hands over what has come.
pub struct Desk {
    sender: mpsc::Sender<Result<Arrival, Failure>>,
    /// Bytes of rows that may wait for the target, in units.
    budget: Arc<Semaphore>,
    passed_over: PassedOver,
    whole: u32,
    runtime: Handle,
}

impl Desk {
    /// Hands something over; an error when nobody listens any more: they know why.
    pub fn hand_over(&self, arrival: Result<Arrival, Failure>) -> Result<(), ()> {
        self.sender.blocking_send(arrival).map_err(drop)
    }

    /// Whether nobody wants the rows of an entry.
    pub fn passes_over(&self, entry: EntryId) -> bool {
        self.passed_over.get().is_some_and(|entries| entries.contains(&entry))
    }

    /// Rows with their share of the budget, for which this may have to wait.
    pub fn chunk(&self, entry: EntryId, part: u32, rows: u64, row_open: bool, bytes: Bytes) -> Result<Chunk, Failure> {
        let share = bytes.len().div_ceil(UNIT).clamp(1, self.whole as usize) as u32;
        let permit = self.runtime.block_on(self.budget.clone().acquire_many_owned(share));
        Ok(Chunk {
            entry,
            part,
            rows,
            row_open,
            bytes,
            _permit: permit.map_err(|error| Failure::caused_by(pgx_cli::Exit::Failed, &error))?,
        })
    }
}

/// The thread's side.
struct Reading {
    name: String,
    reader: Reader<Input>,
    entries: Vec<Entry>,
    /// What entries with rows are called, and what has come of their open parts.
    parts: HashMap<EntryId, (String, pgx_rows::Format, HashMap<u32, Rows>)>,
    desk: Desk,
}

impl Reading {
    fn new(input: Input, desk: Desk) -> Reading {
        Reading {
            name: input.name().to_owned(),
            reader: Reader::with(Decoder::new().understanding(FEATURES), input),
            entries: Vec::new(),
            parts: HashMap::new(),
            desk,
        }
    }

    fn run(mut self) {
        loop {
            let arrival = match self.reader.next_event() {
                Ok(Some(event)) => self.arrival(event),
                Ok(None) => Ok(Some(Arrival::End)),
                Err(error) => Err(failure::unreadable(&error, |id| self.called(id))),
            };
            let over = matches!(arrival, Err(_) | Ok(Some(Arrival::End)));
            let Some(arrival) = arrival.map_err(|failure| failure.within(&self.name)).transpose() else {
                continue;
            };
            if self.desk.hand_over(arrival).is_err() || over {
                return;
            }
        }
    }

    fn called(&self, id: EntryId) -> Option<String> {
        self.parts.get(&id).map(|(called, ..)| called.clone())
    }

    fn arrival(&mut self, event: Event) -> Result<Option<Arrival>, Failure> {
        Ok(Some(match event {
            Event::Head(head) => Arrival::Head(head),
            Event::Entries(mut entries) => {
                self.entries.append(&mut entries);
                return Ok(None);
            }
            Event::TocEnd(_) => {
                for entry in &self.entries {
                    if let Some(data) = &entry.data {
                        let known = (entry.describe(), rows_format(data.format), HashMap::new());
                        self.parts.insert(entry.id, known);
                    }
                }
                Arrival::Contents(std::mem::take(&mut self.entries))
            }
            Event::Data(frame) if self.desk.passes_over(frame.entry()) => return Ok(None),
            Event::PartEnd { entry, .. } | Event::EntryEnd { entry, .. } if self.desk.passes_over(entry) => {
                return Ok(None);
            }
            Event::Data(frame) => Arrival::Rows(self.rows(frame)?),
            Event::PartEnd { entry, part, end } => {
                self.part_end(entry, part, &end)?;
                Arrival::PartEnd(entry, part, end)
            }
            Event::EntryEnd { entry, end } => Arrival::EntryEnd(entry, end),
            // The end of the input has to follow, and the producer's last words come back as an error.
            Event::End(_)
            | Event::Skipped(_)
            | Event::Fail(_)
            | Event::Index(_)
            | Event::Tick(_)
            | Event::Ancillary(_) => {
                return Ok(None);
            }
        }))
    }

    fn rows(&mut self, frame: DataFrame) -> Result<Chunk, Failure> {
        let (entry, part, rows) = (frame.entry(), frame.part(), frame.rows());
        let row_open = frame.row_open();
        let bytes = frame
            .into_raw()
            .map_err(|error| Failure::caused_by(pgx_cli::Exit::Failed, &error))?;
        let Some((called, format, parts)) = self.parts.get_mut(&entry) else {
            return Err(Failure::failed(format!("rows of entry {entry}, which has none")));
        };
        let counted = parts
            .entry(part)
            .or_insert_with(|| Rows::new(*format))
            .push(&bytes)
            .map_err(|error| Failure::caused_by(pgx_cli::Exit::Failed, &error).within(called.as_str()))?;
        if counted != u64::from(rows) {
            let wrong = format!("a frame says that {rows} rows end in it, and {counted} do");
            return Err(Failure::failed(wrong).within(called.as_str()));
        }
        self.desk.chunk(entry, part, counted, row_open, bytes.into())
    }

    fn part_end(&mut self, entry: EntryId, part: u32, end: &PartEnd) -> Result<(), Failure> {
        let Some((called, format, parts)) = self.parts.get_mut(&entry) else {
            return Err(Failure::failed(format!("rows of entry {entry}, which has none")));
        };
        let rows = parts.remove(&part).unwrap_or_else(|| Rows::new(*format));
        let wrong = match rows.finish() {
            Err(error) => error.to_string(),
            Ok(sum) if sum.rows != end.rows => {
                format!("{} rows came, and the stream says {}", sum.rows, end.rows)
            }
            Ok(sum) if Digest(sum.digest) != end.digest => {
                "the digest of the rows that came is not the one that the stream gives".to_owned()
            }
            Ok(_) => return Ok(()),
        };
        Err(Failure::failed(wrong).within(called.as_str()))
    }
}

/// The same form of rows, as the room of rows knows it.
pub fn rows_format(format: Format) -> pgx_rows::Format {
    match format {
        Format::Text => pgx_rows::Format::Text,
        Format::Binary => pgx_rows::Format::Binary,
        Format::LargeObjects => pgx_rows::Format::LargeObjects,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::MANUAL;
    use crate::example::{Sent, stream};
    use pgx_cli::Exit;

    /// What comes out of a stream: one letter for each arrival, or what is wrong.
    fn arrivals(sent: &[Sent]) -> Result<String, Failure> {
        let process = Process::detached(&MANUAL);
        with_runtime(async {
            let input = Input::from_reader(std::io::Cursor::new(stream(sent)), "shop.pgx")?;
            let mut intake = Intake::start(input, 64 << 20, &process)?;
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
                budget: Arc::new(Semaphore::new(WAITING)),
                passed_over: Arc::new(OnceLock::from(HashSet::from_iter(
                    unwanted.iter().map(|id| EntryId(*id)),
                ))),
                whole: WAITING as u32,
                runtime: Handle::current(),
            };
            let reading = std::thread::spawn(move || Reading::new(input, desk).run());
            let mut letters = String::new();
            while let Some(arrival) = arrivals.recv().await {
                letters.push(letter(&arrival?));
            }
            reading.join().expect("reading ends");
            Ok(letters)
        })
    }

    fn with_runtime(work: impl Future<Output = Result<String, Failure>>) -> Result<String, Failure> {
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        runtime.expect("a runtime needs only memory").block_on(work)
    }

    fn letter(arrival: &Arrival) -> char {
        match arrival {
            Arrival::Head(_) => 'H',
            Arrival::Contents(_) => 'C',
            Arrival::Rows(_) => 'r',
            Arrival::PartEnd(..) => 'p',
            Arrival::EntryEnd(..) => 'e',
            Arrival::End => '.',
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
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let exit = runtime.expect("a runtime needs only memory").block_on(async {
            let input = Input::from_reader(std::io::Cursor::new(stream(&[Sent::End])), "shop.pgx")?;
            Intake::start(input, 64 << 20, &process)?.next().await.map(|_| ())
        });
        assert_eq!(exit.map_err(|failure| failure.exit), Err(Exit::Interrupted));
    }
}
