//! `--where TABLE:CONDITION`: only some rows of a table.

use std::fmt;
use std::str::FromStr;

/// Only rows for which this holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    /// The pattern that finds the table.
    pub table: String,
    /// What SQL writes after WHERE.
    pub holds: String,
}

impl FromStr for Condition {
    type Err = String;

    /// Splits at the first colon outside double quotes.
    fn from_str(text: &str) -> Result<Condition, String> {
        let mut quoted = false;
        let colon = text.char_indices().find(|(_, letter)| {
            quoted ^= *letter == '"';
            *letter == ':' && !quoted
        });
        let (table, holds) = match colon {
            Some((at, _)) => (text[..at].trim(), text[at + 1..].trim()),
            None => return Err("there is no colon between table and condition".to_owned()),
        };
        match (table, holds) {
            ("", _) => Err("there is no table before the colon".to_owned()),
            (_, "") => Err("there is no condition after the colon".to_owned()),
            (table, holds) => Ok(Condition {
                table: table.to_owned(),
                holds: holds.to_owned(),
            }),
        }
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.table, self.holds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(String, String), String> {
        let condition: Condition = text.parse()?;
        Ok((condition.table, condition.holds))
    }

    #[test]
    fn the_first_colon_outside_quotes_ends_the_table() {
        let pair = |table: &str, holds: &str| Ok((table.to_owned(), holds.to_owned()));
        assert_eq!(
            read("shop.orders: made > '2026-01-01'::date"),
            pair("shop.orders", "made > '2026-01-01'::date")
        );
        assert_eq!(read("\"a:b\":true"), pair("\"a:b\"", "true"));
    }

    #[test]
    fn both_sides_must_be_there() {
        for wrong in ["orders", ":true", "orders: ", "\"orders:true"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
