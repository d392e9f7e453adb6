//! A file of SQL into statements, by the rules of psql's own scanner.

use super::{HookStatement, Wrong};

/// Statements of a text; an error has the line that it is about.
pub(super) fn statements(text: &str) -> Result<Vec<HookStatement>, (u64, Wrong)> {
    let mut scanner = Scanner {
        text,
        at: 0,
        line: 1,
        statement: Statement::default(),
        found: Vec::new(),
    };
    scanner.run()?;
    Ok(scanner.found)
}

struct Scanner<'t> {
    text: &'t str,
    at: usize,
    line: u64,
    statement: Statement,
    found: Vec<HookStatement>,
}

/// The statement that is being read.
#[derive(Default)]
struct Statement {
    /// Where it begins: byte and line; none while there are only spaces and comments.
    begin: Option<(usize, u64)>,
    parentheses: u32,
    /// How deep in bodies of BEGIN ATOMIC, and in CASE within them.
    body: u32,
    /// Its first words, in lower case.
    first: Vec<String>,
    /// Whether it speaks of rows from or to the client.
    is_about_client: bool,
}

/// So many words at its beginning tell what a statement does: `CREATE OR REPLACE FUNCTION`.
const FIRST: usize = 4;

impl Scanner<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn run(&mut self) -> Result<(), (u64, Wrong)> {
        while let Some(next) = self.rest().chars().next() {
            let rest = self.rest();
            match next {
                _ if next.is_ascii_whitespace() => self.pass(1),
                '-' if rest.starts_with("--") => {
                    let end = rest.find('\n').unwrap_or(rest.len());
                    self.pass(end);
                }
                '/' if rest.starts_with("/*") => self.comment()?,
                ';' if self.statement.parentheses == 0 && self.statement.body == 0 => {
                    self.end()?;
                    self.pass(1);
                }
                _ => {
                    let here = (self.at, self.line);
                    self.statement.begin.get_or_insert(here);
                    self.token(next)?;
                }
            }
        }
        self.end()
    }

    fn token(&mut self, next: char) -> Result<(), (u64, Wrong)> {
        match next {
            '\'' => self.quoted('\'', false, "a string"),
            '"' => self.quoted('"', false, "a quoted name"),
            '$' => self.dollar(),
            '\\' => {
                let command = self.rest().split_ascii_whitespace().next().unwrap_or("\\");
                Err((self.line, Wrong::Meta(command.to_owned())))
            }
            '(' => {
                self.statement.parentheses += 1;
                self.pass(1);
                Ok(())
            }
            ')' => {
                self.statement.parentheses = self.statement.parentheses.saturating_sub(1);
                self.pass(1);
                Ok(())
            }
            _ if is_word(next) && !next.is_ascii_digit() => self.word(),
            _ => {
                // Digits take the letters and dollars behind them along.
                let length = match next.is_ascii_digit() {
                    true => word_length(self.rest()),
                    false => next.len_utf8(),
                };
                self.pass(length);
                Ok(())
            }
        }
    }

    fn word(&mut self) -> Result<(), (u64, Wrong)> {
        let length = word_length(self.rest());
        let word = self.rest()[..length].to_ascii_lowercase();
        self.pass(length);
        if word == "e" && self.rest().starts_with('\'') {
            return self.quoted('\'', true, "a string");
        }
        self.statement.word(word);
        Ok(())
    }

    /// Something in quotes; doubled quotes stand for themselves, and so does what follows a backslash where it escapes.
    fn quoted(&mut self, quote: char, backslash: bool, what: &'static str) -> Result<(), (u64, Wrong)> {
        let begun = self.line;
        self.pass(1);
        loop {
            let rest = self.rest();
            let Some(next) = rest.chars().next() else {
                return Err((begun, Wrong::Open(what)));
            };
            let length = match next {
                '\\' if backslash => 1 + rest[1..].chars().next().map_or(0, char::len_utf8),
                _ if next == quote && rest[1..].starts_with(quote) => 2,
                _ => next.len_utf8(),
            };
            self.pass(length);
            if next == quote && length == 1 {
                return Ok(());
            }
        }
    }

    /// A dollar: the beginning of a string, or of a parameter.
    fn dollar(&mut self) -> Result<(), (u64, Wrong)> {
        let rest = self.rest();
        let tag = rest[1..].find('$').map(|end| &rest[..end + 2]);
        let is_tag = |tag: &&str| {
            let name = &tag[1..tag.len() - 1];
            name.chars().all(|c| is_word(c) && c != '$') && !name.starts_with(|c: char| c.is_ascii_digit())
        };
        let Some(tag) = tag.filter(is_tag) else {
            self.pass(1);
            return Ok(());
        };
        match rest[tag.len()..].find(tag) {
            Some(end) => {
                let length = end + 2 * tag.len();
                self.pass(length);
                Ok(())
            }
            None => Err((self.line, Wrong::Open("a string in dollars"))),
        }
    }

    /// A comment, with those inside it.
    fn comment(&mut self) -> Result<(), (u64, Wrong)> {
        let begun = self.line;
        let mut depth = 0;
        loop {
            let rest = self.rest();
            let length = match rest.chars().next() {
                None => return Err((begun, Wrong::Open("a comment"))),
                _ if rest.starts_with("/*") => {
                    depth += 1;
                    2
                }
                _ if rest.starts_with("*/") => {
                    depth -= 1;
                    2
                }
                Some(next) => next.len_utf8(),
            };
            self.pass(length);
            if depth == 0 {
                return Ok(());
            }
        }
    }

    fn pass(&mut self, length: usize) {
        let passed = &self.text.as_bytes()[self.at..self.at + length];
        self.line += passed.iter().filter(|&&byte| byte == b'\n').count() as u64;
        self.at += length;
    }

    /// The statement ends here.
    fn end(&mut self) -> Result<(), (u64, Wrong)> {
        let statement = std::mem::take(&mut self.statement);
        let Some((begin, line)) = statement.begin else {
            return Ok(());
        };
        match statement.wrong() {
            Some(wrong) => Err((line, wrong)),
            None => {
                let sql = self.text[begin..self.at].trim_end().to_owned();
                self.found.push(HookStatement { line, sql });
                Ok(())
            }
        }
    }
}

impl Statement {
    fn word(&mut self, word: String) {
        // As psql: BEGIN opens a body only in the definition of a routine.
        if self.makes_routine() && self.parentheses == 0 {
            match word.as_str() {
                "begin" => self.body += 1,
                "case" if self.body > 0 => self.body += 1,
                "end" => self.body = self.body.saturating_sub(1),
                _ => {}
            }
        }
        self.is_about_client |= matches!(word.as_str(), "stdin" | "stdout" | "pstdin" | "pstdout");
        if self.first.len() < FIRST {
            self.first.push(word);
        }
    }

    fn makes_routine(&self) -> bool {
        let words: Vec<&str> = self.first.iter().map(String::as_str).collect();
        matches!(
            words[..],
            ["create", "function" | "procedure", ..] | ["create", "or", "replace", "function" | "procedure"]
        )
    }

    fn wrong(&self) -> Option<Wrong> {
        let words: Vec<&str> = self.first.iter().map(String::as_str).collect();
        match words[..] {
            ["begin" | "start" | "commit" | "end" | "rollback" | "abort", ..] | ["prepare", "transaction", ..] => {
                // Back to a savepoint, the transaction goes on.
                let goes_on = matches!(words[..], ["rollback", "to", ..] | ["rollback", _, "to", ..]);
                (!goes_on).then(|| Wrong::Transaction(words[0].to_ascii_uppercase()))
            }
            ["copy", ..] if self.is_about_client => Some(Wrong::Copy),
            _ => None,
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_' || c == '$' || !c.is_ascii()
}

fn word_length(text: &str) -> usize {
    text.find(|c| !is_word(c)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<String> {
        let found = statements(text).expect("they are fine");
        found.into_iter().map(|statement| statement.sql).collect()
    }

    #[test]
    fn semicolons_end_statements_where_nothing_holds_them() {
        assert_eq!(split("a;b ; ;\n"), ["a", "b"]);
        assert_eq!(split("SELECT ';', \"x;\"\"y\"; c"), ["SELECT ';', \"x;\"\"y\"", "c"]);
        assert_eq!(split("SELECT E'\\';', 'a\\'; c"), ["SELECT E'\\';', 'a\\'", "c"]);
        assert_eq!(split("DO $x$ a; $$ b; $x$; c"), ["DO $x$ a; $$ b; $x$", "c"]);
        assert_eq!(split("SELECT $1; a$b; c$d;"), ["SELECT $1", "a$b", "c$d"]);
        assert_eq!(
            split("a /* ; /* ; */ ; */ b -- ;\n; c"),
            ["a /* ; /* ; */ ; */ b -- ;", "c"]
        );
        assert_eq!(
            split("CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2); c"),
            ["CREATE RULE r AS ON INSERT TO t DO (SELECT 1; SELECT 2)", "c"]
        );
        assert_eq!(split("é$x;y"), ["é$x", "y"]);
    }

    #[test]
    fn bodies_of_routines_hold_their_semicolons() {
        let body =
            "CREATE OR REPLACE FUNCTION f() RETURNS int BEGIN ATOMIC SELECT CASE WHEN true THEN 1 END; SELECT 2; END";
        assert_eq!(split(&format!("{body}; c")), [body, "c"]);
    }

    #[test]
    fn savepoints_end_no_transaction() {
        assert_eq!(split("SAVEPOINT a; ROLLBACK TO a; RELEASE a").len(), 3);
        assert!(statements("ROLLBACK;").is_err());
        assert!(statements("PREPARE TRANSACTION 'x'").is_err());
        assert!(statements("PREPARE p AS SELECT 1").is_ok());
    }
}
