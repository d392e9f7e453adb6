//! The holder: reads the database, sends to whatever front there is, and waits for the next when there is none.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{BufRead, BufReader};
use std::os::unix::net::UnixStream as Blocking;
use std::sync::Arc;
use std::time::Duration;

use pgx_archive::head::{Head, Resumes, SkippedParts};
use pgx_archive::{Digest, Encoder, Entry, Token, encoder};
use pgx_cli::{Destination, Exit, Failure, Process, Progress, Remote};
use pgx_server::neighbours::Waiting;
use tokio::net::UnixStream;
use tokio::task::JoinHandle;
use tokio::time::Instant;

use super::door::{Door, Visit};
use super::line::{Line, Voice};
use super::report;
use super::spawn::SECRET;
use super::words::{self, Dump, Order, Resume, Status, Word};
use crate::args::{DumpArgs, MANUAL};
use crate::connect::{self, Source};
use crate::describe::Description;
use crate::leg::Leg;
use crate::moment::Moment;
use crate::parts::Part;
use crate::sink::Sink;
use crate::{filters, head};

/// How long sessions may take to stop what they are doing.
const WIND_UP: Duration = Duration::from_secs(2);

/// How long a front may take to fetch its stream.
const FETCH: Duration = Duration::from_secs(10);

/// How often to look whether the snapshot is still there.
const LOOK: Duration = Duration::from_secs(1);

/// The life of a holder, to its end.
pub fn live(control: Blocking, data: Blocking) -> Exit {
    let Some(order) = first_order(&control) else {
        return Exit::Failed;
    };
    let Ok(runtime) = tokio::runtime::Runtime::new() else {
        return Exit::Failed;
    };
    let ended = runtime.block_on(async {
        control.set_nonblocking(true)?;
        let voice = Voice::default();
        let progress = Progress::hidden();
        let line = Line::new(UnixStream::from_std(control)?, data, &voice, &progress);
        hold(order, line, voice, progress).await;
        Ok::<(), std::io::Error>(())
    });
    runtime.shutdown_background();
    match ended {
        Ok(()) => Exit::Done,
        Err(_) => Exit::Failed,
    }
}

/// What the parent wants; nothing comes after it before we speak.
fn first_order(control: &Blocking) -> Option<Dump> {
    let mut line = String::new();
    BufReader::new(control).read_line(&mut line).ok()?;
    match words::read(line.trim_end()).ok()? {
        Order::Dump(order) => Some(order),
        _ => None,
    }
}

async fn hold(order: Dump, line: Line, voice: Voice, progress: Progress) {
    let begun = async {
        let (args, process) = prepare(&order, &voice)?;
        begin(args, process, voice, progress, order.to_file, &line).await
    };
    match begun.await {
        Ok(mut begun) => {
            begun
                .holder
                .live(line, begun.encoder, begun.sink, begun.compression)
                .await
        }
        Err(failure) => line.end(&Err(failure)).await,
    }
}

/// The flags as the user gave them, and a process that speaks through the front.
fn prepare(order: &Dump, voice: &Voice) -> Result<(DumpArgs, Process), Failure> {
    let (mut args, verbosity) = pgx_cli::parse::<DumpArgs>(&MANUAL, argv(&order.argv))?;
    filters::read(&mut args.selection)?;
    let (teller, asker) = (voice.clone(), voice.clone());
    let password = order.password.clone().map(|password| (SECRET.to_owned(), password));
    let process = pgx_cli::stand_in(
        &MANUAL,
        Remote {
            verbosity,
            tell: Box::new(move |severity, notice| teller.tell(severity, notice)),
            ask: Arc::new(move |question| asker.ask(question)),
            variables: password.into_iter().collect(),
        },
    )?;
    Ok((args, process))
}

fn argv(words: &[String]) -> Vec<OsString> {
    words.iter().map(OsString::from).collect()
}

/// A dump that can be held from now on: its table of contents has been sent.
struct Begun {
    holder: Holder,
    encoder: Encoder<encoder::Rows>,
    sink: Sink,
    compression: pgx_archive::Compression,
}

/// Connects, describes, and sends the table of contents. A front that goes before that leaves nothing that could
/// be resumed.
async fn begin(
    args: DumpArgs,
    process: Process,
    voice: Voice,
    progress: Progress,
    to_file: bool,
    line: &Line,
) -> Result<Begun, Failure> {
    let opening = open(args, process.clone(), voice, progress, to_file, line);
    tokio::pin!(opening);
    tokio::select! {
        begun = &mut opening => begun,
        () = line.gone() => {
            process.interrupt.raise(Exit::Terminated);
            let _ = tokio::time::timeout(WIND_UP, opening).await;
            Err(Failure::silent(Exit::ReaderGone))
        }
    }
}

async fn open(
    args: DumpArgs,
    process: Process,
    voice: Voice,
    progress: Progress,
    to_file: bool,
    line: &Line,
) -> Result<Begun, Failure> {
    let source = connect::source(&args, &process).await?;
    let head = head::head(&source.facts, &args);
    let mut sink = Sink::new(line.taker(), args.reading.rate_limit, args.reading.timeout);
    let compression = args.output.compression(destination(to_file))?;
    let leg = Leg {
        args: &args,
        process: &process,
        compression,
        progress: &progress,
    };
    let encoder = leg.head(&head, &mut sink).await?;
    let (encoder, described) = leg.describe(&source, encoder, &mut sink).await?;
    let Description {
        entries, parts, tables, ..
    } = described;
    let (encoder, plan) = leg.contents(&entries, encoder, &mut sink).await?;
    let Some(plan) = plan else {
        return Err(Failure::failed("the dump has no plan that could be resumed"));
    };
    let failed = |error: pgx_server::Error| crate::error::Error::from(error).into_failure();
    source.moment.anchor().await.map_err(failed)?;
    let held = Arc::new(Held {
        head,
        entries,
        parts,
        plan,
    });
    let door = Door::open(&held.head.archive)?;
    let lease = args.hold.hold.unwrap_or_default();
    line.say(Word::Held {
        archive: held.head.archive.clone(),
        lease: lease.as_secs(),
    })
    .await;
    let moment = source.moment.clone();
    let keeping = moment.clone();
    let desk = Desk {
        door,
        moment: moment.clone(),
        held: held.clone(),
        since: Instant::now(),
        keeping: tokio::spawn(async move { keeping.keep(&tables).await }),
        watching: tokio::spawn(report::watch(moment, args.hold.yield_after, process.clone())),
        process: process.clone(),
    };
    let holder = Holder {
        held,
        args,
        process,
        voice,
        progress,
        source,
        desk,
        legs: 0,
    };
    Ok(Begun {
        holder,
        encoder,
        sink,
        compression,
    })
}

/// What decides about compression, as the front knows it.
fn destination(to_file: bool) -> Destination {
    match to_file {
        true => Destination::File,
        false => Destination::Pipe,
    }
}

/// What every leg of a dump is made of.
struct Held {
    head: Head,
    entries: Vec<Entry>,
    parts: Vec<Part>,
    plan: Digest,
}

impl Held {
    /// The parts that an order leaves out; an error when it is not of this dump. It can take away, and nothing
    /// else.
    fn skipped(&self, resume: &Resume) -> Result<Vec<SkippedParts>, Failure> {
        let wrong = |error: pgx_archive::TokenError| Failure::usage(error.to_string());
        let token: Token = resume.token.parse().map_err(wrong)?;
        if token.archive() != self.head.archive || token.plan() != self.plan {
            let failure = Failure::usage("the token is of another plan than the dump that is held");
            return Err(failure.hint("pgx-load --print-token prints that of a target"));
        }
        let database = &self.head.source.database;
        if let Some(named) = &resume.database
            && !names(named, database)
        {
            return Err(Failure::usage(format!(
                "the dump that is held is of database \"{database}\", not of \"{named}\""
            )));
        }
        token.done().skipped(&self.entries).map_err(wrong)
    }

    /// HEAD of a leg that leaves these out.
    fn head(&self, skipped: Vec<SkippedParts>, lanes: u32) -> Head {
        Head {
            plan: Some(self.plan),
            lanes,
            resumes: Some(Resumes {
                plan: self.plan,
                skipped,
            }),
            ..self.head.clone()
        }
    }

    /// The parts that are left.
    fn left(&self, skipped: &[SkippedParts]) -> Vec<Part> {
        let skipped: HashSet<_> = (skipped.iter())
            .flat_map(|skipped| skipped.parts.iter().map(|part| (skipped.entry, *part)))
            .collect();
        let left = self.parts.iter();
        let left = left.filter(|part| !skipped.contains(&(part.entry, part.number)));
        left.cloned().collect()
    }
}

/// Whether what a user wrote after `-d` can mean this database.
fn names(written: &str, database: &str) -> bool {
    // A connection string says more than a name; the holder is connected already.
    written == database || written.contains('=') || written.contains("://")
}

/// How a leg ended, or why waiting for one did.
enum Ended {
    /// Its reader has all of it.
    Delivered,
    /// It failed for a reason of ours.
    Failed(Failure),
    /// Its reader did not read it to the end.
    Broken,
    /// Its reader did not read for too long.
    Stalled(Failure),
    /// Another front has come.
    Taken(Visit, Box<Resume>),
    /// There is no reason, or no way, to go on.
    Over(Failure),
}

/// A dump that is held.
struct Holder {
    args: DumpArgs,
    process: Process,
    voice: Voice,
    progress: Progress,
    source: Source,
    held: Arc<Held>,
    desk: Desk,
    legs: u64,
}

impl Holder {
    /// Leg after leg, until all of the dump has been read or nobody comes any more.
    async fn live(
        &mut self,
        line: Line,
        encoder: Encoder<encoder::Rows>,
        sink: Sink,
        compression: pgx_archive::Compression,
    ) {
        let parts = self.held.parts.clone();
        let args = self.args.clone();
        let mut ended = self.send(args, compression, parts, encoder, sink, &line).await;
        let mut front = Some(line);
        loop {
            let lease = match ended {
                Ended::Taken(mut visit, resume) => {
                    if let Some(front) = front.take() {
                        front
                            .end(&Err(Failure::failed("another process reads the rest of the dump")))
                            .await;
                    }
                    self.calm().await;
                    match self.admit(&mut visit, &resume).await {
                        Ok(accepted) => {
                            let Some(line) = self.fetch(visit).await else {
                                ended = self.wait(self.lease()).await;
                                continue;
                            };
                            ended = self.resume(accepted, &line).await;
                            front = Some(line);
                            continue;
                        }
                        Err(failure) => {
                            visit.answer(&Word::end(&Err(failure))).await;
                            self.lease()
                        }
                    }
                }
                Ended::Delivered => {
                    if let Some(front) = front.take() {
                        front.end(&Ok(())).await;
                    }
                    match self.args.hold.linger {
                        Some(time) => time,
                        None => break,
                    }
                }
                Ended::Broken => self.lease(),
                Ended::Stalled(failure) => {
                    if let Some(front) = front.take() {
                        // It is incomplete, and can be resumed.
                        let failure = Failure {
                            exit: Exit::Incomplete,
                            ..failure
                        };
                        front.end(&Err(failure)).await;
                    }
                    self.lease()
                }
                Ended::Failed(failure) | Ended::Over(failure) => {
                    if let Some(front) = front.take() {
                        front.end(&Err(failure)).await;
                    }
                    break;
                }
            };
            front = None;
            ended = self.wait(lease).await;
        }
        // The transactions end with the process; that they do so now is only civil.
        let _ = tokio::time::timeout(WIND_UP, self.source.release()).await;
    }

    fn lease(&self) -> Duration {
        self.args.hold.hold.unwrap_or_default()
    }

    /// Waits for the next front.
    async fn wait(&mut self, lease: Duration) -> Ended {
        self.calm().await;
        self.desk
            .attend(std::future::pending(), Some(Instant::now() + lease))
            .await
    }

    /// After a leg that may have been broken off: no session is at work any more, and only keepers are left.
    async fn calm(&mut self) {
        for session in self.source.others.drain(..) {
            let (canceller, ended) = (session.canceller(), session.ended());
            drop(session);
            tokio::spawn(async move {
                tokio::pin!(ended);
                // A cancel that comes between two statements does nothing.
                for _ in 0..20 {
                    let _ = canceller.cancel().await;
                    if tokio::time::timeout(Duration::from_millis(200), &mut ended)
                        .await
                        .is_ok()
                    {
                        return;
                    }
                }
            });
        }
        self.source.moment.settle().await;
    }

    /// Looks whether an order fits.
    async fn admit(&self, visit: &mut Visit, resume: &Resume) -> Result<Accepted, Failure> {
        let skipped = self.held.skipped(resume)?;
        let (args, _) = pgx_cli::parse::<DumpArgs>(&MANUAL, argv(&resume.argv))?;
        visit
            .answer(&Word::Held {
                archive: self.held.head.archive.clone(),
                lease: self.lease().as_secs(),
            })
            .await;
        Ok(Accepted {
            compression: args.output.compression(destination(resume.to_file))?,
            args,
            skipped,
        })
    }

    /// Lets a front fetch its stream: on another connection.
    async fn fetch(&mut self, mut visit: Visit) -> Option<Line> {
        self.legs += 1;
        visit.answer(&Word::Go(self.legs)).await;
        let fetching = async {
            loop {
                let next = self.desk.door.next().await;
                if next.order == Order::Data(self.legs) {
                    return next.stream;
                }
            }
        };
        let data = tokio::time::timeout(FETCH, fetching).await.ok()?;
        let data = data.into_std().ok()?;
        data.set_nonblocking(false).ok()?;
        Some(Line::new(visit.stream, data, &self.voice, &self.progress))
    }

    /// Sends what an order leaves.
    async fn resume(&mut self, accepted: Accepted, line: &Line) -> Ended {
        let Some(session) = self.source.moment.holder() else {
            return Ended::Over(lost());
        };
        self.source.session = session;
        let Accepted {
            args,
            compression,
            skipped,
        } = accepted;
        let mut sink = Sink::new(line.taker(), args.reading.rate_limit, args.reading.timeout);
        let parts = self.held.left(&skipped);
        let leg = Leg {
            args: &args,
            process: &self.process,
            compression,
            progress: &self.progress,
        };
        let head = self.held.head(skipped, args.reading.lanes());
        let opening = async {
            let encoder = leg.head(&head, &mut sink).await?;
            leg.contents(&self.held.entries, encoder, &mut sink).await
        };
        match opening.await {
            Ok((encoder, _)) => self.send(args, compression, parts, encoder, sink, line).await,
            Err(failure) => judged(failure, &sink),
        }
    }

    /// Sends rows and totals, and attends to visitors meanwhile.
    async fn send(
        &mut self,
        args: DumpArgs,
        compression: pgx_archive::Compression,
        parts: Vec<Part>,
        encoder: Encoder<encoder::Rows>,
        mut sink: Sink,
        line: &Line,
    ) -> Ended {
        let leg = Leg {
            args: &args,
            process: &self.process,
            compression,
            progress: &self.progress,
        };
        let (source, entries) = (&mut self.source, &self.held.entries);
        let sending = async {
            let sent = async {
                let encoder = leg.rows(source, entries, parts, encoder, &mut sink).await?;
                leg.end(encoder, &mut sink).await
            };
            if let Err(failure) = sent.await {
                return judged(failure, &sink);
            }
            match line.delivered().await {
                true => Ended::Delivered,
                false => Ended::Broken,
            }
        };
        let sending = async {
            tokio::select! {
                biased;
                ended = sending => ended,
                () = line.gone() => Ended::Broken,
            }
        };
        self.desk.attend(sending, None).await
    }
}

/// What a failure of a leg means for the dump.
fn judged(failure: Failure, sink: &Sink) -> Ended {
    match failure.exit {
        Exit::ReaderGone => Ended::Broken,
        _ if sink.is_stalled() => Ended::Stalled(failure),
        _ => Ended::Failed(failure),
    }
}

/// An order that fits.
struct Accepted {
    args: DumpArgs,
    compression: pgx_archive::Compression,
    skipped: Vec<SkippedParts>,
}

fn lost() -> Failure {
    Failure::failed("the snapshot of the dump is lost with its last session")
}

/// Who attends to visitors, the lease, and those who wait for the locks.
struct Desk {
    door: Door,
    held: Arc<Held>,
    moment: Arc<Moment>,
    since: Instant,
    keeping: JoinHandle<()>,
    watching: JoinHandle<Waiting>,
    process: Process,
}

impl Desk {
    /// Waits for the end of a leg, or of the lease, or for somebody who wants one of both.
    async fn attend(&mut self, leg: impl Future<Output = Ended>, until: Option<Instant>) -> Ended {
        tokio::pin!(leg);
        let interrupt = self.process.interrupt.clone();
        let signal = interrupt.raised();
        tokio::pin!(signal);
        loop {
            let lease = async {
                match until {
                    Some(until) => tokio::time::sleep_until(until).await,
                    None => std::future::pending().await,
                }
            };
            let losing = async {
                while !self.moment.is_lost() {
                    tokio::time::sleep(LOOK).await;
                }
            };
            tokio::select! {
                biased;
                ended = &mut leg => return ended,
                mut visit = self.door.next() => match visit.order.clone() {
                    Order::Status => visit.answer(&Word::Status(self.status(until).await)).await,
                    Order::Release => {
                        visit.answer(&Word::end(&Ok(()))).await;
                        return Ended::Over(Failure::failed("the dump was given up by pgx-dump --release"));
                    }
                    Order::Resume(resume) => match self.held.skipped(&resume) {
                        Ok(_) => return Ended::Taken(visit, Box::new(resume)),
                        // Whoever reads now reads on.
                        Err(failure) => visit.answer(&Word::end(&Err(failure))).await,
                    },
                    Order::Dump(_) | Order::Data(_) => {}
                },
                () = lease => return Ended::Over(Failure::failed("the lease of the dump is over")),
                () = losing, if until.is_some() => return Ended::Over(lost()),
                exit = &mut signal => return Ended::Over(Failure::silent(exit)),
                Ok(waiting) = &mut self.watching => {
                    let failure = Failure::failed(format!("the dump gives way: {waiting}"));
                    return Ended::Over(failure.hint("--yield-after says how long others may wait"));
                }
            }
        }
    }

    async fn status(&self, until: Option<Instant>) -> Status {
        let report = report::look(&self.moment).await;
        Status {
            archive: self.held.head.archive.clone(),
            database: self.held.head.source.database.clone(),
            process: std::process::id(),
            held: self.since.elapsed().as_secs(),
            left: until.map(|until| until.saturating_duration_since(Instant::now()).as_secs()),
            xmin_age: report.xmin_age,
            waiting: report.waiting.iter().map(ToString::to_string).collect(),
        }
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.keeping.abort();
        self.watching.abort();
    }
}
