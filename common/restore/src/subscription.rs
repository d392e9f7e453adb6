//! CREATE SUBSCRIPTION for the major version that runs it.
//!
//! The text of the entry is for 17 and later: it says what older servers do anyway, `run_as_owner = true` before
//! 16, in words that they do not know. What the entry says beside it is read from its fields: `connection`,
//! `publications`, and `options` by name, their values quoted where they have to be.

use pgx_archive::Entry;
use pgx_archive::spelling::{ident, literal};

use crate::options::Options;

/// Since which major version there are the options that not every server knows.
const SINCE: &[(&str, u32)] = &[
    ("binary", 14),
    ("streaming", 14),
    ("two_phase", 15),
    ("disable_on_error", 15),
    ("password_required", 16),
    ("run_as_owner", 16),
    ("origin", 16),
    ("failover", 17),
];

/// The statement that makes the subscription of an entry on the target.
///
/// What the target does not know is left out: a source that is no newer can have nothing but the default there.
pub fn create(entry: &Entry, options: &Options) -> String {
    match options.target {
        Some(target) if target < 17 => render(entry, target).unwrap_or_else(|| entry.create.clone()),
        _ => entry.create.clone(),
    }
}

/// `None` without fields: then the text is all there is.
fn render(entry: &Entry, target: u32) -> Option<String> {
    let connection = entry.fields.get("connection")?.as_str()?;
    let publications = entry.fields.get("publications")?.as_array()?;
    let publications: Vec<_> = publications
        .iter()
        .filter_map(|name| name.as_str())
        .map(ident)
        .collect();
    let known = |name: &str| SINCE.iter().all(|(option, since)| *option != name || target >= *since);
    let options: String = entry
        .fields
        .get("options")?
        .as_object()?
        .iter()
        .filter(|(name, _)| known(name))
        .filter_map(|(name, value)| Some(format!(", {name} = {}", value.as_str()?)))
        .collect();
    Some(format!(
        "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} WITH (connect = false{options});\n",
        ident(&entry.name),
        literal(connection),
        publications.join(", "),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::Kind;

    fn on(target: Option<u32>) -> String {
        let mut entry = Entry::new(Kind::Subscription, None, "Odd", "boss");
        entry.create = "CREATE SUBSCRIPTION AS WRITTEN;\n".to_owned();
        let options = [
            ("slot_name", "'it''s'"),
            ("streaming", "off"),
            ("two_phase", "on"),
            ("run_as_owner", "true"),
        ];
        let mut field = |name: &str, value| entry.fields.insert(name.to_owned(), value);
        field("connection", "dbname='x'".into());
        field("publications", vec!["a", "B"].into());
        field("options", options.into_iter().collect());
        let options = Options {
            target,
            ..Options::default()
        };
        create(&entry, &options)
    }

    #[test]
    fn newer_servers_get_the_text_as_it_is() {
        for target in [None, Some(17), Some(18)] {
            assert_eq!(on(target), "CREATE SUBSCRIPTION AS WRITTEN;\n");
        }
    }

    #[test]
    fn older_servers_get_the_options_they_know() {
        let begin = "CREATE SUBSCRIPTION \"Odd\" CONNECTION 'dbname=''x''' PUBLICATION a, \"B\" WITH (connect = false";
        for (target, options) in [
            (
                16,
                ", run_as_owner = true, slot_name = 'it''s', streaming = off, two_phase = on",
            ),
            (15, ", slot_name = 'it''s', streaming = off, two_phase = on"),
            (14, ", slot_name = 'it''s', streaming = off"),
            (12, ", slot_name = 'it''s'"),
        ] {
            assert_eq!(on(Some(target)), format!("{begin}{options});\n"), "on {target}");
        }
    }
}
