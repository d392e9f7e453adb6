//! Sizes and rates as users write them: `64MB`, `1GB`, `500000`, in powers of 1024 as PostgreSQL's settings
//! have them.

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
    fn buffers_hold_at_least_a_frame() {
        assert_eq!(buffer("64MB"), Ok(64 << 20));
        assert!(buffer("100kB").is_err());
        assert_eq!(buffer("x"), Err("\"x\" is not a unit: B, kB, MB or GB".into()));
    }
}
