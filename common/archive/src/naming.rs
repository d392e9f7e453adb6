//! Statements that name roles, made from fields, so that a role can be called otherwise without editing text.
//!
//! Privileges are made from [`Entry::grants`] and what they are on. Every other text that names roles is kept taken
//! apart beside itself: text and roles by turns. Who writes entries and who changes roles in them make the texts here.

use std::borrow::Cow;

use serde_json::Value;

use crate::entry::{Entry, Grant};
use crate::kind::Kind;
use crate::properties::SETTINGS;
use crate::spelling::ident;

/// Name of the field of privileges: what stands between ON and TO, `TABLE public.orders`.
pub const ON: &str = "on";
/// Name of the field of other entries whose texts name roles: an object, by the name of the text (`create`, `drop`, or
/// another field), of arrays of text and roles by turns.
pub const NAMING: &str = "naming";
/// Name of a field of memberships: the statement without who granted it.
pub const WITHOUT_GRANTOR: &str = "without_grantor";
/// Name of a field of roles: their attributes in the words of ALTER ROLE, an array.
pub const ATTRIBUTES: &str = "attributes";
/// Name of a field of roles: what follows the attributes in ALTER ROLE.
pub const LIMITS: &str = "limits";

/// The statement that gives a role attributes.
pub fn alter_role(role: &str, attributes: &[&str], limits: &str) -> Naming {
    let words: String = attributes.iter().map(|word| format!(" {word}")).collect();
    let end = format!(" WITH{words}{limits};\n");
    Naming::default().text("ALTER ROLE ").role(role).text(end)
}

/// A text of which it is known where it names roles.
///
/// ```
/// use pgx_archive::naming::Naming;
///
/// let naming = Naming::default().text("GRANT team TO ").role("Ann").text(";\n");
/// assert_eq!(naming.sql(), "GRANT team TO \"Ann\";\n");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Naming {
    /// Text and roles by turns; text is first and last.
    parts: Vec<String>,
}

impl Naming {
    /// Adds text.
    pub fn text(mut self, text: impl AsRef<str>) -> Naming {
        self.push(text.as_ref());
        self
    }

    /// Adds the name of a role.
    pub fn role(mut self, name: impl Into<String>) -> Naming {
        self.push("");
        self.parts.extend([name.into(), String::new()]);
        self
    }

    /// Adds another such text.
    pub fn and(mut self, other: &Naming) -> Naming {
        for (at, part) in other.parts.iter().enumerate() {
            match at % 2 {
                0 => self.push(part),
                _ => self = self.role(part),
            }
        }
        self
    }

    /// Adds text.
    pub fn push(&mut self, text: &str) {
        match self.parts.last_mut() {
            Some(last) => last.push_str(text),
            None => self.parts.push(text.to_owned()),
        }
    }

    /// The text.
    pub fn sql(&self) -> String {
        let spelled = self.parts.iter().enumerate().map(|(at, part)| match at % 2 {
            0 => Cow::Borrowed(part.as_str()),
            _ => ident(part),
        });
        spelled.collect()
    }

    /// Whether it names any role.
    pub fn names_any(&self) -> bool {
        self.parts.len() > 1
    }

    /// Calls roles otherwise.
    pub fn rename(&mut self, call: &dyn Fn(&str) -> String) {
        for role in self.parts.iter_mut().skip(1).step_by(2) {
            *role = call(role);
        }
    }

    fn of(value: &Value) -> Option<Naming> {
        let parts = value.as_array()?.iter().map(|part| part.as_str().map(str::to_owned));
        let parts: Vec<String> = parts.collect::<Option<_>>()?;
        (parts.len() % 2 == 1).then_some(Naming { parts })
    }
}

impl Entry {
    /// Sets one of its texts, and remembers where that names roles.
    pub fn set_naming(&mut self, text: &str, naming: &Naming) {
        match text {
            "create" => self.create = naming.sql(),
            "drop" => self.drop = naming.sql(),
            field => {
                self.fields.insert(field.to_owned(), naming.sql().into());
            }
        }
        if naming.names_any() {
            let all = self
                .fields
                .entry(NAMING.to_owned())
                .or_insert_with(|| Value::Object(Default::default()));
            if let Value::Object(all) = all {
                all.insert(text.to_owned(), naming.parts.clone().into());
            }
        }
    }

    /// One of its texts, taken apart; none when it is not known where that names roles.
    pub fn naming(&self, text: &str) -> Option<Naming> {
        Naming::of(self.fields.get(NAMING)?.get(text)?)
    }

    /// Makes privileges the text of their grants; `on` is what they are on.
    pub fn set_grants(&mut self, grants: Vec<Grant>, on: &str) {
        self.create = grant_statements(&grants, "", on);
        self.fields.insert(ON.to_owned(), on.into());
        self.grants = grants;
    }

    /// Makes all texts that name roles anew from its fields, the roles called otherwise. False when it is not known
    /// where the texts name roles: then only the fields have changed.
    pub fn call_roles(&mut self, call: &dyn Fn(&str) -> String) -> bool {
        let rename = |role: &mut String| {
            if !role.is_empty() {
                *role = call(role);
            }
        };
        rename(&mut self.owner);
        self.roles.iter_mut().for_each(rename);
        for grant in &mut self.grants {
            rename(&mut grant.grantee);
            rename(&mut grant.grantor);
        }
        if self.kind == Kind::Role {
            rename(&mut self.name);
        }
        let settings = self.fields.get_mut(SETTINGS).and_then(Value::as_array_mut);
        for role in settings
            .into_iter()
            .flatten()
            .filter_map(|setting| setting.get_mut("role"))
        {
            if let Some(name) = role.as_str() {
                *role = call(name).into();
            }
        }
        if matches!(self.kind, Kind::Acl | Kind::DefaultAcl) {
            return self.spell_grants();
        }
        let taken_apart = self.fields.get(NAMING).and_then(Value::as_object);
        let texts: Vec<String> = taken_apart.into_iter().flat_map(|all| all.keys().cloned()).collect();
        let mut known = false;
        for text in texts.iter().filter(|text| *text != NAMING) {
            if let Some(mut naming) = self.naming(text) {
                naming.rename(call);
                self.set_naming(text, &naming);
                known = true;
            }
        }
        known
    }

    /// Makes the text of privileges anew from their grants; false when it is not known what they are on.
    pub fn spell_grants(&mut self) -> bool {
        let on = self.fields.get(ON).and_then(Value::as_str);
        match (&self.kind, on) {
            (Kind::Acl, Some(on)) => self.create = grant_statements(&self.grants, "", on),
            (Kind::DefaultAcl, _) if !self.grants.is_empty() => {
                let Some(word) = self.name.strip_prefix(DEFAULTS_FOR) else {
                    return false;
                };
                let prefix = default_prefix(&self.owner, self.schema.as_deref());
                self.create = grant_statements(&self.grants, &prefix, word);
            }
            _ => return false,
        }
        true
    }
}

/// How the names of default privileges begin; the kind of objects follows.
pub const DEFAULTS_FOR: &str = "DEFAULT PRIVILEGES FOR ";

/// What comes before GRANT or REVOKE in default privileges of a role, everywhere or in one schema.
pub fn default_prefix(role: &str, schema: Option<&str>) -> String {
    let schema = schema
        .map(|schema| format!("IN SCHEMA {} ", ident(schema)))
        .unwrap_or_default();
    format!("ALTER DEFAULT PRIVILEGES FOR ROLE {} {schema}", ident(role))
}

/// The statements for a list of grants, each with `prefix` before it; `on` is what they are on, spelled and quoted.
pub fn grant_statements(grants: &[Grant], prefix: &str, on: &str) -> String {
    let mut sql = String::new();
    for (at, grant) in grants.iter().enumerate() {
        let grantee = match grant.grantee.as_str() {
            "" => Cow::Borrowed("PUBLIC"),
            role => ident(role),
        };
        if grant.revoke {
            sql += &format!("{prefix}REVOKE {} ON {on} FROM {grantee};\n", grant.privileges);
            continue;
        }
        let same = |other: Option<&Grant>| {
            other.is_some_and(|other| !other.revoke && other.grantor == grant.grantor && other.grantee == grant.grantee)
        };
        let foreign = !grant.grantor.is_empty();
        if foreign && !(at > 0 && same(grants.get(at - 1))) {
            sql += &format!("SET SESSION AUTHORIZATION {};\n", ident(&grant.grantor));
        }
        let option = if grant.grant_option { " WITH GRANT OPTION" } else { "" };
        sql += &format!("{prefix}GRANT {} ON {on} TO {grantee}{option};\n", grant.privileges);
        if foreign && !same(grants.get(at + 1)) {
            sql += "RESET SESSION AUTHORIZATION;\n";
        }
    }
    sql
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::MAKE;

    fn shout(role: &str) -> String {
        role.to_uppercase()
    }

    #[test]
    fn texts_are_made_anew_with_other_roles() {
        let mut mapping = Entry::new(Kind::UserMapping, None, "USER MAPPING ann SERVER s", "boss");
        let create = Naming::default()
            .text("CREATE USER MAPPING FOR ")
            .role("ann")
            .text(" SERVER ann;\n");
        mapping.set_naming("create", &create);
        mapping.set_naming(
            "drop",
            &Naming::default()
                .text("DROP USER MAPPING FOR ")
                .role("ann")
                .text(" SERVER ann;\n"),
        );
        assert!(mapping.call_roles(&shout));
        assert_eq!(mapping.create, "CREATE USER MAPPING FOR \"ANN\" SERVER ann;\n");
        assert_eq!(mapping.drop, "DROP USER MAPPING FOR \"ANN\" SERVER ann;\n");
        mapping.since(17, &create);
        assert!(mapping.call_roles(&shout));
        assert_eq!(
            mapping.create_on(Some(17)),
            "CREATE USER MAPPING FOR \"ANN\" SERVER ann;\n"
        );
        assert_eq!(mapping.owner, "BOSS");
        assert!(mapping.call_roles(&|_| "ann".to_owned()), "and anew again");
        assert_eq!(mapping.create, "CREATE USER MAPPING FOR ann SERVER ann;\n");
    }

    #[test]
    fn a_role_has_its_name_in_all_its_texts() {
        let mut role = Entry::new(Kind::Role, None, "ann", "");
        let make = Naming::default().text("CREATE ROLE ").role("ann").text(";\n");
        role.set_naming("create", &make);
        role.set_naming(MAKE, &make);
        assert!(role.call_roles(&shout));
        assert_eq!(
            (role.name.as_str(), role.create.as_str()),
            ("ANN", "CREATE ROLE \"ANN\";\n")
        );
        assert_eq!(role.fields[MAKE], "CREATE ROLE \"ANN\";\n");
    }

    #[test]
    fn privileges_are_made_from_their_grants() {
        let grant = |grantor: &str| Grant {
            revoke: false,
            privileges: "SELECT".to_owned(),
            grantee: "ann".to_owned(),
            grantor: grantor.to_owned(),
            grant_option: false,
        };
        let mut acl = Entry::new(Kind::Acl, Some("public"), "TABLE t", "boss");
        acl.set_grants(vec![grant("bob")], "TABLE public.t");
        assert!(acl.call_roles(&shout));
        assert_eq!(
            acl.create,
            "SET SESSION AUTHORIZATION \"BOB\";\nGRANT SELECT ON TABLE public.t TO \"ANN\";\nRESET SESSION AUTHORIZATION;\n"
        );
        let mut default = Entry::new(Kind::DefaultAcl, Some("s"), "DEFAULT PRIVILEGES FOR TABLES", "boss");
        default.grants = vec![grant("")];
        assert!(default.call_roles(&shout));
        assert_eq!(
            default.create,
            "ALTER DEFAULT PRIVILEGES FOR ROLE \"BOSS\" IN SCHEMA s GRANT SELECT ON TABLES TO \"ANN\";\n"
        );
        acl.fields.clear();
        assert!(!acl.call_roles(&shout), "it is not known what they are on");
    }

    #[test]
    fn fields_that_make_no_sense_are_not_believed() {
        let mut entry = Entry::new(Kind::Policy, Some("public"), "t p", "boss");
        entry.create = "CREATE POLICY p ON t TO ann;\n".to_owned();
        for value in [
            serde_json::json!({"create": ["a", "b"]}),
            serde_json::json!({"create": [1]}),
            serde_json::json!(7),
        ] {
            entry.fields.insert(NAMING.to_owned(), value);
            assert!(!entry.call_roles(&shout));
        }
    }
}
