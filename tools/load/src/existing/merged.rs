//! What became of rows that were merged into tables which may have had some of them.

use std::fmt;
use std::ops::AddAssign;

/// How many rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Merged {
    /// That were not there.
    pub inserted: u64,
    /// That were there and have new values.
    pub updated: u64,
    /// That were there and are as they were, or that a trigger kept out.
    pub skipped: u64,
}

impl Merged {
    /// Of so many rows that came, so many were inserted and updated.
    pub fn of(came: u64, inserted: u64, updated: u64) -> Merged {
        Merged {
            inserted,
            updated,
            skipped: came.saturating_sub(inserted + updated),
        }
    }
}

impl AddAssign for Merged {
    fn add_assign(&mut self, other: Merged) {
        self.inserted += other.inserted;
        self.updated += other.updated;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Merged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = if self.inserted == 1 { "row" } else { "rows" };
        write!(
            f,
            "{} {rows} inserted, {} updated, {} skipped",
            self.inserted, self.updated, self.skipped
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_inserted_nor_updated_was_skipped() {
        let mut merged = Merged::of(10, 1, 2);
        assert_eq!(merged.to_string(), "1 row inserted, 2 updated, 7 skipped");
        merged += Merged::of(1, 1, 0);
        assert_eq!(merged.to_string(), "2 rows inserted, 2 updated, 7 skipped");
    }
}
