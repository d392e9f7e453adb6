//! `--filter FILE`: databases that filter files exclude, as if flags had excluded them.

use pgx_cli::{Failure, Process};
use pgx_selection::filter_file::{self, Action, FilterError, Object};

use crate::args::SelectionArgs;

/// Reads all filter files and adds their patterns to those of the flags.
pub fn read(selection: &mut SelectionArgs, process: &Process) -> Result<(), Failure> {
    for path in std::mem::take(&mut selection.filter) {
        let name = match path.as_os_str() == "-" {
            true => "standard input".to_owned(),
            false => path.display().to_string(),
        };
        let excluded = excluded(&name, &process.text(&path)?);
        selection
            .exclude_database
            .extend(excluded.map_err(|error| Failure::usage(error.to_string()))?);
    }
    Ok(())
}

/// The patterns of databases in a file, which has no other rules.
fn excluded(file: &str, text: &str) -> Result<Vec<String>, FilterError> {
    let rules = filter_file::parse(file, text)?.into_iter();
    rules
        .map(|rule| match (rule.action, rule.object) {
            (Action::Exclude, Object::Database) => Ok(rule.pattern),
            _ => Err(rule.not_allowed(file)),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn databases_can_be_excluded_and_nothing_else() {
        let found = excluded("f", "# ours\nexclude database app_*\nexclude database \"Old\" # gone\n");
        assert_eq!(found, Ok(vec!["app_*".to_owned(), "\"Old\"".to_owned()]));
        for (text, said) in [
            ("\ninclude database app", "f:2: \"include database\" is not a rule here"),
            ("exclude table t", "f:1: \"exclude table\" is not a rule here"),
            ("exclude database", "f:1: the pattern is missing"),
        ] {
            assert_eq!(
                excluded("f", text).map_err(|error| error.to_string()),
                Err(said.to_owned())
            );
        }
    }
}
