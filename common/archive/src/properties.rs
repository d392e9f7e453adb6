//! The properties of a database, made anew from what the entry says beside its text.

use serde_json::{Value, json};

use crate::entry::{Entry, GONE, SINCE};
use crate::naming::{NAMING, Naming};
use crate::spelling::ident;

/// Name of the field that has the settings.
pub(crate) const SETTINGS: &str = "settings";

/// A setting of the database, or of a role in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// The role; none for everybody.
    pub role: Option<String>,
    /// The parameter.
    pub name: String,
    /// What stands behind TO, as it is spelled.
    pub value: String,
}

/// The settings that an entry has; none where it does not say them beside its text.
pub fn settings(entry: &Entry) -> Vec<Setting> {
    let list = entry.fields.get(SETTINGS).and_then(Value::as_array);
    let settings = list.into_iter().flatten().filter_map(|setting| {
        let text = |name: &str| setting.get(name).and_then(Value::as_str).map(str::to_owned);
        Some(Setting {
            role: text("role"),
            name: text("name")?,
            value: text("value")?,
        })
    });
    settings.collect()
}

/// Gives an entry these settings, and the text that makes them with its other properties; an empty one when nothing is
/// left.
pub fn spell(entry: &mut Entry, settings: Vec<Setting>) {
    let name = ident(&entry.name).into_owned();
    let mut sql = Naming::default();
    if let Some(limit) = entry.fields.get("connection_limit").and_then(Value::as_i64)
        && limit != -1
    {
        sql.push(&format!("ALTER DATABASE {name} CONNECTION LIMIT = {limit};\n"));
    }
    if entry.fields.get("is_template") == Some(&Value::Bool(true)) {
        sql.push(&format!("ALTER DATABASE {name} IS_TEMPLATE = true;\n"));
    }
    entry.roles.clear();
    for Setting {
        role,
        name: parameter,
        value,
    } in &settings
    {
        sql = match role {
            None => sql.text("ALTER "),
            Some(role) => sql.text("ALTER ROLE ").role(role).text(" IN "),
        };
        sql.push(&format!("DATABASE {name} SET {} TO {value};\n", ident(parameter)));
        if let Some(role) = role.as_ref().filter(|role| !entry.roles.contains(role)) {
            entry.roles.push(role.clone());
        }
    }
    let list = settings
        .iter()
        .map(|setting| json!({ "role": setting.role, "name": setting.name, "value": setting.value }));
    entry.fields.insert(SETTINGS.to_owned(), list.collect());
    // Texts for single majors had other settings.
    entry
        .fields
        .retain(|field, _| field != NAMING && field != GONE && !field.starts_with(SINCE));
    entry.set_naming("create", &sql);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kind::Kind;

    #[test]
    fn settings_are_taken_out_and_the_rest_is_made_anew() {
        let mut entry = Entry::new(Kind::DatabaseProperties, None, "Shop", "boss");
        let setting = |role: Option<&str>, name: &str, value: &str| json!({"role": role, "name": name, "value": value});
        entry.fields = [
            ("connection_limit".to_owned(), json!(5)),
            ("is_template".to_owned(), json!(true)),
            (
                SETTINGS.to_owned(),
                json!([
                    setting(None, "search_path", "'a', 'B'"),
                    setting(None, "log_statement", "'all'"),
                    setting(Some("Joe"), "work_mem", "'1MB'"),
                ]),
            ),
        ]
        .into();
        let mut kept = settings(&entry);
        kept.remove(1);
        spell(&mut entry, kept);
        assert_eq!(
            entry.create,
            "ALTER DATABASE \"Shop\" CONNECTION LIMIT = 5;\nALTER DATABASE \"Shop\" IS_TEMPLATE = true;\n\
             ALTER DATABASE \"Shop\" SET search_path TO 'a', 'B';\n\
             ALTER ROLE \"Joe\" IN DATABASE \"Shop\" SET work_mem TO '1MB';\n"
        );
        assert_eq!(entry.roles, ["Joe"]);
        assert_eq!(settings(&entry).len(), 2);
        entry.fields.remove("connection_limit");
        entry.fields.remove("is_template");
        spell(&mut entry, Vec::new());
        assert_eq!(entry.create, "");
    }
}
