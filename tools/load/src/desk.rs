//! The thread's end of the way in: where what has come is handed over.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use pgx_archive::{Digest, EntryId};
use pgx_cli::Failure;
use pgx_rows::Summary;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};

use crate::intake::{Arrival, Chunk, UNIT};
use crate::silence::Silence;

/// Entries whose rows nobody wants, of which member; once that is known.
pub type PassedOver = Arc<Mutex<(u32, HashSet<EntryId>)>>;

/// Where the thread hands over what has come.
pub struct Desk {
    pub sender: mpsc::Sender<Result<Arrival, Failure>>,
    /// Says once for each member that it is known what is wanted of it.
    pub choice: std::sync::mpsc::Receiver<()>,
    /// Bytes of rows that may wait for the target, in units.
    pub budget: Arc<Semaphore>,
    /// What is not wanted.
    pub passed_over: PassedOver,
    /// Whether the input is waited for, and what came last.
    pub silence: Silence,
    /// Number of the member that is read, from 1.
    pub member: u32,
    /// The whole budget, in units.
    pub whole: u32,
    /// Where waiting for the budget is done.
    pub runtime: Handle,
}

impl Desk {
    /// Hands something over; an error when nobody listens any more: they know why.
    pub fn hand_over(&self, arrival: Result<Arrival, Failure>) -> Result<(), ()> {
        self.sender.blocking_send(arrival).map_err(drop)
    }

    /// Whether nobody wants the rows of an entry.
    pub fn passes_over(&self, entry: EntryId) -> bool {
        let passed_over = self.passed_over.lock().unwrap_or_else(PoisonError::into_inner);
        passed_over.0 == self.member && passed_over.1.contains(&entry)
    }

    /// Waits until it is known what is wanted; false when nobody listens any more.
    pub fn wait_for_choice(&self) -> bool {
        self.choice.recv().is_ok()
    }

    /// Rows with their share of the budget, for which this may have to wait.
    pub fn chunk(
        &self,
        (entry, part): (EntryId, u32),
        rows: Summary,
        row_open: bool,
        bytes: Bytes,
    ) -> Result<Chunk, Failure> {
        let share = bytes.len().div_ceil(UNIT).clamp(1, self.whole as usize) as u32;
        let permit = self.runtime.block_on(self.budget.clone().acquire_many_owned(share));
        Ok(Chunk {
            entry,
            part,
            rows: rows.rows,
            digest: Digest(rows.digest),
            row_open,
            bytes,
            _permit: permit.map_err(|error| Failure::caused_by(pgx_cli::Exit::Failed, &error))?,
        })
    }
}
