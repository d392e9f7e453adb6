//! FAIL: the producer's last words.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::entry::EntryId;

/// Why a producer gave up. The reader reports this as the cause, not that its input ended.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fail {
    /// What the producer was doing: `waiting for locks`, `reading rows`.
    pub stage: String,
    /// The entry it was doing it to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<EntryId>,
    /// SQLSTATE of the server's error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sqlstate: Option<String>,
    /// What went wrong, in one line.
    pub message: String,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// What to do about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether the producer holds its snapshot, so that the rest can still be sent.
    #[serde(default)]
    pub resumable: bool,
}

impl fmt::Display for Fail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.stage, self.message)?;
        match &self.sqlstate {
            Some(sqlstate) => write!(f, " (SQLSTATE {sqlstate})"),
            None => Ok(()),
        }
    }
}
