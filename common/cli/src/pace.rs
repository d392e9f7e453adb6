//! `--rate-limit`: writes are spread over time.

use std::time::{Duration, Instant};

/// Seconds that writes may be ahead of the rate before they wait.
const BURST: f64 = 0.1;

/// Holds writes back so that they keep to a rate.
#[derive(Debug)]
pub struct Pace {
    rate: Option<u64>,
    /// When what was written so far should have been written.
    due: Instant,
}

impl Pace {
    /// At most `rate` bytes a second; any number without one.
    pub fn new(rate: Option<u64>) -> Pace {
        Pace {
            rate,
            due: Instant::now(),
        }
    }

    /// How many bytes may go out at once, so that what is held back still comes in a steady trickle: those of a
    /// second.
    pub fn step(&self) -> usize {
        self.rate
            .map_or(usize::MAX, |rate| usize::try_from(rate).unwrap_or(usize::MAX))
    }

    /// Waits until so many bytes may go out.
    pub fn wait(&mut self, bytes: usize) {
        let Some(rate) = self.rate else { return };
        let now = Instant::now();
        // What was not used before does not add up.
        self.due = self.due.max(now) + Duration::from_secs_f64(bytes as f64 / rate as f64);
        let ahead = self.due.saturating_duration_since(now);
        if ahead > Duration::from_secs_f64(BURST) {
            std::thread::sleep(ahead);
        }
    }
}
