//! The flags that select entries, spelled as pg_restore spells them, and where it has none as pg_dump does.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use pgx_archive::Section;
use pgx_archive::kind::Switch;

use crate::filter_file::{self, Action, Object};
use crate::list::List;
use crate::selection::{Contents, Selection, SelectionError, TablePattern};

/// Which entries.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Selection options")]
pub struct SelectionArgs {
    /// Only rows, large objects and sequence values
    #[arg(short = 'a', long, conflicts_with_all = ["schema_only", "statistics_only", "no_data", "statistics"])]
    pub data_only: bool,

    /// Only definitions
    #[arg(short = 's', long, conflicts_with_all = ["statistics_only", "no_schema", "statistics"])]
    pub schema_only: bool,

    /// Only statistics
    #[arg(long, conflicts_with = "no_statistics")]
    pub statistics_only: bool,

    /// Only this section: pre-data, data or post-data; repeatable
    #[arg(long, value_name = "SECTION", value_enum, hide_possible_values = true)]
    pub section: Vec<SectionArg>,

    /// Only what is in schemas that match, and these schemas; repeatable
    #[arg(short = 'n', long, value_name = "PATTERN")]
    pub schema: Vec<String>,

    /// Without schemas that match
    #[arg(short = 'N', long, value_name = "PATTERN")]
    pub exclude_schema: Vec<String>,

    /// Only tables, views and sequences that match, with all that belongs to them; repeatable
    ///
    /// Indexes, constraints, defaults, triggers, rules, policies, owned sequences, rows, statistics, comments and
    /// privileges belong to a table. -t, -I, -P and -T add up; -n limits what they find.
    #[arg(short = 't', long, value_name = "PATTERN")]
    pub table: Vec<String>,

    /// The same with partitions and tables that inherit
    #[arg(long, value_name = "PATTERN")]
    pub table_and_children: Vec<String>,

    /// Without tables that match and all that belongs to them
    #[arg(long, value_name = "PATTERN")]
    pub exclude_table: Vec<String>,

    /// The same with partitions and tables that inherit
    #[arg(long, value_name = "PATTERN")]
    pub exclude_table_and_children: Vec<String>,

    /// Without the rows of tables that match
    #[arg(long, value_name = "PATTERN")]
    pub exclude_table_data: Vec<String>,

    /// The same with partitions and tables that inherit
    #[arg(long, value_name = "PATTERN")]
    pub exclude_table_data_and_children: Vec<String>,

    /// These indexes; repeatable
    #[arg(short = 'I', long, value_name = "PATTERN")]
    pub index: Vec<String>,

    /// These functions, by pattern or as NAME(ARGTYPES); repeatable
    #[arg(short = 'P', long, value_name = "PATTERN")]
    pub function: Vec<String>,

    /// These triggers; repeatable
    #[arg(short = 'T', long, value_name = "PATTERN")]
    pub trigger: Vec<String>,

    /// These extensions; repeatable
    #[arg(long, value_name = "PATTERN")]
    pub extension: Vec<String>,

    /// Without extensions that match
    #[arg(long, value_name = "PATTERN")]
    pub exclude_extension: Vec<String>,

    /// Patterns from FILE: lines such as "include table sales.*"; repeatable
    #[arg(long, value_name = "FILE")]
    pub filter: Vec<PathBuf>,

    /// Only the entries that FILE lists, in its order, in the format of pgx-toc
    ///
    /// Rows keep the order in which they come.
    #[arg(short = 'L', long, value_name = "FILE")]
    pub use_list: Option<PathBuf>,

    /// What is named comes alone, as pg_restore takes it
    #[arg(long)]
    pub bare: bool,

    /// What the rest needs comes, too
    #[arg(long)]
    pub with_dependencies: bool,

    /// Fail when a pattern matches nothing
    #[arg(long)]
    pub strict_names: bool,

    /// Large objects, although only parts are named
    #[arg(short = 'b', long, visible_alias = "blobs")]
    pub large_objects: bool,

    /// Without large objects
    #[arg(short = 'B', long, visible_alias = "no-blobs")]
    pub no_large_objects: bool,

    /// Without definitions
    #[arg(long)]
    pub no_schema: bool,

    /// Without rows, large objects and sequence values
    #[arg(long)]
    pub no_data: bool,

    /// Without statistics
    #[arg(long, conflicts_with = "statistics")]
    pub no_statistics: bool,

    /// With statistics, as by default
    #[arg(long)]
    pub statistics: bool,

    /// Without privileges
    #[arg(short = 'x', long, visible_alias = "no-acl")]
    pub no_privileges: bool,

    /// Without comments
    #[arg(long)]
    pub no_comments: bool,

    /// Without security labels
    #[arg(long)]
    pub no_security_labels: bool,

    /// Without publications
    #[arg(long)]
    pub no_publications: bool,

    /// Without subscriptions
    #[arg(long)]
    pub no_subscriptions: bool,

    /// Without row security
    #[arg(long)]
    pub no_policies: bool,
}

/// A section, as `--section` names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SectionArg {
    /// Definitions that come before rows
    PreData,
    /// Rows, large objects, sequence values, statistics of tables
    Data,
    /// Indexes, constraints, triggers and the like
    PostData,
}

impl From<SectionArg> for Section {
    fn from(section: SectionArg) -> Section {
        match section {
            SectionArg::PreData => Section::PreData,
            SectionArg::Data => Section::Data,
            SectionArg::PostData => Section::PostData,
        }
    }
}

impl SelectionArgs {
    /// The same as a plain value.
    ///
    /// `archive` is where the entries come from, none and `-` being standard input, which can be read once;
    /// `read` gives the text of a file, and `refuse` turns what is wrong into the caller's error.
    pub fn selection<E>(
        &self,
        archive: Option<&Path>,
        mut read: impl FnMut(&Path) -> Result<String, E>,
        refuse: impl Fn(SelectionError) -> E,
    ) -> Result<Selection, E> {
        self.check_files(archive).map_err(&refuse)?;
        let mut selection = self.flags();
        for file in &self.filter {
            add_file(&mut selection, &file.display().to_string(), &read(file)?).map_err(&refuse)?;
        }
        if let Some(file) = &self.use_list {
            selection.list = Some(List::parse(&read(file)?));
        }
        check(&selection).map_err(&refuse)?;
        Ok(selection)
    }

    /// Standard input is read once at most.
    fn check_files(&self, archive: Option<&Path>) -> Result<(), SelectionError> {
        let is_standard = |file: &&Path| file.as_os_str() == "-";
        let files = self.filter.iter().chain(&self.use_list).map(PathBuf::as_path);
        let archive = archive.unwrap_or(Path::new("-"));
        match files.filter(is_standard).count() + usize::from(is_standard(&archive)) {
            0 | 1 => Ok(()),
            _ if is_standard(&archive) => Err(SelectionError::Flags {
                problem: "the archive and a filter or list cannot both come from standard input",
                remedy: "put one of them into a file",
            }),
            _ => Err(SelectionError::Flags {
                problem: "only one filter or list can come from standard input",
                remedy: "put the others into files",
            }),
        }
    }

    fn flags(&self) -> Selection {
        let switches = [
            (self.no_privileges, Switch::Privileges),
            (self.no_comments, Switch::Comments),
            (self.no_security_labels, Switch::SecurityLabels),
            (self.no_publications, Switch::Publications),
            (self.no_subscriptions, Switch::Subscriptions),
            (self.no_policies, Switch::Policies),
            (self.no_large_objects, Switch::LargeObjects),
        ];
        Selection {
            schemas: self.schema.clone(),
            without_schemas: self.exclude_schema.clone(),
            tables: patterns(&self.table, &self.table_and_children),
            without_tables: patterns(&self.exclude_table, &self.exclude_table_and_children),
            without_rows: patterns(&self.exclude_table_data, &self.exclude_table_data_and_children),
            indexes: self.index.clone(),
            functions: self.function.clone(),
            triggers: self.trigger.clone(),
            extensions: self.extension.clone(),
            without_extensions: self.exclude_extension.clone(),
            large_objects: self.large_objects,
            sections: self.section.iter().map(|section| (*section).into()).collect(),
            contents: Contents {
                definitions: !(self.data_only || self.statistics_only || self.no_schema),
                data: !(self.schema_only || self.statistics_only || self.no_data),
                statistics: !(self.schema_only || self.data_only || self.no_statistics),
            },
            without: switches
                .iter()
                .filter(|(on, _)| *on)
                .map(|(_, switch)| *switch)
                .collect(),
            list: None,
            database: false,
            strict_names: self.strict_names,
            bare: self.bare,
            with_dependencies: self.with_dependencies,
        }
    }
}

fn patterns(plain: &[String], with_children: &[String]) -> Vec<TablePattern> {
    let pattern = |and_children| {
        move |pattern: &String| TablePattern {
            pattern: pattern.clone(),
            and_children,
        }
    };
    let plain = plain.iter().map(pattern(false));
    plain.chain(with_children.iter().map(pattern(true))).collect()
}

/// Adds the rules of a filter file.
fn add_file(selection: &mut Selection, name: &str, text: &str) -> Result<(), SelectionError> {
    for rule in filter_file::parse(name, text)? {
        if !add(selection, (rule.action, rule.object), &rule.pattern) {
            return Err(rule.not_allowed(name).into());
        }
    }
    Ok(())
}

/// Adds a rule of a filter file; false when there is no such rule.
fn add(selection: &mut Selection, rule: (Action, Object), pattern: &str) -> bool {
    let table = |and_children| TablePattern {
        pattern: pattern.to_owned(),
        and_children,
    };
    let text = || pattern.to_owned();
    match rule {
        (Action::Include, Object::Table) => selection.tables.push(table(false)),
        (Action::Include, Object::TableAndChildren) => selection.tables.push(table(true)),
        (Action::Exclude, Object::Table) => selection.without_tables.push(table(false)),
        (Action::Exclude, Object::TableAndChildren) => selection.without_tables.push(table(true)),
        (Action::Exclude, Object::TableData) => selection.without_rows.push(table(false)),
        (Action::Exclude, Object::TableDataAndChildren) => selection.without_rows.push(table(true)),
        (Action::Include, Object::Schema) => selection.schemas.push(text()),
        (Action::Exclude, Object::Schema) => selection.without_schemas.push(text()),
        (Action::Include, Object::Extension) => selection.extensions.push(text()),
        (Action::Exclude, Object::Extension) => selection.without_extensions.push(text()),
        (Action::Include, Object::Index) => selection.indexes.push(text()),
        (Action::Include, Object::Function) => selection.functions.push(text()),
        (Action::Include, Object::Trigger) => selection.triggers.push(text()),
        _ => return false,
    }
    true
}

fn check(selection: &Selection) -> Result<(), SelectionError> {
    let flags = |problem, remedy| Err(SelectionError::Flags { problem, remedy });
    if selection.strict_names && !selection.is_limited() {
        return flags(
            "--strict-names has no pattern to be strict about",
            "give -n, -t, -I, -P, -T or --extension, too",
        );
    }
    let nothing = Contents {
        definitions: false,
        data: false,
        statistics: false,
    };
    if selection.contents == nothing {
        return flags(
            "these options together leave nothing",
            "take back one of those that leave out definitions, rows or statistics",
        );
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    #[derive(Parser)]
    struct Tool {
        #[command(flatten)]
        args: SelectionArgs,
    }

    fn selection(argv: &[&str], file: &str) -> Result<Selection, String> {
        let tool = Tool::try_parse_from([&["tool"], argv].concat()).map_err(|error| error.to_string())?;
        let read = |_: &Path| Ok::<String, SelectionError>(file.to_owned());
        let refused = |error: SelectionError| error;
        let chosen = tool.args.selection(Some(Path::new("app.pgx")), read, refused);
        chosen.map_err(|error| error.to_string())
    }

    #[test]
    fn the_definition_holds_together() {
        Tool::command().debug_assert();
    }

    #[test]
    fn flags_become_a_selection() {
        let chosen = selection(
            &["-n", "a", "-t", "b", "--table-and-children=c", "-x", "--section=data"],
            "",
        )
        .unwrap();
        assert_eq!(chosen.schemas, ["a"]);
        assert_eq!(
            chosen.tables.iter().map(|table| table.and_children).collect::<Vec<_>>(),
            [false, true]
        );
        assert_eq!(chosen.without, [Switch::Privileges]);
        assert_eq!(chosen.sections, [Section::Data]);
        assert!(selection(&[], "").unwrap().contents == Contents::default());
    }

    #[test]
    fn contents_are_what_pg_restore_makes_of_its_switches() {
        let contents = |argv: &[&str]| {
            let Contents {
                definitions,
                data,
                statistics,
            } = selection(argv, "").unwrap().contents;
            (definitions, data, statistics)
        };
        assert_eq!(contents(&["-a"]), (false, true, false));
        assert_eq!(contents(&["-s"]), (true, false, false));
        assert_eq!(contents(&["--statistics-only"]), (false, false, true));
        assert_eq!(contents(&["--no-data"]), (true, false, true));
        assert_eq!(contents(&["--no-schema", "--no-statistics"]), (false, true, false));
        assert_eq!(contents(&["--statistics"]), (true, true, true));
    }

    #[test]
    fn flags_that_exclude_each_other_are_refused_by_name() {
        let cases: [(&[&str], &str); 9] = [
            (&["-a", "-s"], "--data-only"),
            (&["-a", "--statistics-only"], "--statistics-only"),
            (&["-s", "--statistics-only"], "--statistics-only"),
            (&["-a", "--no-data"], "--no-data"),
            (&["-s", "--no-schema"], "--no-schema"),
            (&["--statistics-only", "--no-statistics"], "--no-statistics"),
            (&["--statistics", "--no-statistics"], "--no-statistics"),
            (&["--strict-names"], "--strict-names"),
            (&["--no-schema", "--no-data", "--no-statistics"], "leave nothing"),
        ];
        for (argv, named) in cases {
            let message = selection(argv, "").unwrap_err();
            assert!(message.contains(named), "{argv:?}: {message}");
        }
        assert!(selection(&["--strict-names", "-n", "a"], "").is_ok());
    }

    #[test]
    fn standard_input_is_read_once() {
        let message = |argv: &[&str], archive: Option<&str>| {
            let args = Tool::parse_from([&["tool"], argv].concat()).args;
            let read = |_: &Path| Ok(String::new());
            args.selection(archive.map(Path::new), read, |error| error.to_string())
                .err()
        };
        assert!(message(&["-L", "-"], None).is_some_and(|text| text.starts_with("the archive and")));
        assert!(message(&["-L", "-", "--filter", "-"], Some("a")).is_some_and(|text| text.starts_with("only one")));
        assert_eq!(message(&["-L", "-"], Some("a")), None);
        assert_eq!(message(&[], None), None);
    }

    #[test]
    fn a_filter_file_adds_patterns() {
        let text = "include table sales.*\nexclude table_data_and_children log\ninclude function f(integer, text)\n\
                    include trigger audit\nexclude schema old\n";
        let chosen = selection(&["--filter", "keep.txt"], text).unwrap();
        assert_eq!(chosen.tables[0].pattern, "sales.*");
        assert!(chosen.without_rows[0].and_children);
        assert_eq!((chosen.functions.len(), chosen.triggers.len()), (1, 1));
        assert_eq!(chosen.without_schemas, ["old"]);
        let refused = selection(&["--filter", "keep.txt"], "\nexclude index i\n").unwrap_err();
        assert!(refused.starts_with("keep.txt:2: "), "{refused}");
    }

    #[test]
    fn a_list_is_read() {
        let chosen = selection(&["-L", "list"], "7; x\n3\n").unwrap();
        assert_eq!(chosen.list.unwrap().ids().map(|id| id.0).collect::<Vec<_>>(), [7, 3]);
    }
}
