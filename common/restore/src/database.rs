//! CREATE DATABASE for the major version that runs it.
//!
//! The text of the entry is for 17 and later. What the entry says beside it is read from its fields:
//! `encoding`, `locale_provider` (`libc`, `icu` or `builtin`), `lc_collate`, `lc_ctype`, `locale`, `icu_rules`, `tablespace`.

use std::fmt;

use pgx_archive::Entry;
use pgx_archive::spelling::{ident, literal};

use crate::options::Options;

/// A database that the target cannot make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TooOld {
    /// The database.
    pub database: String,
    /// What it needs: `locale provider icu`.
    pub feature: &'static str,
    /// The first major version that has it.
    pub since: u32,
    /// The target's.
    pub target: u32,
}

impl fmt::Display for TooOld {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let TooOld {
            database,
            feature,
            since,
            target,
        } = self;
        write!(
            f,
            "database {database} needs {feature}, which PostgreSQL {target} does not have (since {since})"
        )
    }
}

impl std::error::Error for TooOld {}

/// The statement that makes the database of an entry on the target.
pub fn create(entry: &Entry, options: &Options) -> Result<String, TooOld> {
    match options.target {
        Some(target) if target < 17 || options.no_tablespaces => render(entry, options, target),
        _ => Ok(entry.create.clone()),
    }
}

/// The same for the newest major, made from what the entry says beside its text.
pub(crate) fn in_words_of_newest(entry: &Entry) -> Result<String, TooOld> {
    render(entry, &Options::default(), u32::MAX)
}

fn render(entry: &Entry, options: &Options, target: u32) -> Result<String, TooOld> {
    let field = |name: &str| {
        let value = entry.fields.get(name).and_then(|value| value.as_str());
        value.filter(|value| !value.is_empty())
    };
    // Without its fields, the text is all there is.
    let Some(encoding) = field("encoding") else {
        return Ok(entry.create.clone());
    };
    let need = |feature: &'static str, since: u32| {
        let database = entry.name.clone();
        if target < since {
            Err(TooOld {
                database,
                feature,
                since,
                target,
            })
        } else {
            Ok(())
        }
    };
    let provider = field("locale_provider").unwrap_or("libc");
    let mut sql = format!(
        "CREATE DATABASE {} WITH TEMPLATE = template0 ENCODING = {}",
        ident(&entry.name),
        literal(encoding)
    );
    match provider {
        "icu" => need("locale provider icu", 15)?,
        "builtin" => need("locale provider builtin", 17)?,
        _ => {}
    }
    if target >= 15 {
        sql += &format!(" LOCALE_PROVIDER = {provider}");
    }
    match (field("lc_collate"), field("lc_ctype")) {
        // One word for both came with 13.
        (Some(collate), Some(ctype)) if collate == ctype && target >= 13 => {
            sql += &format!(" LOCALE = {}", literal(collate));
        }
        (collate, ctype) => {
            for (word, value) in [("LC_COLLATE", collate), ("LC_CTYPE", ctype)] {
                if let Some(value) = value {
                    sql += &format!(" {word} = {}", literal(value));
                }
            }
        }
    }
    if let Some(locale) = field("locale") {
        let word = if provider == "builtin" {
            "BUILTIN_LOCALE"
        } else {
            "ICU_LOCALE"
        };
        sql += &format!(" {word} = {}", literal(locale));
    }
    if let Some(rules) = field("icu_rules") {
        need("ICU rules", 16)?;
        sql += &format!(" ICU_RULES = {}", literal(rules));
    }
    if let Some(tablespace) = field("tablespace").filter(|name| *name != "pg_default" && !options.no_tablespaces) {
        sql += &format!(" TABLESPACE = {}", ident(tablespace));
    }
    Ok(sql + ";\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use pgx_archive::Kind;

    fn database(fields: &[(&str, &str)]) -> Entry {
        let mut entry = Entry::new(Kind::Database, None, "shop", "boss");
        entry.create = "CREATE DATABASE shop AS WRITTEN;\n".to_owned();
        for (name, value) in fields {
            entry.fields.insert((*name).to_owned(), (*value).into());
        }
        entry
    }

    fn on(target: u32, entry: &Entry) -> Result<String, TooOld> {
        let options = Options {
            target: Some(target),
            ..Options::default()
        };
        create(entry, &options)
    }

    #[test]
    fn newer_servers_get_the_text_as_it_is() {
        let entry = database(&[("encoding", "UTF8"), ("locale_provider", "builtin")]);
        assert_eq!(on(18, &entry).unwrap(), entry.create);
        assert_eq!(create(&entry, &Options::default()).unwrap(), entry.create);
    }

    #[test]
    fn older_servers_get_what_they_understand() {
        let same = [
            ("encoding", "UTF8"),
            ("locale_provider", "libc"),
            ("lc_collate", "C.UTF-8"),
            ("lc_ctype", "C.UTF-8"),
            ("tablespace", "SSD"),
        ];
        let entry = database(&same);
        let begin = "CREATE DATABASE shop WITH TEMPLATE = template0 ENCODING = 'UTF8'";
        assert_eq!(
            on(15, &entry).unwrap(),
            format!("{begin} LOCALE_PROVIDER = libc LOCALE = 'C.UTF-8' TABLESPACE = \"SSD\";\n")
        );
        assert_eq!(
            on(13, &entry).unwrap(),
            format!("{begin} LOCALE = 'C.UTF-8' TABLESPACE = \"SSD\";\n")
        );
        assert_eq!(
            on(12, &entry).unwrap(),
            format!("{begin} LC_COLLATE = 'C.UTF-8' LC_CTYPE = 'C.UTF-8' TABLESPACE = \"SSD\";\n")
        );
    }

    #[test]
    fn what_they_lack_is_named() {
        let icu = database(&[
            ("encoding", "UTF8"),
            ("locale_provider", "icu"),
            ("icu_rules", "&a < b"),
        ]);
        assert_eq!(
            on(14, &icu).unwrap_err().to_string(),
            "database shop needs locale provider icu, which PostgreSQL 14 does not have (since 15)"
        );
        assert_eq!(on(15, &icu).unwrap_err().feature, "ICU rules");
        assert!(on(16, &icu).is_ok());
    }
}
