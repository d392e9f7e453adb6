//! Patterns for names, by the rules of psql's `\d` commands.
//!
//! Outside double quotes letters are folded to lower case, `*` is any run of characters, `?` any one, a dot
//! separates the schema from the name, and other characters of regular expressions keep their meaning,
//! except `$`, which is literal. Inside quotes everything is literal, and `""` is one quote. A pattern
//! matches whole names.

use std::fmt;

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
}

impl fmt::Display for PatternError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PatternError::TooManyParts { pattern } => {
                write!(f, "improper qualified name (too many dotted names): {pattern}")
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
                part.regex.extend(other.to_lowercase());
                part.literal.extend(other.to_lowercase());
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
    fn three_parts_name_the_database_and_four_are_too_many() {
        assert_eq!(Pattern::parse("db.s.t").unwrap().database.as_deref(), Some("db"));
        assert!(Pattern::parse("a.b.c.d").is_err());
        assert!(Pattern::parse_schema("a.b.c").is_err());
        assert_eq!(Pattern::parse_schema("db.s").unwrap().database.as_deref(), Some("db"));
    }
}
