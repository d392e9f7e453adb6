//! Leg after leg: sends to whatever front there is, and waits for the next when there is none.

use std::sync::Arc;
use std::time::Duration;

use pgx_archive::head::SkippedParts;
use pgx_archive::{Compression, Encoder, encoder};
use pgx_cli::{Exit, Failure, Process, Progress};
use tokio::time::Instant;

use super::begin::destination;
use super::desk::{Desk, Ended, judged, lost};
use super::door::Visit;
use super::held::Held;
use super::holder::argv;
use super::line::{Line, Voice};
use super::words::{Order, Resume, Word};
use crate::args::{DumpArgs, MANUAL};
use crate::connect::Source;
use crate::leg::Leg;
use crate::parts::Part;
use crate::sink::Sink;

/// How long sessions may take to stop what they are doing.
pub const WIND_UP: Duration = Duration::from_secs(2);

/// How long a front may take to fetch its stream.
const FETCH: Duration = Duration::from_secs(10);

/// A dump that is held.
pub struct Holder {
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
    /// The holder of a dump that has been begun.
    pub fn new(
        held: Arc<Held>,
        args: DumpArgs,
        (process, voice, progress): (Process, Voice, Progress),
        source: Source,
        desk: Desk,
    ) -> Holder {
        Holder {
            args,
            process,
            voice,
            progress,
            source,
            held,
            desk,
            legs: 0,
        }
    }

    /// Leg after leg, until all of the dump has been read or nobody comes any more.
    pub async fn live(&mut self, line: Line, opened: Opened, compression: Compression) {
        let parts = self.held.parts.clone();
        let args = self.args.clone();
        let mut ended = self.send(args, compression, parts, opened, &line).await;
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
                Ended::Unfinished(failure) => {
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
            held: None,
        };
        let head = self.held.head(skipped, args.reading.lanes());
        let opening = async {
            let encoder = leg.head(&head, &mut sink).await?;
            leg.contents(&self.held.entries, encoder, &mut sink).await
        };
        match opening.await {
            Ok(encoder) => {
                let opened = Opened {
                    encoder,
                    sink,
                    unsent: Vec::new(),
                };
                self.send(args, compression, parts, opened, line).await
            }
            Err(failure) => judged(failure, &sink),
        }
    }

    /// Sends rows and totals, and attends to visitors meanwhile.
    async fn send(
        &mut self,
        args: DumpArgs,
        compression: Compression,
        parts: Vec<Part>,
        opened: Opened,
        line: &Line,
    ) -> Ended {
        let moment = self.source.moment.clone();
        let leg = Leg {
            args: &args,
            process: &self.process,
            compression,
            progress: &self.progress,
            held: Some(&moment),
        };
        let Opened {
            encoder,
            mut sink,
            unsent,
        } = opened;
        let (source, entries) = (&mut self.source, &self.held.entries);
        let sending = async {
            let sent = async {
                sink.write(unsent).await?;
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

/// A stream of which everything is known but its rows.
pub struct Opened {
    /// What makes its frames.
    pub encoder: Encoder<encoder::Rows>,
    /// Where they go.
    pub sink: Sink,
    /// Those that have been made and not sent.
    pub unsent: Vec<u8>,
}

/// An order that fits.
struct Accepted {
    args: DumpArgs,
    compression: Compression,
    skipped: Vec<SkippedParts>,
}
