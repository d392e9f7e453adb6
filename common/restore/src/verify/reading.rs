//! The rows of an entry, read again: the statement and the settings with which they digest to the same.

use std::fmt;

use pgx_archive::spelling::{ascii_names, ident, literal};
use pgx_archive::{Entry, Format};

use crate::copy::SUFFIX;

/// Settings that decide how values are written as text, and nothing else.
const SETTINGS: &[&str] = &[
    "DateStyle",
    "IntervalStyle",
    "TimeZone",
    "bytea_output",
    "extra_float_digits",
];

/// Rows were made with a setting that this version does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownSetting(String);

impl fmt::Display for UnknownSetting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "rows were made with the setting {}, which this version does not know",
            self.0
        )
    }
}

impl std::error::Error for UnknownSetting {}

/// How the rows of an entry are read again.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reading {
    /// What is set before: a list of statements.
    pub settings: String,
    /// `COPY … TO STDOUT`.
    pub copy: String,
}

impl Reading {
    /// With this statement, `COPY … TO STDOUT`, for an entry. It is sent in the encoding of the rows, and made readable
    /// in it.
    pub fn new(entry: &Entry, copy: &str) -> Result<Reading, UnknownSetting> {
        let mut settings = String::new();
        let Some(data) = &entry.data else {
            return Ok(Reading {
                settings,
                copy: copy.to_owned(),
            });
        };
        for (name, value) in &data.settings {
            if !SETTINGS.contains(&name.as_str()) {
                return Err(UnknownSetting(name.clone()));
            }
            settings += &format!("SET {name} = {}; ", literal(value));
        }
        if data.format != Format::LargeObjects {
            settings += &format!("SET client_encoding = {}", literal(&data.encoding));
        }
        let copy = match data.encoding.as_str() {
            "UTF8" | "SQL_ASCII" => copy.to_owned(),
            _ => ascii_names(copy).into_owned(),
        };
        Ok(Reading { settings, copy })
    }

    /// For rows of a partitioned table, whichever partition has them, in the form of an entry that went through it.
    pub fn of_root(entry: &Entry, root: &str) -> Result<Reading, UnknownSetting> {
        let (names, format) = entry.data.as_ref().map_or((&[][..], ""), |data| match data.format {
            Format::Binary => (&data.columns[..], " (FORMAT binary)"),
            _ => (&data.columns[..], ""),
        });
        let copy = format!("COPY (SELECT {} FROM {root}) TO STDOUT{format}", list(names));
        Reading::new(entry, &copy)
    }
}

/// The partitioned table through which the rows of an entry went, as SQL names it; `None` for other rows.
pub fn root_of(entry: &Entry) -> Option<&str> {
    let data = entry.data.as_ref().filter(|data| data.via_root)?;
    let into = entry.copy.strip_suffix(SUFFIX)?.strip_prefix("COPY ")?;
    let columns = format!("({})", list(&data.columns));
    Some(into.strip_suffix(&columns).unwrap_or(into).trim_end())
}

fn list(names: &[String]) -> String {
    let names: Vec<_> = names.iter().map(|name| ident(name)).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::rows;

    #[test]
    fn rows_are_read_as_they_were_made() {
        let mut entry = rows("t");
        let data = entry.data.as_mut().expect("it has rows");
        data.settings.insert("TimeZone".to_owned(), "UTC".to_owned());
        data.encoding = "LATIN1".to_owned();
        let reading = Reading::new(&entry, "COPY public.\"tàble\" TO STDOUT").expect("the setting is known");
        assert_eq!(reading.settings, "SET TimeZone = 'UTC'; SET client_encoding = 'LATIN1'");
        assert_eq!(reading.copy, "COPY public.U&\"t\\00e0ble\" TO STDOUT");
    }

    #[test]
    fn no_other_setting_is_taken_from_a_stream() {
        let mut entry = rows("t");
        let data = entry.data.as_mut().expect("it has rows");
        data.settings.insert("role".to_owned(), "boss".to_owned());
        assert_eq!(
            Reading::new(&entry, "COPY t TO STDOUT"),
            Err(UnknownSetting("role".to_owned()))
        );
    }

    #[test]
    fn rows_that_went_through_the_root_are_read_from_it() {
        let mut entry = rows("t_1");
        entry.copy = "COPY public.\"T\" (id) FROM stdin;\n".to_owned();
        assert_eq!(root_of(&entry), None);
        entry.data.as_mut().expect("it has rows").via_root = true;
        assert_eq!(root_of(&entry), Some("public.\"T\""));
        let reading = Reading::of_root(&entry, "public.\"T\"").expect("there is no setting");
        assert_eq!(reading.copy, "COPY (SELECT id FROM public.\"T\") TO STDOUT");
    }
}
