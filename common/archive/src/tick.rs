//! TICK: a sign of life while nothing else flows.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest silence of a producer that lives.
pub const TICK_INTERVAL: Duration = Duration::from_secs(5);

/// A sign of life: at least every 5 seconds when nothing else flows, waiting for locks included.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Tick {
    /// What the producer is doing.
    pub stage: String,
    /// Rows sent so far.
    pub rows: u64,
    /// Bytes of them, before compression.
    pub bytes: u64,
}
