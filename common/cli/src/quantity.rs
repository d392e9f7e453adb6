//! Sizes and rates as users write them: `64MB`, `1GB`, `500000`, in powers of 1024 as PostgreSQL's settings
//! have them; and times: `90s`, `30m`, `6h`, `2d`.

use std::time::Duration;

/// The smallest buffer that makes sense: less could not hold one frame of rows.
const LEAST_BUFFER: u64 = 1 << 20;

/// Reads the size of a buffer: at least 1 MB.
pub fn buffer(text: &str) -> Result<usize, String> {
    match bytes(text, "size")? {
        Some(size) if size >= LEAST_BUFFER => usize::try_from(size).map_err(|_| "that is more than memory has".into()),
        _ => Err("a buffer has at least 1MB".into()),
    }
}

/// Reads a rate: bytes a second, more than none.
pub fn rate(text: &str) -> Result<u64, String> {
    match bytes(text, "rate")? {
        Some(0) | None => Err("a rate is more than nothing and less than 16 EB".into()),
        Some(rate) => Ok(rate),
    }
}

/// Reads a time: `90s`, `30m`, `6h`, `2d`; a bare number is seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match &text[digits.len()..] {
        "" | "s" => 1,
        "m" | "min" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        other => return Err(format!("\"{other}\" is not a unit: s, m, h or d")),
    };
    let number: u64 = digits.parse().map_err(|_| format!("\"{text}\" is not a time"))?;
    match number.checked_mul(unit) {
        // More than a hundred years would overflow somebody's clock.
        Some(seconds @ 1..=3_153_600_000) => Ok(Duration::from_secs(seconds)),
        _ => Err("a time is more than nothing and less than a hundred years".into()),
    }
}

/// A time as [`duration`] reads it, to two units: `1h30m`, `45s`.
pub fn spell(time: Duration) -> String {
    let seconds = time.as_secs();
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    let (first, second) = match (days, hours, minutes) {
        (0, 0, 0) => return format!("{rest}s"),
        (0, 0, _) => ((minutes, 'm'), (rest, 's')),
        (0, _, _) => ((hours, 'h'), (minutes, 'm')),
        _ => ((days, 'd'), (hours, 'h')),
    };
    match second {
        (0, _) => format!("{}{}", first.0, first.1),
        (number, unit) => format!("{}{}{number}{unit}", first.0, first.1),
    }
}

/// Reads a number with its unit; none when it is too large.
fn bytes(text: &str, what: &str) -> Result<Option<u64>, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit: u64 = match &text[digits.len()..] {
        "" | "B" => 1,
        "kB" | "k" => 1 << 10,
        "MB" | "M" => 1 << 20,
        "GB" | "G" => 1 << 30,
        other => return Err(format!("\"{other}\" is not a unit: B, kB, MB or GB")),
    };
    let number: u64 = digits.parse().map_err(|_| format!("\"{text}\" is not a {what}"))?;
    Ok(number.checked_mul(unit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_have_units() {
        assert_eq!(rate("50MB"), Ok(50 << 20));
        assert_eq!(rate("800kB"), Ok(800 << 10));
        assert_eq!(rate("17"), Ok(17));
        for wrong in ["0", "5 apples", "MB", "99999999999GB"] {
            assert!(rate(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn times_have_units() {
        for (text, seconds) in [("90s", 90), ("30m", 1800), ("6h", 21_600), ("2d", 172_800), ("17", 17)] {
            assert_eq!(duration(text), Ok(Duration::from_secs(seconds)));
        }
        for wrong in ["0", "5 minutes", "h", "1w", "99999999999d", "-1s"] {
            assert!(duration(wrong).is_err(), "{wrong}");
        }
        for (seconds, text) in [(45, "45s"), (90, "1m30s"), (21_600, "6h"), (176_400, "2d1h")] {
            assert_eq!(spell(Duration::from_secs(seconds)), text);
        }
    }

    #[test]
    fn buffers_hold_at_least_a_frame() {
        assert_eq!(buffer("64MB"), Ok(64 << 20));
        assert!(buffer("100kB").is_err());
        assert_eq!(buffer("x"), Err("\"x\" is not a unit: B, kB, MB or GB".into()));
    }
}
