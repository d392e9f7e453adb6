//! What a target answered.

use std::collections::{BTreeMap, BTreeSet};

use crate::memberships::Obstacles;

/// A row of an answer.
pub type Row = Vec<Option<String>>;

/// What the server and the database are, and what the role may.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Whether the server is in recovery.
    pub standby: bool,
    /// The role whose rights count.
    pub user: String,
    /// Whether it is a superuser.
    pub superuser: bool,
    /// Whether it may make databases.
    pub createdb: bool,
    /// Whether it may make roles.
    pub createrole: bool,
    /// Whether row security does not concern it.
    pub bypassrls: bool,
    /// Whether it may make subscriptions.
    pub subscribes: bool,
    /// The database.
    pub database: String,
    /// Its encoding.
    pub encoding: String,
    /// Its provider, `LC_COLLATE`, `LC_CTYPE` and the provider's own locale.
    pub locale: [String; 4],
    /// Whether the role may create in it.
    pub creates: bool,
    /// Whether the server knows ICU.
    pub icu: bool,
    /// Transactions since the oldest that is not frozen.
    pub age: u64,
    /// Connections that are free, and how many the database and the role allow, if they limit it.
    pub free_connections: i64,
    /// The most that the database and the role allow.
    pub connection_limit: Option<i64>,
    /// Locks for which there is room.
    pub locks: u64,
    /// Prepared transactions in the database.
    pub prepared: u64,
    /// Event triggers that are on.
    pub event_triggers: String,
    /// The process that answered.
    pub process: u32,
}

impl Facts {
    /// Reads the answer to [`super::questions::facts`]; none when there was no such row.
    pub fn read(row: &Row) -> Option<Facts> {
        let text = |at: usize| row.get(at).cloned().flatten().unwrap_or_default();
        let flag = |at: usize| text(at) == "t";
        let number = |at: usize| text(at).parse::<i64>().ok();
        let count = |at: usize| number(at).and_then(|count| u64::try_from(count).ok()).unwrap_or(0);
        (row.len() == COLUMNS).then(|| Facts {
            standby: flag(0),
            user: text(1),
            superuser: flag(2),
            createdb: flag(2) || flag(3),
            createrole: flag(2) || flag(4),
            bypassrls: flag(2) || flag(5),
            subscribes: flag(6),
            database: text(7),
            encoding: text(8),
            locale: [text(9), text(10), text(11), text(12)],
            creates: flag(13),
            icu: flag(14),
            age: count(15),
            free_connections: number(16).unwrap_or(i64::MAX),
            connection_limit: number(17).into_iter().chain(number(18)).min(),
            locks: count(19),
            prepared: count(20),
            event_triggers: text(21),
            process: u32::try_from(count(22)).unwrap_or(0),
        })
    }
}

/// How many columns [`super::questions::facts`] has.
const COLUMNS: usize = 23;

/// What the server knows of an extension.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Available {
    /// The version that would be made; none when it is not available.
    pub version: Option<String>,
    /// The version that the database has.
    pub installed: Option<String>,
    /// Whether it takes a superuser to make it.
    pub for_superusers: bool,
}

/// What a target answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answers {
    /// Its major version.
    pub major: u32,
    /// What it is.
    pub facts: Facts,
    /// Names that are there, by kind, and whether they may be used.
    pub names: BTreeMap<(String, String), bool>,
    /// Extensions that are available or there.
    pub extensions: BTreeMap<String, Available>,
    /// Why the server cannot tell which extensions it has available, if it cannot.
    pub extensions_untold: Option<String>,
    /// Publications to which nothing that is chosen by name can be added, and why.
    pub obstacles: Obstacles,
    /// Relations that are there: whether one may insert, and whether row security stands against it.
    pub relations: BTreeMap<(String, String), (bool, bool)>,
    /// Some of the objects that users have made.
    pub objects: Vec<String>,
    /// Locales that the server's machine does not have.
    pub unknown_locales: BTreeSet<String>,
    /// Whether somebody between us and the server hands out its sessions.
    pub pooled: bool,
    /// The role of `--role`, when it may not be taken, and what the server said.
    pub role_refused: Option<(String, String)>,
}

impl Answers {
    /// Takes in the answer to [`super::questions::names`].
    pub fn add_names(&mut self, rows: Vec<Row>) {
        for row in rows {
            if let [Some(kind), Some(name), Some(there), Some(may)] = row.as_slice()
                && there == "t"
            {
                self.names.insert((kind.clone(), name.clone()), may == "t");
            }
        }
    }

    /// Takes in the answer to [`super::questions::extensions`].
    pub fn add_extensions(&mut self, rows: Vec<Row>) {
        for row in rows {
            if let [Some(name), version, installed, for_superusers] = row.as_slice()
                && (version.is_some() || installed.is_some())
            {
                let available = Available {
                    version: version.clone(),
                    installed: installed.clone(),
                    for_superusers: for_superusers.as_deref() == Some("t"),
                };
                self.extensions.insert(name.clone(), available);
            }
        }
    }

    /// Takes in the answer to [`super::questions::relations`].
    pub fn add_relations(&mut self, rows: Vec<Row>) {
        for row in rows {
            if let [Some(schema), Some(name), insert, guarded] = row.as_slice() {
                let is = |value: &Option<String>| value.as_deref() == Some("t");
                self.relations
                    .insert((schema.clone(), name.clone()), (is(insert), is(guarded)));
            }
        }
    }

    /// Whether a name is there, and whether it may be used; none when it is not.
    pub fn name(&self, kind: &str, name: &str) -> Option<bool> {
        self.names.get(&(kind.to_owned(), name.to_owned())).copied()
    }
}
