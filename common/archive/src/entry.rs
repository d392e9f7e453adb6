//! Entries: what the table of contents is made of.
//!
//! An entry carries what pg_dump's own table of contents carries, one to one, so that its archive
//! formats convert both ways without loss; and beside the text the facts that a decision may need,
//! so that nobody has to parse SQL.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::kind::{Kind, Section};
use crate::naming::Naming;

/// Name of a field of entries that may be there already in the target: the statement that makes the object, and
/// nothing more.
pub const MAKE: &str = "make";
/// Name of a field of such entries: the statements that make the object what it should be, once it is there.
pub const IF_THERE: &str = "if_there";

/// Name of a field of entries that only a superuser can make: why.
pub const SUPERUSER: &str = "superuser";
/// Name of a field of extensions: the version that the source has.
pub const VERSION: &str = "version";
/// Name of a field of what is added to a publication: the publication.
pub const PUBLICATION: &str = "publication";
/// Name of a field of entries with settings that later servers refuse: an object of the settings, each with `since`,
/// the first major that refuses it, and, where the text for it calls it otherwise rather than to do without, `now`.
pub(crate) const GONE: &str = "gone";

/// Number of an entry in its stream, from 1; 0 is the stream itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EntryId(pub u32);

impl std::fmt::Display for EntryId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// The row of a catalog that an entry comes from: (`pg_class`.oid of the catalog, oid of the row).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct CatalogId {
    /// OID of the catalog (1259 is `pg_class`, …); 0 when there is none.
    pub class: u32,
    /// OID of the row; 0 when there is none.
    pub oid: u32,
}

/// One entry of the table of contents.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Number in this stream.
    pub id: EntryId,
    /// What it is.
    pub kind: Kind,
    /// The section it is in: its kind's, unless a dependency cycle moved it.
    pub section: Section,
    /// The row it comes from.
    #[serde(default)]
    pub catalog: CatalogId,
    /// Schema, when it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// pg_dump's tag: `orders`, `orders orders_pkey`, `f(integer)`, `COLUMN orders.id`.
    pub name: String,
    /// Role that owns it; empty when ownership does not apply.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub owner: String,
    /// Statements that make it, each ended by semicolon and newline; empty for data.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub create: String,
    /// Statement that drops it; empty when it goes with something else.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub drop: String,
    /// `COPY … FROM stdin;` and newline, in text format, for data of tables.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub copy: String,
    /// Tablespace: none where it does not apply, empty for the database's default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tablespace: Option<String>,
    /// Table access method, for relations that have one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub access_method: Option<String>,
    /// `pg_class.relkind` of relations.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub relkind: Option<char>,
    /// Entries that must come before. May name entries that a selection took away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub dependencies: Vec<EntryId>,
    /// The entry that a facet (comment, privileges, label) or part (index, column default, policy, …)
    /// belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<EntryId>,
    /// The tables that a table inherits from, or is a partition of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inherits: Vec<EntryId>,
    /// Whether an unqualified name finds it under the search path of the role that dumped.
    #[serde(default, skip_serializing_if = "is_false")]
    pub visible: bool,
    /// Roles that the create text names beside the owner: grantees, grantors, policy roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// For privileges: the grants and revokes as fields.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Grant>,
    /// For constraints that may be made from an index that stands already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub using_index: Option<Box<UsingIndex>>,
    /// What a text that depends on the target's major is rendered from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub fields: BTreeMap<String, Value>,
    /// For entries with rows: how they are sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<Box<Data>>,
}

impl Entry {
    /// An entry with nothing but its identity; the section is the kind's.
    pub fn new(kind: Kind, schema: Option<&str>, name: impl Into<String>, owner: impl Into<String>) -> Entry {
        let section = kind.row().map_or(Section::None, |row| row.section);
        Entry {
            id: EntryId(0),
            kind,
            section,
            catalog: CatalogId::default(),
            schema: schema.map(str::to_owned),
            name: name.into(),
            owner: owner.into(),
            create: String::new(),
            drop: String::new(),
            copy: String::new(),
            tablespace: None,
            access_method: None,
            relkind: None,
            dependencies: Vec::new(),
            parent: None,
            inherits: Vec::new(),
            visible: false,
            roles: Vec::new(),
            grants: Vec::new(),
            using_index: None,
            fields: BTreeMap::new(),
            data: None,
        }
    }

    /// How messages name it: `table public.orders`, `comment on TABLE orders`.
    pub fn describe(&self) -> String {
        let kind = self.kind.tag().to_lowercase();
        match &self.schema {
            Some(schema) => format!("{kind} {schema}.{}", self.name),
            None => format!("{kind} {}", self.name),
        }
    }

    /// Adds the text for servers older than `major`, which do not understand `create`.
    pub fn before(&mut self, major: u32, text: String) {
        self.fields.insert(format!("{BEFORE}{major}"), text.into());
    }

    /// Adds the text for servers from `major` on, which refuse `create`. Its roles are kept apart as those of `create`.
    pub fn since(&mut self, major: u32, text: &Naming) {
        self.set_naming(&format!("{SINCE}{major}"), text);
    }

    /// The text for a server of `major`; `create` when that is not known.
    ///
    /// ```
    /// # use pgx_archive::{Entry, Kind};
    /// # use pgx_archive::naming::Naming;
    /// let mut entry = Entry::new(Kind::Table, Some("public"), "orders", "shop");
    /// entry.create = "what 15 to 16 understand".to_owned();
    /// entry.before(15, "what 13 to 14 understand".to_owned());
    /// entry.before(13, "what 12 understands".to_owned());
    /// entry.since(17, &Naming::default().text("what 17 understands"));
    /// entry.since(18, &Naming::default().text("what 18 understands"));
    /// assert_eq!(entry.create_on(None), "what 15 to 16 understand");
    /// assert_eq!(entry.create_on(Some(18)), "what 18 understands");
    /// assert_eq!(entry.create_on(Some(17)), "what 17 understands");
    /// assert_eq!(entry.create_on(Some(15)), "what 15 to 16 understand");
    /// assert_eq!(entry.create_on(Some(14)), "what 13 to 14 understand");
    /// assert_eq!(entry.create_on(Some(12)), "what 12 understands");
    /// ```
    pub fn create_on(&self, major: Option<u32>) -> &str {
        let Some(major) = major else { return &self.create };
        let older = self.texts(BEFORE).filter(|(before, _)| major < *before).min();
        let newer = self.texts(SINCE).filter(|(since, _)| major >= *since).max();
        older.or(newer).map_or(&self.create, |(_, text)| text)
    }

    /// The same for whoever writes a text that others run as it is, be their server of `major` or later: `create`
    /// where only later servers refuse it.
    pub fn create_from(&self, major: u32) -> &str {
        let older = self.texts(BEFORE).filter(|(before, _)| major < *before).min();
        older.map_or(&self.create, |(_, text)| text)
    }

    /// Settings that later servers refuse: the name, the first major that does, and what the setting is called then; where
    /// there is no such name, the text for that major does without.
    pub fn gone(&self) -> impl Iterator<Item = (&str, u32, Option<&str>)> {
        let all = self.fields.get(GONE).and_then(|gone| gone.as_object());
        all.into_iter().flatten().filter_map(|(name, gone)| {
            let since = u32::try_from(gone.get("since")?.as_u64()?).ok()?;
            Some((name.as_str(), since, gone.get("now").and_then(|now| now.as_str())))
        })
    }

    /// Sets what [`Entry::gone`] gives.
    pub fn set_gone<'g>(&mut self, settings: impl Iterator<Item = (&'g str, u32, Option<&'g str>)>) {
        let said = settings.map(|(name, since, now)| {
            let said = match now {
                Some(now) => json!({ "since": since, "now": now }),
                None => json!({ "since": since }),
            };
            (name.to_owned(), said)
        });
        self.fields.insert(GONE.to_owned(), Value::Object(said.collect()));
    }

    /// The texts for some majors.
    fn texts<'a>(&'a self, of: &'static str) -> impl Iterator<Item = (u32, &'a str)> {
        self.fields.iter().filter_map(move |(name, text)| {
            let major = name.strip_prefix(of)?.parse().ok()?;
            Some((major, text.as_str()?))
        })
    }
}

/// How the names of fields begin that hold the text for older servers; a major follows.
const BEFORE: &str = "before_";
/// How the names of fields begin that hold the text for later servers; a major follows.
pub(crate) const SINCE: &str = "since_";

/// One GRANT or REVOKE of a privileges entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Whether it takes away what the object has by default.
    #[serde(default, skip_serializing_if = "is_false")]
    pub revoke: bool,
    /// `SELECT`, `INSERT(email)`, `ALL`, as in the statement.
    pub privileges: String,
    /// Role it is given to; empty for PUBLIC.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub grantee: String,
    /// Role that gave it, when that is not the owner.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub grantor: String,
    /// Whether it may be passed on.
    #[serde(default, skip_serializing_if = "is_false")]
    pub grant_option: bool,
}

/// Two statements that make a constraint from an index built on its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UsingIndex {
    /// `CREATE UNIQUE INDEX …`
    pub index: String,
    /// `ALTER TABLE … ADD CONSTRAINT … USING INDEX …`
    pub attach: String,
}

/// How the rows of an entry are sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Data {
    /// Columns in the order of COPY; empty for large objects.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<String>,
    /// For binary rows: how the values of each column are built, `int4`, `array(text)`, `range(date)`, so that they
    /// can be turned into text; empty where nobody said.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub types: Vec<String>,
    /// Text or binary rows.
    pub format: Format,
    /// Encoding of the rows: the database's own.
    pub encoding: String,
    /// Settings under which the rows were made: `TimeZone`, `DateStyle`, …
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
    /// Number of parts; at least 1.
    pub parts: u32,
    /// Heap blocks in each part but the last; 0 when there is one part.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub part_blocks: u64,
    /// Whether the table is WAL-logged (not UNLOGGED).
    pub logged: bool,
    /// Whether the rows go through the partition root rather than the table they come from.
    #[serde(default, skip_serializing_if = "is_false")]
    pub via_root: bool,
    /// Estimated rows (`pg_class.reltuples`); 0 when never analyzed.
    pub estimated_rows: u64,
    /// Bytes on the source's disk, TOAST included.
    pub estimated_bytes: u64,
}

/// The form of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// Lines of COPY's text format, with their newline.
    Text,
    /// Tuples of COPY's binary format, without signature, header extension and trailer.
    Binary,
    /// Records of large objects.
    LargeObjects,
}

fn is_false(value: &bool) -> bool {
    !value
}

fn is_zero(value: &u64) -> bool {
    *value == 0
}
