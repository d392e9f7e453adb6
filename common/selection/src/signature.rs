//! Functions as `-P` names them: by a pattern, or by their exact signature.

use crate::pattern::{Matcher, Pattern, PatternError};

/// What `-P` looks for.
#[derive(Clone, Debug)]
pub(crate) struct Signature {
    name: Matcher,
    /// What stands between the parentheses, when it is said.
    arguments: Option<String>,
}

impl Signature {
    /// A pattern, `name(arguments)` or `schema.name(arguments)`.
    ///
    /// A parenthesis at the beginning, or an alternative inside, belongs to a pattern.
    pub(crate) fn parse(text: &str, database: &str) -> Result<Signature, PatternError> {
        let (name, arguments) = match split(text) {
            Some((name, arguments)) if !arguments.contains(['|', '+', '?', '{', '\\', '^']) => {
                (name, Some(normal(arguments)))
            }
            _ => (text, None),
        };
        let mut pattern = Pattern::parse(name)?;
        pattern.text = text.to_owned();
        Ok(Signature {
            name: Matcher::new(&pattern, database)?,
            arguments,
        })
    }

    /// The text as the user wrote it.
    pub(crate) fn text(&self) -> &str {
        self.name.text()
    }

    /// Whether a function's tag (`f(integer, text)`) matches.
    pub(crate) fn matches(&self, schema: Option<&str>, tag: &str) -> bool {
        let (name, arguments) = split(tag).unwrap_or((tag, ""));
        self.name.matches(schema, name)
            && self
                .arguments
                .as_ref()
                .is_none_or(|wanted| *wanted == normal(arguments))
    }
}

/// Name and arguments.
fn split(text: &str) -> Option<(&str, &str)> {
    let inside = text.strip_suffix(')')?;
    // A name in double quotes may hold parentheses, and so may the types of arguments.
    let mut quoted = false;
    let open = inside.char_indices().find(|(_, c)| {
        quoted ^= *c == '"';
        *c == '(' && !quoted
    })?;
    match open.0 {
        0 => None,
        at => Some((&inside[..at], &inside[at + 1..])),
    }
}

/// Arguments with one space after each comma and none elsewhere at an argument's ends.
fn normal(arguments: &str) -> String {
    let types: Vec<String> = arguments
        .split(',')
        .map(|each| each.split_whitespace().collect::<Vec<_>>().join(" "))
        .collect();
    types.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(wanted: &str, schema: &str, tag: &str) -> bool {
        Signature::parse(wanted, "").unwrap().matches(Some(schema), tag)
    }

    #[test]
    fn a_signature_is_exact() {
        assert!(matches("twice(integer)", "public", "twice(integer)"));
        assert!(!matches("twice(integer)", "public", "twice(text)"));
        assert!(matches("f( integer,text )", "public", "f(integer, text)"));
        assert!(matches("sales.f()", "sales", "f()"));
        assert!(!matches("sales.f()", "public", "f()"));
        assert!(matches("sum_up(*)", "public", "sum_up(*)"));
        assert!(matches("f(character varying[])", "public", "f(character varying[])"));
    }

    #[test]
    fn a_pattern_takes_every_overload() {
        assert!(matches("twice", "public", "twice(text)"));
        assert!(matches("sales.*", "sales", "next(integer, text)"));
        assert!(matches("(twice|thrice)", "public", "thrice()"));
        assert!(matches("t(wice|hrice)", "public", "thrice()"));
        assert!(!matches("twice", "public", "twice_as_much()"));
    }
}
