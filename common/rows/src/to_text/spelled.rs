//! A converter from how a stream spells types.

use std::fmt;

use super::{Column, Converter};

/// Why binary rows cannot become text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoText {
    /// It is not said of which types their columns are.
    Untold,
    /// A column is of a type of which nobody knows how its server writes it.
    Unknown {
        /// The column.
        column: String,
        /// The type, as it was spelled.
        spelled: String,
    },
}

impl fmt::Display for NoText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NoText::Untold => f.write_str("its rows are binary, and it is not said of which types"),
            NoText::Unknown { column, spelled } => {
                write!(
                    f,
                    "column {column} is binary, and of a type that is not known: {spelled}"
                )
            }
        }
    }
}

impl std::error::Error for NoText {}

impl Converter {
    /// A converter for columns whose types are spelled as [`Type`](super::Type) reads them.
    pub fn spelled(columns: &[String], types: &[String]) -> Result<Converter, NoText> {
        if columns.len() != types.len() {
            return Err(NoText::Untold);
        }
        let pairs = columns.iter().zip(types);
        let columns = pairs.map(|(name, spelled)| match spelled.parse() {
            Ok(form) => Ok(Column {
                name: name.clone(),
                form,
            }),
            Err(_) => Err(NoText::Unknown {
                column: name.clone(),
                spelled: spelled.clone(),
            }),
        });
        Ok(Converter::new(columns.collect::<Result<_, _>>()?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_that_are_not_known_are_named() {
        let words = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
        let error = Converter::spelled(&words(&["id", "box"]), &words(&["int4", "cube"])).expect_err("no such type");
        assert_eq!(
            error.to_string(),
            "column box is binary, and of a type that is not known: cube"
        );
        assert_eq!(
            Converter::spelled(&words(&["id"]), &[]).expect_err("no types"),
            NoText::Untold
        );
        assert!(Converter::spelled(&words(&["id"]), &words(&["int4"])).is_ok());
    }
}
