//! Filter files (`--filter`): a rule on each line, `include table sales.*`, and comments after `#`.
//!
//! A name in double quotes may go on over several lines; in it `""` is one quote, `\n` a line break and `\\` a
//! backslash. Outside quotes white space around `.`, `,` and parentheses does not count.
//!
//! ```
//! use pgx_selection::filter_file::{self, Action, Object};
//!
//! let rules = filter_file::parse("keep.txt", "include table sales . *  # all of it\n")?;
//! assert_eq!((rules[0].action, rules[0].object), (Action::Include, Object::Table));
//! assert_eq!(rules[0].pattern, "sales.*");
//! # Ok::<(), filter_file::FilterError>(())
//! ```

use std::fmt;
use std::iter::Peekable;
use std::str::Chars;

/// A line of a filter file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Number of the line it begins on, from 1.
    pub line: u32,
    /// Whether what matches is kept or left out.
    pub action: Action,
    /// What the pattern is matched against.
    pub object: Object,
    /// The pattern, or the signature of a function.
    pub pattern: String,
}

/// Whether what matches is kept or left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// `include`
    Include,
    /// `exclude`
    Exclude,
}

macro_rules! objects {
    ($($(#[$doc:meta])* $variant:ident $word:literal;)*) => {
        /// What a rule is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Object {
            $($(#[$doc])* $variant,)*
        }

        /// Every word that names an object.
        const OBJECTS: &[(&str, Object)] = &[$(($word, Object::$variant),)*];

        impl Object {
            /// The word in a file.
            pub fn word(self) -> &'static str {
                match self {
                    $(Object::$variant => $word,)*
                }
            }
        }
    };
}

objects! {
    /// Tables, views, sequences.
    Table "table";
    /// The same with partitions and tables that inherit.
    TableAndChildren "table_and_children";
    /// Rows of tables.
    TableData "table_data";
    /// Rows of tables, their partitions and those that inherit.
    TableDataAndChildren "table_data_and_children";
    /// Schemas and what is in them.
    Schema "schema";
    /// Extensions.
    Extension "extension";
    /// Rows of foreign tables, by server.
    ForeignData "foreign_data";
    /// Functions, by signature.
    Function "function";
    /// Indexes.
    Index "index";
    /// Triggers.
    Trigger "trigger";
    /// Databases of a cluster.
    Database "database";
}

impl Action {
    fn word(self) -> &'static str {
        match self {
            Action::Include => "include",
            Action::Exclude => "exclude",
        }
    }
}

/// Why a filter file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    /// The file, as the user named it.
    pub file: String,
    /// Number of the line that is wrong, from 1.
    pub line: u32,
    /// What is wrong with it.
    pub problem: Problem,
}

/// What is wrong with a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Problem {
    /// It begins with another word than `include` or `exclude`.
    Action(String),
    /// It ends before it says what it is about.
    NoObject,
    /// It is about something that is not known.
    Object(String),
    /// It ends before the pattern.
    NoPattern,
    /// A quote is not closed.
    OpenQuote,
    /// A backslash stands before something else than `n` or a backslash.
    Escape(char),
    /// The tool has no such rule.
    NotAllowed(Action, Object),
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.file, self.line, self.problem)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Problem::Action(word) => write!(f, "\"{word}\" is not \"include\" or \"exclude\""),
            Problem::NoObject => f.write_str("the type of object is missing"),
            Problem::Object(word) => write!(f, "\"{word}\" is not a type of object"),
            Problem::NoPattern => f.write_str("the pattern is missing"),
            Problem::OpenQuote => f.write_str("a quoted name does not end"),
            Problem::Escape(letter) => write!(f, "\"\\{letter}\" is not an escape: \\n and \\\\ are"),
            Problem::NotAllowed(action, object) => {
                write!(f, "\"{} {}\" is not a rule here", action.word(), object.word())
            }
        }
    }
}

impl std::error::Error for FilterError {}

impl Rule {
    /// The error for a rule that a tool does not have.
    pub fn not_allowed(&self, file: &str) -> FilterError {
        FilterError {
            file: file.to_owned(),
            line: self.line,
            problem: Problem::NotAllowed(self.action, self.object),
        }
    }
}

/// The rules of a file, in their order; `file` is how errors name it.
pub fn parse(file: &str, text: &str) -> Result<Vec<Rule>, FilterError> {
    let mut reader = Reader {
        rest: text.chars().peekable(),
        line: 1,
    };
    let mut rules = Vec::new();
    while reader.rest.peek().is_some() {
        let line = reader.line;
        let rule = reader.rule().map_err(|problem| FilterError {
            file: file.to_owned(),
            line,
            problem,
        })?;
        rules.extend(rule.map(|(action, object, pattern)| Rule {
            line,
            action,
            object,
            pattern,
        }));
        reader.end_line();
    }
    Ok(rules)
}

struct Reader<'a> {
    rest: Peekable<Chars<'a>>,
    line: u32,
}

impl Reader<'_> {
    /// The rule on this line, if there is one; what follows it is not read.
    fn rule(&mut self) -> Result<Option<(Action, Object, String)>, Problem> {
        self.skip_space();
        if self.in_line().is_none() {
            return Ok(None);
        }
        let action = match self.word().as_str() {
            "include" => Action::Include,
            "exclude" => Action::Exclude,
            other => return Err(Problem::Action(other.to_owned())),
        };
        self.skip_space();
        if self.in_line().is_none() {
            return Err(Problem::NoObject);
        }
        let word = self.word();
        let known = OBJECTS.iter().find(|(name, _)| *name == word);
        let (_, object) = *known.ok_or(Problem::Object(word))?;
        self.skip_space();
        let pattern = self.pattern()?;
        if pattern.is_empty() {
            return Err(Problem::NoPattern);
        }
        Ok(Some((action, object, pattern)))
    }

    /// The next character of the line, unless a comment or the end comes.
    fn in_line(&mut self) -> Option<char> {
        self.rest.peek().copied().filter(|next| !matches!(next, '\n' | '#'))
    }

    /// Passes over white space in the line; says whether there was any.
    fn skip_space(&mut self) -> bool {
        let is_space = |next: &char| next.is_whitespace() && *next != '\n';
        let mut skipped = false;
        while self.rest.next_if(is_space).is_some() {
            skipped = true;
        }
        skipped
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some(next) = self.rest.next_if(|next| !next.is_whitespace()) {
            word.push(next);
        }
        word
    }

    /// The rest of the line up to a comment, with white space only where it counts.
    fn pattern(&mut self) -> Result<String, Problem> {
        let mut pattern = String::new();
        let mut glued = true;
        let mut space = false;
        while let Some(next) = self.in_line() {
            match next {
                '.' | '(' | ')' | ',' => {
                    self.rest.next();
                    pattern.push(next);
                    if next == ',' {
                        pattern.push(' ');
                    }
                    glued = true;
                }
                _ => {
                    if space && !glued {
                        pattern.push(' ');
                    }
                    glued = false;
                    if next == '"' {
                        self.quoted(&mut pattern)?;
                    } else {
                        self.rest.next();
                        pattern.push(next);
                    }
                }
            }
            space = self.skip_space();
        }
        Ok(pattern)
    }

    /// A quoted name, with its quotes, over as many lines as it takes.
    fn quoted(&mut self, pattern: &mut String) -> Result<(), Problem> {
        pattern.extend(self.rest.next());
        loop {
            match self.rest.next().ok_or(Problem::OpenQuote)? {
                '"' => {
                    pattern.push('"');
                    if self.rest.next_if_eq(&'"').is_none() {
                        return Ok(());
                    }
                    pattern.push('"');
                }
                '\\' => match self.rest.next().ok_or(Problem::OpenQuote)? {
                    'n' => pattern.push('\n'),
                    '\\' => pattern.push('\\'),
                    other => return Err(Problem::Escape(other)),
                },
                '\n' => {
                    self.line += 1;
                    pattern.push('\n');
                }
                // The end of a line as some editors write it.
                '\r' if self.rest.peek() == Some(&'\n') => {}
                other => pattern.push(other),
            }
        }
    }

    fn end_line(&mut self) {
        for next in self.rest.by_ref() {
            if next == '\n' {
                self.line += 1;
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn patterns(text: &str) -> Vec<String> {
        let rules = parse("f", text).expect("it is a filter file");
        rules.into_iter().map(|rule| rule.pattern).collect()
    }

    fn error(text: &str) -> String {
        parse("my.filter", text).expect_err("it is not right").to_string()
    }

    #[test]
    fn a_rule_a_line_with_comments_between() {
        let rules = parse(
            "f",
            "# what we want\n\n  include schema sales\r\n\texclude table_data sales.log* # big\nexclude  extension x",
        );
        let rules: Vec<_> = rules
            .expect("it is a filter file")
            .into_iter()
            .map(|rule| (rule.line, rule.action, rule.object, rule.pattern))
            .collect();
        assert_eq!(
            rules,
            [
                (3, Action::Include, Object::Schema, "sales".to_owned()),
                (4, Action::Exclude, Object::TableData, "sales.log*".to_owned()),
                (5, Action::Exclude, Object::Extension, "x".to_owned()),
            ]
        );
        assert_eq!(parse("f", ""), Ok(vec![]));
    }

    #[test]
    fn space_counts_between_words_only() {
        assert_eq!(
            patterns("include function public . f ( integer ,double  precision )  # it\n"),
            ["public.f(integer, double precision)"]
        );
        assert_eq!(patterns("include table \"a b\" . \"c\"\n"), ["\"a b\".\"c\""]);
    }

    #[test]
    fn quoted_names_go_over_lines() {
        let rules = parse(
            "f",
            "include table \"two\r\nlines \"\"#\"\"\"\ninclude table \"a\\nb\\\\c\"\n",
        )
        .expect("it is a filter file");
        assert_eq!(
            (rules[0].line, rules[0].pattern.as_str()),
            (1, "\"two\nlines \"\"#\"\"\"")
        );
        assert_eq!((rules[1].line, rules[1].pattern.as_str()), (3, "\"a\nb\\c\""));
    }

    #[test]
    fn errors_name_file_and_line() {
        assert_eq!(
            error("\nkeep table t\n"),
            "my.filter:2: \"keep\" is not \"include\" or \"exclude\""
        );
        assert_eq!(error("include\n"), "my.filter:1: the type of object is missing");
        assert_eq!(
            error("exclude table-data t"),
            "my.filter:1: \"table-data\" is not a type of object"
        );
        assert_eq!(error("include table # t"), "my.filter:1: the pattern is missing");
        assert_eq!(
            error("include table \"a\nb\ninclude table c"),
            "my.filter:1: a quoted name does not end"
        );
        assert_eq!(
            error("include table \"a\\tb\""),
            "my.filter:1: \"\\t\" is not an escape: \\n and \\\\ are"
        );
    }

    #[test]
    fn a_tool_refuses_rules_that_it_does_not_have() {
        let rules = parse("f", "include index i").expect("it is a filter file");
        assert_eq!(
            rules[0].not_allowed("f").to_string(),
            "f:1: \"include index\" is not a rule here"
        );
    }
}
