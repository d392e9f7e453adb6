//! One look at how far a run has come, as a line for people or an object for programs.

use std::time::Duration;

use indicatif::HumanBytes;
use serde::Serialize;

use crate::message::json_line;
use crate::sanitize::sanitize;

/// Time over which the rate forgets: long enough to be calm, short enough to notice a stall.
const MEMORY: f64 = 10.0;

/// What has been done at one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// What is being done.
    pub stage: String,
    /// Entries that are finished.
    pub entries: u64,
    /// Entries there will be; 0 when nobody knows.
    pub total_entries: u64,
    /// Rows so far.
    pub rows: u64,
    /// Bytes of rows so far.
    pub bytes: u64,
    /// Bytes there will be, estimated; 0 when nobody knows.
    pub total_bytes: u64,
    /// Bytes a second of late.
    pub rate: f64,
    /// Time since the beginning.
    pub elapsed: Duration,
}

impl Report {
    /// Seconds that are left at this rate; none when nobody can tell.
    pub fn eta(&self) -> Option<u64> {
        let left = self.total_bytes.checked_sub(self.bytes).filter(|left| *left > 0)?;
        (self.rate >= 1.0).then(|| (left as f64 / self.rate).ceil() as u64)
    }

    /// What a person wants to know: `rows: 12/40 entries, 1204 rows, 1.20 MiB of 4.00 MiB (30 %), …`.
    pub fn facts(&self) -> String {
        let mut facts = Vec::new();
        match (self.entries, self.total_entries) {
            (0, 0) => {}
            (done, 0) => facts.push(format!("{done} entries")),
            (done, total) => facts.push(format!("{done}/{total} entries")),
        }
        if self.rows > 0 {
            facts.push(format!("{} rows", self.rows));
        }
        if self.total_bytes > 0 {
            // The total is an estimate; 100 % before the end would be a lie.
            let percent = (self.bytes as f64 / self.total_bytes as f64 * 100.0).min(99.0) as u64;
            facts.push(format!(
                "{} of {} ({percent} %)",
                HumanBytes(self.bytes),
                HumanBytes(self.total_bytes)
            ));
        } else if self.bytes > 0 {
            facts.push(HumanBytes(self.bytes).to_string());
        }
        if self.rate >= 1.0 {
            facts.push(format!("{}/s", HumanBytes(self.rate as u64)));
        }
        if let Some(seconds) = self.eta() {
            facts.push(format!("{} left", clock(seconds)));
        }
        let stage = sanitize(&self.stage);
        match (stage.is_empty(), facts.is_empty()) {
            (true, _) => facts.join(", "),
            (false, true) => stage.into_owned(),
            (false, false) => format!("{stage}: {}", facts.join(", ")),
        }
    }

    /// A line for a log.
    pub(crate) fn line(&self, tool: &str) -> String {
        format!("{tool}: {}\n", self.facts())
    }

    /// A JSON object on a line of its own; fields may be added, never renamed.
    pub(crate) fn json(&self, tool: &str) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            r#type: &'static str,
            tool: &'a str,
            stage: &'a str,
            entries: u64,
            total_entries: u64,
            rows: u64,
            bytes: u64,
            total_bytes: u64,
            rate: u64,
            eta_seconds: Option<u64>,
            elapsed: u64,
        }
        json_line(&Line {
            r#type: "progress",
            tool,
            stage: &self.stage,
            entries: self.entries,
            total_entries: self.total_entries,
            rows: self.rows,
            bytes: self.bytes,
            total_bytes: self.total_bytes,
            rate: self.rate as u64,
            eta_seconds: self.eta(),
            elapsed: self.elapsed.as_secs(),
        })
    }
}

/// `0:23`, `12:00`, `3:04:05`.
fn clock(seconds: u64) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

/// Bytes a second, smoothed: what is long ago counts less.
#[derive(Debug, Default)]
pub(crate) struct Rate {
    elapsed: Duration,
    bytes: u64,
    per_second: Option<f64>,
}

impl Rate {
    /// Takes a new count and gives the rate of late.
    pub(crate) fn observe(&mut self, elapsed: Duration, bytes: u64) -> f64 {
        let seconds = elapsed.saturating_sub(self.elapsed).as_secs_f64();
        if seconds > 0.0 {
            let now = bytes.saturating_sub(self.bytes) as f64 / seconds;
            let fresh = 1.0 - (-seconds / MEMORY).exp();
            self.per_second = Some(match self.per_second {
                // Nothing has come yet: waiting for locks says nothing about the rate of rows.
                None | Some(0.0) => now,
                Some(before) => before + fresh * (now - before),
            });
            (self.elapsed, self.bytes) = (elapsed, bytes);
        }
        self.per_second.unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report {
            stage: "rows".into(),
            entries: 12,
            total_entries: 40,
            rows: 1204,
            bytes: 1 << 20,
            total_bytes: 4 << 20,
            rate: 131_072.0,
            elapsed: Duration::from_secs(8),
        }
    }

    #[test]
    fn a_line_says_what_is_known() {
        assert_eq!(
            report().line("pgx-load"),
            "pgx-load: rows: 12/40 entries, 1204 rows, 1.00 MiB of 4.00 MiB (25 %), 128.00 KiB/s, 0:24 left\n"
        );
        assert_eq!(
            Report {
                stage: "locks".into(),
                ..Report::default()
            }
            .facts(),
            "locks"
        );
    }

    #[test]
    fn an_estimate_that_was_too_low_claims_neither_the_end_nor_a_time() {
        let report = Report {
            bytes: 5 << 20,
            ..report()
        };
        assert_eq!(report.eta(), None);
        assert!(report.facts().contains("(99 %)"));
    }

    #[test]
    fn json_has_stable_fields() {
        assert_eq!(
            report().json("pgx-load"),
            "{\"type\":\"progress\",\"tool\":\"pgx-load\",\"stage\":\"rows\",\"entries\":12,\"total_entries\":40,\
             \"rows\":1204,\"bytes\":1048576,\"total_bytes\":4194304,\"rate\":131072,\"eta_seconds\":24,\"elapsed\":8}\n"
        );
    }

    #[test]
    fn the_rate_follows_what_happens() {
        let mut rate = Rate::default();
        assert_eq!(rate.observe(Duration::from_secs(5), 0), 0.0);
        assert_eq!(rate.observe(Duration::from_secs(6), 100), 100.0);
        let slower = rate.observe(Duration::from_secs(16), 100);
        assert!(slower > 30.0 && slower < 40.0, "{slower}");
    }

    #[test]
    fn time_reads_like_a_clock() {
        assert_eq!([clock(9), clock(720), clock(11_045)], ["0:09", "12:00", "3:04:05"]);
    }
}
