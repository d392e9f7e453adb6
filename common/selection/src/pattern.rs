//! Patterns for names, by the rules of psql's `\d` commands.
//!
//! Outside double quotes the letters A to Z are folded to lower case, `*` is any run of characters, `?` any
//! one, a dot separates the schema from the name, and other characters of regular expressions keep their
//! meaning, except `$`, which is literal. Inside quotes everything is literal, and `""` is one quote. A pattern
//! matches whole names.
//!
//! A [`Pattern`] holds the expressions as a server reads them; a [`Matcher`] matches them here.

use std::fmt;

use regex::Regex;

use crate::dialect;

/// A pattern, taken apart: regular expressions that match whole names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The pattern as the user wrote it.
    pub text: String,
    /// Name of the database, literally, when there are three parts.
    pub database: Option<String>,
    /// What the schema has to match; any visible schema when there is none.
    pub schema: Option<String>,
    /// What the name has to match.
    pub name: String,
}

/// Why a pattern cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternError {
    /// More dots than the kind of object has parts.
    TooManyParts {
        /// The pattern.
        pattern: String,
    },
    /// An expression that is wrong, or that only a server can match.
    Expression {
        /// The pattern.
        pattern: String,
        /// What is wrong.
        reason: String,
    },
    /// Another database than the one at hand.
    OtherDatabase {
        /// The pattern.
        pattern: String,
        /// The database at hand.
        database: String,
    },
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::TooManyParts { pattern } => {
                write!(f, "improper qualified name (too many dotted names): {pattern}")
            }
            PatternError::Expression { pattern, reason } => write!(f, "pattern {pattern}: {reason}"),
            PatternError::OtherDatabase { pattern, database } => {
                write!(f, "pattern {pattern} names another database than {database}")
            }
        }
    }
}

impl std::error::Error for PatternError {}

/// One dotted part, as regular expression and as literal text.
#[derive(Default)]
struct Part {
    regex: String,
    literal: String,
}

impl Pattern {
    /// A pattern for relations: `name`, `schema.name` or `database.schema.name`.
    pub fn parse(text: &str) -> Result<Pattern, PatternError> {
        let mut parts = split(text);
        let name = parts.pop().map(whole).unwrap_or_default();
        let schema = parts.pop().map(whole);
        let database = parts.pop().map(|part| part.literal);
        if !parts.is_empty() {
            return Err(PatternError::TooManyParts {
                pattern: text.to_owned(),
            });
        }
        Ok(Pattern {
            text: text.to_owned(),
            database,
            schema,
            name,
        })
    }

    /// A pattern for what belongs to no schema, such as extensions: `name`, without dots.
    pub fn parse_name(text: &str) -> Result<Pattern, PatternError> {
        let pattern = Pattern::parse(text)?;
        match pattern.schema {
            None => Ok(pattern),
            Some(_) => Err(PatternError::TooManyParts {
                pattern: text.to_owned(),
            }),
        }
    }

    /// A pattern for schemas: `name` or `database.name`.
    pub fn parse_schema(text: &str) -> Result<Pattern, PatternError> {
        let mut parts = split(text);
        let name = parts.pop().map(whole).unwrap_or_default();
        let database = parts.pop().map(|part| part.literal);
        if !parts.is_empty() {
            return Err(PatternError::TooManyParts {
                pattern: text.to_owned(),
            });
        }
        Ok(Pattern {
            text: text.to_owned(),
            database,
            schema: None,
            name,
        })
    }
}

/// A pattern that matches names without a server.
#[derive(Clone, Debug)]
pub struct Matcher {
    text: String,
    schema: Option<Regex>,
    name: Regex,
}

impl Matcher {
    /// Compiles a pattern for entries that come from `database`; empty when that is not known.
    pub fn new(pattern: &Pattern, database: &str) -> Result<Matcher, PatternError> {
        if let Some(named) = &pattern.database
            && !database.is_empty()
            && named != database
        {
            return Err(PatternError::OtherDatabase {
                pattern: pattern.text.clone(),
                database: database.to_owned(),
            });
        }
        let compile = |expression: &String| {
            dialect::compile(expression).map_err(|reason| PatternError::Expression {
                pattern: pattern.text.clone(),
                reason,
            })
        };
        Ok(Matcher {
            text: pattern.text.clone(),
            schema: pattern.schema.as_ref().map(compile).transpose()?,
            name: compile(&pattern.name)?,
        })
    }

    /// The pattern as the user wrote it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the pattern says which schema; otherwise only what is visible counts.
    pub fn has_schema(&self) -> bool {
        self.schema.is_some()
    }

    /// Whether a name matches, and its schema where the pattern says which.
    pub fn matches(&self, schema: Option<&str>, name: &str) -> bool {
        let in_schema = match (&self.schema, schema) {
            (None, _) => true,
            (Some(wanted), Some(schema)) => wanted.is_match(schema),
            (Some(_), None) => false,
        };
        in_schema && self.name.is_match(name)
    }
}

fn whole(part: Part) -> String {
    format!("^({})$", part.regex)
}

fn split(text: &str) -> Vec<Part> {
    let mut parts = vec![];
    let mut part = Part::default();
    let mut quoted = false;
    let mut chars = text.chars().peekable();
    while let Some(next) = chars.next() {
        match next {
            '"' if quoted && chars.next_if_eq(&'"').is_some() => {
                part.regex.push('"');
                part.literal.push('"');
            }
            '"' => quoted = !quoted,
            '*' if !quoted => {
                part.regex.push_str(".*");
                part.literal.push('*');
            }
            '?' if !quoted => {
                part.regex.push('.');
                part.literal.push('?');
            }
            '.' if !quoted => parts.push(std::mem::take(&mut part)),
            '$' => {
                part.regex.push_str("\\$");
                part.literal.push('$');
            }
            // An array type's brackets, not an empty character class.
            '[' if !quoted && chars.peek() == Some(&']') => {
                chars.next();
                part.regex.push_str("\\[\\]");
                part.literal.push_str("[]");
            }
            special if quoted && "|*+?()[]{}.^\\".contains(special) => {
                part.regex.push('\\');
                part.regex.push(special);
                part.literal.push(special);
            }
            other if quoted => {
                part.regex.push(other);
                part.literal.push(other);
            }
            other => {
                part.regex.push(other.to_ascii_lowercase());
                part.literal.push(other.to_ascii_lowercase());
            }
        }
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wildcards_and_case() {
        let pattern = Pattern::parse("Foo*.b?r").unwrap();
        assert_eq!(pattern.schema.as_deref(), Some("^(foo.*)$"));
        assert_eq!(pattern.name, "^(b.r)$");
    }

    #[test]
    fn quotes_make_literal() {
        let pattern = Pattern::parse("\"A.b\".\"x\"\"y*\"").unwrap();
        assert_eq!(pattern.schema.as_deref(), Some("^(A\\.b)$"));
        assert_eq!(pattern.name, "^(x\"y\\*)$");
    }

    #[test]
    fn regular_expressions_pass_outside_quotes() {
        assert_eq!(Pattern::parse("(a|b)[0-9]+$").unwrap().name, "^((a|b)[0-9]+\\$)$");
        assert_eq!(Pattern::parse("t[]").unwrap().name, "^(t\\[\\])$");
    }

    #[test]
    fn only_plain_letters_are_folded() {
        assert_eq!(Pattern::parse("ÄB").unwrap().name, "^(Äb)$");
    }

    #[test]
    fn a_matcher_needs_no_server() {
        let matcher = |text: &str| Matcher::new(&Pattern::parse(text).unwrap(), "shop").unwrap();
        assert!(matcher("sales.order*").matches(Some("sales"), "orders"));
        assert!(!matcher("sales.order*").matches(None, "orders"));
        assert!(matcher("Orders").matches(Some("any"), "orders"));
        assert!(!matcher("\"Orders\"").matches(Some("any"), "orders"));
        assert!(matcher("shop.*.t?").has_schema());
    }

    #[test]
    fn another_database_is_refused() {
        let pattern = Pattern::parse("other.sales.orders").unwrap();
        assert_eq!(
            Matcher::new(&pattern, "shop").unwrap_err().to_string(),
            "pattern other.sales.orders names another database than shop"
        );
        assert!(Matcher::new(&pattern, "").is_ok());
    }

    #[test]
    fn three_parts_name_the_database_and_four_are_too_many() {
        assert_eq!(Pattern::parse("db.s.t").unwrap().database.as_deref(), Some("db"));
        assert!(Pattern::parse("a.b.c.d").is_err());
        assert!(Pattern::parse_schema("a.b.c").is_err());
        assert!(Pattern::parse_name("a.b").is_err());
        assert_eq!(Pattern::parse_name("\"a.b\"").unwrap().name, "^(a\\.b)$");
        assert_eq!(Pattern::parse_schema("db.s").unwrap().database.as_deref(), Some("db"));
    }
}
