//! A lane: reads the rows of one entry after another, counts, digests and compresses them.
//!
//! A lane makes whole frames by itself; whoever takes them only puts them in order. Nothing of a table is
//! held but the frame that is being filled.

use pgx_archive::{Compression, DataFrame, Digest, Entry, EntryId, Format, Place};
use pgx_objects::kinds::{data, large_object_copy};
use pgx_rows::{Batcher, TARGET};
use pgx_server::Session;
use pgx_server::source::{CopyForm, copy_settings};
use tokio::sync::mpsc;

use crate::error::Error;

/// What a lane gives.
pub enum Sealed {
    /// A frame of rows.
    Frame(DataFrame),
    /// The end of a part, with the digest of its rows.
    Part(EntryId, u32, Digest),
    /// The end of an entry.
    Entry(EntryId),
}

/// The rows of one entry, to be read.
#[derive(Clone, Debug)]
pub struct Job {
    /// The entry.
    pub id: EntryId,
    /// How messages name it.
    pub name: String,
    /// The statement that reads it: `COPY … TO STDOUT`.
    pub copy: String,
    /// The form in which its rows are sent.
    pub format: Format,
}

impl Job {
    /// The job of an entry, if it has rows; `entries` are those it may depend on.
    pub fn new(entry: &Entry, entries: &[Entry]) -> Option<Job> {
        let data = entry.data.as_ref()?;
        let copy = match data.format {
            Format::LargeObjects => entries
                .iter()
                .filter(|other| entry.dependencies.contains(&other.id))
                .find_map(large_object_copy::copy_out)?,
            Format::Text | Format::Binary => data::copy_out(entry, None)?,
        };
        Some(Job {
            id: entry.id,
            name: entry.describe(),
            copy,
            format: data.format,
        })
    }

    fn malformed(&self, reason: impl ToString) -> Error {
        Error::Malformed {
            id: self.id,
            entry: self.name.clone(),
            reason: reason.to_string(),
        }
    }

    fn refused(&self, error: pgx_server::Error) -> Error {
        Error::Rows {
            id: self.id,
            entry: self.name.clone(),
            error,
        }
    }
}

/// Reads all jobs, one after the other, and hands over what it makes of them.
///
/// Ends early, without an error, when nobody takes it any more: they know why.
pub async fn run(
    session: &Session,
    jobs: &[Job],
    compression: Compression,
    out: mpsc::Sender<Sealed>,
) -> Result<(), Error> {
    copy_settings(session, CopyForm::Binary).await?;
    for job in jobs {
        let part = 1;
        let Some(digest) = read(session, job, part, compression, &out).await? else {
            return Ok(());
        };
        for sealed in [Sealed::Part(job.id, part, digest), Sealed::Entry(job.id)] {
            if out.send(sealed).await.is_err() {
                return Ok(());
            }
        }
    }
    Ok(())
}

/// Reads one part; gives the digest of its rows, or nothing when nobody takes them.
async fn read(
    session: &Session,
    job: &Job,
    part: u32,
    compression: Compression,
    out: &mpsc::Sender<Sealed>,
) -> Result<Option<Digest>, Error> {
    let mut batcher = Batcher::new(rows_format(job.format), TARGET);
    let mut place = Place {
        entry: job.id,
        part,
        seq: 0,
    };
    let mut copy = session.copy_out(&job.copy).await.map_err(|error| job.refused(error))?;
    let mut records = (job.format == Format::LargeObjects).then(crate::blobs::Records::default);
    let mut digest = None;
    while digest.is_none() {
        match copy.next().await.map_err(|error| job.refused(error))? {
            Some(piece) => match &mut records {
                None => batcher.push(&piece).map_err(|error| job.malformed(error))?,
                Some(records) => records
                    .push(&piece, |record| batcher.push(record))
                    .map_err(|error| job.malformed(error))?,
            },
            None => digest = Some(Digest(batcher.finish().map_err(|error| job.malformed(error))?.digest)),
        }
        while let Some(batch) = batcher.next_batch() {
            let frame = DataFrame::seal(place, batch.rows, batch.row_open, &batch.bytes, compression)
                .map_err(|error| job.malformed(error))?;
            place.seq = place
                .seq
                .checked_add(1)
                .ok_or_else(|| job.malformed("more frames than a part can have"))?;
            if out.send(Sealed::Frame(frame)).await.is_err() {
                return Ok(None);
            }
        }
    }
    Ok(digest)
}

fn rows_format(format: Format) -> pgx_rows::Format {
    match format {
        Format::Text => pgx_rows::Format::Text,
        Format::Binary => pgx_rows::Format::Binary,
        Format::LargeObjects => pgx_rows::Format::LargeObjects,
    }
}
