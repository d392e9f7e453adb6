//! The ledger: what a load has done, kept in the target by the transactions that did it.
//!
//! **Exactly once** rests on one sentence: *a fact stands in the ledger if and only if the transaction that made
//! it true was committed*. Nothing else is believed, least of all the memory of a program that may have died
//! between sending COMMIT and hearing the answer. From it follows the rest:
//!
//! - Every batch of definitions writes a row for each of its entries, every COPY one for its rows: how many,
//!   after how many others of the part, and their digest. One transaction holds both, so that a crash, a lost
//!   session or a lost answer leaves both or neither.
//! - The row is written *first*. Its key (the entry; for rows entry, part and how many rows are before) is
//!   unique, so who does the same work at the same time waits there, before it has done anything, and fails when
//!   the other commits. Two loaders can never both commit the same.
//! - Commits need not wait for the disk. What a crash of the server forgets is always the last it was told, and
//!   a row of the ledger is forgotten together with what it tells of; a ledger that is read again after a crash is
//!   true, only shorter. A loader that lived through the crash compares it with its memory, and gives up when
//!   the ledger has less: what is gone from both can only come from the stream again.
//! - Unlogged tables are emptied by a crash. Their rows are told of in a table that is unlogged itself, so that
//!   it is emptied with them.
//! - A session whose client has died may go on for a while. It could commit after the ledger was read. So every
//!   session signs its name (process and when it began) before it does anything, and whoever takes a ledger over
//!   first ends those that signed, waits until they are gone, and reads then.
//! - Who works on a target holds an advisory lock in a session that does nothing else, so that it goes the moment
//!   its program does: a lock that is held means a loader that lives.
//! - A part that is partly done comes whole again. As many rows as are done are passed over, and their digest must
//!   be the ledger's: the same snapshot gives the rows of a part in the same order, and if not, it is noticed.
//!
//! The ledger says what it belongs to: archive, plan, table of contents, what filters did to rows, and what the
//! user asked for. All of it must be the same for a load to go on. When the load is done the ledger is dropped;
//! that is the last thing that happens, and its commit waits for the disk.
//!
//! What is absent: no row for a load in one transaction (it has nothing to resume), no name of a user's object,
//! no statement's text. A ledger is small: a row per definition, and one per 16 MiB of rows.
//!
//! ```
//! use pgx_archive::{Digest, EntryId};
//! use pgx_restore::ledger::{Rows, before_rows, after_rows};
//!
//! let rows = Rows { entry: EntryId(7), part: 1, parts: 1, after: 0, rows: 2, digest: Digest(0xab), finished: true, logged: true };
//! assert_eq!(before_rows(&rows), "INSERT INTO pgx_ledger.filled VALUES (7, 1, 1, 0, 0, '', false)");
//! assert!(after_rows(&rows).starts_with("UPDATE pgx_ledger.filled SET rows = 2, "));
//! ```

mod anew;
mod read;
mod write;

use pgx_archive::{Digest, EntryId};

pub use anew::{NotAnew, anew};
pub use read::{Done, FILLED, LOAD, MADE, Part, Unreadable};
pub use write::{
    DISCARD, END_ORPHANS, HOLD, IS_THERE, SIGN, STATE, TOTALS, after_rows, before_rows, create, drop, end_session,
    made, made_of, rows_of, take_over, whole_rows,
};

/// The schema that holds it.
pub const SCHEMA: &str = "pgx_ledger";

/// What a ledger belongs to; a load goes on only where all of it is the same.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// UUID of the archive.
    pub archive: String,
    /// The plan of the dump, as 32 digits; empty where the stream has none.
    pub plan: String,
    /// Digest of the entries but for what changes with rows; filters change it.
    pub contents: Digest,
    /// Digest of what filters did to rows.
    pub transforms: Digest,
    /// Digest of what the user asked for.
    pub options: Digest,
}

impl Load {
    /// The first thing in which another load differs, as a message says it.
    pub fn difference(&self, other: &Load) -> Option<&'static str> {
        let differences = [
            (self.archive != other.archive, "another archive"),
            (self.plan != other.plan, "another plan of the dump"),
            (self.contents != other.contents, "another part of the archive"),
            (
                self.transforms != other.transforms,
                "rows that were changed on the way in another way",
            ),
            (
                self.options != other.options,
                "other options: the selection, owners, tablespaces and the like must be the same",
            ),
        ];
        differences
            .into_iter()
            .find(|(differs, _)| *differs)
            .map(|(_, what)| what)
    }
}

/// Rows of a part that go in with one transaction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The entry.
    pub entry: EntryId,
    /// The part.
    pub part: u32,
    /// How many parts the entry has.
    pub parts: u32,
    /// How many rows of the part went in before.
    pub after: u64,
    /// How many go in now.
    pub rows: u64,
    /// Sum of their digests.
    pub digest: Digest,
    /// Whether these are the last of the part.
    pub finished: bool,
    /// Whether the table survives a crash.
    pub logged: bool,
}
