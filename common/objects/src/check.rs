//! What a role cannot dump, known before anything is locked or read: from names, rights and settings alone.
//!
//! A caller asks the queries of the phases Early and Chosen, [`questions`] and [`spellings`] beside them, and
//! [`judge()`]s what came.

mod judge;
pub mod questions;
mod spelling;

use std::collections::BTreeMap;

pub use judge::{judge, unlogged};
pub use spelling::{Spelling, spellings};

use crate::error::Error;
use crate::rows::Rows;

/// What the server answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Relations that somebody holds for himself; whether that is a prepared transaction.
    pub held: BTreeMap<u32, bool>,
    /// User mappings whose options the role may not see: user and server.
    pub mappings: Vec<(String, String)>,
    /// What definitions the server cannot spell: OID of the object, and its complaint.
    pub unspelled: Vec<(u32, String)>,
    /// Facts about the server.
    pub facts: Facts,
    /// Whether somebody between us and the server hands out its sessions.
    pub pooled: bool,
    /// Why sessions cannot share a snapshot, if they cannot.
    pub not_shared: Option<String>,
}

/// Facts about the server.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Transactions since the oldest that is not frozen.
    pub age: u64,
    /// Prepared transactions in the database.
    pub prepared: u64,
    /// Locks for which there is room.
    pub locks: u64,
    /// `max_standby_streaming_delay` in milliseconds; -1 for no limit.
    pub standby_delay: i64,
    /// `hot_standby_feedback`
    pub feedback: bool,
    /// Timeouts that are set for the role's sessions: `statement_timeout = 5min`.
    pub timeouts: Vec<String>,
}

impl Answers {
    /// Takes in the answer to [`questions::held`].
    pub fn add_held(&mut self, rows: &Rows) -> Result<(), Error> {
        for row in rows.iter() {
            self.held.insert(row.oid("oid")?, row.flag("prepared")?);
        }
        Ok(())
    }

    /// Takes in the answer to [`questions::MAPPINGS`].
    pub fn add_mappings(&mut self, rows: &Rows) -> Result<(), Error> {
        for row in rows.iter() {
            let (user, server) = (row.text("usename")?.to_owned(), row.text("srvname")?.to_owned());
            self.mappings.push((user, server));
        }
        Ok(())
    }

    /// Takes in the answer to [`questions::FACTS`].
    pub fn add_facts(&mut self, rows: &Rows) -> Result<(), Error> {
        for row in rows.iter() {
            self.facts = Facts {
                age: row.number("age")?,
                prepared: row.number("prepared")?,
                locks: row.number("locks")?,
                standby_delay: row.number("standby_delay")?,
                feedback: row.flag("feedback")?,
                timeouts: row.list("timeouts")?,
            };
        }
        Ok(())
    }
}
