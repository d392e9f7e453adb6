//! `--filter FILE`: what filter files say, as if it had been said by flags.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use pgx_cli::{Exit, Failure};
use pgx_selection::filter_file::{self, Action, FilterError, Object, Rule};

use crate::args::SelectionArgs;

/// Reads all filter files and adds what they say to the patterns.
pub fn read(selection: &mut SelectionArgs) -> Result<(), Failure> {
    for path in std::mem::take(&mut selection.filter) {
        let name = match path.as_os_str() == "-" {
            true => "standard input".to_owned(),
            false => path.display().to_string(),
        };
        let text = text(&path).map_err(|error| {
            Failure::caused_by(Exit::Usage, &error).within(format!("could not read filters from {name}"))
        })?;
        add(&name, &text, selection).map_err(|error| Failure::usage(error.to_string()))?;
    }
    Ok(())
}

fn text(path: &Path) -> io::Result<String> {
    let mut text = String::new();
    match path.as_os_str() == "-" {
        true => io::stdin().read_to_string(&mut text)?,
        false => File::open(path)?.read_to_string(&mut text)?,
    };
    Ok(text)
}

fn add(file: &str, text: &str, selection: &mut SelectionArgs) -> Result<(), FilterError> {
    for rule in filter_file::parse(file, text)? {
        match patterns(&rule, selection) {
            Some(patterns) => patterns.push(rule.pattern),
            None => return Err(rule.not_allowed(file)),
        }
    }
    Ok(())
}

/// The patterns among which a rule belongs; none for rules that a dump does not have.
fn patterns<'a>(rule: &Rule, selection: &'a mut SelectionArgs) -> Option<&'a mut Vec<String>> {
    Some(match (rule.action, rule.object) {
        (Action::Include, Object::Table) => &mut selection.table,
        (Action::Include, Object::TableAndChildren) => &mut selection.table_and_children,
        (Action::Include, Object::Schema) => &mut selection.schema,
        (Action::Include, Object::Extension) => &mut selection.extension,
        (Action::Include, Object::ForeignData) => &mut selection.include_foreign_data,
        (Action::Exclude, Object::Table) => &mut selection.exclude_table,
        (Action::Exclude, Object::TableAndChildren) => &mut selection.exclude_table_and_children,
        (Action::Exclude, Object::TableData) => &mut selection.exclude_table_data,
        (Action::Exclude, Object::TableDataAndChildren) => &mut selection.exclude_table_data_and_children,
        (Action::Exclude, Object::Schema) => &mut selection.exclude_schema,
        (Action::Exclude, Object::Extension) => &mut selection.exclude_extension,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_join_the_flags() {
        let mut selection = SelectionArgs {
            table: vec!["a".to_owned()],
            ..SelectionArgs::default()
        };
        let text = "include table b\nexclude table_data c\nexclude schema d\ninclude table_and_children e\n";
        assert_eq!(add("f", text, &mut selection), Ok(()));
        assert_eq!(
            selection.words(),
            [
                "--exclude-schema=d",
                "--table=a",
                "--table=b",
                "--table-and-children=e",
                "--exclude-table-data=c",
            ]
        );
    }

    #[test]
    fn what_a_dump_cannot_filter_is_refused() {
        for text in ["include index i", "include table_data t", "exclude foreign_data s"] {
            let error = add("f", text, &mut SelectionArgs::default()).expect_err("there is no such rule");
            assert!(error.to_string().ends_with("is not a rule here"), "{error}");
        }
    }
}
