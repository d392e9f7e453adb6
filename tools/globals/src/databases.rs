//! Which databases are to follow.

use pgx_cli::Failure;
use pgx_selection::{Matcher, Pattern, PatternError};

/// Takes away the databases that match one of the patterns.
pub fn exclude(databases: &mut Vec<String>, patterns: &[String]) -> Result<(), Failure> {
    let matcher = |text: &String| Matcher::new(&Pattern::parse_name(text)?, "");
    let matchers: Result<Vec<Matcher>, PatternError> = patterns.iter().map(matcher).collect();
    let matchers = matchers.map_err(|error| Failure::usage(error.to_string()))?;
    databases.retain(|name| !matchers.iter().any(|matcher| matcher.matches(None, name)));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_psql() {
        let left = |patterns: &[&str]| {
            let mut databases = ["app", "app_test", "App", "stock"].map(str::to_owned).to_vec();
            let patterns: Vec<String> = patterns.iter().map(|&pattern| pattern.to_owned()).collect();
            exclude(&mut databases, &patterns).map(|()| databases.join(" "))
        };
        assert_eq!(left(&["APP*"]).unwrap(), "App stock");
        assert_eq!(left(&["\"App\"", "s?ock"]).unwrap(), "app app_test");
        assert!(left(&["a.b.c.d"]).is_err());
    }
}
