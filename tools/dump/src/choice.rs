//! Patterns to objects: what `-n -N -t -T` and `--exclude-table-data` mean in this database.

use std::collections::HashSet;

use pgx_objects::choose::Choice;
use pgx_objects::{Database, find};
use pgx_selection::{Pattern, PatternError};
use pgx_server::Session;

use crate::args::SelectionArgs;
use crate::error::Error;

/// Looks every pattern up.
///
/// A class of include patterns that matches nothing at all is an error; with `--strict-names`, so is any
/// include pattern that matches nothing.
pub async fn resolve(session: &Session, db: &Database, selection: &SelectionArgs) -> Result<Choice, Error> {
    let lookup = Lookup {
        session,
        db,
        strict: selection.strict_names,
    };
    Ok(Choice {
        schemas: lookup.include(&selection.schema, What::Schemas).await?,
        without_schemas: lookup.exclude(&selection.exclude_schema, What::Schemas).await?,
        tables: lookup.include(&selection.table, What::Tables).await?,
        without_tables: lookup.exclude(&selection.exclude_table, What::Tables).await?,
        without_rows: lookup.exclude(&selection.exclude_table_data, What::Tables).await?,
        large_objects: selection.schema_only.then_some(false),
        ..Choice::default()
    })
}

#[derive(Clone, Copy)]
enum What {
    Schemas,
    Tables,
}

impl What {
    fn plural(self) -> &'static str {
        match self {
            What::Schemas => "schemas",
            What::Tables => "tables",
        }
    }

    fn parse(self, text: &str) -> Result<Pattern, PatternError> {
        match self {
            What::Schemas => Pattern::parse_schema(text),
            What::Tables => Pattern::parse(text),
        }
    }
}

struct Lookup<'a> {
    session: &'a Session,
    db: &'a Database,
    strict: bool,
}

impl Lookup<'_> {
    async fn include(&self, patterns: &[String], what: What) -> Result<Option<HashSet<u32>>, Error> {
        if patterns.is_empty() {
            return Ok(None);
        }
        let mut found = HashSet::new();
        for pattern in patterns {
            let oids = self.find(pattern, what).await?;
            if self.strict && oids.is_empty() {
                return Err(Error::NoMatch {
                    what: what.plural(),
                    pattern: Some(pattern.clone()),
                });
            }
            found.extend(oids);
        }
        if found.is_empty() {
            return Err(Error::NoMatch {
                what: what.plural(),
                pattern: None,
            });
        }
        Ok(Some(found))
    }

    async fn exclude(&self, patterns: &[String], what: What) -> Result<HashSet<u32>, Error> {
        let mut found = HashSet::new();
        for pattern in patterns {
            found.extend(self.find(pattern, what).await?);
        }
        Ok(found)
    }

    async fn find(&self, text: &str, what: What) -> Result<Vec<u32>, Error> {
        let pattern = what.parse(text)?;
        if let Some(database) = pattern
            .database
            .as_ref()
            .filter(|name| **name != self.db.server.database)
        {
            return Err(Error::OtherDatabase {
                pattern: text.to_owned(),
                database: database.clone(),
            });
        }
        let sql = match what {
            What::Schemas => find::schemas(&pattern),
            What::Tables => find::relations(&pattern),
        };
        let answer = self.session.rows(&sql).await.map_err(|error| Error::Query {
            query: "patterns",
            error,
        })?;
        let oids = answer
            .rows
            .iter()
            .filter_map(|row| row.first()?.as_deref()?.parse().ok());
        Ok(match what {
            What::Schemas => oids.collect(),
            What::Tables => oids.filter(|oid| find::visible(self.db, &pattern, *oid)).collect(),
        })
    }
}
