//! Dumps as they are compared, and what differs between two of them.

use similar::TextDiff;

/// A plain dump without what differs between two runs: the versions in its head, the `\restrict` key.
pub fn comparable(dump: &str) -> String {
    let own = |line: &&str| {
        let restrict = line.starts_with("\\restrict ") || line.starts_with("\\unrestrict ");
        let version = line.starts_with("-- Dumped from database version ") || line.starts_with("-- Dumped by ");
        !restrict && !version
    };
    dump.split_inclusive('\n').filter(own).collect()
}

/// A unified diff of two texts, cut after `lines` lines; nothing if they are equal.
pub fn difference(expected: (&str, &str), found: (&str, &str), lines: usize) -> Option<String> {
    if expected.1 == found.1 {
        return None;
    }
    let diff = TextDiff::from_lines(expected.1, found.1);
    let text = diff
        .unified_diff()
        .context_radius(3)
        .header(expected.0, found.0)
        .to_string();
    let total = text.lines().count();
    let mut shown: String = text.split_inclusive('\n').take(lines).collect();
    if total > lines {
        shown.push_str(&format!("… {} more lines\n", total - lines));
    }
    Some(shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_and_keys_are_not_compared() {
        let dump =
            "--\n-- Dumped from database version 15.1\n-- Dumped by pg_dump version 18.4\n\\restrict abc\nSELECT 1;\n";
        assert_eq!(comparable(dump), "--\nSELECT 1;\n");
    }

    #[test]
    fn a_long_difference_is_cut() {
        let shown = difference(("a", "1\n2\n3\n"), ("b", "4\n5\n6\n"), 4).expect("they differ");
        assert!(shown.starts_with("--- a\n+++ b\n@@"), "{shown}");
        assert!(shown.ends_with("… 5 more lines\n"), "{shown}");
    }
}
