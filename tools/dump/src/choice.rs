//! Patterns to objects: what the flags with patterns mean in this database.

use std::collections::{HashMap, HashSet};

use pgx_objects::choose::Choice;
use pgx_objects::database::FIRST_USER_OID;
use pgx_objects::{Database, find};
use pgx_selection::{Pattern, PatternError};
use pgx_server::Session;

use crate::args::SelectionArgs;
use crate::condition::Condition;
use crate::error::Error;

/// Looks every pattern up.
///
/// A class of include patterns that matches nothing at all is an error; with `--strict-names`, so is any
/// include pattern that matches nothing. The pattern of a condition has to match, always: else rows would be
/// dumped that were not meant to be.
pub async fn resolve(session: &Session, db: &Database, selection: &SelectionArgs) -> Result<Choice, Error> {
    let lookup = Lookup {
        session,
        db,
        strict: selection.strict_names,
    };
    let tables = [
        (&selection.table, What::Tables),
        (&selection.table_and_children, What::TablesAndChildren),
    ];
    let without_tables = [
        (&selection.exclude_table, What::Tables),
        (&selection.exclude_table_and_children, What::TablesAndChildren),
    ];
    let without_rows = [
        (&selection.exclude_table_data, What::Tables),
        (&selection.exclude_table_data_and_children, What::TablesAndChildren),
    ];
    let choice = Choice {
        schemas: lookup.include(&[(&selection.schema, What::Schemas)]).await?,
        without_schemas: lookup.exclude(&[(&selection.exclude_schema, What::Schemas)]).await?,
        tables: lookup.include(&tables).await?,
        without_tables: lookup.exclude(&without_tables).await?,
        extensions: lookup.include(&[(&selection.extension, What::Extensions)]).await?,
        without_extensions: lookup
            .exclude(&[(&selection.exclude_extension, What::Extensions)])
            .await?,
        without_rows: lookup.exclude(&without_rows).await?,
        large_objects: selection.large_objects(),
        conditions: lookup.conditions(&selection.conditions).await?,
    };
    Ok(choice)
}

/// The foreign servers whose tables' rows are wanted. Each pattern has to match.
pub async fn foreign_servers(
    session: &Session,
    db: &Database,
    selection: &SelectionArgs,
) -> Result<HashSet<u32>, Error> {
    let lookup = Lookup {
        session,
        db,
        strict: true,
    };
    let servers = lookup
        .include(&[(&selection.include_foreign_data, What::ForeignServers)])
        .await?;
    Ok(servers.unwrap_or_default())
}

#[derive(Clone, Copy)]
enum What {
    Schemas,
    Tables,
    TablesAndChildren,
    Extensions,
    ForeignServers,
}

/// Patterns, and what they are matched against.
type Patterns<'a> = (&'a Vec<String>, What);

impl What {
    fn plural(self) -> &'static str {
        match self {
            What::Schemas => "schemas",
            What::Tables | What::TablesAndChildren => "tables",
            What::Extensions => "extensions",
            What::ForeignServers => "foreign servers",
        }
    }

    fn parse(self, text: &str) -> Result<Pattern, PatternError> {
        match self {
            What::Schemas => Pattern::parse_schema(text),
            What::Tables | What::TablesAndChildren => Pattern::parse(text),
            What::Extensions | What::ForeignServers => Pattern::parse_name(text),
        }
    }
}

struct Lookup<'a> {
    session: &'a Session,
    db: &'a Database,
    strict: bool,
}

impl Lookup<'_> {
    async fn include(&self, classes: &[Patterns<'_>]) -> Result<Option<HashSet<u32>>, Error> {
        let Some((_, what)) = classes.iter().find(|(patterns, _)| !patterns.is_empty()) else {
            return Ok(None);
        };
        let mut found = HashSet::new();
        for (patterns, what) in classes {
            for pattern in *patterns {
                let mut oids = self.find(pattern, *what).await?;
                oids.retain(|oid| self.is_dumped(*oid, *what));
                if self.strict && oids.is_empty() {
                    return Err(Error::NoMatch {
                        what: what.plural(),
                        pattern: Some(pattern.clone()),
                    });
                }
                found.extend(oids);
            }
        }
        if found.is_empty() {
            return Err(Error::NoMatch {
                what: what.plural(),
                pattern: None,
            });
        }
        Ok(Some(found))
    }

    /// Whether a dump may hold it: what every server has is no part of any.
    fn is_dumped(&self, oid: u32, what: What) -> bool {
        match what {
            What::Schemas => !find::is_system_schema(self.db, oid),
            What::Tables | What::TablesAndChildren => oid >= FIRST_USER_OID,
            What::Extensions | What::ForeignServers => true,
        }
    }

    async fn exclude(&self, classes: &[Patterns<'_>]) -> Result<HashSet<u32>, Error> {
        let mut found = HashSet::new();
        for (patterns, what) in classes {
            for pattern in *patterns {
                found.extend(self.find(pattern, *what).await?);
            }
        }
        Ok(found)
    }

    /// The conditions of each table, all of which have to hold.
    async fn conditions(&self, conditions: &[Condition]) -> Result<HashMap<u32, Vec<String>>, Error> {
        let mut of: HashMap<u32, Vec<String>> = HashMap::new();
        for condition in conditions {
            let matched = self.find(&condition.table, What::Tables).await?;
            let with_rows = find::with_rows(self.db, &matched);
            if with_rows.is_empty() {
                return Err(Error::NoMatch {
                    what: "tables",
                    pattern: Some(condition.table.clone()),
                });
            }
            for oid in with_rows {
                of.entry(oid).or_default().push(condition.holds.clone());
            }
        }
        Ok(of)
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
            What::Tables | What::TablesAndChildren => find::relations(&pattern),
            What::Extensions => find::extensions(&pattern),
            What::ForeignServers => find::foreign_servers(&pattern),
        };
        let answer = self.session.rows(&sql).await.map_err(|error| Error::Query {
            query: "patterns",
            error,
        })?;
        let oids = answer
            .rows
            .iter()
            .filter_map(|row| row.first()?.as_deref()?.parse().ok());
        let visible = |oid: &u32| find::visible(self.db, &pattern, *oid);
        Ok(match what {
            What::Schemas | What::Extensions | What::ForeignServers => oids.collect(),
            What::Tables => oids.filter(visible).collect(),
            What::TablesAndChildren => find::with_children(self.db, oids.filter(visible).collect()),
        })
    }
}
