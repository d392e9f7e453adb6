//! `OLD=NEW`, as users spell what is to be called otherwise.

/// One name for another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mapping {
    /// The name in the source.
    pub old: String,
    /// The name in the target; empty where that has a meaning.
    pub new: String,
}

impl Mapping {
    /// Reads `OLD=NEW`, where NEW is not empty. Names are meant exactly as they are spelled.
    ///
    /// ```
    /// use pgx_restore::Mapping;
    ///
    /// assert_eq!(Mapping::parse("a=B c").unwrap().new, "B c");
    /// assert!(Mapping::parse("a=").is_err());
    /// assert!(Mapping::parse("a=b=c").is_err());
    /// ```
    pub fn parse(text: &str) -> Result<Mapping, String> {
        match Mapping::parse_or_none(text)? {
            mapping if mapping.new.is_empty() => Err("it is not said what it is to be called: OLD=NEW".to_owned()),
            mapping => Ok(mapping),
        }
    }

    /// The same, where NEW may be empty.
    pub fn parse_or_none(text: &str) -> Result<Mapping, String> {
        let parts: Vec<&str> = text.split('=').collect();
        match parts[..] {
            ["", _] => Err("it is not said what is to be called otherwise: OLD=NEW".to_owned()),
            [old, new] => Ok(Mapping {
                old: old.to_owned(),
                new: new.to_owned(),
            }),
            _ => Err("it must have the form OLD=NEW, with one equals sign".to_owned()),
        }
    }
}
