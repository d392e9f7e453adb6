//! HEAD: what a stream says of itself before anything else.
//!
//! It comes early, before the dump waits for locks, so that a reader knows at once that a producer
//! lives and whether it can read what follows. Readers ignore fields they do not know; what they must
//! not ignore is named in [`Head::requires`].

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::entry::EntryId;

/// The version of the format that this crate writes.
pub const FORMAT: &str = "1.0";
/// The major version that this crate reads, whatever the minor.
pub const MAJOR: u32 = 1;
/// The feature by which the metadata of a database without an encoding travels; see [`crate::latin1`].
pub const LATIN1_BYTES: &str = "latin1-bytes";
/// The feature by which a reader is told to rename schemas: [`Head::renames`].
pub const RENAMES: &str = "renames";
/// The feature by which a second leg is of another moment than the first: [`Resumes::inconsistent`].
pub const INCONSISTENT: &str = "inconsistent";
/// Every feature that [`Head::requires`] may name in this version of the format. Which of them a reader
/// understands, it says itself: [`Decoder::understanding`](crate::Decoder::understanding).
pub const FEATURES: &[&str] = &[LATIN1_BYTES, RENAMES, INCONSISTENT];

/// What a stream says of itself before anything else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Head {
    /// Version of the format, `major.minor`.
    pub format: String,
    /// Features without which a reader would misread the stream.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub requires: Vec<String>,
    /// What the stream is of.
    pub content: Content,
    /// UUID of the archive, made anew by every dump and kept by filters.
    pub archive: String,
    /// When the dump began: RFC 3339, in UTC.
    pub created: String,
    /// Program and version that wrote the stream: `pgx-dump 0.1.0`.
    pub producer: String,
    /// The server and database that the stream comes from.
    pub source: Source,
    /// What was selected, as options in the user's words; empty for everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub selection: Vec<String>,
    /// How many parts may be open at one moment; at least 1.
    pub lanes: u32,
    /// How much is to be expected.
    #[serde(default)]
    pub estimates: Estimates,
    /// The plan, where it is known before the entries; see [`crate::plan`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub plan: Option<Digest>,
    /// What filters did to rows, in their order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transforms: Vec<Transform>,
    /// Schemas that whoever loads the stream calls otherwise at the end.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub renames: Vec<Renamed>,
    /// What an earlier leg of the same dump has brought already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resumes: Option<Resumes>,
    /// In globals: the databases that are to follow as members of their own.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub databases: Vec<String>,
}

/// What a stream is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// One database.
    Database,
    /// Roles, tablespaces and settings of a cluster.
    Globals,
    /// The files of a cluster.
    BaseBackup,
}

/// The server and database that a stream comes from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// `server_version_num`: 180004 for 18.4.
    pub version: u32,
    /// `server_version` as the server writes it.
    pub version_text: String,
    /// Name of the database.
    pub database: String,
    /// Encoding of the database, by PostgreSQL's name for it.
    pub encoding: String,
    /// Locale of the database.
    pub locale: Locale,
    /// System identifier of the cluster (`pg_control_system()`), where the role may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub system_identifier: Option<String>,
    /// Whether the server was in recovery.
    pub standby: bool,
    /// Name of the exported snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
    /// WAL position at the time of the snapshot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lsn: Option<String>,
    /// Settings under which definitions are spelled: `TimeZone`, `bytea_output`, …
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub spelling: BTreeMap<String, String>,
}

/// The locale of a database, as `pg_database` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Locale {
    /// `libc`, `icu` or `builtin`.
    pub provider: String,
    /// LC_COLLATE
    pub collate: String,
    /// LC_CTYPE
    pub ctype: String,
    /// Locale name of the ICU or builtin provider.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// ICU rules.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rules: Option<String>,
}

/// How much is to be expected of a stream; for progress only.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Estimates {
    /// Entries, when they are counted already.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entries: Option<u64>,
    /// Rows.
    pub rows: u64,
    /// Bytes on the source's disk.
    pub bytes: u64,
}

/// Something that a filter did to rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transform {
    /// What it did: `mask`, `where`, `convert`.
    pub name: String,
    /// Digest of its rules, so that streams made by different rules are never mixed.
    pub rules: Digest,
}

/// A schema that gets another name in the target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Renamed {
    /// Its name in the stream.
    pub old: String,
    /// Its name in the target.
    pub new: String,
}

/// What an earlier leg of a broken dump has brought already.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resumes {
    /// The plan that both legs follow.
    pub plan: Digest,
    /// The parts that this stream leaves out.
    #[serde(default)]
    pub skipped: Vec<SkippedParts>,
    /// Whether this leg is of another moment than the one before: what it leaves out are whole entries, and all
    /// others come anew.
    #[serde(default, skip_serializing_if = "is_false")]
    pub inconsistent: bool,
}

/// Parts of an entry that a stream leaves out, because the target has them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkippedParts {
    /// The entry.
    pub entry: EntryId,
    /// Numbers of its parts, from 1.
    pub parts: Vec<u32>,
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Why a HEAD that could be parsed is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeadError {
    /// The format is not `major.minor` with a major that we read.
    Format(String),
    /// A feature is required that this version does not have.
    Requires(String),
    /// It declares no lanes, so that no part could ever be open.
    NoLanes,
    /// It follows one plan and resumes another.
    TwoPlans,
}

impl fmt::Display for HeadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            HeadError::Format(format) => write!(f, "the stream has format {format:?}, this version reads {MAJOR}.x"),
            HeadError::Requires(feature) => {
                write!(
                    f,
                    "the stream requires the feature {feature:?}, which this version does not have"
                )
            }
            HeadError::NoLanes => f.write_str("the stream declares 0 lanes"),
            HeadError::TwoPlans => f.write_str("the stream resumes another plan than its own"),
        }
    }
}

impl std::error::Error for HeadError {}

impl Head {
    /// A head of this crate's format with one lane, and nothing else said.
    pub fn new(
        content: Content,
        archive: impl Into<String>,
        created: impl Into<String>,
        producer: impl Into<String>,
    ) -> Head {
        Head {
            format: FORMAT.to_owned(),
            requires: Vec::new(),
            content,
            archive: archive.into(),
            created: created.into(),
            producer: producer.into(),
            source: Source::default(),
            selection: Vec::new(),
            lanes: 1,
            estimates: Estimates::default(),
            plan: None,
            transforms: Vec::new(),
            renames: Vec::new(),
            resumes: None,
            databases: Vec::new(),
        }
    }

    /// Whether a reader that understands these features can read what follows; the error names what
    /// it lacks.
    pub fn check(&self, understood: &[&str]) -> Result<(), HeadError> {
        let mut numbers = self.format.splitn(2, '.').map(|n| n.parse::<u32>().ok());
        match (numbers.next().flatten(), numbers.next().flatten()) {
            (Some(MAJOR), Some(_)) => {}
            _ => return Err(HeadError::Format(self.format.clone())),
        }
        if let Some(feature) = self.requires.iter().find(|f| !understood.contains(&f.as_str())) {
            return Err(HeadError::Requires(feature.clone()));
        }
        if self.lanes == 0 {
            return Err(HeadError::NoLanes);
        }
        match (self.plan, &self.resumes) {
            (Some(plan), Some(resumes)) if plan != resumes.plan => Err(HeadError::TwoPlans),
            _ => Ok(()),
        }
    }

    /// Whether it is the rest of a dump, but of another moment; see [`Resumes::inconsistent`].
    pub fn is_inconsistent(&self) -> bool {
        self.resumes.as_ref().is_some_and(|resumes| resumes.inconsistent)
    }

    /// The plan, where it is known before the entries: that of the dump which this one resumes.
    pub fn known_plan(&self) -> Option<Digest> {
        self.plan.or(self.resumes.as_ref().map(|resumes| resumes.plan))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head() -> Head {
        Head::new(Content::Database, "b5d6", "2026-01-01T00:00:00Z", "pgx-dump 0.1.0")
    }

    #[test]
    fn newer_minor_and_its_fields_are_read() {
        let mut json = serde_json::to_value(head()).unwrap();
        json["format"] = "1.7".into();
        json["colour"] = "blue".into();
        let read: Head = serde_json::from_value(json).unwrap();
        assert_eq!(read.check(&[]), Ok(()));
    }

    #[test]
    fn what_we_cannot_read_is_refused_by_name() {
        for format in ["2.0", "1", "1.", "one", ""] {
            let error = Head {
                format: format.into(),
                ..head()
            }
            .check(&[])
            .unwrap_err();
            assert_eq!(error, HeadError::Format(format.into()));
        }
        let error = Head {
            requires: vec!["encrypted".into()],
            ..head()
        }
        .check(&[])
        .unwrap_err();
        assert!(error.to_string().contains("\"encrypted\""));
        assert_eq!(Head { lanes: 0, ..head() }.check(&[]), Err(HeadError::NoLanes));
    }

    #[test]
    fn fields_left_out_have_defaults() {
        let read: Head = serde_json::from_str(
            r#"{"format":"1.0","content":"globals","archive":"a","created":"c","producer":"p","source":{},"lanes":2}"#,
        )
        .unwrap();
        assert_eq!(read.content, Content::Globals);
        assert_eq!(read.source, Source::default());
        assert_eq!(read.resumes, None);
    }
}
