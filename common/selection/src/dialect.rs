//! The regular expressions of patterns, for the crate `regex`.
//!
//! A server reads the expression of a [`Pattern`](crate::Pattern) as an advanced regular expression. Here the
//! part of that language is translated that means the same everywhere: any character, groups, alternatives,
//! `+` and `{m,n}`, character classes with ranges, `[:digit:]`, `[:xdigit:]`, `\d`, and escaped punctuation.
//! Anything else (back references, `\y`, `\w`, classes whose members depend on a locale) is refused: it is never
//! matched differently from what psql would find.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder};

/// The largest count in braces that PostgreSQL allows.
const MOST: u32 = 255;

/// Compiles the expression of a server; the error says what is wrong with it.
pub(crate) fn compile(expression: &str) -> Result<Regex, String> {
    let mut translation = Translation {
        rest: expression.chars().peekable(),
        out: String::with_capacity(expression.len()),
        depth: 0,
        repeatable: false,
    };
    translation.run()?;
    RegexBuilder::new(&translation.out)
        .dot_matches_new_line(true)
        .build()
        .map_err(|_| "it is too large".to_owned())
}

struct Translation<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    /// Groups that are open.
    depth: usize,
    /// Whether there is something before that a count may follow.
    repeatable: bool,
}

impl Translation<'_> {
    fn run(&mut self) -> Result<(), String> {
        while let Some(next) = self.rest.next() {
            match next {
                '^' | '$' | '|' => self.mark(next),
                '(' => {
                    self.depth += 1;
                    self.out.push_str("(?:");
                    self.repeatable = false;
                }
                ')' => {
                    let outer = self.depth.checked_sub(1);
                    self.depth = outer.ok_or("a parenthesis is closed that was not opened")?;
                    self.atom(")");
                }
                '.' => self.atom("."),
                '*' | '+' | '?' => self.repeat(&next.to_string())?,
                '{' if self.rest.peek().is_some_and(char::is_ascii_digit) => self.count()?,
                '[' => self.class()?,
                '\\' => self.escape()?,
                literal => self.literal(literal),
            }
        }
        match self.depth {
            0 => Ok(()),
            _ => Err("a parenthesis is not closed".to_owned()),
        }
    }

    fn mark(&mut self, mark: char) {
        self.out.push(mark);
        self.repeatable = false;
    }

    fn atom(&mut self, text: &str) {
        self.out.push_str(text);
        self.repeatable = true;
    }

    fn literal(&mut self, literal: char) {
        let escaped = regex::escape(literal.encode_utf8(&mut [0; 4]));
        self.atom(&escaped);
    }

    fn repeat(&mut self, count: &str) -> Result<(), String> {
        if !std::mem::take(&mut self.repeatable) {
            return Err(format!("there is nothing that {count} could repeat"));
        }
        self.out.push_str(count);
        Ok(())
    }

    /// `{m}`, `{m,}` or `{m,n}`, after the brace.
    fn count(&mut self) -> Result<(), String> {
        let text: String = std::iter::from_fn(|| self.rest.next_if(|next| *next != '}')).collect();
        let closed = self.rest.next().is_some();
        let number = |text: &str| text.parse::<u32>().ok().filter(|number| *number <= MOST);
        let valid = match text.split_once(',') {
            None => number(&text).is_some(),
            Some((least, "")) => number(least).is_some(),
            Some((least, most)) => {
                matches!((number(least), number(most)), (Some(least), Some(most)) if least <= most)
            }
        };
        match closed && valid {
            true => self.repeat(&format!("{{{text}}}")),
            false => Err(format!("{{{text}}} is not a count")),
        }
    }

    fn escape(&mut self) -> Result<(), String> {
        match self.rest.next() {
            None => Err("there is nothing after the backslash".to_owned()),
            Some('d') => {
                self.atom("[0-9]");
                Ok(())
            }
            Some(other) if other.is_alphanumeric() => Err(format!("\\{other} is not supported")),
            Some(literal) => {
                self.literal(literal);
                Ok(())
            }
        }
    }

    /// A character class, after the bracket.
    fn class(&mut self) -> Result<(), String> {
        const OPEN: &str = "a bracket is not closed";
        let mut members = String::new();
        let negated = self.rest.next_if_eq(&'^').is_some();
        let mut first = true;
        loop {
            let low = match self.rest.next().ok_or(OPEN)? {
                ']' if !first => break,
                '[' if self.rest.peek() == Some(&':') => {
                    members.push_str(self.named_class()?);
                    first = false;
                    continue;
                }
                '[' if matches!(self.rest.peek(), Some('=' | '.')) => {
                    return Err("collating elements are not supported".to_owned());
                }
                '\\' => self.class_escape()?,
                other => other,
            };
            first = false;
            let mut ahead = self.rest.clone();
            let high = match (ahead.next(), ahead.next()) {
                (Some('-'), Some(high)) if high != ']' => {
                    self.rest.next();
                    self.rest.next();
                    match high {
                        '\\' => self.class_escape()?,
                        '[' if matches!(self.rest.peek(), Some('=' | '.' | ':')) => {
                            return Err("collating elements are not supported".to_owned());
                        }
                        high => high,
                    }
                }
                _ => low,
            };
            if low > high {
                return Err(format!("the range {low}-{high} is empty"));
            }
            members.push_str(&format!("\\x{{{:x}}}-\\x{{{:x}}}", u32::from(low), u32::from(high)));
        }
        let negation = if negated { "^" } else { "" };
        self.atom(&format!("[{negation}{members}]"));
        Ok(())
    }

    fn class_escape(&mut self) -> Result<char, String> {
        match self.rest.next() {
            Some(literal) if !literal.is_alphanumeric() => Ok(literal),
            Some(other) => Err(format!("\\{other} in brackets is not supported")),
            None => Err("there is nothing after the backslash".to_owned()),
        }
    }

    /// `[:digit:]`, before the first colon.
    fn named_class(&mut self) -> Result<&'static str, String> {
        self.rest.next();
        let name: String = std::iter::from_fn(|| self.rest.next_if(|next| *next != ':')).collect();
        let closed = (self.rest.next(), self.rest.next()) == (Some(':'), Some(']'));
        match name.as_str() {
            "digit" if closed => Ok("0-9"),
            "xdigit" if closed => Ok("0-9A-Fa-f"),
            _ => Err(format!("the class [:{name}:] is not supported")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(expression: &str, name: &str) -> bool {
        compile(expression).unwrap().is_match(name)
    }

    #[test]
    fn what_means_the_same_everywhere_is_matched() {
        let cases = [
            ("^(a.*)$", "abc", true),
            ("^(a.c)$", "a\nc", true),
            ("^((a|b)c)$", "bc", true),
            ("^((a|b)c)$", "abc", false),
            ("^(a|b)$", "b", true),
            ("^(a{2,3})$", "aaa", true),
            ("^(a{2,3})$", "aaaa", false),
            ("^(a{b)$", "a{b", true),
            ("^(t[0-9]+)$", "t42", true),
            ("^(t[^0-9])$", "tx", true),
            ("^([]a]b)$", "]b", true),
            ("^([a-]b)$", "-b", true),
            ("^([[:digit:]]\\d)$", "42", true),
            ("^(a\\$b)$", "a$b", true),
            ("^(t\\[\\])$", "t[]", true),
            ("^(x&&y)$", "x&&y", true),
            ("^([a&&b])$", "&", true),
            ("^(a^b)$", "a^b", false),
            ("^(ä.)$", "äö", true),
        ];
        for (expression, name, expected) in cases {
            assert_eq!(matches(expression, name), expected, "{expression} and {name}");
        }
    }

    #[test]
    fn what_cannot_be_matched_alike_is_refused() {
        let cases = [
            ("^((a)\\1)$", "\\1 is not supported"),
            ("^(\\ya)$", "\\y is not supported"),
            ("^(\\w)$", "\\w is not supported"),
            ("^([[:alpha:]])$", "the class [:alpha:] is not supported"),
            ("^([[=a=]])$", "collating elements are not supported"),
            ("^([\\w])$", "\\w in brackets is not supported"),
            ("^([b-a])$", "the range b-a is empty"),
            ("^([a)$", "a bracket is not closed"),
            ("^((a)$", "a parenthesis is not closed"),
            ("^(a))$", "a parenthesis is closed that was not opened"),
            ("^(a\\)$", "a parenthesis is not closed"),
            ("^(+a)$", "there is nothing that + could repeat"),
            ("^(a.*+)$", "there is nothing that + could repeat"),
            ("^(a{3,2})$", "{3,2} is not a count"),
            ("^(a{256})$", "{256} is not a count"),
        ];
        for (expression, reason) in cases {
            assert_eq!(compile(expression).unwrap_err(), reason, "{expression}");
        }
    }
}
