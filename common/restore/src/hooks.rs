//! Hooks: SQL files of the user's that run at certain moments of a restore.
//!
//! A file is taken apart the way psql takes it apart: semicolons end statements, but not inside quotes, comments,
//! parentheses and `BEGIN ATOMIC` bodies. What only psql understands is refused by name, and so is what would end
//! the transaction that a restore may be in.

use std::fmt;

mod split;

use crate::session::EMPTY_SEARCH_PATH;

/// When hooks run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Definitions stand, and no rows are in.
    BeforeData,
    /// All rows are in; indexes, constraints and triggers are yet to come.
    AfterData,
    /// Everything is made.
    AtEnd,
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Moment::BeforeData => "before the rows",
            Moment::AfterData => "after the rows",
            Moment::AtEnd => "at the end",
        })
    }
}

/// All hooks of a restore.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hooks {
    /// Those that run when definitions stand.
    pub before_data: Vec<Hook>,
    /// Those that run when all rows are in.
    pub after_data: Vec<Hook>,
    /// Those that run last.
    pub at_end: Vec<Hook>,
}

impl Hooks {
    /// The hooks of a moment, in their order.
    pub fn at(&self, moment: Moment) -> &[Hook] {
        match moment {
            Moment::BeforeData => &self.before_data,
            Moment::AfterData => &self.after_data,
            Moment::AtEnd => &self.at_end,
        }
    }

    /// Whether any runs while rows are on their way.
    pub fn are_about_rows(&self) -> bool {
        !self.before_data.is_empty() || !self.after_data.is_empty()
    }

    /// The hooks of a moment as a script has them; empty when there are none.
    pub(crate) fn script(&self, moment: Moment) -> String {
        let hooks = self.at(moment).iter().map(Hook::script);
        hooks.collect()
    }
}

/// A file of statements.
///
/// ```
/// use pgx_restore::Hook;
///
/// let hook = Hook::parse("pause.sql", "-- no jobs now\nUPDATE jobs SET active = false;\nSELECT 1").unwrap();
/// let lines: Vec<u64> = hook.statements.iter().map(|statement| statement.line).collect();
/// assert_eq!(lines, [2, 3]);
/// let error = Hook::parse("pause.sql", "SELECT 1;\n\\i jobs.sql\n").unwrap_err();
/// assert_eq!(error.to_string(), "pause.sql:2: \\i is a command of psql, which no server understands");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    /// The file, as the user named it.
    pub name: String,
    /// Its statements, in their order.
    pub statements: Vec<HookStatement>,
}

/// A statement of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookStatement {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its text, without the semicolon.
    pub sql: String,
}

impl Hook {
    /// Takes a file apart.
    pub fn parse(name: &str, text: &str) -> Result<Hook, HookError> {
        let failed = |(line, wrong)| HookError {
            name: name.to_owned(),
            line,
            wrong,
        };
        Ok(Hook {
            name: name.to_owned(),
            statements: split::statements(text).map_err(failed)?,
        })
    }

    /// Where a statement is: file and line.
    pub fn place(&self, statement: &HookStatement) -> String {
        format!("{}:{}", self.name, statement.line)
    }

    fn script(&self) -> String {
        let mut text = format!("--\n-- Hook: {}\n--\n\n{RESET_SEARCH_PATH}\n", one_line(&self.name));
        for statement in &self.statements {
            // On a line of its own, a comment at the end cannot take the semicolon in.
            text += &format!("{}\n;\n", statement.sql);
        }
        text + EMPTY_SEARCH_PATH + "\n\n"
    }
}

/// Before a hook: unqualified names mean in it what they mean to the role that loads.
pub const RESET_SEARCH_PATH: &str = "RESET search_path;";

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// Why a file cannot be a hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HookError {
    name: String,
    line: u64,
    wrong: Wrong,
}

/// What is wrong with a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wrong {
    /// A command that only psql knows.
    Meta(String),
    /// A statement that begins or ends transactions.
    Transaction(String),
    /// COPY from or to the client.
    Copy,
    /// Something is quoted to the end of the file.
    Open(&'static str),
}

impl HookError {
    /// What the user can do about it.
    pub fn remedy(&self) -> Option<&'static str> {
        match self.wrong {
            Wrong::Meta(_) => Some("leave it out, or run the file with psql before or after the load"),
            Wrong::Transaction(_) => {
                Some("leave it out: each statement is a transaction of its own, and with -1 a part of the load's")
            }
            Wrong::Copy => Some("use INSERT, or COPY from a file of the server's"),
            Wrong::Open(_) => None,
        }
    }
}

impl fmt::Display for HookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: ", self.name, self.line)?;
        match &self.wrong {
            Wrong::Meta(command) => write!(f, "{command} is a command of psql, which no server understands"),
            Wrong::Transaction(word) => write!(f, "{word} begins or ends a transaction, which a hook may not"),
            Wrong::Copy => f.write_str("COPY with rows that stand in the file is for psql alone"),
            Wrong::Open(what) => write!(f, "{what} begins here and has no end"),
        }
    }
}

impl std::error::Error for HookError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        Hook::parse("h.sql", text).unwrap_err().to_string()
    }

    #[test]
    fn what_a_hook_may_not_do_is_named_with_its_line() {
        assert_eq!(
            refused("\\set x 1\n"),
            "h.sql:1: \\set is a command of psql, which no server understands"
        );
        assert_eq!(
            refused("SELECT 1;\n/* so */\ncommit;\n"),
            "h.sql:3: COMMIT begins or ends a transaction, which a hook may not"
        );
        assert_eq!(
            refused("\n\nSTART TRANSACTION;"),
            "h.sql:3: START begins or ends a transaction, which a hook may not"
        );
        assert_eq!(
            refused("COPY t (a)\n FROM stdin;\n1\n\\.\n"),
            "h.sql:1: COPY with rows that stand in the file is for psql alone"
        );
        assert_eq!(
            refused("SELECT 1;\nSELECT 'a;\n\n"),
            "h.sql:2: a string begins here and has no end"
        );
    }

    #[test]
    fn a_script_has_the_statements_one_by_one() {
        let hook = Hook::parse("pause.sql", "SELECT 1; -- one\nSELECT 2 -- two").unwrap();
        let hooks = Hooks {
            at_end: vec![hook],
            ..Hooks::default()
        };
        assert_eq!(hooks.script(Moment::AfterData), "");
        assert_eq!(
            hooks.script(Moment::AtEnd),
            "--\n-- Hook: pause.sql\n--\n\nRESET search_path;\nSELECT 1\n;\nSELECT 2 -- two\n;\n\
             SELECT pg_catalog.set_config('search_path', '', false);\n\n"
        );
    }
}
