//! A leg: a stream of a whole dump, or of what an earlier leg has left of it.

use std::time::Duration;

use pgx_archive::encoder::{Rows, Toc};
use pgx_archive::head::Head;
use pgx_archive::{Compression, Encoder, Entry};
use pgx_cli::{Failure, Process, Progress};

use crate::args::DumpArgs;
use crate::connect::Source;
use crate::describe::{self, Description};
use crate::error::Error;
use crate::lanes::{self, Lanes};
use crate::moment::Moment;
use crate::parts::Part;
use crate::sink::Sink;
use crate::stream::{self, GivenUp};

/// Entries that are encoded before any of them is written: a frame or two.
const ENTRIES_AT_ONCE: usize = 1000;

/// How a stream is made, and who is told.
pub struct Leg<'a> {
    /// What the user wants of it.
    pub args: &'a DumpArgs,
    /// Who speaks.
    pub process: &'a Process,
    /// How frames are compressed.
    pub compression: Compression,
    /// How far it has come.
    pub progress: &'a Progress,
    /// What is kept when it fails, where anything is.
    pub held: Option<&'a Moment>,
}

/// What cannot be written.
pub fn fatal(error: pgx_archive::EncodeError) -> Failure {
    Error::Encode(error).into_failure()
}

impl Leg<'_> {
    /// HEAD, at once.
    pub async fn head(&self, head: &Head, sink: &mut Sink) -> Result<Encoder<Toc>, Failure> {
        let mut bytes = Vec::new();
        let encoder = Encoder::new(self.compression).head(head, &mut bytes).map_err(fatal)?;
        sink.write(bytes).await?;
        Ok(encoder)
    }

    /// What the database consists of, with signs of life until it is known.
    pub async fn describe(
        &self,
        source: &Source,
        mut encoder: Encoder<Toc>,
        sink: &mut Sink,
    ) -> Result<(Encoder<Toc>, Description), Failure> {
        let stage = "reading catalogs";
        self.progress.stage(stage);
        let described = stream::alive(
            describe::describe(source, self.args),
            stage,
            (self.patience(), || source.session.heard()),
            |tick, out| encoder.tick(tick, out),
            sink,
        )
        .await;
        match described {
            Ok(description) => {
                describe::mention(&description.refused, &description.left_out, self.process);
                Ok((encoder, description))
            }
            Err(error) => {
                if let Error::Silent { .. } = error {
                    describe::stop_waiting(source).await;
                }
                Err(GivenUp::new(error, false, stage, |fail, out| encoder.fail(fail, out))
                    .end(sink)
                    .await)
            }
        }
    }

    /// The entries.
    pub async fn entries(
        &self,
        entries: &[Entry],
        mut encoder: Encoder<Toc>,
        sink: &mut Sink,
    ) -> Result<Encoder<Toc>, Failure> {
        for entries in entries.chunks(ENTRIES_AT_ONCE) {
            let mut bytes = Vec::new();
            encoder.entries(entries, &mut bytes).map_err(fatal)?;
            sink.write(bytes).await?;
        }
        Ok(encoder)
    }

    /// The whole table of contents.
    pub async fn contents(
        &self,
        entries: &[Entry],
        encoder: Encoder<Toc>,
        sink: &mut Sink,
    ) -> Result<Encoder<Rows>, Failure> {
        let encoder = self.entries(entries, encoder, sink).await?;
        let mut bytes = Vec::new();
        let (encoder, _) = encoder.toc_end(&mut bytes).map_err(fatal)?;
        sink.write(bytes).await?;
        Ok(encoder)
    }

    /// The rows of these parts of the entries, from as many sessions as are worth it.
    pub async fn rows(
        &self,
        source: &mut Source,
        entries: &[Entry],
        parts: Vec<Part>,
        encoder: Encoder<Rows>,
        sink: &mut Sink,
    ) -> Result<Encoder<Rows>, Failure> {
        self.read(source, entries, parts, false, encoder, sink).await
    }

    /// The same, after which the source is let go: nobody will come back for it.
    pub async fn last_rows(
        &self,
        source: &mut Source,
        entries: &[Entry],
        parts: Vec<Part>,
        encoder: Encoder<Rows>,
        sink: &mut Sink,
    ) -> Result<Encoder<Rows>, Failure> {
        self.read(source, entries, parts, true, encoder, sink).await
    }

    async fn read(
        &self,
        source: &mut Source,
        entries: &[Entry],
        parts: Vec<Part>,
        release: bool,
        mut encoder: Encoder<Rows>,
        sink: &mut Sink,
    ) -> Result<Encoder<Rows>, Failure> {
        let missing = lanes::missing(&parts);
        self.progress.expect(missing.len() as u64, stream::expected(entries));
        let stage = "reading rows";
        self.progress.stage(stage);
        let reading = async {
            let wanted = lanes::worthwhile(&parts, self.args.reading.lanes());
            let widened = async {
                source.widen(wanted, self.process).await;
                Ok(self.process.interrupt.check()?)
            };
            let patience = self.patience();
            stream::alive(
                widened,
                stage,
                (patience, || 0),
                |tick, out| encoder.tick(tick, out),
                sink,
            )
            .await?;
            let mut lanes = Lanes::start(source, parts, self.compression, self.process);
            let mut bytes = Vec::new();
            stream::ended_before(entries, &missing, &lanes, &mut encoder, &mut bytes)?;
            sink.write(bytes).await?;
            stream::rows(&mut lanes, missing, &mut encoder, sink, self.progress, patience).await?;
            lanes.end().await?;
            match release {
                true => stream::within(source.release(), stage, patience).await,
                false => Ok(()),
            }
        };
        match reading.await {
            Ok(()) => Ok(encoder),
            Err(error) => {
                let resumable = error.may_pass() && self.held.is_some_and(|moment| !moment.is_lost());
                Err(
                    GivenUp::new(error, resumable, stage, |fail, out| encoder.fail(fail, out))
                        .end(sink)
                        .await,
                )
            }
        }
    }

    /// Totals: the stream is complete.
    pub async fn end(&self, encoder: Encoder<Rows>, sink: &mut Sink) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        encoder.finish(&mut bytes).map_err(fatal)?;
        sink.write(bytes).await?;
        sink.close().await
    }

    fn patience(&self) -> Option<Duration> {
        self.args.reading.timeout
    }
}
