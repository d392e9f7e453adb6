//! Settings on their way to being complete: merged from the strongest source to the weakest.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use super::keywords::{self, settings};
use super::{Environment, Flags, pairs, service, uri};
use crate::error::Error;

/// Settings by keyword, the strongest first to come.
///
/// A value may be empty: it then hides weaker ones, and means the default.
#[derive(Debug, Default)]
pub(super) struct Words(BTreeMap<&'static str, String>);

impl Words {
    pub(super) fn add_flags(&mut self, flags: &Flags) -> Result<(), Error> {
        let mut weaker = vec![
            ("host", flags.host.clone()),
            ("port", flags.port.clone()),
            ("user", flags.user.clone()),
            (
                "password",
                flags.password.as_ref().map(|secret| secret.expose().to_owned()),
            ),
            ("fallback_application_name", flags.application_name.clone()),
        ];
        if let Some(text) = &flags.dbname {
            match expand(text)? {
                // The last of two values for one keyword counts, so it comes first here.
                Some(pairs) => self.add(pairs.into_iter().rev(), "connection string")?,
                None => weaker.push(("dbname", Some(text.clone()))),
            }
        }
        for (keyword, value) in weaker {
            if let Some(value) = value {
                self.0.entry(keyword).or_insert(value);
            }
        }
        Ok(())
    }

    pub(super) fn add_service(&mut self, environment: Environment<'_>) -> Result<(), Error> {
        let named = match self.0.get("service") {
            Some(name) => Some(name.clone()),
            None => environment("PGSERVICE"),
        };
        let Some(name) = named.filter(|name| !name.is_empty()) else {
            return Ok(());
        };
        let own = environment("PGSERVICEFILE").map(PathBuf::from).or_else(|| {
            let home = environment("HOME").map(PathBuf::from).or_else(std::env::home_dir)?;
            Some(home.join(".pg_service.conf"))
        });
        let system = environment("PGSYSCONFDIR").map(|directory| PathBuf::from(directory).join("pg_service.conf"));
        for path in own.into_iter().chain(system) {
            let Ok(text) = std::fs::read_to_string(&path) else {
                continue;
            };
            let file = path.display().to_string();
            if let Some(pairs) = service::find(&text, &name, &file)? {
                return self.add(pairs, &file);
            }
        }
        Err(Error::Settings {
            message: format!("there is no service \"{name}\""),
            hint: Some(
                "looked for in PGSERVICEFILE or ~/.pg_service.conf, then in pg_service.conf of PGSYSCONFDIR".into(),
            ),
        })
    }

    pub(super) fn add_environment(&mut self, environment: Environment<'_>) -> Result<(), Error> {
        for (keyword, variable) in keywords::variables() {
            if self.0.contains_key(keyword) {
                continue;
            }
            if let Some(value) = environment(variable) {
                self.add([(keyword.to_owned(), value)], variable)?;
            }
        }
        if environment("PGREQUIRESSL").is_some_and(|value| value.starts_with('1')) {
            self.0.entry("sslmode").or_insert_with(|| "require".into());
        }
        Ok(())
    }

    /// Adds what is not set yet.
    fn add(&mut self, pairs: impl IntoIterator<Item = (String, String)>, from: &str) -> Result<(), Error> {
        for (keyword, value) in pairs {
            let keyword = keywords::check(&keyword, &value, from)?;
            self.0.entry(keyword).or_insert(value);
        }
        Ok(())
    }

    /// The value of a keyword, unless it is empty.
    pub(super) fn get(&self, keyword: &str) -> Option<&str> {
        self.0
            .get(keyword)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// The value of a keyword as an integer.
    pub(super) fn number(&self, keyword: &str) -> Result<Option<i64>, Error> {
        let Some(text) = self.get(keyword) else { return Ok(None) };
        match text.trim().parse::<i32>() {
            Ok(number) => Ok(Some(number.into())),
            Err(_) => Err(settings(format!("{keyword}={text} is not an integer"))),
        }
    }

    /// A time in seconds; what is not positive is as if it were not given.
    pub(super) fn seconds(&self, keyword: &str) -> Result<Option<Duration>, Error> {
        let seconds = self.number(keyword)?.filter(|&seconds| seconds > 0);
        Ok(seconds.map(|seconds| Duration::from_secs(seconds.unsigned_abs())))
    }

    /// The value of a keyword that has a list of them.
    pub(super) fn one_of<T: Copy>(&self, keyword: &str, values: &[(&str, T)], default: T) -> Result<T, Error> {
        let Some(text) = self.get(keyword) else {
            return Ok(default);
        };
        match values.iter().find(|(name, _)| *name == text) {
            Some((_, value)) => Ok(*value),
            None => {
                let names: Vec<_> = values.iter().map(|(name, _)| *name).collect();
                Err(Error::Settings {
                    message: format!("{keyword}={text} is not one of its values"),
                    hint: Some(format!("its values: {}", names.join(", "))),
                })
            }
        }
    }
}

/// The settings in a text that may be a connection string; none if it is a mere database name.
fn expand(text: &str) -> Result<Option<Vec<(String, String)>>, Error> {
    if let Some(rest) = uri::after_scheme(text) {
        return uri::parse(rest).map(Some);
    }
    match text.contains('=') {
        true => pairs::parse(text).map(Some),
        false => Ok(None),
    }
}
