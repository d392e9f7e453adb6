//! What there is to say about a selection before anything is done with it.

use pgx_archive::{Entry, EntryId};

use crate::tree::Tree;

/// How many entries a remark names; the rest are counted.
const NAMED: usize = 10;

/// What a selection did that the user may not expect.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Patterns for what is wanted that match nothing.
    pub unmatched: Vec<Unmatched>,
    /// Lines of a list that were ignored: line number and text.
    pub ignored_lines: Vec<(usize, String)>,
    /// Entries that are left out only because what they belong to is.
    pub followed: Vec<EntryId>,
    /// Entries that were not named, but are needed.
    pub brought: Vec<EntryId>,
    /// Entries that are kept and cannot work without another that is left out.
    pub wanting: Vec<Wanting>,
}

/// A pattern that matches nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unmatched {
    /// What was looked for: `table`, `schema`, …
    pub what: &'static str,
    /// The pattern, as the user wrote it.
    pub pattern: String,
    /// Whether only what is visible without a schema counted.
    pub hidden: bool,
}

/// An entry that lacks another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanting {
    /// The entry that is kept.
    pub entry: EntryId,
    /// What it needs.
    pub needs: EntryId,
}

/// Something to tell the user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Whether he should know in any case, rather than only when he asks for details.
    pub is_warning: bool,
    /// One line.
    pub text: String,
    /// Lines that say more.
    pub detail: Option<String>,
    /// The remedy.
    pub hint: Option<String>,
}

impl Report {
    /// The report in words.
    pub fn remarks(&self, entries: &[Entry]) -> Vec<Remark> {
        if *self == Report::default() {
            return Vec::new();
        }
        let tree = Tree::new(entries);
        let named = |id: &EntryId| {
            tree.place(*id)
                .map_or_else(|| id.to_string(), |at| entries[at].describe())
        };
        let mut remarks = Vec::new();
        for Unmatched { what, pattern, hidden } in &self.unmatched {
            remarks.push(Remark {
                is_warning: true,
                text: format!("no {what} matches {pattern}"),
                detail: None,
                hint: hidden.then(|| {
                    format!("a pattern without a schema only finds what is in the search path: try '*.{pattern}'")
                }),
            });
        }
        for (line, text) in &self.ignored_lines {
            remarks.push(Remark {
                is_warning: true,
                text: format!("line {line} of the list is ignored: {text}"),
                detail: None,
                hint: None,
            });
        }
        if !self.wanting.is_empty() {
            let lines = self
                .wanting
                .iter()
                .map(|Wanting { entry, needs }| format!("{} needs {}", named(entry), named(needs)));
            remarks.push(Remark {
                is_warning: true,
                text: "what is kept needs what is left out".to_owned(),
                detail: Some(some(lines.collect())),
                hint: Some("--with-dependencies brings what is needed".to_owned()),
            });
        }
        let lists = [
            (&self.brought, "what is needed comes, too"),
            (&self.followed, "what belongs to what is left out is left out"),
        ];
        for (ids, text) in lists.into_iter().filter(|(ids, _)| !ids.is_empty()) {
            remarks.push(Remark {
                is_warning: false,
                text: text.to_owned(),
                detail: Some(some(ids.iter().map(named).collect())),
                hint: None,
            });
        }
        remarks
    }
}

/// The first lines, and how many there are beside.
fn some(mut lines: Vec<String>) -> String {
    let more = lines.len().saturating_sub(NAMED);
    if more > 0 {
        lines.truncate(NAMED);
        lines.push(format!("and {more} more"));
    }
    lines.join("\n")
}
