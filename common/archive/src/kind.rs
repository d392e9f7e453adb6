//! The one table of kinds: what an entry is, and everything that follows from it.
//!
//! The tags are the words of pg_dump's table of contents (`TABLE`, `FK CONSTRAINT`, …). Section, rank,
//! restore pass and the switch that leaves a kind out are columns of [`TABLE`]; nothing else in the
//! project compares kinds by their text.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Where an entry stands in a dump, as `--section` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Section {
    /// Facets (comments, privileges, labels), which share the section of what they follow.
    None,
    /// Definitions that must exist before rows arrive.
    PreData,
    /// Rows, large objects and sequence values.
    Data,
    /// Definitions that are made after the rows are in.
    PostData,
}

/// When a loader runs an entry: the three passes of pg_restore.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Pass {
    /// Everything that is not named below.
    Main,
    /// Privileges, after all rows: an owner may lack the right to fill his own table.
    Acl,
    /// What must see the finished database: event triggers and materialized view contents.
    PostAcl,
}

/// The switch that leaves a kind out (`--no-comments`, …).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Switch {
    /// `-x`, `--no-privileges`
    Privileges,
    /// `--no-comments`
    Comments,
    /// `--no-security-labels`
    SecurityLabels,
    /// `--no-publications`
    Publications,
    /// `--no-subscriptions`
    Subscriptions,
    /// `--no-policies`
    Policies,
    /// `--no-large-objects`
    LargeObjects,
    /// `--no-statistics`
    Statistics,
}

/// What [`TABLE`] knows of a kind.
#[derive(Debug)]
pub struct Row {
    /// The kind.
    pub kind: Kind,
    /// pg_dump's word for it.
    pub tag: &'static str,
    /// The section its entries are in, unless a cycle moved one (see [`crate::Entry::section`]).
    pub section: Section,
    /// Place in the order by kind, low first; kinds may share one. Ranks in a section are contiguous.
    pub rank: u8,
    /// The pass in which a loader runs it.
    pub pass: Pass,
    /// The switch that leaves it out.
    pub switch: Option<Switch>,
    /// Whether it belongs to another entry and follows it everywhere.
    pub facet: bool,
}

/// The rank between pre-data and data: what must come before any row.
pub const PRE_DATA_BOUNDARY: u8 = 30;
/// The rank between data and post-data: what must come after all rows.
pub const POST_DATA_BOUNDARY: u8 = 40;

macro_rules! kinds {
    ($($(#[$doc:meta])* $variant:ident $tag:literal $section:ident $rank:literal $pass:ident $switch:expr, $facet:literal;)*) => {
        /// What an entry of the table of contents is.
        #[derive(Clone, Debug, PartialEq, Eq, Hash)]
        pub enum Kind {
            $($(#[$doc])* $variant,)*
            /// A tag that this version does not know, kept as it came.
            Other(Box<str>),
        }

        /// Every kind once.
        pub static TABLE: &[Row] = &[
            $(Row { kind: Kind::$variant, tag: $tag, section: Section::$section, rank: $rank, pass: Pass::$pass, switch: $switch, facet: $facet },)*
        ];

        impl Kind {
            fn index(&self) -> Option<usize> {
                #[allow(non_camel_case_types, clippy::upper_case_acronyms)]
                enum Place { $($variant,)* }
                match self {
                    $(Kind::$variant => Some(Place::$variant as usize),)*
                    Kind::Other(_) => None,
                }
            }
        }
    };
}

kinds! {
    // variant           tag                     section  rank pass switch facet
    /// The client encoding the definitions are in.
    Encoding            "ENCODING"              PreData  0  Main None, false;
    /// How string literals are to be read.
    StdStrings          "STDSTRINGS"            PreData  0  Main None, false;
    /// The search path under which definitions run.
    SearchPath          "SEARCHPATH"            PreData  0  Main None, false;
    /// The database itself (`-C`).
    Database            "DATABASE"              PreData  0  Main None, false;
    /// Settings of the database (`-C`).
    DatabaseProperties  "DATABASE PROPERTIES"   PreData  0  Main None, false;
    /// A role, of a cluster.
    Role                "ROLE"                  PreData  0  Main None, false;
    /// A setting of a role, or of all of them, in every database.
    RoleSetting         "ROLE SETTING"          PreData  0  Main None, false;
    /// A role in another.
    RoleMembership      "ROLE MEMBERSHIP"       PreData  0  Main None, false;
    /// A tablespace, of a cluster.
    Tablespace          "TABLESPACE"            PreData  0  Main None, false;
    /// A schema.
    Schema              "SCHEMA"                PreData  1  Main None, false;
    /// A procedural language.
    ProceduralLanguage  "PROCEDURAL LANGUAGE"   PreData  2  Main None, false;
    /// A collation.
    Collation           "COLLATION"             PreData  3  Main None, false;
    /// A transform.
    Transform           "TRANSFORM"             PreData  4  Main None, false;
    /// An extension.
    Extension           "EXTENSION"             PreData  5  Main None, false;
    /// A type that is only declared.
    ShellType           "SHELL TYPE"            PreData  6  Main None, false;
    /// A base, composite, enum or range type.
    Type                "TYPE"                  PreData  6  Main None, false;
    /// A domain.
    Domain              "DOMAIN"                PreData  6  Main None, false;
    /// A cast.
    Cast                "CAST"                  PreData  7  Main None, false;
    /// A function.
    Function            "FUNCTION"              PreData  8  Main None, false;
    /// A procedure.
    Procedure           "PROCEDURE"             PreData  8  Main None, false;
    /// An aggregate.
    Aggregate           "AGGREGATE"             PreData  9  Main None, false;
    /// An access method.
    AccessMethod        "ACCESS METHOD"         PreData  10 Main None, false;
    /// An operator.
    Operator            "OPERATOR"              PreData  11 Main None, false;
    /// An operator family.
    OperatorFamily      "OPERATOR FAMILY"       PreData  12 Main None, false;
    /// An operator class.
    OperatorClass       "OPERATOR CLASS"        PreData  12 Main None, false;
    /// A conversion.
    Conversion          "CONVERSION"            PreData  13 Main None, false;
    /// A text search parser.
    TextSearchParser    "TEXT SEARCH PARSER"    PreData  14 Main None, false;
    /// A text search template.
    TextSearchTemplate  "TEXT SEARCH TEMPLATE"  PreData  15 Main None, false;
    /// A text search dictionary.
    TextSearchDictionary "TEXT SEARCH DICTIONARY" PreData 16 Main None, false;
    /// A text search configuration.
    TextSearchConfiguration "TEXT SEARCH CONFIGURATION" PreData 17 Main None, false;
    /// A foreign-data wrapper.
    ForeignDataWrapper  "FOREIGN DATA WRAPPER"  PreData  18 Main None, false;
    /// A foreign server.
    Server              "SERVER"                PreData  19 Main None, false;
    /// A user mapping: follows its server.
    UserMapping         "USER MAPPING"          PreData  19 Main None, true;
    /// An ordinary or partitioned table.
    Table               "TABLE"                 PreData  20 Main None, false;
    /// A view.
    View                "VIEW"                  PreData  20 Main None, false;
    /// A materialized view.
    MaterializedView    "MATERIALIZED VIEW"     PreData  20 Main None, false;
    /// A foreign table.
    ForeignTable        "FOREIGN TABLE"         PreData  20 Main None, false;
    /// A sequence, or the identity of a column.
    Sequence            "SEQUENCE"              PreData  20 Main None, false;
    /// The column that owns a sequence.
    SequenceOwnedBy     "SEQUENCE OWNED BY"     PreData  20 Main None, false;
    /// A partition's place under its parent.
    TableAttach         "TABLE ATTACH"          PreData  21 Main None, false;
    /// A column's default.
    Default             "DEFAULT"               PreData  23 Main None, false;
    /// The rows of a table.
    TableData           "TABLE DATA"            Data     31 Main None, false;
    /// The position of a sequence.
    SequenceSet         "SEQUENCE SET"          Data     32 Main None, false;
    /// A group of large objects, to be created.
    BlobMetadata        "BLOB METADATA"         Data     33 Main Some(Switch::LargeObjects), false;
    /// The contents of a group of large objects.
    Blobs               "BLOBS"                 Data     34 Main Some(Switch::LargeObjects), false;
    /// Optimizer statistics of a relation.
    StatisticsData      "STATISTICS DATA"       Data     35 PostAcl Some(Switch::Statistics), false;
    /// A primary key, unique, exclusion or late not-null constraint.
    Constraint          "CONSTRAINT"            PostData 41 Main None, false;
    /// A check constraint that is made late.
    CheckConstraint     "CHECK CONSTRAINT"      PostData 41 Main None, false;
    /// An index.
    Index               "INDEX"                 PostData 42 Main None, false;
    /// An index's place under its parent.
    IndexAttach         "INDEX ATTACH"          PostData 43 Main None, false;
    /// An extended statistics object.
    Statistics          "STATISTICS"            PostData 44 Main None, false;
    /// A rule, or the late body of a view.
    Rule                "RULE"                  PostData 45 Main None, false;
    /// A trigger.
    Trigger             "TRIGGER"               PostData 46 Main None, false;
    /// A foreign key.
    FkConstraint        "FK CONSTRAINT"         PostData 47 Main None, false;
    /// A row security policy.
    Policy              "POLICY"                PostData 48 Main Some(Switch::Policies), false;
    /// Row security switched on for a table.
    RowSecurity         "ROW SECURITY"          PostData 48 Main Some(Switch::Policies), false;
    /// A publication.
    Publication         "PUBLICATION"           PostData 49 Main Some(Switch::Publications), false;
    /// A table in a publication.
    PublicationTable    "PUBLICATION TABLE"     PostData 50 Main Some(Switch::Publications), false;
    /// A schema in a publication.
    PublicationTablesInSchema "PUBLICATION TABLES IN SCHEMA" PostData 51 Main Some(Switch::Publications), false;
    /// A subscription.
    Subscription        "SUBSCRIPTION"          PostData 52 Main Some(Switch::Subscriptions), false;
    /// A table in a subscription.
    SubscriptionTable   "SUBSCRIPTION TABLE"    PostData 53 Main Some(Switch::Subscriptions), false;
    /// Default privileges.
    DefaultAcl          "DEFAULT ACL"           PostData 54 Acl Some(Switch::Privileges), false;
    /// An event trigger.
    EventTrigger        "EVENT TRIGGER"         PostData 55 PostAcl None, false;
    /// The refresh of a materialized view.
    MaterializedViewData "MATERIALIZED VIEW DATA" PostData 56 PostAcl None, false;
    /// A comment.
    Comment             "COMMENT"               None     0  Main Some(Switch::Comments), true;
    /// A security label.
    SecurityLabel       "SECURITY LABEL"        None     0  Main Some(Switch::SecurityLabels), true;
    /// Privileges.
    Acl                 "ACL"                   None     0  Acl Some(Switch::Privileges), true;
}

impl Kind {
    /// The kind of a tag; an unknown tag is kept as [`Kind::Other`].
    pub fn from_tag(tag: &str) -> Kind {
        match TABLE.iter().find(|row| row.tag == tag) {
            Some(row) => row.kind.clone(),
            None => Kind::Other(tag.into()),
        }
    }

    /// What the table knows of this kind, if it is a known one.
    pub fn row(&self) -> Option<&'static Row> {
        self.index().map(|at| &TABLE[at])
    }

    /// pg_dump's word.
    pub fn tag(&self) -> &str {
        match self {
            Kind::Other(tag) => tag,
            known => known.row().map_or("", |row| row.tag),
        }
    }

    /// Place in the order by kind; an unknown kind comes last.
    pub fn rank(&self) -> u8 {
        self.row().map_or(u8::MAX, |row| row.rank)
    }

    /// The pass in which a loader runs it.
    pub fn pass(&self) -> Pass {
        self.row().map_or(Pass::Main, |row| row.pass)
    }

    /// Whether entries of this kind follow a parent.
    pub fn is_facet(&self) -> bool {
        self.row().is_some_and(|row| row.facet)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.tag())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Kind, D::Error> {
        let tag = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Ok(Kind::from_tag(&tag))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tag_leads_back_to_its_kind() {
        for row in TABLE {
            assert_eq!(Kind::from_tag(row.tag), row.kind);
            assert_eq!(row.kind.tag(), row.tag);
        }
        assert_eq!(Kind::from_tag("WARNING").tag(), "WARNING");
    }

    #[test]
    fn ranks_stay_in_their_section() {
        for row in TABLE.iter().filter(|row| !row.facet) {
            let section = match row.rank {
                r if r < PRE_DATA_BOUNDARY => Section::PreData,
                r if r < POST_DATA_BOUNDARY => Section::Data,
                _ => Section::PostData,
            };
            assert_eq!(row.section, section, "{}", row.tag);
        }
    }
}
