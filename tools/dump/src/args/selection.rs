//! Flags that say what is dumped.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use pgx_archive::Section;
use pgx_archive::kind::Switch;

use crate::condition::Condition;

/// What to dump.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Selection options")]
pub struct SelectionArgs {
    /// Only rows, large objects and sequence values
    #[arg(short = 'a', long, conflicts_with_all = ["schema_only", "no_data"])]
    pub data_only: bool,

    /// Only definitions
    #[arg(short = 's', long, conflicts_with = "no_schema")]
    pub schema_only: bool,

    /// No rows, large objects and sequence values
    #[arg(long)]
    pub no_data: bool,

    /// No definitions
    #[arg(long)]
    pub no_schema: bool,

    /// Values of sequences even without rows
    #[arg(long)]
    pub sequence_data: bool,

    /// Only this section: pre-data, data or post-data; may be repeated
    ///
    /// What stands before rows are there, the rows, and what is made after them: indexes, constraints,
    /// triggers, rules.
    #[arg(long, value_name = "SECTION", hide_possible_values = true)]
    pub section: Vec<SectionName>,

    /// Only schemas that match and what is in them; may be repeated
    #[arg(short = 'n', long, value_name = "PATTERN")]
    pub schema: Vec<String>,

    /// All but the schemas that match; may be repeated
    #[arg(short = 'N', long, value_name = "PATTERN")]
    pub exclude_schema: Vec<String>,

    /// Only tables, views and sequences that match; may be repeated
    ///
    /// With their indexes, constraints, triggers, rules, policies, comments, privileges and the sequences that
    /// they own; -n and -N have no effect on them. Nothing else that they need comes along.
    #[arg(short = 't', long, value_name = "PATTERN")]
    pub table: Vec<String>,

    /// The same with partitions and tables that inherit
    #[arg(long, value_name = "PATTERN")]
    pub table_and_children: Vec<String>,

    /// All but the tables that match; may be repeated
    #[arg(short = 'T', long, value_name = "PATTERN")]
    pub exclude_table: Vec<String>,

    /// The same with partitions and tables that inherit
    #[arg(long, value_name = "PATTERN")]
    pub exclude_table_and_children: Vec<String>,

    /// Definitions but not rows of tables that match; may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub exclude_table_data: Vec<String>,

    /// The same with partitions and tables that inherit
    #[arg(long, value_name = "PATTERN")]
    pub exclude_table_data_and_children: Vec<String>,

    /// Only extensions that match; may be repeated
    ///
    /// Rows of tables that an extension calls its configuration come with it. Nothing else comes that is in no
    /// schema, such as casts, publications and large objects; what is in schemas does, unless -n or -t choose.
    #[arg(short = 'e', long, value_name = "PATTERN")]
    pub extension: Vec<String>,

    /// All but the extensions that match; may be repeated
    #[arg(long, value_name = "PATTERN")]
    pub exclude_extension: Vec<String>,

    /// Read such choices from FILE, one a line; may be repeated
    ///
    /// A line is include or exclude, then table, table_and_children, schema or extension, then a pattern; or
    /// exclude with table_data or table_data_and_children; or include with foreign_data. Comments begin with #; a
    /// name in double quotes may go on over several lines. - is standard input.
    #[arg(long, value_name = "FILE")]
    pub filter: Vec<PathBuf>,

    /// Fail when a pattern to include matches nothing
    #[arg(long)]
    pub strict_names: bool,

    /// Only rows of TABLE for which CONDITION holds; may be repeated
    ///
    /// TABLE is a pattern and must match a table; where that is partitioned, the condition holds for its
    /// partitions. CONDITION is what SQL writes after WHERE, with names of other tables qualified.
    #[arg(long = "where", value_name = "TABLE:CONDITION", conflicts_with_all = ["schema_only", "no_data"])]
    pub conditions: Vec<Condition>,

    /// Large objects, even where only some schemas or tables are dumped
    #[arg(short = 'b', long, alias = "blobs")]
    pub large_objects: bool,

    /// No large objects
    #[arg(short = 'B', long, alias = "no-blobs")]
    pub no_large_objects: bool,

    /// No grants and revokes
    #[arg(short = 'x', long, visible_alias = "no-acl")]
    pub no_privileges: bool,

    /// No comments
    #[arg(long)]
    pub no_comments: bool,

    /// No policies, nor row security
    #[arg(long)]
    pub no_policies: bool,

    /// No publications
    #[arg(long)]
    pub no_publications: bool,

    /// No security labels
    #[arg(long)]
    pub no_security_labels: bool,

    /// No subscriptions
    #[arg(long)]
    pub no_subscriptions: bool,

    /// No compression methods of columns
    #[arg(long)]
    pub no_toast_compression: bool,

    /// No rows of unlogged tables
    #[arg(long)]
    pub no_unlogged_table_data: bool,

    /// Rows of partitions go through the partitioned table
    #[arg(long)]
    pub load_via_partition_root: bool,

    /// Rows of foreign tables too, of foreign servers that match; may be repeated
    ///
    /// pgx-load writes them into the foreign table of the same name: to wherever its server leads there.
    #[arg(long, value_name = "PATTERN", conflicts_with = "schema_only")]
    pub include_foreign_data: Vec<String>,

    /// The planner's statistics too, which servers from 18 on can take in
    ///
    /// Of tables, materialized views and indexes, as far as the role may see them; extended statistics come about
    /// by ANALYZE.
    #[arg(long, conflicts_with_all = ["data_only", "schema_only", "no_statistics"])]
    pub statistics: bool,

    /// Only the planner's statistics
    #[arg(long, conflicts_with_all = ["data_only", "schema_only", "no_statistics"])]
    pub statistics_only: bool,

    /// No statistics, which is the default
    #[arg(long)]
    pub no_statistics: bool,
}

/// A section, as `--section` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SectionName {
    /// What must stand before rows arrive.
    PreData,
    /// Rows, large objects, values of sequences.
    Data,
    /// What is made after the rows.
    PostData,
}

impl SectionName {
    fn section(self) -> Section {
        match self {
            SectionName::PreData => Section::PreData,
            SectionName::Data => Section::Data,
            SectionName::PostData => Section::PostData,
        }
    }

    fn word(self) -> &'static str {
        match self {
            SectionName::PreData => "pre-data",
            SectionName::Data => "data",
            SectionName::PostData => "post-data",
        }
    }
}

impl SelectionArgs {
    /// Whether definitions are wanted.
    pub fn definitions(&self) -> bool {
        !self.data_only && !self.no_schema && !self.statistics_only
    }

    /// Whether rows, large objects and values of sequences are wanted.
    pub fn rows(&self) -> bool {
        !self.schema_only && !self.no_data && !self.statistics_only
    }

    /// Whether statistics are wanted.
    pub fn with_statistics(&self) -> bool {
        self.statistics || self.statistics_only
    }

    /// The sections that are left out.
    pub fn without_sections(&self) -> Vec<Section> {
        let all = [SectionName::PreData, SectionName::Data, SectionName::PostData].into_iter();
        all.filter(|name| !self.section.is_empty() && !self.section.contains(name))
            .map(SectionName::section)
            .collect()
    }

    /// The kinds of entries that are left out.
    pub fn without(&self) -> Vec<Switch> {
        let switches = [
            (self.no_privileges, Switch::Privileges),
            (self.no_comments, Switch::Comments),
            (self.no_security_labels, Switch::SecurityLabels),
            (self.no_publications, Switch::Publications),
            (self.no_subscriptions, Switch::Subscriptions),
            (self.no_policies, Switch::Policies),
        ];
        let on = switches.into_iter().filter(|(on, _)| *on);
        on.map(|(_, switch)| switch).collect()
    }

    /// Whether large objects are wanted; none when nothing is said of them.
    pub fn large_objects(&self) -> Option<bool> {
        match (self.large_objects, self.no_large_objects) {
            _ if !self.rows() => Some(false),
            (true, _) => Some(true),
            (false, true) => Some(false),
            (false, false) => None,
        }
    }

    /// The selection in the user's words, one option after another.
    pub fn words(&self) -> Vec<String> {
        let switches = [
            (self.data_only, "--data-only"),
            (self.schema_only, "--schema-only"),
            (self.no_data, "--no-data"),
            (self.no_schema, "--no-schema"),
            (self.sequence_data, "--sequence-data"),
            (self.large_objects, "--large-objects"),
            (self.no_large_objects, "--no-large-objects"),
            (self.no_privileges, "--no-privileges"),
            (self.no_comments, "--no-comments"),
            (self.no_policies, "--no-policies"),
            (self.no_publications, "--no-publications"),
            (self.no_security_labels, "--no-security-labels"),
            (self.no_subscriptions, "--no-subscriptions"),
            (self.no_toast_compression, "--no-toast-compression"),
            (self.no_unlogged_table_data, "--no-unlogged-table-data"),
            (self.load_via_partition_root, "--load-via-partition-root"),
            (self.statistics, "--statistics"),
            (self.statistics_only, "--statistics-only"),
        ];
        let switches = switches.iter().filter(|(on, _)| *on);
        let mut words: Vec<String> = switches.map(|(_, word)| (*word).to_owned()).collect();
        words.extend(self.section.iter().map(|name| format!("--section={}", name.word())));
        let lists = [
            ("--schema", &self.schema),
            ("--exclude-schema", &self.exclude_schema),
            ("--table", &self.table),
            ("--table-and-children", &self.table_and_children),
            ("--exclude-table", &self.exclude_table),
            ("--exclude-table-and-children", &self.exclude_table_and_children),
            ("--exclude-table-data", &self.exclude_table_data),
            (
                "--exclude-table-data-and-children",
                &self.exclude_table_data_and_children,
            ),
            ("--extension", &self.extension),
            ("--exclude-extension", &self.exclude_extension),
            ("--include-foreign-data", &self.include_foreign_data),
        ];
        for (word, patterns) in lists {
            words.extend(patterns.iter().map(|pattern| format!("{word}={pattern}")));
        }
        words.extend(self.conditions.iter().map(|condition| format!("--where={condition}")));
        words
    }
}
