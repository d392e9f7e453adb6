//! Messages: what people (or a log collector) read on standard error.
//!
//! ```text
//! pgx-load: error: table public.orders: duplicate key value (SQLSTATE 23505)
//! pgx-load: detail: Key (id)=(1) already exists.
//! pgx-load: hint: load into an empty database
//! ```
//!
//! or, with `--log-format=json`, one object a line with the same facts as fields.

use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::ProgressBar;
use serde::{Deserialize, Serialize};

use crate::exit::Exit;
use crate::failure::{Failure, Notice};
use crate::sanitize::{sanitize, sanitize_lines};

/// The form of messages (`--log-format`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub enum LogFormat {
    /// Lines for people.
    #[default]
    Text,
    /// One JSON object a line.
    Json,
}

/// How much is said: `-q` is the least, each `-v` a step more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// Errors only.
    Quiet,
    /// Errors, warnings and notes.
    #[default]
    Normal,
    /// One line an entry beside (`-v`).
    Verbose,
    /// Whatever helps to find a fault (`-vv`).
    Debug,
}

/// What kind of message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Why something was not done.
    Error,
    /// What the user should know although it was done.
    Warning,
    /// What happened.
    Note,
    /// What happened, entry by entry.
    Info,
    /// What happened inside.
    Debug,
}

impl Severity {
    /// The least verbosity that shows it.
    fn needs(self) -> Verbosity {
        match self {
            Severity::Error => Verbosity::Quiet,
            Severity::Warning | Severity::Note => Verbosity::Normal,
            Severity::Info => Verbosity::Verbose,
            Severity::Debug => Verbosity::Debug,
        }
    }

    /// The word between tool and text; plain facts have none.
    fn label(self) -> &'static str {
        match self {
            Severity::Error => "error: ",
            Severity::Warning => "warning: ",
            Severity::Note => "note: ",
            Severity::Info | Severity::Debug => "",
        }
    }
}

/// The voice of a tool. Clones speak through the same mouth, from any thread.
#[derive(Clone)]
pub struct Messages {
    tool: &'static str,
    format: LogFormat,
    verbosity: Verbosity,
    mouth: Arc<Mutex<Mouth>>,
}

/// Takes messages as they are, to show them elsewhere.
pub type Hand = Box<dyn FnMut(Severity, &Notice) + Send>;

/// Where messages go, and the bar that has to make room for them.
struct Mouth {
    out: Box<dyn Write + Send>,
    bar: Option<ProgressBar>,
    /// Who takes messages as they are instead.
    hand: Option<Hand>,
}

impl Messages {
    /// Messages of a tool on standard error.
    pub fn new(tool: &'static str, format: LogFormat, verbosity: Verbosity) -> Messages {
        Messages::written_to(Box::new(std::io::stderr()), tool, format, verbosity)
    }

    /// Messages of a tool on something else: for tests.
    pub fn written_to(
        out: Box<dyn Write + Send>,
        tool: &'static str,
        format: LogFormat,
        verbosity: Verbosity,
    ) -> Messages {
        Messages {
            tool,
            format,
            verbosity,
            mouth: Arc::new(Mutex::new(Mouth {
                out,
                bar: None,
                hand: None,
            })),
        }
    }

    /// Messages of a tool that somebody else shows.
    pub(crate) fn handed_to(hand: Hand, tool: &'static str, verbosity: Verbosity) -> Messages {
        let messages = Messages::written_to(Box::new(std::io::sink()), tool, LogFormat::Text, verbosity);
        messages.mouth.lock().unwrap_or_else(PoisonError::into_inner).hand = Some(hand);
        messages
    }

    /// Says what another process has to say.
    pub fn relay(&self, severity: Severity, notice: &Notice) {
        self.say(severity, notice, None);
    }

    /// The name of the tool, as every line begins with it.
    pub fn tool(&self) -> &'static str {
        self.tool
    }

    /// How much is said. Ask before making a text that is costly to make.
    pub fn verbosity(&self) -> Verbosity {
        self.verbosity
    }

    /// Says why something was not done, when the run goes on: what ends it is returned instead.
    pub fn error(&self, notice: impl Into<Notice>) {
        self.say(Severity::Error, &notice.into(), None);
    }

    /// Says what the user should know although it was done.
    pub fn warning(&self, notice: impl Into<Notice>) {
        self.say(Severity::Warning, &notice.into(), None);
    }

    /// Says what happened.
    pub fn note(&self, notice: impl Into<Notice>) {
        self.say(Severity::Note, &notice.into(), None);
    }

    /// Says what happened with `-v`: one line an entry.
    pub fn info(&self, notice: impl Into<Notice>) {
        self.say(Severity::Info, &notice.into(), None);
    }

    /// Says what happened inside, with `-vv`.
    pub fn debug(&self, notice: impl Into<Notice>) {
        self.say(Severity::Debug, &notice.into(), None);
    }

    /// Says why the run ended. [`crate::start`] does this; nobody else needs to.
    pub(crate) fn failure(&self, failure: &Failure) {
        if !failure.is_silent() {
            self.say(Severity::Error, &failure.notice, Some(failure.exit));
        }
    }

    /// Says why the process ends at once, and leaves no bar behind.
    pub(crate) fn last_words(&self, failure: &Failure) {
        let bar = self.mouth.lock().unwrap_or_else(PoisonError::into_inner).bar.take();
        if let Some(bar) = bar {
            bar.finish_and_clear();
        }
        self.failure(failure);
    }

    /// Writes lines that are already made (progress) as they are.
    pub(crate) fn raw(&self, lines: &str) {
        let mut mouth = self.mouth.lock().unwrap_or_else(PoisonError::into_inner);
        mouth.speak(lines);
    }

    /// Names the bar that has to make room, or none.
    pub(crate) fn set_bar(&self, bar: Option<ProgressBar>) {
        self.mouth.lock().unwrap_or_else(PoisonError::into_inner).bar = bar;
    }

    fn say(&self, severity: Severity, notice: &Notice, exit: Option<Exit>) {
        if self.verbosity < severity.needs() {
            return;
        }
        if let Some(hand) = &mut self.mouth.lock().unwrap_or_else(PoisonError::into_inner).hand {
            return hand(severity, notice);
        }
        let lines = match self.format {
            LogFormat::Text => text(self.tool, severity, notice),
            LogFormat::Json => json(self.tool, severity, notice, exit),
        };
        self.raw(&lines);
    }
}

impl Mouth {
    fn speak(&mut self, lines: &str) {
        // When standard error is gone there is nobody left to tell.
        let out = &mut self.out;
        let mut write = || {
            let _ = out.write_all(lines.as_bytes()).and_then(|()| out.flush());
        };
        match &self.bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}

/// The lines people read.
fn text(tool: &str, severity: Severity, notice: &Notice) -> String {
    let mut lines = format!("{tool}: {}{}\n", severity.label(), indented(&notice.to_string()));
    if let Some(detail) = &notice.detail {
        lines += &format!("{tool}: detail: {}\n", indented(detail));
    }
    if let Some(hint) = &notice.hint {
        lines += &format!("{tool}: hint: {}\n", indented(hint));
    }
    lines
}

/// Harmless text whose further lines cannot be mistaken for messages of their own.
fn indented(text: &str) -> String {
    sanitize_lines(text.trim_end()).replace('\n', "\n    ")
}

/// The same facts as one JSON object.
fn json(tool: &str, severity: Severity, notice: &Notice, exit: Option<Exit>) -> String {
    #[derive(Serialize)]
    struct Line<'a> {
        r#type: &'static str,
        tool: &'a str,
        severity: Severity,
        #[serde(skip_serializing_if = "<[_]>::is_empty")]
        context: &'a [String],
        message: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        detail: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        hint: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        exit_status: Option<u8>,
    }
    let line = Line {
        r#type: "message",
        tool,
        severity,
        context: &notice.context,
        message: &notice.message,
        detail: notice.detail.as_deref(),
        hint: notice.hint.as_deref(),
        exit_status: exit.map(Exit::code),
    };
    json_line(&line)
}

/// One JSON object on a line of its own, with nothing in it that a terminal would obey.
///
/// Gives an empty line for a value that has no JSON form, such as a map whose keys are not text.
///
/// ```
/// assert_eq!(pgx_cli::json_line(&["tea", "\u{9b}2J"]), "[\"tea\",\"\\u009b2J\"]\n");
/// ```
pub fn json_line(value: &impl Serialize) -> String {
    let object = serde_json::to_string(value).unwrap_or_default();
    // JSON escapes C0 itself; what it leaves is C1 and direction marks, which are legal as escapes.
    let mut line = String::with_capacity(object.len() + 1);
    for c in object.chars() {
        match sanitize(c.encode_utf8(&mut [0; 4])) {
            std::borrow::Cow::Borrowed(_) => line.push(c),
            std::borrow::Cow::Owned(_) => line += &format!("\\u{:04x}", u32::from(c)),
        }
    }
    line.push('\n');
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice() -> Notice {
        Notice::new("duplicate key value (SQLSTATE 23505)")
            .within("table public.orders")
            .detail("Key (id)=(1)\nalready exists.")
            .hint("load into an empty database")
    }

    #[test]
    fn every_line_begins_with_the_tool_and_further_lines_are_indented() {
        assert_eq!(
            text("pgx-load", Severity::Error, &notice()),
            "pgx-load: error: table public.orders: duplicate key value (SQLSTATE 23505)\n\
             pgx-load: detail: Key (id)=(1)\n    already exists.\n\
             pgx-load: hint: load into an empty database\n"
        );
    }

    #[test]
    fn an_escape_sequence_does_not_reach_the_terminal() {
        let line = text("pgx-load", Severity::Warning, &"table \x1b[2J\r gone".into());
        assert_eq!(line, "pgx-load: warning: table \\u{1b}[2J\\r gone\n");
    }

    #[test]
    fn json_has_the_same_facts() {
        assert_eq!(
            json("pgx-load", Severity::Error, &notice(), Some(Exit::Failed)),
            "{\"type\":\"message\",\"tool\":\"pgx-load\",\"severity\":\"error\",\"context\":[\"table public.orders\"],\
             \"message\":\"duplicate key value (SQLSTATE 23505)\",\"detail\":\"Key (id)=(1)\\nalready exists.\",\
             \"hint\":\"load into an empty database\",\"exit_status\":1}\n"
        );
    }

    #[test]
    fn json_escapes_what_a_terminal_would_obey() {
        let line = json("t", Severity::Note, &"a\u{9b}b\u{202e}".into(), None);
        assert!(line.contains("a\\u009bb\\u202e"), "{line}");
    }

    #[test]
    fn quiet_keeps_errors_only() {
        for severity in [Severity::Warning, Severity::Note, Severity::Info, Severity::Debug] {
            assert!(severity.needs() > Verbosity::Quiet);
        }
        assert_eq!(Severity::Error.needs(), Verbosity::Quiet);
    }
}
