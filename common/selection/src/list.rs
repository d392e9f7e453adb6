//! Lists (`-L`): pg_restore's format, edited and put in another order.
//!
//! The number at the beginning of a line is an entry's; the rest is for people. `;` begins a comment.
//!
//! ```
//! use pgx_archive::EntryId;
//! use pgx_selection::List;
//!
//! let list = List::parse("; Selected TOC Entries:\n12; 1259 16385 TABLE public orders alice\n;7; not this\n3\n");
//! assert_eq!(list.ids().collect::<Vec<_>>(), [EntryId(12), EntryId(3)]);
//! ```

use std::collections::HashSet;

use pgx_archive::EntryId;

/// A list of entries in the order in which they are wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct List {
    /// Line number, from 1, and entry; each entry once.
    entries: Vec<(usize, EntryId)>,
    /// Lines that say nothing, and those that say something again.
    ignored: Vec<(usize, String)>,
}

impl List {
    /// Reads a list. Lines that cannot be used are ignored, and remembered.
    pub fn parse(text: &str) -> List {
        let mut list = List::default();
        let mut seen = HashSet::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.split(';').next().unwrap_or_default().trim();
            if line.is_empty() {
                continue;
            }
            let digits = line.strip_prefix('+').unwrap_or(line);
            let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
            match digits[..end].parse() {
                Ok(id) if id > 0 && seen.insert(id) => list.entries.push((number, EntryId(id))),
                _ => list.ignored.push((number, line.to_owned())),
            }
        }
        list
    }

    /// The entries, each once.
    pub fn ids(&self) -> impl Iterator<Item = EntryId> + '_ {
        self.entries.iter().map(|(_, id)| *id)
    }

    /// Number and text of the lines that cannot be used: no number, one that came before, and, since `known` says
    /// which entries there are, those of others.
    pub(crate) fn ignored(&self, known: impl Fn(EntryId) -> bool) -> Vec<(usize, String)> {
        let unknown = self.entries.iter().filter(|(_, id)| !known(*id));
        let mut ignored: Vec<_> = unknown.map(|(line, id)| (*line, id.to_string())).collect();
        ignored.extend(self.ignored.iter().cloned());
        ignored.sort();
        ignored
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_cannot_be_used_are_remembered() {
        let list = List::parse(" 5; TABLE\r\n\nabc\n5\n0\n-3\n  \t;x\n7 rest\n99999999999\n12x\n");
        let ids: Vec<u32> = list.ids().map(|id| id.0).collect();
        assert_eq!(ids, [5, 7, 12]);
        let ignored = list.ignored(|id| id.0 != 7);
        let lines: Vec<(usize, &str)> = ignored.iter().map(|(line, text)| (*line, text.as_str())).collect();
        assert_eq!(
            lines,
            [(3, "abc"), (4, "5"), (5, "0"), (6, "-3"), (8, "7"), (9, "99999999999")]
        );
    }
}
