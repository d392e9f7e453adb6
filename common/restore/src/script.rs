//! The plain SQL script, byte for byte as pg_dump 18 writes it.
//!
//! A script is read a piece at a time, so that it streams: text, and places where rows go. Who has the
//! rows in the order of the entries (a dump) takes pieces from the iterator; who gets rows in the order
//! of a stream (a load) drives the script with [`Script::text`], [`Script::open`] and [`Script::close`]. When
//! both orders are the same, so are the bytes.

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{HashMap, VecDeque};
use std::fmt;

use pgx_archive::spelling::qualified;
use pgx_archive::{Entry, EntryId, Format, Kind, Section};

use crate::contents::Contents;
use crate::copy;
use crate::drops::{drop_statement, dropped};
use crate::hooks::Moment;
use crate::large_objects;
use crate::options::Options;
use crate::owner::{act_as, give_away};
use crate::psql;
use crate::rename;
use crate::session::{self, TableDefaults};

/// What the head of a script says, and the key that guards it.
#[derive(Clone, Debug)]
pub struct Heading {
    /// `server_version` of the source, as the server writes it; no line when empty.
    pub server_version: String,
    /// Who wrote the script: `pgx-dump version 0.1.0`; no line when empty.
    pub producer: String,
    /// Random letters and digits: until psql sees them again it refuses meta-commands, so that nothing
    /// in the source can smuggle one in.
    pub restrict_key: String,
}

/// A piece of a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands.
    Text(String),
    /// Here go the rows of an entry: lines of COPY, or the objects of a group as the functions of
    /// [`large_objects`] write them.
    Rows(EntryId),
}

/// Why there can be no script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ScriptError {
    /// The key is empty, or not of letters and digits.
    RestrictKey,
    /// psql cannot connect to a database whose name has a line break.
    DatabaseName(String),
}

impl fmt::Display for ScriptError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ScriptError::RestrictKey => f.write_str("the key of a script must be letters and digits"),
            ScriptError::DatabaseName(name) => {
                write!(
                    f,
                    "the name of database {name:?} has a line break, which psql cannot read"
                )
            }
        }
    }
}

impl std::error::Error for ScriptError {}

/// A script that is being written.
pub struct Script<'a> {
    contents: &'a Contents<'a>,
    options: &'a Options,
    heading: Heading,
    wanted: Vec<&'a Entry>,
    at: HashMap<EntryId, usize>,
    written: Vec<bool>,
    defaults: TableDefaults,
    /// Whether triggers are off while rows go in: only into tables that the script does not make.
    switches_triggers: bool,
    /// The role that the session acts as, empty for its own; none when that is not known.
    user: Option<String>,
    /// The hooks that are to be written next.
    hooks: Option<Moment>,
    next: usize,
    stage: Stage,
    ahead: VecDeque<Piece>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    Heading,
    Entries,
    Ended,
}

impl<'a> Script<'a> {
    /// A script of what is wanted of the contents.
    pub fn new(contents: &'a Contents<'a>, options: &'a Options, heading: Heading) -> Result<Script<'a>, ScriptError> {
        let key = &heading.restrict_key;
        if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(ScriptError::RestrictKey);
        }
        let wanted: Vec<&Entry> = contents.wanted().collect();
        if let Some(database) = wanted.iter().find(|entry| reconnects(entry))
            && database.name.contains(['\n', '\r'])
        {
            return Err(ScriptError::DatabaseName(database.name.clone()));
        }
        Ok(Script {
            contents,
            options,
            heading,
            at: wanted
                .iter()
                .enumerate()
                .map(|(place, entry)| (entry.id, place))
                .collect(),
            written: vec![false; wanted.len()],
            defaults: TableDefaults::default(),
            switches_triggers: options.disable_triggers && !wanted.iter().any(|entry| makes(contents, entry)),
            wanted,
            user: None,
            hooks: Some(Moment::BeforeData),
            next: 0,
            stage: Stage::Heading,
            ahead: VecDeque::new(),
        })
    }

    /// The next piece of text; none at the end, and before rows ([`waits_for`](Script::waits_for)).
    pub fn text(&mut self) -> Option<String> {
        match self.stage {
            Stage::Heading => {
                self.stage = Stage::Entries;
                Some(self.head())
            }
            Stage::Entries => {
                let hooks = self.due_hooks();
                if !hooks.is_empty() {
                    return Some(hooks);
                }
                let Some(&entry) = self.unwritten() else {
                    self.stage = Stage::Ended;
                    return Some(self.tail());
                };
                if entry.data.is_some() {
                    return None;
                }
                self.written[self.next] = true;
                Some(self.entry(entry))
            }
            Stage::Ended => None,
        }
    }

    /// The hooks that come before what is next.
    fn due_hooks(&mut self) -> String {
        let turn = match self.unwritten() {
            Some(&next) => self.contents.turn(next),
            None => Section::PostData,
        };
        let mut text = String::new();
        if self.hooks == Some(Moment::BeforeData) && turn != Section::PreData {
            text += &self.options.hooks.script(Moment::BeforeData);
            self.hooks = Some(Moment::AfterData);
        }
        if self.hooks == Some(Moment::AfterData) && turn == Section::PostData {
            text += &self.options.hooks.script(Moment::AfterData);
            self.hooks = None;
        }
        text
    }

    /// The entry whose rows come next, when the text before them is written.
    pub fn waits_for(&mut self) -> Option<EntryId> {
        let entry = self.unwritten()?;
        entry.data.as_ref().map(|_| entry.id)
    }

    /// The text before the rows of an entry, in its turn or out of it, for the first time or again; none
    /// when the script has no rows of it.
    pub fn open(&mut self, id: EntryId) -> Option<String> {
        let place = *self.at.get(&id)?;
        let entry = self.wanted[place];
        let data = entry.data.as_ref()?;
        let mut text = String::new();
        // Out of its turn, large objects may still have to be made.
        for dependency in &entry.dependencies {
            if let Some(&before) = self.at.get(dependency)
                && !self.written[before]
                && self.wanted[before].data.is_none()
            {
                self.written[before] = true;
                text += &self.entry(self.wanted[before]);
            }
        }
        self.written[place] = true;
        text += &self.act_as_maker(entry);
        text += &self.comment("Data for ", entry);
        if !entry.create.is_empty() {
            text += &format!("{}\n\n", entry.create);
        }
        if data.format != Format::LargeObjects {
            text += &self.triggers_off(entry);
            text += &self.act_as_maker(entry);
        }
        text += &match data.format {
            Format::LargeObjects => Cow::Borrowed("BEGIN;\n\n"),
            Format::Text | Format::Binary if self.options.inserts => Cow::Borrowed(""),
            Format::Text | Format::Binary => copy::in_script(entry, self.encoding()),
        };
        Some(text)
    }

    /// The text after the rows of an entry.
    pub fn close(&mut self, id: EntryId) -> String {
        let entry = self.contents.get(id);
        let format = entry.and_then(|entry| entry.data.as_ref()).map(|data| data.format);
        let end = match format {
            Some(Format::LargeObjects) => return "COMMIT;\n\n".to_owned(),
            _ if self.options.inserts => "\n\n",
            _ => "\\.\n\n\n",
        };
        match entry.filter(|_| self.switches_triggers) {
            Some(entry) => format!("{end}{}{}", self.act_as_superuser(), triggers("ENABLE", entry)),
            None => end.to_owned(),
        }
    }

    /// What switches triggers off, by whoever may do so.
    fn triggers_off(&mut self, entry: &Entry) -> String {
        match self.switches_triggers {
            true => self.act_as_superuser() + &triggers("DISABLE", entry),
            false => String::new(),
        }
    }

    fn act_as_superuser(&mut self) -> String {
        let superuser = self.options.superuser.clone();
        self.act_as(&superuser.unwrap_or_default())
    }

    /// Has an entry made by its owner, where that is wanted.
    fn act_as_maker(&mut self, entry: &Entry) -> String {
        match self.options.maker(entry) {
            Some(maker) => self.act_as(maker),
            None => String::new(),
        }
    }

    /// Has the session act as a role, unless it does.
    fn act_as(&mut self, role: &str) -> String {
        if self.user.as_deref() == Some(role) {
            return String::new();
        }
        self.user = Some(role.to_owned());
        act_as(role) + "\n\n"
    }

    /// The encoding of the script, where it is known.
    fn encoding(&self) -> Option<&'a str> {
        self.contents.first(&Kind::Encoding)?.fields.get("encoding")?.as_str()
    }

    fn unwritten(&mut self) -> Option<&&'a Entry> {
        while *self.written.get(self.next)? {
            self.next += 1;
        }
        self.wanted.get(self.next)
    }

    fn head(&mut self) -> String {
        let Heading {
            server_version,
            producer,
            restrict_key,
        } = &self.heading;
        let mut text = format!("--\n-- PostgreSQL database dump\n--\n\n\\restrict {restrict_key}\n\n");
        if !server_version.is_empty() {
            text += &format!("-- Dumped from database version {}\n", one_line(server_version));
        }
        if !producer.is_empty() {
            text += &format!("-- Dumped by {}\n", one_line(producer));
        }
        text += &format!("\n{}\n", session::beginning(self.contents, self.options));
        for entry in dropped(self.contents, self.options) {
            text += &self.act_as_maker(entry);
            text += &drop_statement(entry, self.options.clean);
        }
        text
    }

    fn tail(&self) -> String {
        let key = &self.heading.restrict_key;
        let renames = self
            .options
            .renames
            .iter()
            .map(|renamed| rename::statement(renamed) + "\n\n");
        let last = renames.collect::<String>() + &self.options.hooks.script(Moment::AtEnd);
        format!("{last}--\n-- PostgreSQL database dump complete\n--\n\n\\unrestrict {key}\n\n")
    }

    fn entry(&mut self, entry: &Entry) -> String {
        let mut text = self.act_as_maker(entry);
        for statement in self.defaults.before(entry, self.options) {
            text += &format!("{statement}\n\n");
        }
        let prefix = if entry.kind == Kind::StatisticsData {
            "Statistics for "
        } else {
            ""
        };
        text += &self.comment(prefix, entry);
        text += &self.definition(entry);
        if let Some(statement) = give_away(entry, self.options) {
            text += &format!("{statement}\n\n");
        }
        if let Some(statement) = session::access_method_after(entry, self.options) {
            text += &format!("{statement}\n\n");
        }
        if reconnects(entry) {
            text += &psql::reconnect(&entry.name, &self.heading.restrict_key);
            text += &session::beginning(self.contents, self.options);
            text.push('\n');
            self.defaults = TableDefaults::default();
            self.user = None;
        }
        // Grants of others than the owner have changed who the session acts as.
        if matches!(entry.kind, Kind::Acl | Kind::DefaultAcl) {
            self.user = None;
        }
        text
    }

    fn definition(&self, entry: &Entry) -> String {
        let parent = self.contents.parent(entry);
        match parent {
            _ if entry.kind == Kind::BlobMetadata => {
                let lines = large_objects::oids(entry).map(|oid| format!("SELECT pg_catalog.lo_create('{oid}');\n"));
                format!("{}\n", lines.collect::<String>())
            }
            Some(group) if large_objects::is_for_group(entry, parent) => {
                large_objects::script_grants(group, &entry.grants)
            }
            _ if entry.create.is_empty() => String::new(),
            _ => format!("{}\n\n", entry.create),
        }
    }

    /// The comment that heads an entry.
    fn comment(&self, prefix: &str, entry: &Entry) -> String {
        let owner = match entry.owner.as_str() {
            _ if self.options.no_owner => "-".to_owned(),
            // pg_dump knows no owner of most things that have none, but an empty one of their facets.
            "" if !matches!(entry.kind, Kind::Comment | Kind::SecurityLabel | Kind::Acl) => "-".to_owned(),
            owner => one_line(owner),
        };
        let tablespace = match entry.tablespace.as_deref() {
            Some(name) if !name.is_empty() && !self.options.no_tablespaces => {
                format!("; Tablespace: {}", one_line(name))
            }
            _ => String::new(),
        };
        format!(
            "--\n-- {prefix}Name: {}; Type: {}; Schema: {}; Owner: {owner}{tablespace}\n--\n\n",
            one_line(&entry.name),
            one_line(entry.kind.tag()),
            one_line(entry.schema.as_deref().unwrap_or("-")),
        )
    }
}

impl Iterator for Script<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if let Some(piece) = self.ahead.pop_front() {
            return Some(piece);
        }
        if let Some(text) = self.text() {
            return Some(Piece::Text(text));
        }
        let id = self.waits_for()?;
        let text = self.open(id)?;
        self.ahead.push_back(Piece::Rows(id));
        let end = self.close(id);
        self.ahead.push_back(Piece::Text(end));
        Some(Piece::Text(text))
    }
}

/// Whether an entry makes something, other than rows.
fn makes(contents: &Contents<'_>, entry: &Entry) -> bool {
    entry.data.is_none() && contents.section(entry) != Section::Data
}

/// Switches the triggers of a table on or off.
fn triggers(word: &str, entry: &Entry) -> String {
    let table = qualified(entry.schema.as_deref().unwrap_or_default(), &entry.name);
    format!("ALTER TABLE {table} {word} TRIGGER ALL;\n\n")
}

/// Whether a session has to connect anew after it: to what it made, or for the settings it made.
fn reconnects(entry: &Entry) -> bool {
    matches!(entry.kind, Kind::Database | Kind::DatabaseProperties)
}

/// Line breaks would end a comment and let what follows be read as SQL.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}
