//! Settings that servers no longer know: what an old one has stored with a function, a database or a role, a later
//! one may refuse.
//!
//! The text of an entry has them, as pg_dump's has, and so have scripts and archives. Beside it stand the texts for the
//! majors that refuse some: with the name that a setting has got since then, or without it.

use std::collections::{BTreeMap, BTreeSet};

use pgx_archive::Entry;
use pgx_archive::naming::Naming;

/// What a setting is stored with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A function, while it runs.
    Function,
    /// Sessions of a role, a database, or both.
    Session,
}

/// A setting, or some of its values, that later servers refuse.
struct Gone {
    name: &'static str,
    /// These values of it, in lower case; any, when none is here.
    values: &'static [&'static str],
    /// Where it is refused; anywhere, when nothing is said.
    place: Option<Place>,
    /// The first major that refuses it.
    since: u32,
    /// What it is called from then on.
    now: Option<&'static str>,
}

const fn gone(name: &'static str, since: u32) -> Gone {
    Gone {
        name,
        values: &[],
        place: None,
        since,
        now: None,
    }
}

const fn gone_from_functions(name: &'static str, since: u32) -> Gone {
    Gone {
        place: Some(Place::Function),
        ..gone(name, since)
    }
}

/// All that servers from 12 on have taken for a function, a database or a role, and one up to 18 refuses.
const TABLE: &[Gone] = &[
    gone("operator_precedence_warning", 14),
    gone("vacuum_cleanup_index_scale_factor", 14),
    Gone {
        values: &["on", "true", "yes", "1"],
        ..gone("password_encryption", 14)
    },
    Gone {
        now: Some("debug_parallel_query"),
        ..gone("force_parallel_mode", 16)
    },
    // What cannot be reset cannot end with a function.
    gone_from_functions("seed", 16),
    gone_from_functions("transaction_deferrable", 16),
    gone_from_functions("transaction_isolation", 16),
    gone_from_functions("transaction_read_only", 16),
];

fn find(name: &str, value: &str, place: Place) -> Option<&'static Gone> {
    TABLE.iter().find(|gone| {
        let has_value = || gone.values.iter().any(|one| one.eq_ignore_ascii_case(value));
        gone.name.eq_ignore_ascii_case(name)
            && gone.place.is_none_or(|only| only == place)
            && (gone.values.is_empty() || has_value())
    })
}

/// What to call a setting with a value; none when it is to be left out.
pub type Call<'a> = dyn Fn(&str, &str) -> Option<String> + 'a;

/// Every setting by its own name.
pub fn as_it_is(name: &str, _value: &str) -> Option<String> {
    Some(name.to_owned())
}

/// Gives an entry with these settings, names and values, its texts for the majors that refuse some; `text` makes it with
/// settings called as it is told.
pub fn mark<'a>(
    entry: &mut Entry,
    place: Place,
    settings: impl Iterator<Item = (&'a str, &'a str)>,
    text: impl Fn(&Call<'_>) -> Naming,
) {
    let refused: BTreeMap<&str, &Gone> = settings
        .filter_map(|(name, value)| Some((name, find(name, value, place)?)))
        .collect();
    for major in refused.values().map(|gone| gone.since).collect::<BTreeSet<u32>>() {
        let call = |name: &str, value: &str| match find(name, value, place) {
            Some(gone) if major >= gone.since => gone.now.map(str::to_owned),
            _ => Some(name.to_owned()),
        };
        entry.since(major, &text(&call));
    }
    if !refused.is_empty() {
        let said = refused.into_iter().map(|(name, gone)| (name, gone.since, gone.now));
        entry.set_gone(said);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::Kind;

    fn marked(place: Place, settings: &[(&str, &str)]) -> Entry {
        let text = |call: &Call<'_>| {
            let kept = settings.iter().filter_map(|(name, value)| call(name, value));
            let sql: String = kept.map(|name| format!("SET {name};")).collect();
            Naming::default().text(sql)
        };
        let mut entry = Entry::new(Kind::RoleSetting, None, "x", "");
        entry.create = text(&as_it_is).sql();
        mark(&mut entry, place, settings.iter().copied(), text);
        entry
    }

    #[test]
    fn later_servers_get_what_they_know() {
        let settings = [
            ("work_mem", "1MB"),
            ("Operator_Precedence_Warning", "on"),
            ("force_parallel_mode", "on"),
        ];
        let entry = marked(Place::Session, &settings);
        let all = "SET work_mem;SET Operator_Precedence_Warning;SET force_parallel_mode;";
        assert_eq!(entry.create_on(Some(13)), all);
        assert_eq!(entry.create_on(Some(14)), "SET work_mem;SET force_parallel_mode;");
        assert_eq!(entry.create_on(Some(18)), "SET work_mem;SET debug_parallel_query;");
        assert_eq!(entry.create_from(18), all, "others' tools get what pg_dump writes");
        let gone: Vec<_> = entry.gone().collect();
        let parallel = ("force_parallel_mode", 16, Some("debug_parallel_query"));
        assert_eq!(gone, [("Operator_Precedence_Warning", 14, None), parallel]);
    }

    #[test]
    fn a_value_may_be_gone_while_its_setting_is_not() {
        let entry = marked(Place::Session, &[("password_encryption", "ON")]);
        assert_eq!(entry.create_on(Some(14)), "");
        let entry = marked(Place::Session, &[("password_encryption", "md5"), ("foo.bar", "on")]);
        assert!(entry.fields.is_empty());
    }

    #[test]
    fn a_setting_may_be_gone_from_functions_only() {
        let settings = [("transaction_isolation", "serializable")];
        assert_eq!(marked(Place::Function, &settings).create_on(Some(16)), "");
        assert!(marked(Place::Session, &settings).fields.is_empty());
    }
}
