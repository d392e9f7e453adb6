//! The lanes of a dump: sessions that see the same moment, each reading on its own.

use std::collections::HashMap;
use std::sync::Arc;

use pgx_archive::{Compression, EntryId};
use pgx_cli::{Failure, Process};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::connect::Source;
use crate::error::Error;
use crate::lane::Lane;
use crate::merge::Merge;
use crate::parts::Part;
use crate::work::Work;

/// Frames that a lane may be ahead of the output.
const AHEAD: usize = 2;

/// Lanes at work.
pub struct Lanes {
    /// What they give.
    pub merge: Merge,
    /// What is left for them to do.
    pub work: Arc<Work>,
    tasks: JoinSet<()>,
}

impl Lanes {
    /// Starts a lane on every session of the source.
    pub fn start(source: &Source, parts: Vec<Part>, compression: Compression, process: &Process) -> Lanes {
        let work = Arc::new(Work::new(parts, source.others.len()));
        let mut tasks = JoinSet::new();
        let mut merge = Vec::new();
        for session in std::iter::once(&source.session).chain(&source.others) {
            let (out, sealed) = mpsc::channel(AHEAD);
            let holder = merge.is_empty();
            let lane = Lane::new(
                session.clone(),
                holder,
                source.moment.clone(),
                compression,
                out,
                process,
            );
            merge.push(sealed);
            tasks.spawn(lane.run(work.clone()));
        }
        Lanes {
            merge: Merge::new(merge),
            work,
            tasks,
        }
    }

    /// Waits for the ends of all lanes, which have given all they had.
    pub async fn end(mut self) -> Result<(), Error> {
        while let Some(ended) = self.tasks.join_next().await {
            ended.map_err(|_| Failure::failed("a lane stopped unexpectedly"))?;
        }
        Ok(())
    }
}

/// How many parts of each entry are to come.
pub fn missing(parts: &[Part]) -> HashMap<EntryId, u32> {
    let mut missing = HashMap::new();
    for part in parts {
        *missing.entry(part.entry).or_default() += 1;
    }
    missing
}

/// Bytes of rows that are worth a session of their own.
const WORTH_A_LANE: u64 = 4 << 20;

/// How many lanes are worth starting for these parts, at most `lanes`.
pub fn worthwhile(parts: &[Part], lanes: u32) -> usize {
    let bytes: u64 = parts.iter().map(|part| 8192 + part.bytes / u64::from(part.of)).sum();
    let enough = usize::try_from(1 + bytes / WORTH_A_LANE).unwrap_or(usize::MAX);
    (lanes as usize).min(parts.len()).min(enough).max(1)
}
